//! Both edges face to face: their messages pass from memory to memory in virtual time, and others read them.

use std::fmt::Write;
use std::net::SocketAddr;
use std::process::Command;

use harness::wire::client::Client;
use harness::wire::directory::Directory;
use harness::wire::heard::Heard;
use harness::wire::line::Line;
use harness::wire::server::Server;
use harness::witness::Nobody;
use scenarios::plan::Plan;
use simulator::node::{Body, Packet};
use simulator::simulation::{Elsewhere, Simulation};
use simulator::time::{Duration, Instant};

use crate::desk::Desk;
use crate::equality::{CALLS, plan};

const LINE: Line = Line::datagrams(0);

/// A cluster and its endpoints, and all that passed between them.
struct Between {
    endpoints: Simulation,
    client: Client,
    cluster: Simulation,
    server: Server,
    here: SocketAddr,
    now: Instant,
    said: Vec<Vec<u8>>,
}

impl Between {
    fn new(plan: &Plan) -> Self {
        let side = |elsewhere| {
            Simulation::beside(elsewhere, &plan.layout, plan.settings.clone(), plan.schedule.clone(), plan.seed)
        };
        let (endpoints, cluster) = (side(Elsewhere::Pbxs), side(Elsewhere::Endpoints));
        let place = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let nodes = (0..plan.layout.pbxs.len() as u16).map(|node| place(5060 + node)).collect();
        let directory = Directory::new(&plan.layout, "example.com".into(), nodes);
        let (here, site) = (place(40_000), cluster.engine().elements());
        Self {
            client: Client::new(directory.clone(), here, 7, site.endpoints()),
            server: Server::new(directory, site.parties().first(), 8),
            endpoints,
            cluster,
            here,
            now: Instant::ZERO,
            said: Vec::new(),
        }
    }

    fn run(&mut self, end: Instant) {
        while self.now < end {
            self.now += Duration::MILLISECOND;
            self.endpoints.run_until(self.now, &mut Nobody);
            let left: Vec<(Instant, Packet)> = self.endpoints.outbound().collect();
            left.into_iter().for_each(|(_, packet)| self.ask(&packet));
            self.cluster.run_until(self.now, &mut Nobody);
            let left: Vec<(Instant, Packet)> = self.cluster.outbound().collect();
            left.into_iter().for_each(|(_, packet)| self.answer(&packet));
        }
    }

    /// An endpoint says something to a PBX.
    fn ask(&mut self, packet: &Packet) {
        let people = &self.endpoints.engine().elements().cluster().people;
        let (mut text, mut out) = (Vec::new(), Vec::new());
        let node = match packet.body {
            Body::Call(_) | Body::Answer(_) => {
                let Some((_, to)) = self.client.calls.write(people, self.now, packet, &mut text) else { return };
                usize::from(to.port() - 5060)
            }
            _ if self.client.write(packet, &mut text) => (packet.target.0 - people.first_pbx) as usize,
            _ => return,
        };
        let at = (Line::datagrams(node), self.here);
        match self.server.read(people, self.now, at, &text, &mut out) {
            Heard::Packet(packet) => self.cluster.inject(packet),
            other => panic!("{other:?}: {}", String::from_utf8_lossy(&text)),
        }
        self.said.push(text);
    }

    /// A PBX says something to an endpoint.
    fn answer(&mut self, packet: &Packet) {
        let people = &self.cluster.engine().elements().cluster().people;
        let (mut text, mut out) = (Vec::new(), Vec::new());
        let Some((line, _)) = self.server.write(people, self.now, packet, &mut text) else { return };
        let from = SocketAddr::from(([127, 0, 0, 1], 5060 + line.socket as u16));
        match self.client.hear(people, self.now, (LINE, from), &text, &mut out) {
            Heard::Packet(packet) => self.endpoints.inject(packet),
            other => panic!("{other:?}: {}", String::from_utf8_lossy(&text)),
        }
        self.said.push(text);
    }
}

#[test]
fn tshark_finds_no_message_of_ours_malformed() {
    let plan = plan(CALLS);
    let mut between = Between::new(&plan);
    between.run(Instant::ZERO + plan.lasts);
    let count = |word: &str| between.said.iter().filter(|text| text.starts_with(word.as_bytes())).count();
    for word in
        ["REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "SIP/2.0 100", "SIP/2.0 180", "SIP/2.0 200", "SIP/2.0 401"]
    {
        assert!(count(word) > 10, "{} of {word}", count(word));
    }
    let desk = Desk::empty();
    let mut dump = String::new();
    for text in &between.said {
        for (row, octets) in text.chunks(16).enumerate() {
            let hex: String = octets.iter().map(|octet| format!(" {octet:02x}")).collect();
            writeln!(dump, "{:06x}{hex}", row * 16).unwrap();
        }
        dump.push('\n');
    }
    desk.write("said.txt", &dump);
    let path = |name: &str| desk.path().join(name);
    let made = Command::new("text2pcap")
        .args(["-q", "-4", "127.0.0.1,127.0.0.1", "-u", "5060,5060"])
        .args([path("said.txt"), path("said.pcap")])
        .status();
    assert!(made.expect("tshark is installed").success());
    let read = |filter: &str| {
        let mut command = Command::new("tshark");
        command.args(["-r", "said.pcap", "-Y", filter]).current_dir(desk.path());
        let output = command.output().expect("tshark is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(read("sip").lines().count(), between.said.len());
    assert_eq!(
        read("sdp").lines().count(),
        between.said.iter().filter(|text| text.ends_with(b"a=sendrecv\r\n")).count()
    );
    assert_eq!(read("_ws.malformed || _ws.expert.severity == error"), "");
}

#[test]
fn nothing_is_kept_of_calls_that_are_over() {
    let plan = plan(CALLS);
    let mut between = Between::new(&plan);
    between.run(Instant::ZERO + plan.lasts);
    let (dialogs, requests) = between.server.calls.kept();
    assert!(dialogs >= 45 && requests >= 45, "{dialogs} dialogs, {requests} requests");
    for now in [40, 80, 120, 400].map(|seconds| Instant::ZERO + Duration::seconds(seconds)) {
        between.server.calls.sweep(now, |_, _| false);
        between.client.calls.sweep(now, |_, _| false);
    }
    assert_eq!((between.server.calls.kept(), between.client.calls.kept()), ((0, 0), (0, 0)));
}

//! The edges alone: what they write can be read by the other, and what others write does no harm.

use std::net::SocketAddr;

use harness::wire::client::Client;
use harness::wire::directory::Directory;
use harness::wire::heard::Heard;
use harness::wire::line::Line;
use harness::wire::server::{Server, Tally};
use simulator::endpoint::people::People;
use simulator::endpoint::phone::proof;
use simulator::layout::{Begins, Block, Device, Layout, PbxPlan, PopulationPlan, Role};
use simulator::licence::reason::Reason;
use simulator::node::{Body, NodeId, Packet};
use simulator::rng::draw;
use simulator::settings::{Checkout, Links, PbxSettings, PopulationSettings, Rules, Settings};
use simulator::sip::message::{Aor, Contacts, Overload, Register, Response};
use simulator::sip::text::Fault;
use simulator::time::{Duration, Instant};

const SECRET: u64 = 7;

pub(crate) struct Edges {
    pub(crate) people: People,
    pub(crate) client: Client,
    pub(crate) server: Server,
    pub(crate) here: SocketAddr,
}

impl Edges {
    pub(crate) fn new() -> Self {
        let pbx = |name: &str, role| PbxPlan {
            software: 12,
            name: name.into(),
            role,
            site: 0,
            stands_in_for: None,
            licences: vec![],
        };
        let block = |home| Block {
            population: 0,
            home,
            site: 0,
            targets: vec![home],
            first_seat: u32::from(home) * 10,
            seats: 10,
            devices: vec![(Device::DeskPhone, 10)],
        };
        let layout = Layout {
            pbxs: vec![pbx("master", Role::Master), pbx("branch", Role::Slave)],
            populations: vec![PopulationPlan {
                name: "desk".into(),
                seats: 20,
                begins: Begins::Absent,
                application: 12,
            }],
            blocks: vec![block(0), block(1)],
            ..Layout::default()
        };
        let settings = Settings {
            pbxs: vec![PbxSettings::default(); 2],
            populations: vec![PopulationSettings::default()],
            links: Links::default(),
            checkout: Checkout::default(),
            rules: Rules::default(),
            flows: Vec::new(),
            queues: Vec::new(),
            rooms: Vec::new(),
        };
        let nodes = ["127.0.0.1:5060", "127.0.0.1:5061"].map(|text| text.parse().unwrap()).to_vec();
        let directory = Directory::new(&layout, "example.com".into(), nodes);
        let here = "127.0.0.1:40000".parse().unwrap();
        Self {
            people: People::new(&layout, &settings, 1),
            client: Client::new(directory.clone(), here, SECRET, 20),
            server: Server::new(directory, 22, SECRET),
            here,
        }
    }

    pub(crate) fn register(&mut self, register: Register) -> Vec<u8> {
        let source = self.people.endpoint(register.aor).unwrap();
        let packet = Packet { source, target: self.people.pbx(0), reliable: false, body: Body::Register(register) };
        let mut text = Vec::new();
        assert!(self.client.write(&packet, &mut text));
        text
    }

    pub(crate) fn hear(&mut self, now: Instant, text: &[u8]) -> (Heard, Vec<u8>) {
        let mut out = Vec::new();
        (self.server.read(&self.people, now, (Line::datagrams(0), self.here), text, &mut out), out)
    }

    /// What the PBX gets of a REGISTER.
    pub(crate) fn heard(&mut self, text: &[u8]) -> Register {
        match self.hear(Instant::ZERO, text).0 {
            Heard::Packet(Packet { body: Body::Register(register), .. }) => register,
            other => panic!("{other:?}"),
        }
    }

    fn answer(&mut self, response: Response) -> Vec<u8> {
        let packet =
            Packet { source: self.people.pbx(0), target: NodeId(3), reliable: false, body: Body::Response(response) };
        let mut text = Vec::new();
        let to = self.server.write(&self.people, Instant::ZERO, &packet, &mut text);
        assert_eq!(to, Some((Line::datagrams(0), self.here)), "{}", String::from_utf8_lossy(&text));
        text
    }

    fn understood(&mut self, text: &[u8]) -> Result<Response, Fault> {
        match self.client.read(&self.people, text)? {
            Packet { target: NodeId(3), body: Body::Response(response), .. } => Ok(response),
            other => panic!("{other:?}"),
        }
    }
}

const FOURTH: Aor = Aor { block: 0, device: Device::DeskPhone, seat: 3 };

pub(crate) fn asking() -> Register {
    Register {
        aor: FOURTH,
        call: 99,
        sequence: 4,
        branch: 12,
        expires_s: 600,
        contacts: Contacts::Own,
        nonce_count: 0,
        nonce: 0,
        proof: 0,
    }
}

fn saying(branch: u32, status: u16) -> Response {
    Response {
        status,
        reason: Reason::None,
        stale: false,
        branch,
        sequence: 4,
        expires_s: 0,
        retry_after_s: 0,
        contact: NodeId::NONE,
        nonce: 0,
        overload: Overload::default(),
    }
}

#[test]
fn a_register_crosses_the_wire_whole() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let heard = edges.heard(&text);
    assert_eq!((heard.aor, heard.sequence, heard.expires_s, heard.contacts), (FOURTH, 4, 600, Contacts::Own));
    assert_eq!((heard.nonce_count, heard.proof), (0, 0));
    let all = edges.register(Register { contacts: Contacts::All, expires_s: 0, branch: 13, ..asking() });
    let heard = edges.heard(&all);
    assert_eq!((heard.contacts, heard.expires_s), (Contacts::All, 0));
}

#[test]
fn a_retransmission_has_the_branch_it_had_until_timer_j() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let first = edges.heard(&text);
    assert_eq!(edges.heard(&text).branch, first.branch);
    let other = edges.register(Register { branch: 13, ..asking() });
    assert_ne!(edges.heard(&other).branch, first.branch);
    let Heard::Packet(Packet { body: Body::Register(later), .. }) =
        edges.hear(Instant::ZERO + Duration::seconds(33), &text).0
    else {
        panic!("a REGISTER")
    };
    assert_ne!(later.branch, first.branch, "forgotten");
}

#[test]
fn every_answer_crosses_the_wire_whole() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let branch = edges.heard(&text).branch;
    let (branch_of_ours, said) = (12, |status| saying(branch, status));
    let home = edges.people.pbx(1);
    let answers = [
        Response { expires_s: 300, ..said(200) },
        Response { reason: Reason::NoUnit, retry_after_s: 17, ..said(503) },
        Response { reason: Reason::InLine, ..said(480) },
        Response { expires_s: 60, ..said(423) },
        Response { contact: home, ..said(302) },
        Response { retry_after_s: 4, reason: Reason::Overload, ..said(503) },
        said(403),
        said(500),
    ];
    for answer in answers {
        let text = edges.answer(answer);
        let understood = edges.understood(&text).unwrap();
        // Without a binding an answer says no lifetime: the endpoint keeps its own.
        let expires_s = if answer.expires_s == 0 { understood.expires_s } else { answer.expires_s };
        assert_eq!(understood, Response { branch: branch_of_ours, expires_s, ..answer });
    }
}

#[test]
fn a_challenge_is_answered_and_the_answer_is_checked() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let branch = edges.heard(&text).branch;
    let nonce = 0xfeed_beef;
    let challenge = edges.answer(Response { nonce, stale: true, ..saying(branch, 401) });
    let understood = edges.understood(&challenge).unwrap();
    assert!(understood.stale && understood.nonce != 0);
    let again = Register { branch: 13, sequence: 5, nonce: understood.nonce, nonce_count: 1, ..asking() };
    let text = edges.register(again);
    let heard = edges.heard(&text);
    let right = proof(&edges.people, FOURTH, nonce, 1);
    assert_eq!((heard.nonce, heard.nonce_count, heard.proof), (nonce, 1, right));
    let forged = String::from_utf8(text)
        .unwrap()
        .replace("response=\"", "response=\"0")
        .replace(";branch=z9hG4bK", ";branch=z9hG4bKx");
    assert_eq!(edges.heard(forged.as_bytes()).proof, 0, "a wrong response proves nothing");
}

#[test]
fn a_challenge_that_comes_twice_takes_no_credentials_from_a_retransmission() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let branch = edges.heard(&text).branch;
    let challenge = edges.answer(Response { nonce: 5, ..saying(branch, 401) });
    let nonce = edges.understood(&challenge).unwrap().nonce;
    let again = Register { branch: 13, sequence: 5, nonce, nonce_count: 1, ..asking() };
    let text = edges.register(again);
    edges.understood(&challenge).unwrap();
    assert_eq!(edges.register(again), text);
}

#[test]
fn a_redirect_to_an_address_that_is_none_of_ours_leads_nowhere() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let branch = edges.heard(&text).branch;
    let redirect = edges.answer(Response { contact: edges.people.pbx(1), ..saying(branch, 302) });
    let text = String::from_utf8(redirect).unwrap();
    for (number, elsewhere) in (0..2000).map(|number| (number, draw(1, number))) {
        let address = std::net::Ipv4Addr::from(elsewhere as u32 | 1 << 31);
        let text = text.replace("127.0.0.1:5061", &format!("{address}:{}", 1 + (elsewhere >> 40) as u16 % 60_000));
        assert_eq!(edges.understood(text.as_bytes()).unwrap().contact, NodeId::NONE, "{number}: {address}");
    }
}

#[test]
fn a_response_that_nobody_could_know_of_is_dropped() {
    let mut edges = Edges::new();
    let text = edges.register(asking());
    let branch = edges.heard(&text).branch;
    let answer = String::from_utf8(edges.answer(saying(branch, 503))).unwrap();
    assert!(edges.understood(answer.as_bytes()).is_ok());
    let at = answer.find("z9hG4bK").unwrap() + 7;
    for digit in 0..32 {
        let mut guessed = answer.clone().into_bytes();
        guessed[at + digit] = if guessed[at + digit] == b'0' { b'1' } else { b'0' };
        assert_eq!(edges.understood(&guessed), Err(Fault::NotOurs), "digit {digit}");
    }
    assert_eq!(edges.understood(answer.replace("SIP/2.0 503", "SIP/2.0 5O3").as_bytes()), Err(Fault::StartLine));
}

#[test]
fn an_answer_goes_back_to_where_the_request_came_from_and_is_small() {
    let mut edges = Edges::new();
    let register = String::from_utf8(edges.register(asking())).unwrap();
    let requests = [
        register.replace("REGISTER", "OPTIONS"),
        register.replace("REGISTER", "FOO"),
        register.replace("CSeq: 4", "CSeq: x"),
        register.replace("desk-4@", "nobody@"),
        register.replace("Contact: ", "X: "),
        register.replace("127.0.0.1:40000;rport", "198.51.100.9:40000;maddr=203.0.113.5;received=203.0.113.6;rport"),
    ];
    for (place, request) in requests.iter().enumerate() {
        let (heard, out) = edges.hear(Instant::ZERO, request.as_bytes());
        let is_back = matches!(heard, Heard::Answered(to) if to == edges.here) || matches!(heard, Heard::Packet(_));
        assert!(is_back, "{place}: {heard:?}");
        assert!(out.len() <= 3 * request.len(), "{place}: {} octets for {}", out.len(), request.len());
    }
    let quiet = register.replace(";rport", "").replace("127.0.0.1:40000;branch", "198.51.100.9:4321;branch");
    let refused = quiet.replace("REGISTER", "FOO");
    assert_eq!(edges.hear(Instant::ZERO, refused.as_bytes()).0, Heard::Answered("127.0.0.1:4321".parse().unwrap()));
}

#[test]
fn whatever_comes_gets_a_verdict_and_memory_stays_bounded() {
    let mut edges = Edges::new();
    let register = edges.register(asking());
    for number in 0..20_000u32 {
        let mut octets = register.clone();
        for change in 0..4 {
            let bits = draw(u64::from(number), change);
            let at = bits as usize % octets.len();
            octets[at] = (bits >> 32) as u8;
        }
        edges.hear(Instant::ZERO + Duration::millis(u64::from(number)), &octets);
        edges.client.read(&edges.people, &octets).expect_err("a request is no response");
    }
    let Tally { dropped, refused, .. } = edges.server.tally;
    assert!(dropped > 100 && refused > 100, "{:?}", edges.server.tally);
    assert!(edges.server.kept() <= 32_001, "{} kept", edges.server.kept());
    edges.hear(Instant::ZERO + Duration::seconds(600), b"x");
    assert_eq!(edges.server.kept(), 0, "all is forgotten");
}

//! What a run on the wire would do, found out in virtual time: nothing is sent.

use simulator::event::{Event, Wish};
use simulator::node::NodeId;
use simulator::schedule::{Action, Entry};
use simulator::settings::Transport;
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use scenarios::plan::Plan;

/// Arrivals as the model expects them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Prospect {
    /// Endpoints there are.
    pub endpoints: u64,
    /// Arrivals in all, refreshes and calls among them.
    pub arrivals: u64,
    /// Calls among them.
    pub calls: u64,
    /// Most arrivals within one second of the run.
    pub peak: u64,
    second: u64,
    in_second: u64,
}

impl Prospect {
    /// Runs the plan in virtual time, with that schedule: its own, or the one that searches came to.
    pub fn of(plan: &Plan, schedule: &[Entry], seed: u64) -> Self {
        let mut simulation = Simulation::new(&plan.layout, plan.settings.clone(), schedule.to_vec(), seed);
        let mut prospect = Self { endpoints: simulation.engine().elements().endpoints() as u64, ..Self::default() };
        simulation.run_until(Instant::ZERO + plan.lasts, &mut prospect);
        prospect
    }
}

impl Observer for Prospect {
    fn observe(&mut self, now: Instant, _: NodeId, events: &[Event], _: &Site) -> bool {
        let due = |event: &&Event| matches!(event, Event::Due { wish } if *wish != Wish::Return);
        let calls = events.iter().filter(|event| matches!(event, Event::CallDue { .. })).count() as u64;
        self.calls += calls;
        let due = calls + events.iter().filter(due).count() as u64;
        let second = now.0 / Duration::SECOND.0;
        if second != self.second {
            (self.second, self.in_second) = (second, 0);
        }
        self.in_second += due;
        self.arrivals += due;
        self.peak = self.peak.max(self.in_second);
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

/// What of a plan cannot be done on the wire yet: each a sentence.
pub fn impossible(plan: &Plan) -> Vec<String> {
    let mut impossible = Vec::new();
    for settings in &plan.settings {
        for (population, people) in plan.layout.populations.iter().zip(&settings.populations) {
            let name = &population.name;
            if !matches!(people.transport, Transport::Udp | Transport::Tcp) {
                impossible.push(format!("{name}: on the wire there is transport: udp or tcp so far"));
            }
            if people.keep_alive.is_some() && people.transport == Transport::Udp {
                impossible.push(format!("{name}: no keep-alive over UDP so far"));
            }
        }
        for (flow, calls) in plan.layout.flows.iter().zip(&settings.flows) {
            if calls.hold.is_some() || calls.transfer.is_some() {
                impossible.push(format!("{}: no hold and no transfer on the wire so far", flow.name));
            }
        }
    }
    impossible.sort();
    impossible.dedup();
    impossible
}

/// How endpoints of a plan reach their PBXs: by datagrams, by connections.
pub fn transports(plan: &Plan) -> (bool, bool) {
    let in_use = plan.layout.blocks.iter().map(|block| usize::from(block.population));
    let reliable = in_use.map(|population| plan.settings[0].populations[population].transport.is_reliable());
    reliable.fold((false, false), |(datagrams, streams), reliable| (datagrams || !reliable, streams || reliable))
}

/// The same in words.
pub fn transport_words(plan: &Plan) -> &'static str {
    match transports(plan) {
        (true, true) => "UDP and TCP",
        (false, true) => "TCP",
        (_, false) => "UDP",
    }
}

/// Verbs on nodes: what lives elsewhere cannot be crashed from here.
pub fn on_nodes(plan: &Plan) -> Vec<String> {
    let is_on_node = |entry: &&Entry| {
        !matches!(
            entry.action,
            Action::SignIn { .. }
                | Action::SignOut { .. }
                | Action::PowerOff(_)
                | Action::PowerOn(_)
                | Action::Install(_)
        )
    };
    let mut names: Vec<String> = plan
        .schedule
        .iter()
        .filter(is_on_node)
        .map(|entry| &plan.occasions[usize::from(entry.occasion)])
        .map(|occasion| {
            format!("{} {} cannot be done to a target on the wire: leave it out", occasion.verb, occasion.object)
        })
        .collect();
    names.dedup();
    names
}

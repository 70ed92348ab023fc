//! What a run answers: to REGISTER and INVITE, to what is configured, and to a standby that would take over.

use std::collections::{BTreeMap, BTreeSet};

use simulator::event::Event;
use simulator::invariants::Checker;
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::{Duration, Instant};

use crate::installation::Installation;

/// When everybody has asked often enough, and the master is still up.
const SETTLED: Instant = Instant(210_000_000_000);

/// A run in figures.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Everybody is in, and nothing was refused.
    pub(crate) covered: bool,
    pub(crate) reasons: BTreeSet<&'static str>,
    /// Units in use once all have settled, by owner of the stock.
    pub(crate) in_use: BTreeMap<(usize, Feature), u32>,
    pub(crate) takes_over: Option<bool>,
    pub(crate) breach: Option<String>,
}

pub(crate) fn run(text: &str, it: &Installation) -> Ran {
    let loaded =
        scenarios::load("random.yaml", text, &[], None).unwrap_or_else(|wrong| panic!("{}\n{text}", wrong.render()));
    let plan = loaded.plans.into_iter().next().expect("a file is planned once");
    let mut simulation = Simulation::new(&plan.layout, plan.settings, plan.schedule, 7);
    let mut witness = Witness::new(simulation.engine().elements());
    simulation.run_until(SETTLED, &mut witness);
    witness.settle(simulation.engine().elements());
    simulation.run_until(Instant::ZERO + Duration::seconds(240), &mut witness);
    witness.ran(it.standby)
}

struct Witness {
    checker: Checker,
    open: bool,
    bound: BTreeSet<NodeId>,
    endpoints: usize,
    reasons: BTreeSet<&'static str>,
    in_use: BTreeMap<(usize, Feature), u32>,
    takes_over: bool,
}

impl Witness {
    fn new(site: &Site) -> Self {
        Self {
            checker: Checker::new(site),
            open: true,
            bound: BTreeSet::new(),
            endpoints: site.endpoints(),
            reasons: BTreeSet::new(),
            in_use: BTreeMap::new(),
            takes_over: false,
        }
    }

    /// Nothing behind this instant counts but the standby.
    fn settle(&mut self, site: &Site) {
        self.open = false;
        let functions = site.cluster().functions();
        self.reasons.extend(functions.refused().iter().map(|refused| refused.reason.code()));
        for feature in Feature::ALL.into_iter().filter(|feature| feature.is_assigned()) {
            for owner in 0..site.pbxs().len() {
                self.in_use.insert((owner, feature), functions.in_use(owner as u16, feature));
            }
        }
    }

    fn refused(&mut self, status: u16, reason: Reason) {
        if status >= 400 && reason.is_licence() {
            self.reasons.insert(reason.code());
        }
    }

    fn ran(self, standby: bool) -> Ran {
        let mut reasons = self.reasons;
        let takes_over = standby.then_some(self.takes_over);
        if takes_over == Some(false) {
            reasons.insert("standby");
        }
        let covered = reasons.is_empty() && self.bound.len() == self.endpoints;
        reasons.remove("standby");
        Ran {
            covered,
            reasons,
            in_use: self.in_use,
            takes_over,
            breach: self.checker.breach().map(|breach| format!("{breach:?}")),
        }
    }
}

impl Observer for Witness {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        let holds = self.checker.observe(now, node, events, site);
        for event in events {
            match *event {
                Event::Role { active: true } => self.takes_over = true,
                _ if !self.open => {}
                Event::Bound { endpoint, .. } => drop(self.bound.insert(endpoint)),
                Event::Unbound { endpoint, .. } => drop(self.bound.remove(&endpoint)),
                Event::Answered { status, reason, .. } | Event::CallFailed { status, reason, .. } => {
                    self.refused(status, reason);
                }
                Event::Taken { feature, stock, .. } => {
                    *self.in_use.entry((usize::from(stock.owner), feature)).or_default() += 1;
                }
                Event::Freed { feature, stock, .. } => {
                    *self.in_use.entry((usize::from(stock.owner), feature)).or_default() -= 1;
                }
                _ => {}
            }
        }
        holds
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

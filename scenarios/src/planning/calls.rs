//! Flows of calls: who calls whom, how often and how long.

use simulator::layout::{Begins, FlowPlan, Interface};
use simulator::numbers::Destination;
use simulator::rng::Probability;
use simulator::schedule::{Action, Entry};
use simulator::settings::{FlowSettings, Hold, Transfer};
use simulator::time::{Duration, Instant};

use super::Draft;
use super::demand::offered_erlangs;
use super::facilities::Facilities;
use super::fields::Fields;
use super::moments::Frame;
use super::people::{People, arrival_gap};
use super::structure::Structure;
use crate::language::{CALLS, HOLD, TRANSFER};
use crate::nearest::{did_you_mean, either};
use crate::plan::{Flow, MeanLoad};
use crate::source::Span;
use crate::value::distribution::{Law, distribution};
use crate::value::rate::{Offered, Traffic, traffic};
use crate::value::share::{WHOLE, percent};
use crate::yaml::{Kind, Node, Pair};

/// Flows of a run.
const MAX_FLOWS: usize = 10_000;
/// Who signs in without an entry does so within this.
const FIRST_MINUTE: Duration = Duration::seconds(60);

/// All flows, in the order declared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    pub(crate) plans: Vec<FlowPlan>,
    pub(crate) settings: Vec<FlowSettings>,
    /// The load they offer.
    pub(crate) loads: Vec<Flow>,
    pub(crate) spans: Vec<Span>,
}

impl Draft<'_> {
    /// Reads `calls`; when each begins is found once the timeline is known.
    pub(crate) fn call_flows(&mut self, people: &People, facilities: &Facilities) -> Flows {
        let mut flows = Flows::default();
        let pairs = self.tree.get("calls").map(Node::pairs).unwrap_or_default();
        if pairs.len() > MAX_FLOWS {
            let span = pairs.last().map(|pair| pair.key_span).unwrap_or_default();
            self.report.error(span, "more than 10,000 flows", "");
            return flows;
        }
        for pair in pairs {
            self.flow(people, facilities, pair, &mut flows);
        }
        flows
    }

    fn flow(&mut self, people: &People, facilities: &Facilities, pair: &Pair, flows: &mut Flows) {
        let fields = Fields::new(&CALLS, Some(&pair.value));
        let from = self.callers(people, facilities, &fields);
        let to = self.called(people, facilities, &fields);
        let holding = fields.law("holding").unwrap_or(Law::exponential(Duration::seconds(180)));
        let mean = self.tables.mean(holding);
        let offered = fields.node("offered").and_then(|node| traffic(node.text()?).ok());
        let seats: u32 = from.iter().map(|one| people.populations[usize::from(*one)].plan.seats).sum();
        if matches!(offered, Some(Traffic { amount: Offered::Erlangs(number), .. }) if number.mantissa > 0)
            && mean == Duration::ZERO
        {
            let advice = "write a rate, such as \"200/h\": erlang = calls · holding time";
            self.report.meaning(fields.span("offered"), "erlang of calls that take no time", advice);
        }
        self.somebody_else(people, &fields, &from, &to);
        let gap = offered.and_then(|offered| arrival_gap(offered, Some(mean), seats));
        let law = if fields.text("arrivals") == "even" { Law::fixed } else { Law::exponential };
        let closed = fields.text("arrivals") == "closed";
        let erlangs = offered.map_or(0.0, |offered| offered_erlangs(offered, mean.as_secs_f64(), seats));
        let each_idle = closed.then(|| erlangs / f64::from(seats.max(1)));
        let erlangs = each_idle.map_or(erlangs, |beta| erlangs / (1.0 + beta));
        let per_hour = gap.map_or(0.0, |gap| 3600.0 / gap.as_secs_f64().max(1e-9));
        flows.loads.push(Flow {
            per_hour,
            erlangs,
            mean: MeanLoad { per_hour, erlangs },
            holding: mean,
            seats,
            each_idle,
        });
        let patience = fields.node("patience").and_then(|node| distribution(node.text()?).ok());
        flows.settings.push(FlowSettings {
            gap: gap.map(|gap| self.tables.of(law(gap))),
            closed,
            at_most: fields.node("at-most").and_then(|_| fields.count32("at-most")).unwrap_or(u32::MAX),
            holding: self.tables.of(holding),
            rings: self.tables.of(fields.law("rings").unwrap_or(Law::fixed(Duration::ZERO))),
            unanswered: Probability::ratio(fields.percent("unanswered").unwrap_or(0), WHOLE),
            patience: patience.map(|law| self.tables.of(law)),
            retries: self.retries(&fields),
            hold: fields.node("hold").map(|node| self.hold(node)),
            transfer: fields.node("transfer").map(|node| self.transfer(node)),
        });
        let target = fields.node("transfer").and_then(|transfer| transfer.get("to"));
        let transfers_to =
            target.and_then(|node| self.callee(people, facilities, node.text().unwrap_or(""), node.span));
        flows.plans.push(FlowPlan { name: pair.key.clone(), from, to, transfers_to, starts: Instant::ZERO });
        flows.spans.push(pair.key_span);
    }

    fn hold(&mut self, node: &Node) -> Hold {
        let fields = Fields::new(&HOLD, Some(node));
        let mut law = |key: &str| self.tables.of(fields.law(key).unwrap_or(Law::fixed(Duration::ZERO)));
        let (after, lasts) = (law("after"), law("lasts"));
        Hold { share: Probability::ratio(fields.percent("share").unwrap_or(0), WHOLE), after, lasts }
    }

    fn transfer(&mut self, node: &Node) -> Transfer {
        let fields = Fields::new(&TRANSFER, Some(node));
        Transfer {
            share: Probability::ratio(fields.percent("share").unwrap_or(0), WHOLE),
            after: self.tables.of(fields.law("after").unwrap_or(Law::fixed(Duration::ZERO))),
            attended: fields.text("kind") == "attended",
        }
    }

    fn callers(&mut self, people: &People, facilities: &Facilities, fields: &Fields<'_>) -> Vec<u16> {
        let Some(node) = fields.node("from") else { return Vec::new() };
        let name = node.text().unwrap_or("");
        if name == "everyone" {
            let users = (0..).zip(&people.populations).filter(|(_, population)| !population.is_trunk);
            return users.map(|(index, _)| index).collect();
        }
        self.caller(people, facilities, name, node.span).into_iter().collect()
    }

    fn called(&mut self, people: &People, facilities: &Facilities, fields: &Fields<'_>) -> Vec<(u16, u64)> {
        let Some(node) = fields.node("to") else { return Vec::new() };
        let Kind::Map(pairs) = &node.kind else {
            let to = self.callee(people, facilities, node.text().unwrap_or(""), node.span);
            return to.map(|population| (population, WHOLE)).into_iter().collect();
        };
        let mut to = Vec::new();
        let mut sum = 0;
        for pair in pairs {
            let share = pair.value.text().and_then(|text| percent(text).ok()).unwrap_or(0);
            sum += share;
            to.extend(self.callee(people, facilities, &pair.key, pair.key_span).map(|population| (population, share)));
        }
        if sum != WHOLE {
            let message = format!("the parts add up to {}%", sum as f64 / (WHOLE / 100) as f64);
            self.report.meaning(node.span, message, "write parts that add up to 100%");
        }
        to
    }

    fn caller(&mut self, people: &People, facilities: &Facilities, name: &str, span: Span) -> Option<u16> {
        if people.population(name).is_none() && facilities.names().any(|(one, _)| one == name) {
            let message = format!("{name} is called, and calls nobody");
            self.report.meaning(span, message, "name users or a trunk");
            return None;
        }
        self.party(people, &[], name, span)
    }

    fn callee(&mut self, people: &People, facilities: &Facilities, name: &str, span: Span) -> Option<u16> {
        let names: Vec<&str> = facilities.names().map(|(name, _)| name).collect();
        let found = self.party(people, &names, name, span);
        let population = found.and_then(|callee| people.populations.get(usize::from(callee)));
        if population.is_some_and(|population| population.settings.interface == Interface::WebRtc) {
            let message = format!("{name} is a button that visitors press: nobody calls it");
            self.report.meaning(span, message, "name users, another trunk, a queue, a group or a room");
        }
        found
    }

    /// Somebody by name: populations, behind them these ([`simulator::layout::Layout::callee`]).
    fn party(&mut self, people: &People, facilities: &[&str], name: &str, span: Span) -> Option<u16> {
        let facility = facilities.iter().position(|one| *one == name).map(|place| people.populations.len() + place);
        let found = people.population(name).or(facility.and_then(|place| u16::try_from(place).ok()));
        if found.is_none() {
            let populations = people.populations.iter().map(|population| population.plan.name.as_str());
            let names = || populations.clone().chain(facilities.iter().copied());
            let meant = did_you_mean(name, names());
            let advice = if meant.is_empty() { format!("names here: {}", either(names())) } else { meant };
            self.report.unnamed(span, format!("nobody here is called \"{name}\""), advice);
        }
        found
    }

    /// Nobody calls oneself.
    fn somebody_else(&mut self, people: &People, fields: &Fields<'_>, from: &[u16], to: &[(u16, u64)]) {
        let seats = |population: u16| people.populations[usize::from(population)].plan.seats;
        if let ([one], [(other, _)]) = (from, to)
            && one == other
            && seats(*one) == 1
        {
            let message = format!("{} has one seat, and nobody calls oneself", fields.text("to"));
            self.report.meaning(fields.span("to"), message, "name others");
        }
    }

    /// When each flow begins: as written, else once the first sign-in of both sides is over.
    pub(crate) fn starts(&mut self, structure: &mut Structure, items: &[Node], schedule: &[Entry], frame: Frame) {
        for index in 0..structure.layout.flows.len() {
            let flow = &structure.layout.flows[index];
            let called = flow.to.iter().flat_map(|(to, _)| answering(structure, *to));
            let sides = flow.from.iter().copied().chain(called);
            let signed_in = sides.map(|population| signed_in(structure, population, schedule)).max();
            let entry = self.tree.get("calls").and_then(|calls| calls.get(&flow.name));
            let written = entry.and_then(|entry| entry.get("starts"));
            let starts = written.and_then(|node| self.moment(node, items, frame));
            let starts = starts.or(signed_in).unwrap_or(Instant::ZERO);
            structure.layout.flows[index].starts = starts;
            if starts >= Instant::ZERO + frame.lasts {
                let span = written.map_or(structure.flows.spans[index], |node| node.span);
                self.report.meaning(span, "these calls begin after the end of the run", "write an earlier \"starts\"");
            }
        }
    }
}

/// The populations that answer for somebody who is called.
fn answering(structure: &Structure, callee: u16) -> Vec<u16> {
    let layout = &structure.layout;
    let who = match layout.destination_of(callee) {
        Some(Destination::Queue(queue)) => &layout.queues[usize::from(queue)].agents,
        Some(Destination::Group(group)) => &layout.groups[usize::from(group)].members,
        Some(_) => return Vec::new(),
        None => return vec![callee],
    };
    who.seats.iter().map(|(block, _)| layout.blocks[*block as usize].population).collect()
}

/// When the first sign-in of a population is over.
fn signed_in(structure: &Structure, population: u16, schedule: &[Entry]) -> Instant {
    let blocks = |seats: &[(u32, core::ops::Range<u32>)]| {
        seats.iter().any(|(block, _)| structure.people.blocks[*block as usize].population == population)
    };
    let first = schedule.iter().find_map(|entry| match &entry.action {
        Action::SignIn { who, over, .. } if blocks(&who.seats) => Some(entry.at + *over),
        _ => None,
    });
    match structure.layout.populations[usize::from(population)].begins {
        Begins::Absent | Begins::Partly(_) => first.unwrap_or(Instant::ZERO),
        Begins::FirstMinute | Begins::Offered => Instant::ZERO + FIRST_MINUTE,
    }
}

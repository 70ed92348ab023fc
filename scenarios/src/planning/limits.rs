//! Limits that cannot fail, or cannot hold, with the arithmetic: warnings before any run.

use reports::expectation::{
    AttemptKind, Attempts, Bound, Claim, Expectation, Group, Limit, Measured, Metric, Operand, Outcome, Quantity,
    Subject, When,
};
use simulator::layout::{Block, Device};
use simulator::licence::domain::is_decentral;
use simulator::licence::feature::Feature;
use simulator::time::Duration;

use super::Draft;
use super::structure::Structure;
use crate::language::licence;
use crate::nearest::grouped;
use crate::plan::Plan;
use crate::source::Span;
use crate::value::share::WHOLE;
use crate::yaml::Node;

const CANNOT_FAIL: &str = "this cannot fail";
const CANNOT_HOLD: &str = "this cannot hold";

impl Draft<'_> {
    /// Says so if the sentence at `node` is decided before the run.
    pub(crate) fn limit(&mut self, node: &Node, expectation: &Expectation, structure: &Structure, plan: &Plan) {
        // Arithmetic with people who are wrong would only confuse.
        if self.report.is_blind()
            || structure.people.populations.iter().any(|population| self.report.is_tainted(population.span))
        {
            return;
        }
        match &expectation.claim {
            Claim::Measure { measured, limit, .. } => self.measure(node, measured, limit, structure, plan),
            Claim::Share { quantity, subject: Subject::Group(group), outcome, within_ns, .. } => {
                self.group(node, quantity, group, structure);
                if let (Outcome::Back, Some(within)) = (outcome, within_ns) {
                    self.back(node, quantity, group, Duration(*within), structure, plan);
                }
            }
            Claim::Share { quantity, subject: Subject::Attempts(attempts), outcome, .. } => {
                self.refusals(node, quantity, attempts, outcome, structure, plan);
            }
            Claim::Queue { node: at, limit_ns, when: When::Whole } => {
                self.queue(node, at.as_deref(), Duration(*limit_ns), structure);
            }
            _ => {}
        }
    }

    /// `peak units in use of F are at most N` against who could use them and what is bought.
    fn measure(&mut self, node: &Node, measured: &Measured, limit: &Limit, structure: &Structure, plan: &Plan) {
        let Measured { metric: Metric::UnitsInUse, of: Some(of), at: None, .. } = measured else { return };
        let Some(feature) = Feature::named(of).filter(|feature| Feature::LENT.contains(feature)) else { return };
        let sources = plan.demands.iter().find(|demand| demand.feature == feature).map_or(0, |demand| demand.sources);
        let bought = bought(structure, feature);
        let (most, why) = if bought < u64::from(sources) {
            (bought, format!("only {} licences", grouped(bought)))
        } else {
            (u64::from(sources), format!("only {} can ask for {of}", grouped(u64::from(sources))))
        };
        self.held_against(node, limit, most, &why);
    }

    fn held_against(&mut self, node: &Node, limit: &Limit, most: u64, why: &str) {
        let most = most as f64;
        let verdict = match limit {
            Limit::Bound(Bound::AtMost, Operand::Value(limit)) if *limit >= most => CANNOT_FAIL,
            Limit::Bound(Bound::FewerThan, Operand::Value(limit)) if *limit > most => CANNOT_FAIL,
            Limit::Bound(Bound::AtLeast | Bound::Exactly, Operand::Value(limit)) if *limit > most => CANNOT_HOLD,
            Limit::Bound(Bound::MoreThan, Operand::Value(limit)) if *limit >= most => CANNOT_HOLD,
            Limit::Between(Operand::Value(least), _) | Limit::AgreesWith(least) if *least > most => CANNOT_HOLD,
            _ => return,
        };
        self.report.warning(node.span, verdict, why);
    }

    /// `exactly N users are registered` against how many there are.
    fn group(&mut self, node: &Node, quantity: &Quantity, group: &Group, structure: &Structure) {
        let members = members(group, structure);
        let verdict = match quantity {
            Quantity::Count(Bound::AtLeast | Bound::Exactly, count) if *count > members => CANNOT_HOLD,
            Quantity::Count(Bound::MoreThan, count) if *count >= members => CANNOT_HOLD,
            Quantity::BetweenCount(least, _) if *least > members => CANNOT_HOLD,
            Quantity::Count(Bound::AtMost, count) if *count >= members => CANNOT_FAIL,
            Quantity::Count(Bound::FewerThan, count) if *count > members => CANNOT_FAIL,
            _ => return,
        };
        self.report.warning(node.span, verdict, format!("there are only {}", grouped(members)));
    }

    /// `… lost in the crash are back within T` against what the standby can answer until then.
    fn back(
        &mut self,
        node: &Node,
        quantity: &Quantity,
        group: &Group,
        within: Duration,
        structure: &Structure,
        plan: &Plan,
    ) {
        let Quantity::Percent(Bound::AtLeast, share) = quantity else { return };
        let Some(crash) = group.lost_in.and_then(|index| plan.occasions.get(usize::from(index))) else { return };
        let Ok(home) = structure.cluster.one(&crash.object) else { return };
        let standbys: Vec<u16> = structure.cluster.standbys(home).collect();
        // With several, or with the node back in time, the arithmetic is another.
        let ([standby], "crash", None) = (standbys.as_slice(), crash.verb.as_str(), crash.until) else { return };
        let server = &structure.settings.pbxs[usize::from(*standby)];
        let at_home = Group { at: Some(structure.cluster.name(home).to_owned()), ..group.clone() };
        let lost = members(&at_home, structure);
        let requests = if server.challenges { 2 } else { 1 };
        let served = server.service.scaled(lost * requests, 1).scaled(*share, WHOLE);
        if server.after_silence + served > within {
            let note = format!(
                "{} notices after {} at the earliest and then needs {:.1} s for {} endpoints",
                structure.cluster.name(*standby),
                super::duration_text(server.after_silence),
                served.as_secs_f64(),
                grouped((u128::from(lost) * u128::from(*share) / u128::from(WHOLE)) as u64)
            );
            self.report.warning(node.span, CANNOT_HOLD, note);
        }
    }

    /// `no node queues longer than T` against bounded queues.
    fn queue(&mut self, node: &Node, at: Option<&str>, limit: Duration, structure: &Structure) {
        let named = structure.cluster.nodes.iter().zip(&structure.settings.pbxs);
        let servers = named.filter(|(node, _)| at.is_none_or(|at| at == node.name)).map(|(_, server)| server);
        let longest = |server: &simulator::settings::PbxSettings| match (server.service, server.queue) {
            (Duration::ZERO, _) => Duration::ZERO,
            (_, u32::MAX) => Duration::FOREVER,
            (service, queue) => service.scaled(u64::from(queue) + 1, 1),
        };
        let most = servers.map(longest).max().unwrap_or(Duration::FOREVER);
        if most <= limit {
            let why = if most == Duration::ZERO {
                "without \"answers\" a node never lets anybody wait".to_owned()
            } else {
                format!("a full queue is served in {:.1} s", most.as_secs_f64())
            };
            self.report.warning(node.span, CANNOT_FAIL, why);
        }
    }

    /// `no … sign-ins are refused a licence` against more licences than people: said at the licences.
    fn refusals(
        &mut self,
        node: &Node,
        quantity: &Quantity,
        attempts: &Attempts,
        outcome: &Outcome,
        structure: &Structure,
        plan: &Plan,
    ) {
        let few = matches!(quantity, Quantity::No | Quantity::Percent(Bound::FewerThan | Bound::AtMost, _));
        let licence_missing = matches!(outcome, Outcome::RefusedALicence);
        if !few || !licence_missing || attempts.kind != AttemptKind::SignIns || !structure.layout.licensed {
            return;
        }
        let booked = booked(attempts, structure);
        let enough = |feature: &Feature| {
            let sources =
                plan.demands.iter().find(|demand| demand.feature == *feature).map_or(0, |demand| demand.sources);
            (*feature, sources, bought(structure, *feature))
        };
        let counted: Vec<(Feature, u32, u64)> = booked.iter().map(enough).collect();
        // On an appliance there may be ports and no IPVA licences (R27).
        let central = structure.layout.appliances.is_empty()
            && !structure.layout.pbxs.iter().any(|pbx| is_decentral(pbx.role, &pbx.licences));
        if !central || counted.iter().any(|(_, sources, bought)| *bought < u64::from(*sources)) {
            return;
        }
        // The rarest of what they book is what the sentence is about.
        let Some((feature, sources, bought)) = counted.into_iter().rev().min_by_key(|(_, sources, _)| *sources) else {
            return;
        };
        let more = if bought > u64::from(sources) { "more licences than" } else { "as many licences as" };
        let line = self.sources.position(node.span).line;
        let note = format!(
            "only {} {} ask; the expectation on line {line} cannot fail",
            grouped(u64::from(sources)),
            who(feature)
        );
        let span = self.counted_at(feature).unwrap_or(node.span);
        self.report.warning(span, format!("there are {more} everyone who could use them"), note);
    }

    /// Where the count of a feature's licences stands.
    fn counted_at(&self, feature: Feature) -> Option<Span> {
        let nodes = self.tree.get("licences").map(Node::pairs).unwrap_or_default();
        let mut counts = nodes.iter().flat_map(|node| node.value.pairs());
        let same = |name: &str| licence(name).is_ok_and(|named| named.licence.feature == feature);
        counts.find(|pair| same(&pair.key)).map(|pair| pair.value.span)
    }
}

/// Licences of a feature in all stocks.
fn bought(structure: &Structure, feature: Feature) -> u64 {
    let stocks = structure.layout.pbxs.iter().flat_map(|pbx| &pbx.licences);
    stocks.filter(|bound| bound.feature == feature).map(|bound| u64::from(bound.units)).sum()
}

/// How many members a group has.
fn members(group: &Group, structure: &Structure) -> u64 {
    chosen(structure, group.population.as_deref(), group.at.as_deref())
        .map(|block| {
            let devices = block
                .devices
                .iter()
                .filter(|(device, _)| group.device.as_deref().is_none_or(|word| word == device.word()));
            let counts = devices.map(|(device, count)| (device, u64::from(*count)));
            if group.users {
                counts.filter(|(device, _)| **device != Device::Trunk).map(|(_, count)| count).max().unwrap_or(0)
            } else {
                counts.map(|(_, count)| count).sum()
            }
        })
        .sum()
}

fn chosen<'a>(structure: &'a Structure, population: Option<&str>, at: Option<&str>) -> impl Iterator<Item = &'a Block> {
    let population = population.map(|name| structure.people.population(name));
    let home = at.map(|name| structure.cluster.one(name).ok());
    let blocks = structure.people.blocks.iter();
    blocks.filter(move |block| {
        population.is_none_or(|wanted| wanted == Some(block.population))
            && home.is_none_or(|wanted| wanted == Some(block.home))
    })
}

/// The features that these sign-ins book.
fn booked(attempts: &Attempts, structure: &Structure) -> Vec<Feature> {
    let mut booked: Vec<Feature> = Vec::new();
    let blocks = chosen(structure, attempts.population.as_deref(), attempts.at.as_deref());
    for (device, _) in blocks.flat_map(|block| &block.devices) {
        if attempts.device.as_deref().is_some_and(|word| word != device.word()) {
            continue;
        }
        let features: &[Feature] = match device {
            Device::Softphone => &[Feature::Port, Feature::SoftwarePhones],
            Device::Operator => &[Feature::Operator],
            _ => &[Feature::Port],
        };
        for feature in features.iter().filter(|feature| !booked.contains(feature)).copied().collect::<Vec<_>>() {
            booked.push(feature);
        }
    }
    booked
}

fn who(feature: Feature) -> &'static str {
    match feature {
        Feature::SoftwarePhones => "softphones",
        Feature::Operator => "operator applications",
        _ => "users and trunks",
    }
}

//! The verb `search`: from which rate, how many attempts, what must hold; and runs that last until all is done.

use reports::expectation::{Claim, Limit, Subject, When};
use simulator::schedule::Sought;
use simulator::search::MOST_PER_SECOND;
use simulator::time::{Duration, Instant};

use super::Draft;
use super::fields::Fields;
use super::moments::Extent;
use super::structure::Structure;
use super::timeline::Timeline;
use crate::language::ENTRY;
use crate::nearest::grouped;
use crate::plan::{Plan, Search};
use crate::value::moment::{Moment, moment};
use crate::value::rate::rate;
use crate::yaml::Node;

/// Searches of one run.
const MOST: usize = 16;
/// Below, a tenth more is nothing more (RFC 7502 §4.10 rounds down).
const CLIMBS_FROM: u64 = 10;
/// Whoever registered in one trial must still be registered in the next but one.
const TRIALS_IN_A_LIFETIME: u64 = 4;

impl Draft<'_> {
    /// All searches in order of time.
    pub(super) fn searches(&mut self, at: &Structure, items: &[Node], extents: &[Extent]) -> Vec<Search> {
        let mut searches = Vec::new();
        for (index, (item, extent)) in items.iter().zip(extents).enumerate() {
            if let Some(verb) = item.get("search") {
                searches.extend(self.search(at, (index as u16, extent), item, verb));
            }
        }
        searches.sort_by_key(|search| search.at);
        if let Some(one) = searches.get(MOST) {
            let span = items[usize::from(one.occasion)].span;
            self.report.error(span, format!("more than {MOST} searches"), "use several files");
        }
        self.lengths_nobody_knows(items, extents, &searches);
        searches
    }

    fn search(&mut self, at: &Structure, (index, extent): (u16, &Extent), item: &Node, verb: &Node) -> Option<Search> {
        let fields = Fields::new(&ENTRY, Some(item));
        let attempts = fields.count32("attempts").unwrap_or(1);
        let from = self.first_rate(&fields)?;
        let sought = match verb.text()? {
            "registrations" => Sought::Registrations,
            "refreshes" => Sought::Refreshes,
            "calls" => Sought::Calls(self.only_flow(at, verb)?),
            _ => return None,
        };
        self.people_who_stay(at, verb);
        if !matches!(sought, Sought::Calls(_)) {
            self.distinct_addresses(at, &fields, attempts);
            self.trials_in_a_lifetime(at, &fields, (from, attempts));
        }
        if let Some(ends) = extent.until {
            return Some(Search {
                occasion: index,
                sought,
                at: extent.at,
                ends,
                from,
                attempts,
                holds: None,
                outcome: None,
            });
        }
        None
    }

    /// RFC 7502 counts whole attempts a second.
    fn first_rate(&mut self, fields: &Fields<'_>) -> Option<u64> {
        let node = fields.node("from")?;
        let read = match rate(node.text().unwrap_or("")) {
            Ok(read) => read,
            Err(mistake) => {
                let span = node.place(mistake.at, self.sources);
                self.report.meaning(span, mistake.message, mistake.advice);
                return None;
            }
        };
        let per = u128::from(read.per.0) * u128::from(read.number.power());
        let number = u128::from(read.number.mantissa) * u128::from(Duration::SECOND.0);
        let whole = u64::try_from(number / per).unwrap_or(u64::MAX);
        if number % per != 0 || whole == 0 || whole > MOST_PER_SECOND {
            let message = "a search begins at a whole number of attempts a second";
            let advice = format!("1/s to {}/s; RFC 7502 begins at 100/s", grouped(MOST_PER_SECOND));
            self.report.meaning(node.span, message, advice);
            return None;
        }
        if whole < CLIMBS_FROM {
            let message = format!("from {whole}/s the search of RFC 7502 never rises");
            let note = "it adds a tenth and rounds down; begin at 10/s or more, it goes down by itself";
            self.report.warning(node.span, message, note);
        }
        Some(whole)
    }

    fn only_flow(&mut self, at: &Structure, verb: &Node) -> Option<u16> {
        if at.layout.flows.len() != 1 {
            let message = format!("a search of calls, and {} flows of calls", at.layout.flows.len());
            let advice = "declare one flow below \"calls:\": who calls whom, and how long";
            self.report.meaning(verb.span, message, advice);
            return None;
        }
        Some(0)
    }

    fn people_who_stay(&mut self, at: &Structure, verb: &Node) {
        for population in &at.people.populations {
            let settings = &population.settings;
            if settings.signed_in.is_some() || settings.away.is_some() || settings.arrivals.is_some() {
                let message = format!("a search, and {} come and go by themselves", population.plan.name);
                let advice = "leave \"signed-in\", \"away\" and \"offered\" out: the search says who comes when";
                return self.report.meaning(verb.span, message, advice);
            }
        }
    }

    /// RFC 7502 §6.7: each registration is of another address of record.
    fn distinct_addresses(&mut self, at: &Structure, fields: &Fields<'_>, attempts: u32) {
        let endpoints: u64 = at.people.blocks.iter().map(|block| u64::from(block.endpoints())).sum();
        if u64::from(attempts) > endpoints {
            let (wanted, there) = (grouped(u64::from(attempts)), grouped(endpoints));
            let message = format!("{wanted} attempts, each by another endpoint, and {there} endpoints");
            self.report.meaning(
                fields.span("attempts"),
                message,
                format!("write \"attempts: {endpoints}\", or more people"),
            );
        }
    }

    fn trials_in_a_lifetime(&mut self, at: &Structure, fields: &Fields<'_>, (from, attempts): (u64, u32)) {
        let trial_s = u64::from(attempts).div_ceil(from.max(1));
        for population in &at.people.populations {
            let needed_s = trial_s * TRIALS_IN_A_LIFETIME;
            if u64::from(population.settings.expires_s) < needed_s {
                let message = format!(
                    "a trial takes {} at first, and {} register for {}",
                    super::duration_text(Duration::seconds(trial_s)),
                    population.plan.name,
                    super::duration_text(Duration::seconds(u64::from(population.settings.expires_s)))
                );
                let needed = super::duration_text(Duration::seconds(needed_s));
                return self.report.meaning(
                    fields.span("from"),
                    message,
                    format!("write \"expires: {needed}\" or more"),
                );
            }
        }
    }

    /// Nothing may happen at an instant of which nobody knows whether a search still goes on then.
    fn lengths_nobody_knows(&mut self, items: &[Node], extents: &[Extent], searches: &[Search]) {
        let Some(first) = searches.first() else { return };
        for (index, (item, extent)) in items.iter().zip(extents).enumerate() {
            let Some(node) = item.get("at") else { continue };
            let absolute = node.text().and_then(|text| moment(text).ok());
            let absolute = absolute.is_some_and(|moment| !matches!(moment, Moment::Event { .. }));
            let other = |search: &&Search| usize::from(search.occasion) != index;
            let within = |search: &Search| {
                let ends = extent.until.unwrap_or(extent.at);
                extent.at < search.ends && ends > search.at || extent.at == search.at
            };
            let blind = searches.iter().filter(other).any(within) || absolute && extent.at > first.at;
            if blind || item.get("chaos").is_some() {
                let message = "nobody knows how long a search takes, so nobody knows what this falls into";
                self.report.meaning(
                    node.span,
                    message,
                    "write \"SEARCH end + 5 min\", or an instant before the search",
                );
            }
        }
    }

    /// How long a run is that lasts until its searches are done, as planned.
    pub(super) fn until_done(&mut self, top: &Fields<'_>, written: Duration, timeline: &Timeline) -> Duration {
        let until_done = top.text("lasts") == "until done";
        let span = top.span("lasts");
        if until_done && timeline.searches.is_empty() {
            self.report.meaning(span, "nothing here is ever done", "write how long it lasts, or search for something");
        } else if !until_done && !timeline.searches.is_empty() && top.node("lasts").is_some() {
            self.report.meaning(span, "a search takes as long as it takes", "write \"lasts: until done\"");
        }
        if !until_done {
            return written;
        }
        let occasions = timeline.occasions.iter().map(|occasion| occasion.until.unwrap_or(occasion.at));
        let ends = occasions.chain(timeline.schedule.iter().map(|entry| entry.at)).max();
        ends.unwrap_or(Instant::ZERO).since(Instant::ZERO).max(Duration::SECOND)
    }

    /// Reads the sentences that trials must hold.
    pub(super) fn what_trials_hold(&mut self, structure: &Structure, timeline: &Timeline, plan: &mut Plan) {
        if plan.searches.is_empty() {
            return;
        }
        let items = self.tree.get("timeline").map(Node::items).unwrap_or_default();
        let names = self.names(structure, timeline, plan);
        for search in &mut plan.searches {
            let Some(node) = items[usize::from(search.occasion)].get("holds") else { continue };
            let Some(expectation) = self.sentence(node, &names) else { continue };
            if !is_of_a_trial(&expectation.claim) || expectation.runs.is_some() || expectation.or_stop {
                let message = "this cannot be said of one trial";
                let advice = "write of attempts, times, waits or measures, without a window: \"p99 registration delay is below 200 ms\"";
                self.report.meaning(node.span, message, advice);
            }
            search.holds = Some(expectation);
        }
    }
}

fn is_of_a_trial(claim: &Claim) -> bool {
    match claim {
        Claim::Share { subject: Subject::Attempts(_), when, .. } => *when == When::Whole,
        Claim::Time { when, .. } | Claim::Queue { when, .. } => *when == When::Whole,
        Claim::Measure { measured, limit, when } => {
            *when == When::Whole && measured.occasion.is_none() && !matches!(limit, Limit::AgreesWith(_))
        }
        Claim::Share { subject: Subject::Group(_), .. } | Claim::Stock { .. } | Claim::Action { .. } => false,
    }
}

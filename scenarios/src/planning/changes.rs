//! The verb `set`: values of the file changed while the run goes on, by planning the changed file again.

use simulator::layout::Layout;
use simulator::licence::entitlement::Entitlement;
use simulator::schedule::{Action, Entry};
use simulator::settings::Settings;
use simulator::time::{Duration, Instant};

use super::Draft;
use super::digest::of_settings;
use super::fields::Fields;
use super::moments::Extent;
use super::ramp::Ramp;
use super::structure::Structure;
use crate::check::{Purpose, check};
use crate::diagnostics::Report;
use crate::language::ENTRY;
use crate::like;
use crate::nearest::grouped;
use crate::paths;
use crate::yaml::{Kind, Node, Pair};

/// Steps of one ramp.
const STEPS: u64 = 100;
/// Changes of settings in one run.
const MAX_CHANGES: usize = 2_000;
/// Settings times what one weighs: some 800 MB.
const MAX_WEIGHT: usize = 100_000_000;
/// Numbers of a tabulated law.
const TABLE: usize = 2_562;
/// Blocks whose values may change.
const CHANGEABLE: &[&str] =
    &["cluster", "links", "checkout", "rules", "users", "trunks", "queues", "groups", "rooms", "licences", "calls"];

/// One instant at which values begin, go on to another, or end.
struct Step {
    at: Instant,
    /// Which occurrence of which entry.
    key: (u16, u64),
    /// The values from now on; `None`: undone.
    values: Option<Vec<Pair>>,
}

impl Draft<'_> {
    /// All settings of the run; pushes the entries that install them.
    pub(crate) fn changes(
        &mut self,
        structure: &Structure,
        schedule: &mut Vec<Entry>,
        items: &[Node],
        extents: &[Extent],
    ) -> Vec<Settings> {
        let mut settings = vec![structure.settings.clone()];
        let mut digests = vec![of_settings(&structure.settings)];
        let mut steps = Vec::new();
        for (index, (item, extent)) in items.iter().zip(extents).enumerate() {
            if let Some(set) = item.get("set") {
                self.steps(&mut steps, index as u16, item, set, extent);
            }
        }
        if steps.len() > MAX_CHANGES {
            let span = items.iter().find_map(|item| item.get("set")).map(|set| set.span).unwrap_or_default();
            let message = format!("{} changes of values in one run", grouped(steps.len() as u64));
            self.report.meaning(span, message, format!("at most {}", grouped(MAX_CHANGES as u64)));
            return settings;
        }
        steps.sort_by_key(|step| step.at);
        let mut bound = bound(&structure.layout);
        let mut active: Vec<((u16, u64), Vec<Pair>)> = Vec::new();
        for step in steps {
            apply(&mut active, &step);
            let (next, now_bound) = self.changed(structure, &active);
            rebind(&bound, &now_bound, &step, schedule);
            bound = now_bound;
            if settings.len() * weight(&next) > MAX_WEIGHT {
                let span = items.get(usize::from(step.key.0)).map(|item| item.span).unwrap_or_default();
                self.report.meaning(span, "too many changes for so large a scenario", "fewer, or a shorter \"over\"");
                return settings;
            }
            let digest = of_settings(&next);
            let index = digests.iter().zip(&settings).position(|(known, one)| *known == digest && *one == next);
            let index = index.unwrap_or_else(|| {
                digests.push(digest);
                settings.push(next);
                settings.len() - 1
            });
            schedule.push(Entry { at: step.at, action: Action::Install(index as u32), occasion: step.key.0 });
        }
        settings
    }

    fn steps(&mut self, steps: &mut Vec<Step>, index: u16, item: &Node, set: &Node, extent: &Extent) {
        let fields = Fields::new(&ENTRY, Some(item));
        let over = fields.duration("over").unwrap_or(Duration::ZERO);
        let ramps = self.ramps(set, over);
        let length = fields.node("for").and_then(|_| fields.duration("for"));
        for repeat in 0..extent.repeats.min(MAX_CHANGES as u64 + 1) {
            let start = extent.at + Duration(extent.every.0.saturating_mul(repeat));
            let key = (index, repeat);
            let count = if over == Duration::ZERO { 1 } else { STEPS.min(over.0 / Duration::MILLISECOND.0).max(1) };
            for number in 1..=count {
                let at = if count == 1 { start + over } else { start + over.scaled(number, count) };
                let values =
                    set.pairs().iter().zip(&ramps).map(|(pair, ramp)| value_at(pair, ramp.as_ref(), number, count));
                steps.push(Step { at, key, values: Some(values.collect()) });
            }
            if let Some(length) = length {
                steps.push(Step { at: start + length.max(over), key, values: None });
            }
        }
    }

    /// For every path, how its value goes from what the file says to what is set.
    fn ramps(&mut self, set: &Node, over: Duration) -> Vec<Option<Ramp>> {
        let mut ramps = Vec::new();
        for pair in set.pairs() {
            let ramp = (over > Duration::ZERO).then(|| Ramp::new(self.tree, &pair.key, pair.value.text())).flatten();
            if over > Duration::ZERO && ramp.is_none() {
                let advice =
                    "only a number that the file gives can: write its value in the file, or leave \"over\" out";
                self.report.meaning(pair.value.span, "this cannot go over step by step", advice);
            }
            ramps.push(ramp);
        }
        ramps
    }

    /// The settings while `active` values hold.
    fn changed(&mut self, structure: &Structure, active: &[((u16, u64), Vec<Pair>)]) -> (Settings, Vec<Bound>) {
        let mut tree = changeable(self.original);
        let mut report = Report::default();
        for pair in active.iter().flat_map(|(_, values)| values) {
            if self.may_change(pair) {
                paths::set(&mut tree, pair, &mut report, self.sources);
            }
        }
        let unfit = report.errors();
        check(&with_head(&tree, self.original), Purpose::Run, self.sources, &mut report);
        like::expand(&mut tree, &mut report);
        let mut draft =
            Draft { tree: &tree, original: &tree, sources: self.sources, report: &mut report, tables: self.tables };
        let next = draft.structure();
        let sound = report.errors() == 0;
        let stays = differs_in_counts_only(&next, structure);
        if unfit == 0 && sound && !stays {
            for pair in active.iter().flat_map(|(_, values)| values) {
                self.fixed(pair);
            }
        }
        self.report.absorb(report);
        match stays {
            true => (next.settings, bound(&next.layout)),
            false => (structure.settings.clone(), bound(&structure.layout)),
        }
    }

    fn may_change(&mut self, pair: &Pair) -> bool {
        let block = pair.key.split('.').next().unwrap_or("");
        let fixed = crate::language::TOP.key(block).is_some_and(|key| key.exists) && !CHANGEABLE.contains(&block);
        if fixed {
            self.fixed(pair);
        }
        !fixed
    }

    fn fixed(&mut self, pair: &Pair) {
        let message = format!("{} cannot change while the run goes on", pair.key);
        self.report.meaning(pair.key_span, message, "use \"variants\" or --set");
    }
}

/// Licences bound to a node.
type Bound = (u16, Entitlement);

fn bound(layout: &Layout) -> Vec<Bound> {
    let pbxs = layout.pbxs.iter().zip(0..);
    pbxs.flat_map(|(pbx, node)| pbx.licences.iter().map(move |licence| (node, *licence))).collect()
}

/// Whether the structure is the same but for how many units are bound: of the same features, on the same nodes. Who is
/// bound by leases and who by reports cannot change either.
fn differs_in_counts_only(next: &Structure, first: &Structure) -> bool {
    let same = |(one, other): (&Bound, &Bound)| one.0 == other.0 && one.1.is_like(&other.1);
    let (before, after) = (bound(&first.layout), bound(&next.layout));
    let mut layout = next.layout.clone();
    for (pbx, first) in layout.pbxs.iter_mut().zip(&first.layout.pbxs) {
        pbx.licences.clone_from(&first.licences);
    }
    let policy = next.settings.checkout.policy == first.settings.checkout.policy;
    policy && before.len() == after.len() && before.iter().zip(&after).all(same) && layout == first.layout
}

/// Entries for the counts that change at a step.
fn rebind(before: &[Bound], after: &[Bound], step: &Step, schedule: &mut Vec<Entry>) {
    for ((pbx, licences), _) in after.iter().zip(before).filter(|(after, before)| after != before) {
        let action = Action::Bind { pbx: *pbx, licences: *licences, now: true };
        schedule.push(Entry { at: step.at, action, occasion: step.key.0 });
    }
}

/// What one installation of settings weighs: people with the tables of their laws, and links.
fn weight(settings: &Settings) -> usize {
    let tables = settings.populations.iter().flat_map(|people| [&people.signed_in, &people.away, &people.arrivals]);
    let flows = settings.flows.iter().flat_map(|flow| [flow.gap.as_ref(), Some(&flow.holding), Some(&flow.rings)]);
    let tables = tables.map(Option::as_ref).chain(flows).flatten().filter(|law| law.constant().is_none()).count();
    settings.populations.len() + settings.links.table.len() + settings.pbxs.len() + TABLE * tables
}

fn apply(active: &mut Vec<((u16, u64), Vec<Pair>)>, step: &Step) {
    match (&step.values, active.iter_mut().find(|(key, _)| *key == step.key)) {
        (Some(values), Some((_, current))) => current.clone_from(values),
        (Some(values), None) => active.push((step.key, values.clone())),
        (None, _) => active.retain(|(key, _)| *key != step.key),
    }
}

fn value_at(pair: &Pair, ramp: Option<&Ramp>, number: u64, count: u64) -> Pair {
    let mut pair = pair.clone();
    if let Some(ramp) = ramp.filter(|_| number < count) {
        pair.value.kind = Kind::Scalar(ramp.at(number, count));
    }
    pair
}

/// A copy of the blocks that planning the structure needs.
fn changeable(tree: &Node) -> Node {
    let pairs = tree.pairs().iter().filter(|pair| CHANGEABLE.contains(&pair.key.as_str())).cloned().collect();
    Node { span: tree.span, kind: Kind::Map(pairs) }
}

/// The copy with the keys that every file needs.
fn with_head(tree: &Node, original: &Node) -> Node {
    let head = original.pairs().iter().filter(|pair| ["pbxsim", "lasts"].contains(&pair.key.as_str()));
    let pairs = head.chain(tree.pairs()).cloned().collect();
    Node { span: tree.span, kind: Kind::Map(pairs) }
}

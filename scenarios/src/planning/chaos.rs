//! The verb `chaos`: which random faults, how often, for how long.

use simulator::chaos::{Chaos, Kind, MAX_STRIKES};
use simulator::distribution::Distribution;
use simulator::layout::Begins;
use simulator::time::Duration;

use super::Draft;
use super::fields::Fields;
use super::moments::Extent;
use super::structure::Structure;
use crate::language::ENTRY;
use crate::nearest::grouped;
use crate::yaml::Node;

impl Draft<'_> {
    /// Reads one entry; `place`: its index, and its number among those of its kind. `None`: it does nothing.
    pub(super) fn chaos(
        &mut self,
        at: &Structure,
        item: &Node,
        extent: &Extent,
        place: (u16, u16),
        name: &str,
    ) -> Option<Chaos> {
        let fields = Fields::new(&ENTRY, Some(item));
        let words = item.get("chaos").map(Node::items).unwrap_or_default();
        let kinds: Vec<Kind> = words.iter().filter_map(|word| kind(word.text()?)).collect();
        let until = extent.until.unwrap_or(extent.at);
        let every = self.law_of(&fields, "every")?;
        let mean_s = every.mean_s();
        let faults = until.since(extent.at).as_secs_f64() / mean_s.max(1e-3);
        if faults > MAX_STRIKES as f64 / 2.0 {
            let message = format!("about {} faults, one every {mean_s:.3} s", grouped(faults as u64));
            let advice = format!("at most {}", grouped(MAX_STRIKES as u64 / 2));
            self.report.meaning(fields.span("every"), message, advice);
            return None;
        }
        let needs_length =
            words.iter().find(|word| word.text().is_some_and(|text| !["restart", "forget"].contains(&text)));
        let lasting = match (fields.node("lasting"), needs_length) {
            (Some(_), _) => self.law_of(&fields, "lasting")?,
            (None, None) => Distribution::fixed(Duration::ZERO),
            (None, Some(word)) => {
                let message = format!("{} of random faults needs \"lasting\"", word.text().unwrap_or_default());
                self.report.meaning(word.span, message, "write \"lasting: 20 s..15 min\"");
                return None;
            }
        };
        self.has_targets(at, words, &kinds);
        let (occasion, number) = place;
        let from = extent.at;
        (!kinds.is_empty()).then(|| Chaos {
            name: name.to_owned(),
            number,
            occasion,
            from,
            until,
            every,
            lasting,
            kinds,
        })
    }

    fn law_of(&mut self, fields: &Fields<'_>, key: &str) -> Option<Distribution> {
        fields.law(key).map(|law| self.tables.of(law))
    }

    fn has_targets(&mut self, at: &Structure, words: &[Node], kinds: &[Kind]) {
        let word = |wanted: Kind| words.iter().find(|word| word.text().and_then(kind) == Some(wanted));
        if kinds.contains(&Kind::Cut) && at.cluster.sites.len() < 2 {
            let span = word(Kind::Cut).map(|word| word.span).unwrap_or_default();
            let message = format!("{} is the only site: nothing is beyond it", at.cluster.sites[0]);
            self.report.meaning(span, message, "leave \"cut\" out, or give a node a \"site\"");
        }
        let offered = |population: u16| {
            at.people.populations.get(usize::from(population)).is_some_and(|one| one.plan.begins == Begins::Offered)
        };
        if kinds.contains(&Kind::SignOut) && at.people.blocks.iter().any(|block| offered(block.population)) {
            let span = word(Kind::SignOut).map(|word| word.span).unwrap_or_default();
            let message = "a sign-in of people with \"offered\"";
            self.report.meaning(span, message, "their sessions begin by themselves: leave \"sign-out\" out");
        }
    }
}

fn kind(word: &str) -> Option<Kind> {
    match word {
        "crash" => Some(Kind::Crash),
        "restart" => Some(Kind::Restart),
        "forget" => Some(Kind::Forget),
        "freeze" => Some(Kind::Freeze),
        "cut" => Some(Kind::Cut),
        "sign-out" => Some(Kind::SignOut),
        _ => None,
    }
}

/// Whether an entry is of this kind: its `every` is not from one repeat to the next.
pub(super) fn is_chaos(item: &Node) -> bool {
    item.get("chaos").is_some()
}

//! The answer of a plan in 80 columns, in the planner's words.

use super::safe::safe;
use super::text::wrap::{padded, right, width, with_right, wrapped};
use crate::expectation::Runs;
use crate::sizing::{Answer, AtRest, Sizing};
use crate::statistics::interval::Interval;
use crate::units::{self, Unit};
use crate::verdict::enough;

/// One value of one scenario, with everything that stands beside the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Of the scenario.
    pub title: String,
    /// Its variant.
    pub variant: Option<String>,
    /// What was varied.
    pub path: String,
    /// What must hold.
    pub sentence: String,
    /// Values by number; `None`: they are numbers.
    pub labels: Option<Vec<String>>,
    /// Of what the sentence measures; `None`: in no seed there was anything to measure.
    pub unit: Option<Unit>,
    /// The formula for a pool at rest.
    pub theory: Option<AtRest>,
    /// The smallest for which the mean over all seeds meets the limit, between the ends of its interval.
    pub average: Option<[u64; 3]>,
    /// Around the answer: a tenth less, the answer, a tenth more.
    pub neighbours: Vec<Neighbour>,
    /// Most in use at once, without a limit, in the seed that needs most.
    pub peak_of_worst: Option<u64>,
    /// Shows the seed that needs most.
    pub replay: Option<String>,
    /// What it costs: the answer first, then what fewer and more of the seeds need.
    pub prices: Vec<Price>,
    /// Of several values planned for one scenario, the last one's: seeds that hold with all answers at once.
    pub together: Option<u64>,
    /// The answer.
    pub sizing: Sizing,
}

/// What so many units cost.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Price {
    /// How many.
    pub units: u64,
    /// Names by price tier, with the units of each.
    pub tiers: Vec<(String, u64)>,
    /// In the money of the price list; `None`: it has no price of one of them.
    pub cost: Option<String>,
}

/// What another number would do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// So many.
    pub units: u64,
    /// Seeds that hold.
    pub passing: u64,
    /// What the sentence measures, over all seeds.
    pub mean: Option<(f64, Interval)>,
}

/// For a terminal, with a line end after each line.
pub fn text(all: &[Planned]) -> String {
    let mut lines = Vec::new();
    if all.len() > 1 {
        lines.extend(side_by_side(all));
    }
    for one in all {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(block(one));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Designs, or pools, in a line each.
fn side_by_side(all: &[Planned]) -> Vec<String> {
    let name = |one: &Planned| safe(one.variant.as_deref().unwrap_or(&one.path));
    let column = all.iter().map(|one| width(&name(one))).max().unwrap_or(0).min(40);
    let row = |one: &Planned| {
        let interval = one.interval().map_or_else(String::new, |interval| format!("95% {interval}"));
        let rest =
            one.theory.as_ref().map_or_else(String::new, |theory| format!("at rest {}", units::count(theory.units)));
        format!("  {}  {}  {}{rest}", padded(&name(one), column), right(&one.answer(), 10), padded(&interval, 18))
    };
    all.iter().map(row).collect()
}

fn block(one: &Planned) -> Vec<String> {
    let variant = one.variant.as_ref().map_or_else(String::new, |variant| format!(": {variant}"));
    let seeds = units::things(one.sizing.each.len() as u64, "seed", "seeds");
    let mut lines = vec![with_right(&safe(&format!("{}{variant}", one.title)), &seeds, TITLE_WIDTH, str::to_owned)];
    lines.extend(wrapped("  ", "  ", &safe(&one.path)));
    lines.push(String::new());
    lines.extend(wrapped("  ", "  ", &one.in_words()));
    lines.push(String::new());
    for (name, words) in one.beside() {
        lines.extend(wrapped(&format!("  {}", padded(name, NAME)), &" ".repeat(2 + NAME), &safe(&words)));
    }
    lines
}

impl Planned {
    /// Whether there is an answer, also with the others if there are some.
    pub fn is_answered(&self) -> bool {
        self.sizing.answer.is_some() && self.together.is_none_or(|passing| self.holds_together(passing))
    }

    fn holds_together(&self, passing: u64) -> bool {
        enough(self.sizing.needed, passing, self.sizing.each.len() as u64)
    }

    pub(in crate::render) fn shown(&self, number: u64) -> String {
        match &self.labels {
            None => units::count(number),
            Some(labels) => {
                let place = usize::try_from(number).unwrap_or(usize::MAX).min(labels.len().saturating_sub(1));
                labels.get(place).cloned().unwrap_or_default()
            }
        }
    }

    pub(in crate::render) fn answer(&self) -> String {
        self.sizing.answer.map_or_else(|| "none".to_owned(), |answer| self.shown(answer.at))
    }

    pub(in crate::render) fn interval(&self) -> Option<String> {
        let (low, high) = self.sizing.answer?.interval?;
        Some(format!("{}–{}", self.shown(low), self.shown(high)))
    }

    /// The whole answer as a sentence.
    pub(in crate::render) fn in_words(&self) -> String {
        let (sentence, seeds) = (safe(&self.sentence), self.sizing.each.len() as u64);
        let Some(Answer { at, .. }) = self.sizing.answer else {
            if self.unit.is_none() {
                return format!("No answer: for \"{sentence}\" there is nothing to measure in any of {seeds} seeds.");
            }
            let held = self.sizing.each.iter().filter(|(_, least)| least.is_some()).count() as u64;
            let most = if self.labels.is_none() { "with any number" } else { "at the end of the range" };
            let held = units::count(held);
            return format!("No answer: {most}, \"{sentence}\" holds in only {held} of {seeds} seeds.");
        };
        let interval = self.interval().map_or_else(String::new, |interval| format!(" (95%: {interval})"));
        let least = if at == 0 { " It holds already with the least there is." } else { "" };
        let (at, passing) = (self.shown(at), self.sizing.passing(at));
        let asked = match self.sizing.needed {
            Runs { passing, of } if passing >= of => {
                format!(": the most that one of {seeds} seeds needs; more seeds may need more")
            }
            // The sentence may say so itself.
            Runs { .. } if sentence.contains(" in at least ") => String::new(),
            Runs { passing, of } => format!(": enough for {passing} of {of} runs"),
        };
        format!(
            "{at}{interval} is the smallest for which {sentence}{asked}. It holds in {passing} of the {seeds} \
             seeds.{least}"
        )
    }

    /// What stands beside the answer: name and words.
    pub(in crate::render) fn beside(&self) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        if let (Some(theory), Some(answer)) = (&self.theory, self.sizing.answer) {
            let apart = match answer.at.cmp(&theory.units) {
                std::cmp::Ordering::Equal => "as simulated".to_owned(),
                std::cmp::Ordering::Greater => format!("{} fewer", units::count(answer.at - theory.units)),
                std::cmp::Ordering::Less => format!("{} more", units::count(theory.units - answer.at)),
            };
            rows.push(("At rest", format!("{}, {apart} ({})", units::count(theory.units), theory.formula)));
        }
        if let Some(ends) = self.average {
            let [best, mean, worst] = ends.map(|number| self.shown(number));
            rows.push((
                "On average",
                format!("{mean} (95%: {best}–{worst}) keep the mean over all seeds within the limit"),
            ));
        }
        let names = ["A tenth less", "The answer", "A tenth more"];
        for (name, neighbour) in names.into_iter().zip(&self.neighbours) {
            rows.push((name, self.neighbour(neighbour)));
        }
        rows.extend(self.price().map(|words| ("Price", words)));
        if let Some((seed, Some(least))) = self.sizing.worst() {
            let peak = self.peak_of_worst.map_or_else(String::new, |peak| {
                format!("; without a limit it would have had {} in use at once", units::count(peak))
            });
            rows.push(("Worst seed", format!("seed {seed} needs {}{peak}", self.shown(least))));
        }
        rows.extend(self.replay.clone().map(|replay| ("", replay)));
        rows.push(("Each seed", self.each_seed()));
        if let Some(passing) = self.together {
            let seeds = self.sizing.each.len();
            let advice = if self.holds_together(passing) { "" } else { ": too few; sweep them together" };
            rows.push(("All together", format!("with all answers at once {passing} of {seeds} seeds hold{advice}")));
        }
        rows
    }

    /// `749 cost 60,000.00: 500 PBX-Port12, 249 PBX-Port12%500; for 10 of 20 seeds 739, 59,200.00; …`.
    fn price(&self) -> Option<String> {
        let (answer, others) = self.prices.split_first()?;
        let seeds = self.sizing.each.len();
        let cost = |price: &Price| price.cost.clone().unwrap_or_else(|| "not in the price list".to_owned());
        let parts = answer.tiers.iter().map(|(name, units)| format!("{} {}", units::count(*units), safe(name)));
        let mut words = format!(
            "{} cost {}: {}",
            units::count(answer.units),
            cost(answer),
            parts.collect::<Vec<_>>().join(" and ")
        );
        for other in others {
            let passing = self.sizing.passing(other.units);
            words.push_str(&format!("; {} for {passing} of {seeds} seeds, {}", units::count(other.units), cost(other)));
        }
        Some(words)
    }

    fn neighbour(&self, one: &Neighbour) -> String {
        let seeds = self.sizing.each.len();
        let measured = match (one.mean, self.unit) {
            (Some((mean, interval)), Some(unit)) => {
                let half = (interval.high - interval.low) / 2.0;
                format!("; {} ± {} on average", unit.show(mean), unit.show(half))
            }
            _ => String::new(),
        };
        format!("{}: {} of {seeds} seeds hold{measured}", self.shown(one.units), one.passing)
    }

    /// `728 729 2×732`, from the smallest on.
    fn each_seed(&self) -> String {
        let mut needs: Vec<Option<u64>> = self.sizing.each.iter().map(|(_, least)| *least).collect();
        needs.sort_by_key(|least| least.unwrap_or(u64::MAX));
        let group = |same: &[Option<u64>]| {
            let shown = same[0].map_or_else(|| "none".to_owned(), |least| self.shown(least));
            if same.len() == 1 { shown } else { format!("{}×{shown}", same.len()) }
        };
        let groups: Vec<String> = needs.chunk_by(|a, b| a == b).map(group).collect();
        if groups.len() <= MOST_GROUPS {
            return groups.join(" ");
        }
        let (first, last) = (&groups[..MOST_GROUPS / 2], &groups[groups.len() - MOST_GROUPS / 2..]);
        format!("{} … {}", first.join(" "), last.join(" "))
    }
}

const TITLE_WIDTH: usize = 78;
const NAME: usize = 14;
const MOST_GROUPS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn planned(each: &[Option<u64>]) -> Planned {
        let sentence = sample::expectations().swap_remove(3);
        let sizing = Sizing::of(&sentence, (42..).zip(each.iter().copied()).collect());
        let interval = Interval { low: 0.2, high: 0.4 };
        Planned {
            title: "Nine o'clock".to_owned(),
            variant: None,
            path: "licences.master.PBX-SoftwarePhones12".to_owned(),
            sentence: sentence.text,
            labels: None,
            unit: Some(Unit::Percent),
            theory: Some(AtRest { formula: "Engset, 800 people who would use 514 of them".to_owned(), units: 535 }),
            average: Some([735, 739, 742]),
            neighbours: vec![Neighbour { units: 675, passing: 0, mean: Some((3.4, interval)) }],
            peak_of_worst: Some(763),
            prices: Vec::new(),
            together: None,
            replay: Some("pbxsim run rush.yaml --set licences.master.PBX-SoftwarePhones12=749 --seed 43".to_owned()),
            sizing,
        }
    }

    const E15: [u64; 20] =
        [738, 749, 742, 736, 749, 734, 739, 729, 740, 737, 728, 744, 737, 739, 740, 747, 741, 732, 738, 742];

    #[test]
    fn the_answer_stands_first_and_the_reasons_below() {
        let shown = text(&[planned(&E15.map(Some))]);
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn what_it_costs_stands_beside_it_by_tier() {
        let price = |units: u64, cost: Option<&str>| Price {
            units,
            tiers: vec![("PBX-SoftwarePhones12".to_owned(), 500), ("PBX-SoftwarePhones12%500".to_owned(), units - 500)],
            cost: cost.map(str::to_owned),
        };
        let one = Planned { prices: vec![price(749, Some("69,920.00")), price(739, None)], ..planned(&E15.map(Some)) };
        let shown = text(&[one]).split_whitespace().collect::<Vec<_>>().join(" ");
        let price = "Price 749 cost 69,920.00: 500 PBX-SoftwarePhones12 and 249 PBX-SoftwarePhones12%500; 739 for 11 of \
                     20 seeds, not in the price list";
        assert!(shown.contains(price), "{shown}");
    }

    #[test]
    fn no_answer_says_so() {
        let mut one = planned(&[None; 20]);
        (one.average, one.neighbours, one.replay) = (None, Vec::new(), None);
        insta::assert_snapshot!(text(&[one]));
    }

    #[test]
    fn answers_that_do_not_hold_together_are_none() {
        let last = |passing: u64| Planned { together: Some(passing), ..planned(&E15.map(Some)) };
        assert!(last(19).is_answered() && !last(18).is_answered());
        assert!(text(&[last(18)]).contains("with all answers at once 18 of 20 seeds hold: too few"));
    }

    #[test]
    fn variants_stand_side_by_side() {
        let all =
            ["central", "decentral"].map(|name| Planned { variant: Some(name.to_owned()), ..planned(&E15.map(Some)) });
        let shown = text(&all);
        assert!(shown.starts_with("  central           749  95% 746–754       at rest 535\n  decentral"), "{shown}");
    }
}

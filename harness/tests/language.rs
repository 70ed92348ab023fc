//! The language is whole: every word that measures something is shown once true and once false.
//!
//! The folder `language` holds tiny scenarios. Behind every sentence stands what must come out of it, by arithmetic
//! that a reader can follow in the file: `# holds 4`, `# fails 37.5 s`, `# fails 5..6 s`, `# fails never`, or words that
//! the summary must use. A word of the language that no sentence shows both ways fails the test of the words.

#[path = "language/words.rs"]
mod words;

use std::sync::atomic::AtomicBool;

use harness::run::{self, Item, Progress, Threads};
use reports::expectation::Expectation;
use reports::measurements::{Measurements, Stopped};
use reports::units::Unit;
use reports::verdict::{Judgement, judge};
use scenarios::plan::Plan;

/// One of the tiny scenarios (or one variant of it) with what its sentences must come to.
struct Scene {
    name: String,
    plan: Plan,
    foretold: Vec<Foretold>,
}

/// What a file says about a sentence of its own.
#[derive(Clone)]
struct Foretold {
    sentence: String,
    holds: bool,
    shows: String,
}

impl Scene {
    fn seeds(&self) -> Vec<u64> {
        (self.plan.seed..self.plan.seed + u64::from(self.plan.seeds)).collect()
    }

    fn foretold(&self, expectation: &Expectation) -> &Foretold {
        let found = self.foretold.iter().find(|foretold| foretold.sentence == expectation.text);
        found.unwrap_or_else(|| panic!("{}: nothing is foretold of \"{}\"", self.name, expectation.text))
    }
}

/// All scenes, in the order of their names.
fn scenes() -> Vec<Scene> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/language");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    files.into_iter().flat_map(|path| scenes_of(&path)).collect()
}

fn scenes_of(path: &std::path::Path) -> Vec<Scene> {
    let text = std::fs::read_to_string(path).unwrap();
    let file = path.file_stem().unwrap().to_string_lossy().into_owned();
    let loaded = scenarios::load(&file, &text, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render()));
    let scene = |plan: Plan| {
        let variant = plan.variant.as_ref().map_or(String::new(), |variant| format!(" ({variant})"));
        let foretold = foretold(&text, plan.variant.as_deref());
        Scene { name: format!("{file}{variant}"), foretold, plan }
    };
    loaded.plans.into_iter().map(scene).collect()
}

/// What a file foretells of its common sentences and of those of one variant.
fn foretold(text: &str, variant: Option<&str>) -> Vec<Foretold> {
    let (mut within_variants, mut of) = (false, None);
    let mut foretold = Vec::new();
    for line in text.lines() {
        if line.starts_with(char::is_alphabetic) {
            within_variants = line.starts_with("variants:");
        } else if let Some(name) = line.strip_prefix("  ").and_then(|rest| rest.strip_suffix(':'))
            && within_variants
            && name.starts_with(char::is_alphabetic)
        {
            of = Some(name);
        }
        if !within_variants || of == variant {
            foretold.extend(foretold_in(line));
        }
    }
    foretold
}

/// `- SENTENCE   # holds 4`.
fn foretold_in(line: &str) -> Option<Foretold> {
    let (sentence, end) = line.trim_start().strip_prefix("- ")?.split_once(" # ")?;
    let (verdict, shows) = end.split_once(' ').unwrap_or((end, ""));
    let holds = ["holds", "fails"].contains(&verdict).then_some(verdict == "holds")?;
    let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(Foretold { sentence, holds, shows: shows.trim().to_owned() })
}

/// Everything measured, scene by scene.
fn run_all(scenes: &[Scene]) -> Vec<Vec<Measurements>> {
    let of = |scene: &Scene| scene.seeds().len();
    let items = scenes.iter().flat_map(|scene| scene.seeds().into_iter().map(|seed| Item { plan: &scene.plan, seed }));
    let items: Vec<Item<'_>> = items.collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut all = run::all(&items, &Threads(threads), &AtomicBool::new(false), &Silence).into_iter().flatten();
    scenes.iter().map(|scene| all.by_ref().take(of(scene)).collect()).collect()
}

struct Silence;

impl Progress for Silence {
    fn portion(&self) {}
    fn seed(&self) {}
}

/// What is wrong with a judgement, if anything is.
fn complaint(foretold: &Foretold, judgement: &Judgement) -> Option<String> {
    let shown = match judgement.measured {
        Some(measured) => format!("{measured} {:?}", judgement.unit),
        None => judgement.notes.join("; "),
    };
    let meant = judgement.passed() == foretold.holds && shows(&foretold.shows, judgement);
    let verdict = if judgement.passed() { "holds" } else { "fails" };
    (!meant).then(|| format!("  - {}\n      is {verdict} {shown}, not {}", foretold.sentence, foretold.line()))
}

impl Foretold {
    fn line(&self) -> String {
        format!("{} {}", if self.holds { "holds" } else { "fails" }, self.shows)
    }
}

/// Whether the number, or the words where there is none, are those foretold.
fn shows(foretold: &str, judgement: &Judgement) -> bool {
    match (interval(foretold, judgement.unit), judgement.measured) {
        (Some((low, high)), Some(measured)) => (low..=high).contains(&measured),
        (None, None) => judgement.notes.join("; ").contains(foretold),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// `37.5 s`: between 37.45 and 37.55; `5..6 s`: between those.
fn interval(foretold: &str, unit: Unit) -> Option<(f64, f64)> {
    let (number, suffix) = foretold.split_once(' ').unwrap_or((foretold, ""));
    let factor = match (unit, suffix) {
        (Unit::Milliseconds, "s") => 1_000.0,
        (Unit::Milliseconds, "ms") => 1.0,
        (Unit::Percent, "%") | (Unit::PerSecond, "/s") | (Unit::Count, "") => 1.0,
        _ => return None,
    };
    if let Some((low, high)) = number.split_once("..") {
        return Some((low.parse::<f64>().ok()? * factor, high.parse::<f64>().ok()? * factor));
    }
    let value: f64 = number.parse().ok()?;
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len()) as i32;
    let half = 0.5 * 10f64.powi(-decimals);
    Some(((value - half) * factor, (value + half) * factor))
}

#[test]
fn every_sentence_comes_to_what_its_file_foretells() {
    let scenes = scenes();
    let mut wrong = String::new();
    for (scene, runs) in scenes.iter().zip(run_all(&scenes)) {
        if let Some(violation) = runs.iter().find_map(|run| run.violation.as_ref()) {
            wrong.push_str(&format!("{}: breaks {}: {}\n", scene.name, violation.id, violation.what));
        }
        let judged = judge(&scene.plan.expectations, &runs);
        let pairs = scene.plan.expectations.iter().zip(&judged);
        let complaints: Vec<_> =
            pairs.filter_map(|(expectation, judgement)| complaint(scene.foretold(expectation), judgement)).collect();
        if !complaints.is_empty() {
            wrong.push_str(&format!("{}:\n{}\n", scene.name, complaints.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_word_of_the_language_is_shown_true_and_false() {
    let scenes = scenes();
    let mut shown = words::Shown::default();
    for scene in &scenes {
        for expectation in &scene.plan.expectations {
            let foretold = scene.foretold(expectation);
            // Where nothing was measured a word is not shown false: it was not tried.
            let tried = !foretold.shows.starts_with("nothing");
            shown.add(&scene.plan, expectation, foretold.holds, tried);
        }
    }
    let missing = shown.missing();
    assert!(missing.is_empty(), "these words have no sentence that shows them so:\n{}", missing.join("\n"));
}

#[test]
fn every_key_of_the_timeline_is_in_one_of_the_files() {
    let scenes = scenes();
    let unused = words::timeline_keys().into_iter().filter(|key| {
        let written = |scene: &Scene| {
            let mut words = scene.plan.source.text.split(|c: char| c.is_whitespace() || "{[(".contains(c));
            words.any(|word| word.strip_suffix(':') == Some(key))
        };
        !scenes.iter().any(written)
    });
    assert_eq!(unused.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_run_ends_early_only_where_a_lost_sentence_says_or_stop() {
    let scenes = scenes();
    for (scene, runs) in scenes.iter().zip(run_all(&scenes)) {
        let stops = |expectation: &&Expectation| expectation.or_stop && !scene.foretold(expectation).holds;
        let lost = scene.plan.expectations.iter().position(|expectation| stops(&expectation));
        for run in runs {
            assert_eq!(run.stopped, lost.map(|index| Stopped::Expectation(index as u32)), "{}", scene.name);
            // How long a search takes, only the run knows.
            let shorter = scene.plan.searches.is_empty() && run.simulated_ns < scene.plan.lasts.0;
            assert_eq!(shorter, lost.is_some(), "{}", scene.name);
        }
    }
}

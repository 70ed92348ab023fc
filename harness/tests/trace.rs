//! Following somebody changes nothing, whoever it is and whatever happens.

use std::path::Path;

use harness::run::{Item, Silent, one};
use harness::trace::{Whom, trace};
use reports::ladder::What;
use scenarios::plan::Plan;

fn library(name: &str) -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/library").join(name);
    let text = std::fs::read_to_string(&path).expect("a library file");
    scenarios::load(name, &text, &[], None).expect("a right file").plans.remove(0)
}

#[test]
fn a_run_that_is_followed_is_the_run_that_is_not() {
    for name in ["rush.yaml", "wan-partition.yaml", "port-exhaustion.yaml"] {
        let plan = library(name);
        for seed in [plan.seed, plan.seed + 1] {
            let plain = one(Item { plan: &plan, seed }, &|| false, &Silent);
            let traced = trace(&plan, seed, &Whom::Worst).expect("somebody waited");
            assert_eq!(traced.run, plain, "{name}, seed {seed}");
            assert!(!traced.ladder.steps.is_empty(), "{name}");
        }
    }
}

#[test]
fn a_ladder_is_in_order_and_says_what_became_of_each_message() {
    let plan = library("rush.yaml");
    let ladder = trace(&plan, plan.seed, &Whom::Worst).expect("somebody waited").ladder;
    assert!(ladder.steps.is_sorted_by_key(|step| step.at_ns));
    let messages: Vec<_> = ladder
        .steps
        .iter()
        .filter_map(|step| if let What::Message(message) = &step.what { Some(message) } else { None })
        .collect();
    let heard = messages.iter().filter(|message| message.fate.word().is_empty()).count();
    let unheard = messages.iter().filter(|message| message.fate.word() == "nobody hears it").count();
    assert!(heard >= 4 && unheard >= 1 && heard + unheard == messages.len(), "the master is down: {messages:?}");
    let last = ladder.steps.last().map(|step| step.what.clone());
    assert!(matches!(last, Some(What::Note(note)) if note.text.starts_with("is back, ")), "it comes back at last");
}

//! `--seeds auto` and `--seeds proof`: as many seeds as it takes, the same on any number of threads.

use crate::desk::{Desk, SMALL};

/// A coin for each seed: ten phones within two seconds at a server that is nearly too slow.
fn coin(answers: u32, sentence: &str) -> String {
    SMALL
        .replace("answers: 100/s", &format!("answers: {answers}/s, queue: 2"))
        .replace("all users are registered at the end", &format!("fewer than 30% of sign-ins are refused {sentence}"))
}

#[test]
fn auto_stops_after_35_seeds_if_all_pass_and_at_the_first_failure_of_all() {
    let desk = Desk::new();
    desk.write("most.yaml", &SMALL.replace("at the end", "at the end in at least 19 of 20 runs"));
    let answer = desk.pbxsim("run most.yaml --seeds auto --as json").json();
    assert_eq!((&answer["verdict"], &answer["seeds"]["of"]), (&"pass".into(), &35.into()));
    let answer = desk.pbxsim("run most.yaml --seeds proof --as json").json();
    assert_eq!((&answer["verdict"], &answer["seeds"]["of"]), (&"pass".into(), &81.into()));
    // `all` speaks of every run.
    desk.write("none.yaml", &SMALL.replace("all users", "no users"));
    let answer = desk.pbxsim("run none.yaml --seeds auto");
    assert_eq!(answer.code, Some(1));
    assert!(answer.output.contains("decided by 1 seed: it holds in"), "{}", answer.output);
}

#[test]
fn auto_says_the_same_on_any_number_of_threads() {
    let desk = Desk::empty();
    for answers in 1..=8 {
        desk.write("coin.yaml", &coin(answers, ""));
        let run = |jobs: u32| desk.pbxsim(&format!("run coin.yaml --seeds auto --as json --jobs {jobs}"));
        let (one, many) = (run(1), run(7));
        assert_eq!((one.code, one.comparable()), (many.code, many.comparable()), "{answers}/s");
    }
}

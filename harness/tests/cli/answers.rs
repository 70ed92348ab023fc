//! What each verb answers when all is well.

use crate::desk::{Desk, SMALL};

#[test]
fn alone_it_says_what_it_is_and_how_to_begin() {
    let answer = Desk::empty().pbxsim("");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    assert!(answer.output.lines().count() <= 12);
    insta::assert_snapshot!(answer.output);
}

#[test]
fn help_fits_a_screen() {
    let desk = Desk::empty();
    insta::assert_snapshot!(desk.pbxsim("--help").output);
    for verb in [
        "",
        "new",
        "check",
        "explain",
        "run",
        "plan",
        "sweep",
        "compare",
        "show",
        "audit",
        "quote",
        "list",
        "schema",
        "completions",
        "man",
    ] {
        let answer = desk.pbxsim(&format!("{verb} --help"));
        assert_eq!(answer.code, Some(0), "{verb}");
        // The prompt and the command itself are on the screen, too.
        let limit = match verb {
            "" => 36,
            "run" | "plan" | "sweep" | "compare" | "list" => 32,
            _ => 23,
        };
        assert!(answer.output.lines().count() <= limit, "{verb}: {}", answer.output);
        assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{verb}: {}", answer.output);
    }
}

#[test]
fn new_writes_a_scenario_that_runs() {
    let desk = Desk::empty();
    let answer = desk.pbxsim("new mine.yaml --template hot-desk");
    assert_eq!((answer.code, answer.output.as_str()), (Some(0), "Now: pbxsim run mine.yaml\n"));
    assert!(desk.read("mine.yaml").starts_with("# yaml-language-server: $schema=pbxsim.schema.json\n"));
    assert_eq!(desk.pbxsim("check mine.yaml").code, Some(0));
}

#[test]
fn new_never_touches_what_is_there() {
    let desk = Desk::new();
    let answer = desk.pbxsim("new small.yaml");
    assert_eq!((answer.code, desk.read("small.yaml").as_str()), (Some(2), SMALL));
    assert!(answer.errors.contains("exists already"), "{}", answer.errors);
    assert_eq!(desk.pbxsim("new nowhere/small.yaml").code, Some(2));
}

#[test]
fn every_template_is_a_scenario() {
    let desk = Desk::empty();
    for name in ["rush", "master-crash", "hot-desk", "operator-shift", "ten-sites", "million"] {
        assert_eq!(desk.pbxsim(&format!("new {name}.yaml --template {name}")).code, Some(0), "{name}");
        assert_eq!(desk.pbxsim(&format!("check {name}.yaml")).code, Some(0), "{name}");
        assert!(desk.pbxsim("list templates").output.contains(name));
    }
}

#[test]
fn check_is_silent_when_there_is_nothing_to_say() {
    let answer = Desk::new().pbxsim("check small.yaml");
    assert_eq!((answer.code, answer.output.as_str(), answer.errors.as_str()), (Some(0), "", ""));
}

#[test]
fn check_tells_warnings_and_still_ends_with_0() {
    let desk = Desk::empty();
    desk.write("odd.yaml", &SMALL.replace("all users", "fewer than 50 users"));
    let answer = desk.pbxsim("check odd.yaml");
    assert_eq!((answer.code, answer.output.as_str()), (Some(0), ""));
    insta::assert_snapshot!(answer.errors);
}

#[test]
fn explain_says_back_what_will_happen() {
    let desk = Desk::new();
    let answer = desk.pbxsim("explain small.yaml");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    assert!(answer.output.starts_with("small.yaml is 10 s for 20 endpoints"), "{}", answer.output);
    let more = desk.pbxsim("explain small.yaml --set users.desk.count=30");
    assert!(more.output.contains("30 endpoints"), "{}", more.output);
}

#[test]
fn show_says_again_what_run_said() {
    let desk = Desk::new();
    let run = desk.pbxsim("run failing.yaml");
    let show = desk.pbxsim("show LAST");
    // What came out was shown: that is no failure.
    assert_eq!(show.code, Some(0));
    let summary = |text: &str| text.split(" digest ").next().map(str::to_owned);
    assert_eq!(summary(&show.output), summary(&run.output));
    let by_path = desk.pbxsim(&format!("show {}", desk.runs()[0].display()));
    assert_eq!(summary(&by_path.output), summary(&run.output));
}

#[test]
fn lists_name_what_there_is() {
    let desk = Desk::new();
    desk.pbxsim("run failing.yaml");
    for (topic, word) in [
        ("templates", "rush"),
        ("expectations", "FEATURE licences are never over-issued"),
        ("metrics", "units in use"),
        ("outcomes", "dropped"),
        ("statistics", "p99.9"),
        ("whens", "during EVENT"),
        ("reasons", "no-unit"),
        ("verbs", "sign-in"),
        ("keys", "in cluster.NODE"),
        ("licences", "PBX-SoftwarePhones12"),
        ("rules", "R41"),
        ("readings", "version-floor: domain"),
        ("runs", "fail        runs/"),
        ("scenarios", "small.yaml"),
    ] {
        let answer = desk.pbxsim(&format!("list {topic}"));
        assert_eq!(answer.code, Some(0), "{topic}");
        assert!(answer.output.contains(word), "{topic}: {}", answer.output);
        assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{topic}: {}", answer.output);
    }
    assert!(!desk.pbxsim("list keys").output.contains("one row per seat"), "keys of a later version are not listed");
}

#[test]
fn lists_of_nothing_say_so() {
    let desk = Desk::empty();
    assert_eq!(desk.pbxsim("list runs").output, "no runs in runs/ here\n");
    assert!(desk.pbxsim("list scenarios").output.starts_with("no scenarios here"));
}

#[test]
fn schema_completions_and_manual_are_made_from_the_definitions() {
    let desk = Desk::empty();
    assert_eq!(desk.pbxsim("schema").json()["title"], "pbxsim scenario");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(desk.pbxsim(&format!("completions {shell}")).output.contains("pbxsim"), "{shell}");
    }
    assert!(desk.pbxsim("man").output.contains("interrupted"));
    let run = desk.pbxsim("man run").output;
    assert!(run.contains(".TH pbxsim-run 1") && run.contains("\\-\\-seeds"), "{run}");
}

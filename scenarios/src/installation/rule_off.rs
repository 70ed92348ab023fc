//! Rules switched off one at a time. Whoever tests a rule must notice; only tests can switch one off, and nothing of it is
//! compiled otherwise. `PBXSIM_RULE_OFF=48 cargo test -p scenarios --lib rules::` shows by hand which tests hold R48.

/// Whether this rule is switched off.
#[cfg(test)]
pub(crate) fn is_off(rule: u8) -> bool {
    use std::sync::OnceLock;
    static OFF: OnceLock<Option<u8>> = OnceLock::new();
    *OFF.get_or_init(|| std::env::var("PBXSIM_RULE_OFF").ok()?.parse().ok()) == Some(rule)
}

/// Whether this rule is switched off: never, outside tests.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn is_off(_: u8) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use simulator::licence::rules::{Kind, RULES};

    use crate::rules::walk::held;

    /// Whether all of these tests pass while a rule is switched off.
    fn pass(tests: &[String], off: Option<u8>) -> bool {
        let mut command = Command::new(std::env::current_exe().expect("this is a program"));
        command.args(tests.iter().map(|test| format!("rules::{test}"))).arg("--exact").arg("--quiet");
        command.env_remove("PBXSIM_RULE_OFF");
        if let Some(rule) = off {
            command.env("PBXSIM_RULE_OFF", rule.to_string());
        }
        let output = command.output().expect("it runs once more");
        let said = String::from_utf8_lossy(&output.stdout);
        let ran = |word: &str| said.lines().any(|line| line.starts_with(&format!("test result: {word}")));
        assert!(ran("ok") || ran("FAILED"), "{said}");
        assert!(!said.contains("0 passed; 0 failed"), "no test is called {tests:?}");
        output.status.success()
    }

    #[test]
    fn every_rule_that_is_switched_off_fails_the_test_that_is_named_after_it() {
        let held = held();
        let all: Vec<String> = held.values().flatten().cloned().collect();
        assert!(pass(&all, None), "with every rule in force they hold");
        let mut survive = Vec::new();
        for rule in RULES.iter().filter(|rule| rule.kind == Kind::Behaviour) {
            if pass(&held[&rule.number], Some(rule.number)) {
                survive.push(format!("R{}: {:?}", rule.number, held[&rule.number]));
            }
        }
        assert!(survive.is_empty(), "without these rules their tests pass as well:\n{}", survive.join("\n"));
    }
}

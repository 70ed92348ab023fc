//! `pbxsim check`: every mistake of scenario files, with its place. Silent if there is nothing to say.

use scenarios::Severity;

use crate::args::Check;
use crate::commands::{Scenario, load, which_scenario};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::screen;

/// Checks all files.
pub(super) fn check(args: &Check) -> Result<Exit, Complaint> {
    if args.ci.is_some() {
        return Err(Complaint::not_yet("--ci"));
    }
    if args.files.is_empty() {
        return Err(which_scenario("check"));
    }
    let scenarios = load(&args.files, &[], None);
    scenarios.iter().for_each(|scenario| screen::tell(&said(scenario)));
    let is_wrong = scenarios.iter().any(Result::is_err);
    Ok(if is_wrong { Exit::Wrong } else { Exit::Held })
}

fn said(scenario: &Scenario) -> String {
    let (path, warnings) = match scenario {
        Err(mistakes) => return mistakes.clone(),
        Ok((_, loaded)) if loaded.warnings.is_empty() => return String::new(),
        Ok((path, loaded)) => (path.display(), &loaded.warnings),
    };
    let count = warnings.count(Severity::Warning);
    let text = warnings.render();
    // The last line counts for a run; here the file is what is judged.
    let (told, _) = text.trim_end().rsplit_once('\n').unwrap_or((&text, ""));
    format!("{told}\n{path}: ok, {count} warning{}\n", if count == 1 { "" } else { "s" })
}

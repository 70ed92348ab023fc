//! What to type next: commands that exist and fit what came out.

use reports::render::text::Next;
use reports::result::{RunResult, Verdict};
use reports::run_file::RunFile;

use reports::shell::quoted;

/// At most two; `run_file` is how `show` calls the run file, if it was written.
pub(crate) fn commands(run: &RunFile, run_file: Option<String>) -> Vec<Next> {
    let show = run_file.map(|name| next(format!("pbxsim show {} --as json", quoted(&name)), ""));
    show.into_iter().chain(look_closer(run)).collect()
}

/// The first result that failed, closer.
fn look_closer(run: &RunFile) -> Option<Next> {
    let failed = run.results.iter().find(|result| result.verdict(&result.judge()) == Verdict::Fail)?;
    let command = command(failed);
    if run.results.iter().any(|result| result.header.file != failed.header.file) {
        return Some(next(format!("pbxsim run{command}"), "the first that failed"));
    }
    let judgements = failed.judge();
    let seed = failed.seeds_held(&judgements).position(|(_, verdict)| verdict == Verdict::Fail);
    if failed.header.source.contains("chaos:")
        && let Some(measured) = seed.and_then(|place| failed.seeds.get(place))
    {
        let note = "its faults, as few as will do";
        return Some(next(format!("pbxsim shrink{command} --seed {}", measured.seed), note));
    }
    match seed.and_then(|place| failed.seeds.get(place).filter(|_| place > 0)) {
        Some(measured) => Some(next(format!("pbxsim run{command} --seed {}", measured.seed), "a seed that fails")),
        None => Some(next(format!("pbxsim explain{command}"), "what theory expects of it")),
    }
}

/// File, overrides and variant, as both `run` and `explain` take them.
fn command(result: &RunResult) -> String {
    let header = &result.header;
    let mut words = vec![quoted(&header.file)];
    words.extend(header.overrides.iter().map(|set| format!("--set {}", quoted(set))));
    words.extend(header.variant.iter().map(|variant| format!("--variant {}", quoted(variant))));
    words.iter().map(|word| format!(" {word}")).collect()
}

/// With a comment of the shell behind it, where both fit in a line: the line can be copied whole.
fn next(command: String, note: &str) -> Next {
    let is_short = command.chars().count() + note.chars().count() <= WIDTH - "  ".len() - " # ".len();
    let note = if note.is_empty() || !is_short { String::new() } else { format!("# {note}") };
    Next { command, note }
}

const WIDTH: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_never_breaks_the_line() {
        assert_eq!(next("pbxsim explain rush.yaml".to_owned(), "what theory expects").note, "# what theory expects");
        assert_eq!(next("x".repeat(70), "what theory expects").note, "");
    }
}

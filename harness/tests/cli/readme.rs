//! What the README shows is what pbxsim says.

use crate::desk::Desk;

fn root(path: &str) -> String {
    format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../{}"), path)
}

fn readme() -> String {
    std::fs::read_to_string(root("README.md")).expect("the README")
}

/// The lines of the first block after ```` ```KIND ````, or of all blocks without a kind.
fn blocks<'a>(text: &'a str, opening: &str) -> Vec<&'a str> {
    let mut inside = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(_), Some(_)) => inside = None,
            (Some(kind), None) => inside = Some(kind),
            (None, Some(kind)) if kind == opening => lines.push(line),
            _ => {}
        }
    }
    lines
}

#[test]
fn the_summary_begins_as_shown() {
    let desk = Desk::empty();
    let answer = desk.pbxsim(&format!("run {}", root("scenarios/library/rush.yaml")));
    let shown = blocks(&readme(), "text").join("\n");
    assert!(answer.output.starts_with(&shown), "README: {shown}\n\nis: {}", answer.output);
}

#[test]
fn the_commands_shown_do_what_is_said() {
    let desk = Desk::empty();
    let readme = readme();
    let commands = blocks(&readme, "").into_iter().filter_map(|line| line.strip_prefix("pbxsim "));
    let mut count = 0;
    for line in commands {
        let (command, comment) = line.split_once('#').unwrap_or((line, ""));
        let seeds = if command.starts_with("run") { " --seeds 2" } else { "" };
        let answer = desk.pbxsim(&format!("{command}{seeds}"));
        let code = if comment.contains("FAIL") { 1 } else { 0 };
        assert_eq!(answer.code, Some(code), "{line}: {}", answer.errors);
        count += 1;
    }
    assert!(count >= 5, "only {count} commands were found");
}

#[test]
fn the_mistake_shown_is_told_like_that() {
    let desk = Desk::empty();
    desk.pbxsim("new mine.yaml");
    desk.write("mine.yaml", &desk.read("mine.yaml").replacen("answers: 260/s", "anwsers: 260/s", 1));
    let readme = readme();
    let from = readme.find("error: unknown key").expect("a mistake in the README");
    let shown = readme[from..].split("```").next().unwrap_or_default();
    let errors = desk.pbxsim("check mine.yaml").errors;
    assert!(errors.starts_with(shown), "README: {shown}\n\nis: {errors}");
}

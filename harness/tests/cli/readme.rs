//! What the README shows is what pbxsim says, and the files that ARCHITECTURE.md names are there.

use std::path::{Path, PathBuf};

use crate::desk::Desk;

fn root(path: &str) -> String {
    format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../{}"), path)
}

fn readme() -> String {
    std::fs::read_to_string(root("README.md")).expect("the README")
}

/// The blocks of one kind: what stands between ```` ```KIND ```` and ```` ``` ````.
fn blocks<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let fenced = text.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).filter(|(of, _)| *of == kind).map(|(_, block)| block).collect()
}

/// A folder in which the paths of the README lead to the shipped scenarios.
fn desk() -> Desk {
    let desk = Desk::empty();
    std::os::unix::fs::symlink(root("scenarios"), desk.path().join("scenarios")).expect("a link");
    desk
}

/// Lines that tell the time, the machine or the version apart from the rest.
fn is_of_the_day(line: &str) -> bool {
    line.contains("digest") || line.trim_start().starts_with("runs/") || line.trim_end().ends_with(" s")
}

#[test]
fn the_summary_is_as_shown() {
    let output = desk().pbxsim("run scenarios/library/rush.yaml").output;
    let readme = readme();
    let shown = blocks(&readme, "text").first().copied().unwrap_or_default();
    assert!(shown.contains("PASS"), "the first block of text is the summary of rush: {shown}");
    for line in shown.lines().filter(|line| !line.contains("[…]") && !is_of_the_day(line)) {
        assert!(output.lines().any(|said| said == line), "README: {line}\n\nis: {output}");
    }
}

#[test]
fn the_commands_shown_are_understood() {
    let desk = desk();
    let readme = readme();
    let lines = ["", "sh"].into_iter().flat_map(|kind| blocks(&readme, kind)).flat_map(str::lines);
    let mut count = 0;
    for line in lines.filter_map(|line| line.strip_prefix("pbxsim ")) {
        let command = line.split('#').next().unwrap_or_default();
        let seeds = if command.starts_with("run") { " --seeds 2" } else { "" };
        let answer = desk.pbxsim(&format!("{command}{seeds}"));
        assert!(matches!(answer.code, Some(0 | 1)), "{line}: {}", answer.errors);
        count += 1;
    }
    assert!(count > 0, "no command was found");
}

/// All files of the repository that are not built.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let kept = entries.filter(|path| !["target", "runs", ".git"].iter().any(|name| path.ends_with(name)));
    kept.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn every_file_that_the_architecture_names_is_there() {
    let text = std::fs::read_to_string(root("ARCHITECTURE.md")).expect("the architecture");
    let files = files(Path::new(&root("")));
    let names =
        text.split('`').skip(1).step_by(2).filter(|name| [".rs", ".yaml", ".md"].iter().any(|end| name.ends_with(end)));
    let mut count = 0;
    for name in names {
        assert!(files.iter().any(|file| file.ends_with(name)), "there is no {name}");
        count += 1;
    }
    assert!(count > 30, "only {count} names were found");
}

//! Broken scenario files and what is said about them, word for word: `broken/NAME.yaml` and `broken/NAME.stderr`.
//! `UPDATE=1` rewrites the expected texts: read every change as somebody would who has only the message.

use std::fs;
use std::path::{Path, PathBuf};

use scenarios::load;

#[test]
fn every_mistake_is_named_with_its_place_and_cure() {
    let mut wrong = Vec::new();
    for path in files("yaml") {
        let text = fs::read_to_string(&path).expect("a scenario is UTF-8");
        let name = path.file_name().expect("it was listed").to_string_lossy().into_owned();
        let said = said(&name, &text);
        let expected = path.with_extension("stderr");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, said).expect("the folder can be written");
        } else if fs::read_to_string(&expected).ok().as_deref() != Some(said.as_str()) {
            wrong.push(format!("{name} now says:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{} of them changed (UPDATE=1 rewrites them):\n\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_expected_text_is_left_behind() {
    for path in files("stderr") {
        assert!(path.with_extension("yaml").exists(), "{} belongs to no scenario", path.display());
    }
    assert!(files("yaml").len() >= 60);
}

#[test]
fn every_broken_file_is_refused_or_warned_about() {
    if std::env::var_os("UPDATE").is_some() {
        return;
    }
    for path in files("stderr") {
        let said = fs::read_to_string(&path).expect("it was listed");
        assert!(said.contains("error: ") || said.contains("warning: "), "{}:\n{said}", path.display());
        assert!(said.lines().all(|line| line.chars().count() <= LONGEST), "{}:\n{said}", path.display());
    }
}

/// Whatever the file holds, what is said about it fits a wide terminal.
const LONGEST: usize = 100;

/// `# with --set PATH=VALUE` and `# with --variant NAME` at the top of a file are taken as typed.
fn said(name: &str, text: &str) -> String {
    let with = |flag: &str| {
        text.lines().map_while(|line| line.strip_prefix("# with ")).find_map(|typed| typed.strip_prefix(flag))
    };
    let overrides: Vec<String> = with("--set ").map(str::to_owned).into_iter().collect();
    match load(name, text, &overrides, with("--variant ")) {
        Ok(loaded) => loaded.warnings.render(),
        Err(wrong) => wrong.render(),
    }
}

fn files(extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let entries = fs::read_dir(folder).expect("the folder is in the repository");
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

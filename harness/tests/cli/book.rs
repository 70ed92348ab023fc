//! The book (docs/book): every command in it works as written, and its reference can be made.

use std::path::PathBuf;

use crate::desk::Desk;

fn pages() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/book/src"))
}

/// Whether scripts/book writes it.
fn is_made(name: &str) -> bool {
    name.starts_with("reference/")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(pages().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Pages that the table of contents names.
fn named() -> Vec<String> {
    let summary = read("SUMMARY.md");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links.map(|(name, _)| name.to_owned()).collect()
}

/// Fenced blocks with what stands behind the fence.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'))
}

/// Does what a page says, in a folder of its own.
fn follow(name: &str) -> usize {
    let (desk, text) = (Desk::empty(), read(name));
    let here = desk.path().join("bin");
    std::fs::create_dir(&here).expect("a folder");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_pbxsim"), here.join("pbxsim")).expect("a link");
    let mut commands = 0;
    for (kind, block) in blocks(&text) {
        if let Some(file) = kind.strip_prefix("yaml file=") {
            desk.write(file, &format!("{block}\n"));
        }
        for line in block.lines().filter(|_| kind == "console").filter_map(|line| line.strip_prefix("$ ")) {
            let (command, codes) = line.split_once("   # exit ").unwrap_or((line, "0"));
            let answer = desk.shell(&format!("PATH=\"$PWD/bin:$PATH\"; {command}"));
            let code = answer.code.map_or_else(String::new, |code| code.to_string());
            assert!(codes.split(' ').any(|expected| expected == code), "{name}: {line}: {code}\n{}", answer.errors);
            commands += 1;
        }
    }
    commands
}

fn of(folder: &str) -> usize {
    named().iter().filter(|name| name.starts_with(folder)).map(|name| follow(name)).sum()
}

#[test]
fn the_tutorial_works_as_written() {
    assert!(of("tutorial") >= 8);
}

#[test]
fn every_how_to_works_as_written() {
    assert!(of("how-to/") >= 25);
}

#[test]
fn every_explanation_works_as_written() {
    assert!(of("explanation/") >= 2);
}

#[test]
fn every_page_is_in_the_table_of_contents_and_every_link_leads_somewhere() {
    let named = named();
    for folder in ["", "how-to", "explanation"] {
        for entry in std::fs::read_dir(pages().join(folder)).expect("a folder").flatten() {
            let name = PathBuf::from(folder).join(entry.file_name());
            let name = name.to_string_lossy();
            let is_page = name.ends_with(".md") && name != "SUMMARY.md";
            assert!(!is_page || named.iter().any(|known| *known == name), "{name} is not in SUMMARY.md");
        }
    }
    for name in named.iter().filter(|name| !is_made(name)) {
        let folder = pages().join(name).parent().expect("pages stand in folders").to_path_buf();
        let text = read(name);
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| link.ends_with(".md") && !link.contains("reference/")) {
            assert!(folder.join(link).is_file(), "{name} leads to {link}");
        }
    }
}

/// The book as scripts/book makes it, in a folder of its own.
#[test]
fn the_reference_is_made_from_what_the_program_says() {
    let desk = Desk::empty();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/book");
    let made = desk.shell(&format!("PBXSIM=\"$pbxsim\" PATH=/usr/bin:/bin {script} \"$PWD/book\""));
    assert_eq!(made.code, Some(0), "{}", made.errors);
    for name in named().iter().filter(|name| is_made(name)) {
        let page = desk.read(&format!("book/src/{name}"));
        assert!(page.starts_with("# ") && page.lines().count() > 8, "{name}: {page}");
    }
    let commands = desk.read("book/src/reference/commands.md");
    assert!(["new", "run", "trace", "man"].iter().all(|verb| commands.contains(&format!("## pbxsim {verb}\n"))));
    assert!(desk.read("book/src/reference/measures.md").contains("setup delay"));
}

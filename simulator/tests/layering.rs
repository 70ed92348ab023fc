//! Arrows point down: between crates as their manifests say, between modules in the order that the crate's doc gives;
//! and the simulator reaches for no clock, file, socket or thread.

use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may use of ours.
const CRATES: [(&str, &[&str]); 5] = [
    ("simulator", &[]),
    ("reports", &[]),
    ("scenarios", &["simulator", "reports"]),
    ("harness", &["simulator", "reports", "scenarios"]),
    ("benches", &["simulator", "scenarios"]),
];

/// What would make a run depend on the machine it runs on.
const MACHINE: [&str; 9] =
    ["std::fs", "std::net", "std::time", "std::thread", "std::process", "std::env", "std::io", "tokio", "println!"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The dependencies of a manifest, those of tests apart.
fn dependencies(manifest: &str) -> Vec<&str> {
    let section = manifest.split("\n[").find_map(|section| section.strip_prefix("dependencies]\n"));
    let lines = section.unwrap_or_default().lines().filter(|line| !line.trim().is_empty());
    lines.filter_map(|line| line.split(['.', ' ', '=']).next()).collect()
}

#[test]
fn crates_use_only_those_below_them() {
    for (name, below) in CRATES {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        let ours = |dependency: &&str| CRATES.iter().any(|(name, _)| name == dependency);
        let used: Vec<&str> = dependencies(&manifest).into_iter().filter(ours).collect();
        let upward = used.iter().find(|dependency| !below.contains(dependency));
        assert_eq!(upward, None, "{name} uses {used:?}");
    }
}

#[test]
fn every_crate_has_its_place() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = workspace.lines().find_map(|line| line.strip_prefix("members = [")).unwrap();
    let members: Vec<&str> = members.split('"').skip(1).step_by(2).collect();
    assert!(members.iter().all(|member| CRATES.iter().any(|(name, _)| name == member)), "{members:?}");
    assert_eq!(members.len(), CRATES.len());
}

/// Modules in the order of the crate's doc.
fn levels(doc: &str) -> Vec<String> {
    let lines = doc.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let text: Vec<&str> = lines.skip_while(|line| !line.starts_with("Each uses only those before it")).collect();
    let text = text.join(" ");
    let list = text.split_once(": ").map_or("", |(_, list)| list).trim_end_matches('.');
    list.split([',', '·']).map(|level| level.trim().trim_matches('`').to_owned()).collect()
}

/// The place of a module path among the levels: the longest one that begins it.
fn level_of(path: &str, levels: &[String]) -> Option<usize> {
    let begins = |level: &String| path == level || path.starts_with(&format!("{level}::"));
    let fitting = levels.iter().enumerate().filter(|(_, level)| begins(level));
    fitting.max_by_key(|(_, level)| level.len()).map(|(place, _)| place)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| self::files(folder)));
    files
}

/// The simulator's files by module path, but for the crate's own.
fn modules() -> Vec<(String, String)> {
    let source = root().join("simulator/src");
    let module = |path: PathBuf| {
        let inside = path.strip_prefix(&source).unwrap().with_extension("");
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let name = parts.join("::").trim_end_matches("::mod").to_owned();
        (name != "lib").then(|| (name, fs::read_to_string(&path).unwrap()))
    };
    files(&source).into_iter().filter_map(module).collect()
}

/// Paths behind `crate::`, comments apart: a doc may point anywhere.
fn used(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let uses = code.flat_map(|line| line.split("crate::").skip(1));
    let path = |rest: &str| rest.split(|c: char| !(c.is_alphanumeric() || "_:".contains(c))).next().unwrap().to_owned();
    uses.map(path).collect()
}

#[test]
fn modules_use_only_those_before_them() {
    let levels = levels(&fs::read_to_string(root().join("simulator/src/lib.rs")).unwrap());
    let modules = modules();
    assert!(modules.len() > 30, "{} modules", modules.len());
    let mut upward = Vec::new();
    for (module, text) in modules {
        let own = level_of(&module, &levels).unwrap_or_else(|| panic!("{module} has no place in the crate's doc"));
        for path in used(&text) {
            let level = level_of(&path, &levels).unwrap_or_else(|| panic!("{module} uses {path}: no such level"));
            if level > own {
                upward.push(format!("{module} uses {path}"));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn the_simulator_reaches_for_nothing_of_the_machine() {
    for (module, text) in modules() {
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        let reached = MACHINE.into_iter().find(|word| code.contains(word));
        assert_eq!(reached, None, "{module}");
    }
    let manifest = fs::read_to_string(root().join("simulator/Cargo.toml")).unwrap();
    let pure = ["libm", "md-5", "memchr", "rand_core", "sha2"];
    assert_eq!(dependencies(&manifest), pure, "arithmetic, hashes, a search and a trait");
}

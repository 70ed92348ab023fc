//! `like`: that entry's keys, then mine.

use std::collections::BTreeMap;

use crate::diagnostics::Report;
use crate::nearest::{did_you_mean, either};
use crate::yaml::{Kind, Node, Pair};

/// Blocks whose entries may say `like`, and the keys they do not take over.
const BLOCKS: &[(&str, &[&str])] = &[
    ("cluster", &["like", "role"]),
    ("users", &["like"]),
    ("trunks", &["like"]),
    ("queues", &["like"]),
    ("calls", &["like"]),
];

/// Gives every entry the keys it takes over.
pub(crate) fn expand(tree: &mut Node, report: &mut Report) {
    let Kind::Map(pairs) = &mut tree.kind else { return };
    for (name, own) in BLOCKS {
        if let Some(block) = pairs.iter_mut().find(|pair| pair.key == *name) {
            expand_block(&mut block.value, own, report);
        }
    }
}

fn expand_block(block: &mut Node, own: &[&str], report: &mut Report) {
    let by_name: BTreeMap<&str, &Pair> = block.pairs().iter().map(|pair| (pair.key.as_str(), pair)).collect();
    let taken: Vec<Vec<Pair>> = block.pairs().iter().map(|pair| taken_over(&by_name, pair, own, report)).collect();
    let Kind::Map(pairs) = &mut block.kind else { return };
    for (pair, taken) in pairs.iter_mut().zip(taken) {
        if let Kind::Map(keys) = &mut pair.value.kind {
            keys.extend(taken);
        }
    }
}

fn taken_over(block: &BTreeMap<&str, &Pair>, pair: &Pair, own: &[&str], report: &mut Report) -> Vec<Pair> {
    let Some(like) = pair.value.get("like") else { return Vec::new() };
    let name = like.text().unwrap_or("");
    let Some(liked) = block.get(name).filter(|other| other.key != pair.key) else {
        let names = block.keys().copied().filter(|name| *name != pair.key);
        let meant = did_you_mean(name, names.clone());
        let known = || if block.len() > 1 { format!("names here: {}", either(names)) } else { String::new() };
        let advice = if meant.is_empty() { known() } else { meant };
        report.meaning(like.span, format!("nothing here is called \"{name}\""), advice);
        return Vec::new();
    };
    if liked.value.get("like").is_some() {
        let message = format!("\"{name}\" is like another itself");
        report.meaning(like.span, message, "no chains: name the first");
    }
    let missing = |key: &&Pair| !own.contains(&key.key.as_str()) && pair.value.get(&key.key).is_none();
    liked.value.pairs().iter().filter(missing).cloned().collect()
}

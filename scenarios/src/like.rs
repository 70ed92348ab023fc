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
    let elsewhere = declared(tree);
    let Kind::Map(pairs) = &mut tree.kind else { return };
    for (name, own) in BLOCKS {
        if let Some(block) = pairs.iter_mut().find(|pair| pair.key == *name) {
            expand_block(name, &mut block.value, own, &elsewhere, report);
        }
    }
}

/// Names of the blocks whose entries may be alike, with that block.
fn declared(tree: &Node) -> BTreeMap<String, &'static str> {
    let blocks = BLOCKS.iter().filter_map(|(name, _)| Some((*name, tree.get(name)?)));
    blocks.flat_map(|(name, block)| block.pairs().iter().map(move |pair| (pair.key.clone(), name))).collect()
}

type Elsewhere = BTreeMap<String, &'static str>;

fn expand_block(name: &str, block: &mut Node, own: &[&str], elsewhere: &Elsewhere, report: &mut Report) {
    let by_name: BTreeMap<&str, &Pair> = block.pairs().iter().map(|pair| (pair.key.as_str(), pair)).collect();
    let liked: Vec<Option<&Pair>> =
        block.pairs().iter().map(|pair| liked(name, &by_name, pair, elsewhere, report)).collect();
    let taken: Vec<Vec<Pair>> =
        block.pairs().iter().zip(liked).map(|(pair, liked)| taken_over(pair, liked, own)).collect();
    let Kind::Map(pairs) = &mut block.kind else { return };
    for (pair, taken) in pairs.iter_mut().zip(taken) {
        if let Kind::Map(keys) = &mut pair.value.kind {
            keys.extend(taken);
        }
    }
}

/// The entry that this one is like.
fn liked<'a>(
    name: &str,
    block: &BTreeMap<&str, &'a Pair>,
    pair: &Pair,
    elsewhere: &Elsewhere,
    report: &mut Report,
) -> Option<&'a Pair> {
    let like = pair.value.get("like")?;
    let typed = like.text().unwrap_or("");
    if typed == pair.key {
        report.meaning(like.span, format!("{typed} is like itself"), "name another, or leave \"like\" out");
        return None;
    }
    let Some(liked) = block.get(typed) else {
        let (message, advice) = unknown(name, block, pair, typed, elsewhere);
        report.meaning(like.span, message, advice);
        return None;
    };
    if liked.value.get("like").is_some() {
        report.meaning(like.span, format!("\"{typed}\" is like another itself"), "no chains: name the first");
    }
    Some(liked)
}

/// Why nothing in the block has the name: message and cure.
fn unknown(
    name: &str,
    block: &BTreeMap<&str, &Pair>,
    pair: &Pair,
    typed: &str,
    elsewhere: &Elsewhere,
) -> (String, String) {
    let others = || block.keys().copied().filter(|other| *other != pair.key);
    let known = if block.len() > 1 { format!("names here: {}", either(others())) } else { "leave it out".to_owned() };
    if let Some(other) = elsewhere.get(typed) {
        return (format!("\"{typed}\" is one of {other}; \"like\" takes one of {name}"), known);
    }
    let meant = did_you_mean(typed, others());
    (format!("nothing in {name} is called \"{typed}\""), if meant.is_empty() { known } else { meant })
}

fn taken_over(pair: &Pair, liked: Option<&Pair>, own: &[&str]) -> Vec<Pair> {
    let missing = |key: &&Pair| !own.contains(&key.key.as_str()) && pair.value.get(&key.key).is_none();
    liked.map(|liked| liked.value.pairs()).unwrap_or_default().iter().filter(missing).cloned().collect()
}

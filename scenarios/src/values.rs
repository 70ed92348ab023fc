//! The values of a file by their paths, overrides applied: what differs between two files, and what a path holds.

use crate::diagnostics::Diagnostics;
use crate::load::overridden;
use crate::yaml::{Kind, Node};

/// Every value written in a file, `PATH` and text, in the order of the file; `like` is not followed. Entries of lists
/// stand under their `called`, else under their number from 1.
///
/// # Errors
/// As [`crate::load`].
pub fn values(path: &str, text: &str, overrides: &[String]) -> Result<Vec<(String, String)>, Diagnostics> {
    let tree = overridden(path, text, overrides)?;
    let mut values = Vec::new();
    flatten(&tree, "", &mut values);
    Ok(values)
}

/// `PATH OLD → NEW` for every value that differs, in the order of the new file; then what it has no more.
pub fn differences(old: &[(String, String)], new: &[(String, String)]) -> Vec<String> {
    let find = |values: &[(String, String)], path: &str| {
        values.iter().find(|(known, _)| known == path).map(|(_, value)| value.clone())
    };
    let mut lines = Vec::new();
    for (path, value) in new {
        match find(old, path) {
            Some(before) if before == *value => {}
            Some(before) => lines.push(format!("{path} {before} → {value}")),
            None => lines.push(format!("{path} (none) → {value}")),
        }
    }
    let gone = old.iter().filter(|(path, _)| find(new, path).is_none());
    lines.extend(gone.map(|(path, value)| format!("{path} {value} → (none)")));
    lines
}

fn flatten(node: &Node, path: &str, values: &mut Vec<(String, String)>) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match &node.kind {
        Kind::Scalar(text) => values.push((path.to_owned(), text.clone())),
        Kind::Map(pairs) => pairs.iter().for_each(|pair| flatten(&pair.value, &inside(&pair.key), values)),
        Kind::List(items) => {
            for (number, item) in (1..).zip(items) {
                let name = item.get("called").and_then(Node::text).map_or_else(|| format!("{number}"), str::to_owned);
                flatten(item, &inside(&name), values);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pbxsim: 1\nlasts: 30 s\nseed: 7\nusers: { desk: { count: 5 } }\ntimeline:\n  - { at: +1 s, \
                        sign-in: everyone, called: dawn }\nexpect: [no users are dropped]\n";

    #[test]
    fn values_stand_under_their_paths() {
        let values = values("a.yaml", TEXT, &["users.desk.count=6".to_owned()]).expect("a right file");
        let shown: Vec<String> = values.iter().map(|(path, value)| format!("{path} = {value}")).collect();
        assert_eq!(shown[3], "users.desk.count = 6");
        assert_eq!(shown[4], "timeline.dawn.at = +1 s");
        assert_eq!(shown.last().map(String::as_str), Some("expect.1 = no users are dropped"));
    }

    #[test]
    fn differences_name_what_changed_came_and_went() {
        let old = values("a.yaml", TEXT, &[]).expect("a right file");
        let text = TEXT.replace("count: 5", "count: 9").replace("seed: 7\n", "seeds: 3\n");
        let new = values("b.yaml", &text, &[]).expect("a right file");
        assert_eq!(differences(&old, &new), ["seeds (none) → 3", "users.desk.count 5 → 9", "seed 7 → (none)"]);
        assert!(differences(&old, &old).is_empty());
    }
}

//! A tree as text again: blocks at the top, one line for each thing within them.

use super::{Kind, Node, Pair};

/// The text of a whole file.
pub(crate) fn write(tree: &Node) -> String {
    let mut text = String::new();
    for pair in tree.pairs() {
        match &pair.value.kind {
            Kind::Map(pairs) if !pairs.is_empty() => {
                text.push_str(&format!("\n{}:\n", scalar(&pair.key)));
                pairs.iter().for_each(|pair| text.push_str(&format!("  {}\n", flow_pair(pair))));
            }
            Kind::List(items) if !items.is_empty() => {
                text.push_str(&format!("\n{}:\n", scalar(&pair.key)));
                items.iter().for_each(|item| text.push_str(&format!("  - {}\n", flow(item))));
            }
            _ => text.push_str(&format!("{}\n", flow_pair(pair))),
        }
    }
    text
}

/// One value within a line.
pub(crate) fn flow(node: &Node) -> String {
    match &node.kind {
        Kind::Scalar(text) => scalar(text),
        Kind::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
        Kind::Map(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(flow_pair).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Kind::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn flow_pair(pair: &Pair) -> String {
    format!("{}: {}", scalar(&pair.key), flow(&pair.value))
}

/// Plain where nothing in it means something to YAML, else in quotes.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " ._+/%()-'…".contains(c);
    let first = text.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '+');
    if first && text.chars().all(plain) && !text.ends_with(' ') {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::read;

    /// The same tree without its places.
    fn bare(node: &Node) -> String {
        match &node.kind {
            Kind::Scalar(text) => format!("{text:?}"),
            Kind::Map(pairs) => pairs.iter().map(|pair| format!("({}={})", pair.key, bare(&pair.value))).collect(),
            Kind::List(items) => items.iter().map(|item| format!("<{}>", bare(item))).collect(),
        }
    }

    #[test]
    fn what_is_written_reads_as_the_same_tree() {
        let texts = crate::Template::ALL.iter().map(|template| template.text).chain([
            "a: \"x: y # z\"\nb: [1, '2, 3', \"- 4\"]\nc: { d: +10 min, hq - branch: 1..12, e: [] }\nf: \"it's \\\"so\\\"\"\n",
        ]);
        for text in texts {
            let tree = read(text, 0, 0).expect("it is right");
            let written = write(&tree);
            let again = read(&written, 0, 0).unwrap_or_else(|_| panic!("{written}"));
            assert_eq!(bare(&again), bare(&tree), "{written}");
        }
    }
}

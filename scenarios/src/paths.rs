//! Overrides: a path and a value put into the tree (`--set`, `variants`, the verb `set`), by the tables of the language.

use crate::check::nearest_key;
use crate::diagnostics::Report;
use crate::language::{Block, Keys, TOP, Value};
use crate::nearest::did_you_mean;
use crate::source::{Sources, Span};
use crate::yaml::{Kind, Node, Pair, read};

/// Puts `value` at `path`.
pub(crate) fn set(tree: &mut Node, path: &Pair, report: &mut Report, sources: &Sources) {
    let segments = segments(path, sources);
    if segments.iter().any(|segment| segment.name.is_empty()) {
        return report.error(path.key_span, format!("\"{}\" is not a path", path.key), "write KEY.KEY, such as seed");
    }
    let mut walk = Walk { value: &path.value, segments: &segments, report };
    walk.block(&TOP, tree, &segments);
}

/// A `--set` as a path and a value; `source` holds its text, `--set PATH=VALUE`.
pub(crate) fn from_command_line(typed: &str, source: u16, report: &mut Report, sources: &Sources) -> Option<Pair> {
    let whole = sources.whole(source);
    let start = PREFIX.len();
    let Some(equals) = typed.find('=') else {
        let advice = "write --set PATH=VALUE, such as --set seed=7";
        report.error(whole.part(start..start + typed.len()), "a --set without \"=\"", advice);
        return None;
    };
    match read(&typed[equals + 1..], source, start + equals + 1) {
        Ok(value) => {
            let value = if value.pairs().is_empty() && typed[equals + 1..].trim().is_empty() {
                Node { span: whole.part(start + equals..start + equals + 1), kind: Kind::Scalar(String::new()) }
            } else {
                value
            };
            Some(Pair { key: typed[..equals].to_owned(), key_span: whole.part(start..start + equals), value })
        }
        Err(diagnostic) => {
            report.error(diagnostic.span, diagnostic.message, diagnostic.advice);
            None
        }
    }
}

/// What stands before a `--set` in its text.
pub(crate) const PREFIX: &str = "--set ";

struct Segment {
    name: String,
    span: Span,
}

fn segments(path: &Pair, sources: &Sources) -> Vec<Segment> {
    let mut at = 0;
    let exact = sources.slice(path.key_span) == path.key;
    let segment = |name: &str| {
        let span = if exact { path.key_span.part(at..at + name.len()) } else { path.key_span };
        at += name.len() + 1;
        Segment { name: name.to_owned(), span }
    };
    path.key.split('.').map(segment).collect()
}

struct Walk<'a> {
    value: &'a Node,
    /// The whole path.
    segments: &'a [Segment],
    report: &'a mut Report,
}

impl Walk<'_> {
    fn block(&mut self, block: &'static Block, node: &mut Node, path: &[Segment]) {
        let [segment, rest @ ..] = path else { return };
        let Some(key) = block.key(&segment.name) else {
            let message = format!("unknown key \"{}\" {}", segment.name, self.place(path));
            return self.report.error(segment.span, message, nearest_key(block, &segment.name));
        };
        let clears = rest.is_empty()
            && self.value.pairs().is_empty()
            && self.value.items().is_empty()
            && self.value.text().is_none_or(str::is_empty);
        if !key.exists && !clears {
            let message = format!("not yet: \"{}\" comes in a later version", segment.name);
            return self.report.error(segment.span, message, "leave it out");
        }
        if segment.name == "cluster" && node.get("cluster").is_none() && !rest.is_empty() {
            declare_the_master(node, segment.span);
        }
        self.step(&key.value, node, segment, rest);
    }

    /// Where `rest` of the path begins, for messages.
    fn place(&self, rest: &[Segment]) -> String {
        let walked = &self.segments[..self.segments.len().saturating_sub(rest.len())];
        let names: Vec<&str> = walked.iter().map(|segment| segment.name.as_str()).collect();
        if names.is_empty() { "at the top".to_owned() } else { format!("in {}", names.join(".")) }
    }

    /// Into (or onto) the value of the key `segment` of the map `node`.
    fn step(&mut self, value: &'static Value, node: &mut Node, segment: &Segment, rest: &[Segment]) {
        if !rest.is_empty() && !has_keys(value) {
            return self.too_deep(segment, rest);
        }
        let Some(pairs) = self.pairs(node, segment) else { return };
        let index = match pairs.iter().position(|pair| pair.key == segment.name) {
            Some(index) => index,
            None => {
                let value = Node::empty_map(segment.span);
                pairs.push(Pair { key: segment.name.clone(), key_span: segment.span, value });
                pairs.len() - 1
            }
        };
        if rest.is_empty() {
            pairs[index].key_span = segment.span;
            pairs[index].value = self.value.clone();
            return;
        }
        self.inside(value, &mut pairs[index].value, segment, rest);
    }

    fn pairs<'n>(&mut self, node: &'n mut Node, segment: &Segment) -> Option<&'n mut Vec<Pair>> {
        if node.is_blank() {
            node.kind = Kind::Map(Vec::new());
        }
        match &mut node.kind {
            Kind::Map(pairs) => Some(pairs),
            _ => {
                let message = format!("\"{}\" cannot be reached: what is before it is not a block here", segment.name);
                self.report.error(segment.span, message, "replace the whole value");
                None
            }
        }
    }

    fn inside(&mut self, value: &'static Value, node: &mut Node, parent: &Segment, path: &[Segment]) {
        match value {
            Value::Block(block) => self.block(block, node, path),
            Value::Map(keys, value) => self.entry(*keys, value, node, path),
            Value::List(Value::Entry) => self.event(node, path),
            Value::Either(values) => {
                match values.iter().find(|value| matches!(value, Value::Map(..) | Value::Block(_))) {
                    Some(value) => self.inside(value, node, parent, path),
                    None => self.too_deep(parent, path),
                }
            }
            _ => self.too_deep(parent, path),
        }
    }

    fn too_deep(&mut self, parent: &Segment, path: &[Segment]) {
        if let Some(segment) = path.first() {
            self.report.error(segment.span, format!("\"{}\" has no keys of its own", parent.name), "shorten the path");
        }
    }

    fn entry(&mut self, keys: Keys, value: &'static Value, node: &mut Node, path: &[Segment]) {
        let [segment, rest @ ..] = path else { return };
        if keys == Keys::Declared && node.get(&segment.name).is_none() {
            let names = node.pairs().iter().map(|pair| pair.key.as_str());
            let advice = did_you_mean(&segment.name, names);
            let advice = if advice.is_empty() { "names are declared in the file".to_owned() } else { advice };
            return self.report.error(segment.span, format!("nothing is called \"{}\" here", segment.name), advice);
        }
        if let [key, _, ..] = rest {
            take_from_liked(node, &segment.name, &key.name);
        }
        self.step(value, node, segment, rest);
    }

    /// Into the timeline entry `called` so.
    fn event(&mut self, node: &mut Node, path: &[Segment]) {
        let [segment, rest @ ..] = path else { return };
        let called = |item: &Node| item.get("called").and_then(Node::text).map(str::to_owned);
        let Kind::List(items) = &mut node.kind else { return self.no_event(segment, &[]) };
        match items.iter_mut().find(|item| called(item).as_deref() == Some(segment.name.as_str())) {
            Some(item) if !rest.is_empty() => self.block(&crate::language::ENTRY, item, rest),
            Some(_) => self.report.error(segment.span, "an event cannot be replaced whole", "name one of its keys"),
            None => {
                let names: Vec<String> = items.iter().filter_map(called).collect();
                self.no_event(segment, &names);
            }
        }
    }

    fn no_event(&mut self, segment: &Segment, names: &[String]) {
        let advice = did_you_mean(&segment.name, names.iter().map(String::as_str));
        self.report.error(segment.span, format!("no event is called \"{}\"", segment.name), advice);
    }
}

/// Whether anything can be named inside.
fn has_keys(value: &Value) -> bool {
    match value {
        Value::Block(_) | Value::Map(..) | Value::List(Value::Entry) => true,
        Value::Either(values) => values.iter().any(has_keys),
        _ => false,
    }
}

/// A path through a key that an entry has by `like`: it gets a copy of its own to change.
fn take_from_liked(entries: &mut Node, entry: &str, key: &str) {
    let Some(own) = entries.get(entry) else { return };
    let liked = own.get("like").and_then(Node::text).and_then(|like| entries.get(like));
    let Some(inherited) = liked.and_then(|liked| liked.pair(key)).filter(|_| own.get(key).is_none()).cloned() else {
        return;
    };
    if let Kind::Map(pairs) = &mut entries.kind
        && let Some(pair) = pairs.iter_mut().find(|pair| pair.key == entry)
        && let Kind::Map(keys) = &mut pair.value.kind
    {
        keys.push(inherited);
    }
}

/// Without a `cluster` block there is one node, `master`: a path may name it.
fn declare_the_master(tree: &mut Node, span: Span) {
    if let Kind::Map(pairs) = &mut tree.kind {
        let master = Pair { key: "master".to_owned(), key_span: span, value: Node::empty_map(span) };
        let value = Node { span, kind: Kind::Map(vec![master]) };
        pairs.push(Pair { key: "cluster".to_owned(), key_span: span, value });
    }
}

//! The tree against the tables: unknown keys, wrong values, what comes later. What the values mean together is planning's.

mod scalar;

pub(crate) use scalar::{RETRIES, default_word, describe, flag, release, version};

use crate::diagnostics::Report;
use crate::language::{self, Block, DEVICES, FEATURES, Key, Keys, TOP, VERBS, Value, Verb, Word};
use crate::nearest::{did_you_mean, either};
use crate::source::{Sources, Span};
use crate::value::selector::is_name;
use crate::yaml::{Kind, Node, Pair};

/// What a file is read for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// To be run: what is not simulated yet is refused.
    Run,
    /// To be audited: all of the language is known.
    Audit,
}

/// Checks a whole file.
pub(crate) fn check(tree: &Node, purpose: Purpose, sources: &Sources, report: &mut Report) {
    let mut checker = Checker { purpose, sources, report };
    if !tree.pairs().is_empty() || tree.is_blank() || matches!(tree.kind, Kind::Map(_)) {
        checker.block(&TOP, tree, &Trail::TOP);
    } else {
        checker.report.error(tree.span, "a scenario is a block of keys", "begin with \"pbxsim: 1\"");
    }
}

/// Where the checker is, for messages: `cluster.master`.
struct Trail<'a> {
    parent: Option<&'a Self>,
    name: &'a str,
    depth: usize,
    /// Inside something that comes later: said once.
    later: bool,
}

impl<'a> Trail<'a> {
    const TOP: Trail<'static> = Trail { parent: None, name: "", depth: 0, later: false };

    fn with(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), name, depth: self.depth + 1, later: self.later }
    }

    fn path(&self) -> String {
        match self.parent {
            Some(parent) if parent.depth > 0 => format!("{}.{}", parent.path(), self.name),
            _ => self.name.to_owned(),
        }
    }
}

struct Checker<'a> {
    purpose: Purpose,
    sources: &'a Sources,
    report: &'a mut Report,
}

impl Checker<'_> {
    fn block(&mut self, block: &'static Block, node: &Node, trail: &Trail<'_>) {
        let Some(pairs) = self.map(node, trail) else { return };
        for pair in pairs {
            match block.key(&pair.key) {
                Some(key) => self.pair(key, pair, trail),
                None => self.unknown_key(block, pair, trail),
            }
        }
        if !trail.later {
            self.required(block, node, trail);
        }
    }

    fn pair(&mut self, key: &'static Key, pair: &Pair, trail: &Trail<'_>) {
        let mut inner = trail.with(&pair.key);
        let empty = pair.value.pairs().is_empty()
            && pair.value.items().is_empty()
            && pair.value.text().is_none_or(str::is_empty);
        // `calls: {}` asks for nothing.
        if !key.exists && self.refuses_later(trail) && !empty {
            inner.later = true;
            let message = format!("not yet: \"{}\" comes in a later version", pair.key);
            self.report.error(pair.key_span, message, "leave it out");
        }
        if default_word(key).is_some_and(|word| pair.value.text() == Some(word)) {
            return;
        }
        self.value(&key.value, &pair.value, &inner);
    }

    /// Whether what comes in a later version is refused here: not inside something that was.
    fn refuses_later(&self, trail: &Trail<'_>) -> bool {
        self.purpose == Purpose::Run && !trail.later
    }

    fn required(&mut self, block: &Block, node: &Node, trail: &Trail<'_>) {
        // What it is like has the keys, or that one is told.
        if block.key("like").is_some() && node.get("like").is_some() {
            return;
        }
        for key in block.keys.iter().filter(|key| key.default == "required" && node.get(key.name).is_none()) {
            let place = if trail.depth == 0 { first_line(node) } else { node.span };
            let at = match block.name {
                "" => "the file".to_owned(),
                "timeline" => "this entry".to_owned(),
                _ => trail.path(),
            };
            let advice = format!("write \"{}: {}\"", key.name, example(&key.value));
            self.report.error(place, format!("{at} needs \"{}\"", key.name), advice);
        }
    }

    fn unknown_key(&mut self, block: &Block, pair: &Pair, trail: &Trail<'_>) {
        let place = match block.name {
            "" => "at the top".to_owned(),
            "timeline" => "in this entry".to_owned(),
            _ => format!("in {}", trail.path()),
        };
        if trail.depth == 0 {
            self.report.blind();
        }
        // Comparing words costs more than reading: not for what nobody will see.
        let advice = if self.report.is_full() { String::new() } else { nearest_key(block, &pair.key) };
        self.report.error(pair.key_span, format!("unknown key \"{}\" {place}", pair.key), advice);
    }

    /// The pairs of a map; blank is an empty one.
    fn map<'n>(&mut self, node: &'n Node, trail: &Trail<'_>) -> Option<&'n [Pair]> {
        if matches!(node.kind, Kind::Map(_)) || node.is_blank() {
            return Some(node.pairs());
        }
        self.blinded(trail);
        let message = format!("{} is a block of keys", trail.path());
        let advice = match &node.kind {
            Kind::List(items) if items.iter().all(|item| matches!(item.kind, Kind::Map(_))) => "leave the \"- \" out",
            _ => "write { KEY: VALUE } or indented keys below it",
        };
        self.report.error(node.span, message, advice);
        None
    }

    fn list<'n>(&mut self, node: &'n Node, trail: &Trail<'_>) -> Option<&'n [Node]> {
        if matches!(node.kind, Kind::List(_)) || node.is_blank() {
            return Some(node.items());
        }
        self.blinded(trail);
        self.report.error(
            node.span,
            format!("{} is a list", trail.path()),
            "write [A, B] or lines that begin with \"- \"",
        );
        None
    }

    /// Without the names of a block that cannot be read, others would seem to be wrong.
    fn blinded(&mut self, trail: &Trail<'_>) {
        if trail.depth == 1 && ["cluster", "licences", "users", "trunks", "timeline"].contains(&trail.name) {
            self.report.blind();
        }
    }

    fn value(&mut self, value: &'static Value, node: &Node, trail: &Trail<'_>) {
        match value {
            Value::Any => {}
            Value::Block(block) => self.block(block, node, trail),
            Value::Map(keys, value) => self.entries(*keys, value, node, trail),
            Value::List(value) => {
                for item in self.list(node, trail).unwrap_or_default() {
                    self.tainting(item.span, trail.depth == 1, |checker| checker.value(value, item, trail));
                }
            }
            Value::OneOrMore(value) => match &node.kind {
                Kind::List(items) => items.iter().for_each(|item| self.value(value, item, trail)),
                _ => self.value(value, node, trail),
            },
            Value::Either(values) => self.alternatives(values, node, trail),
            Value::Entry => self.entry(node, trail),
            scalar => self.scalar(scalar, node, trail),
        }
    }

    fn entries(&mut self, keys: Keys, value: &'static Value, node: &Node, trail: &Trail<'_>) {
        for pair in self.map(node, trail).unwrap_or_default() {
            let span = Span { end: pair.value.span.end.max(pair.key_span.end), ..pair.key_span };
            self.tainting(span, trail.depth == 1, |checker| {
                let mut inner = trail.with(&pair.key);
                if keys == Keys::Declared && !is_name(&pair.key) {
                    checker.blinded(trail);
                }
                if let Some((name, key)) = pair.key.split_once(" {") {
                    let message = format!("\"{name}\" without a colon");
                    let advice = format!("write \"{name}: {{{key}: …\"");
                    return checker.report.error(pair.key_span, message, advice);
                }
                checker.entry_key(keys, pair, &mut inner);
                checker.value(value, &pair.value, &inner);
            });
        }
    }

    /// Remembers an entry that turned out wrong.
    fn tainting(&mut self, span: Span, entry: bool, check: impl FnOnce(&mut Self)) {
        let before = self.report.errors();
        check(self);
        if entry && self.report.errors() > before {
            self.report.taint(span);
        }
    }

    fn entry_key(&mut self, keys: Keys, pair: &Pair, trail: &mut Trail<'_>) {
        match keys {
            Keys::Declared => self.declared(pair),
            Keys::Device => self.word_key("device", DEVICES, pair, trail),
            Keys::FeatureWord => self.word_key("feature", FEATURES, pair, trail),
            Keys::LicenceOrCredits if pair.key == language::CREDITS => {}
            Keys::Licence | Keys::LicenceOrCredits => self.licence(pair),
            Keys::Free | Keys::Link | Keys::Node | Keys::Path => {}
        }
    }

    fn declared(&mut self, pair: &Pair) {
        let name = pair.key.as_str();
        if !is_name(name) {
            self.report.error(pair.key_span, format!("\"{name}\" cannot be a name"), scalar::NAMES);
        } else if let Some(why) = scalar::reserved(name) {
            let advice = "choose another name";
            self.report.error(pair.key_span, format!("\"{name}\" cannot be a name: it is {why}"), advice);
        }
    }

    fn word_key(&mut self, what: &str, words: &'static [Word], pair: &Pair, trail: &mut Trail<'_>) {
        match words.iter().find(|word| word.text == pair.key) {
            Some(word) if !word.exists && self.refuses_later(trail) => {
                trail.later = true;
                let message = format!("not yet: {what} \"{}\" comes in a later version", pair.key);
                self.report.error(pair.key_span, message, "leave it out");
            }
            Some(_) => {}
            None => {
                let known = words.iter().filter(|word| word.exists).map(|word| word.text);
                let meant = did_you_mean(&pair.key, words.iter().map(|word| word.text));
                let advice = if meant.is_empty() { format!("{what}s: {}", either(known)) } else { meant };
                self.report.error(pair.key_span, format!("\"{}\" is not a {what}", pair.key), advice);
            }
        }
    }

    fn licence(&mut self, pair: &Pair) {
        if let Err(mistake) = language::licence(&pair.key) {
            self.report.error(pair.key_span, mistake.message, mistake.advice);
        }
    }

    fn alternatives(&mut self, values: &'static [Value], node: &Node, trail: &Trail<'_>) {
        let fits = |value: &&Value| match &node.kind {
            Kind::Map(_) => matches!(value, Value::Map(..) | Value::Block(_)),
            Kind::List(_) => matches!(value, Value::List(_) | Value::OneOrMore(_)),
            Kind::Scalar(text) => {
                !matches!(value, Value::Map(..) | Value::Block(_)) && scalar::check(value, text).is_ok()
            }
        };
        match values.iter().find(fits) {
            Some(Value::Words(words)) if words.iter().all(|word| !word.exists) && self.refuses_later(trail) => {
                let message = format!("not yet: \"{}\" comes in a later version", node.text().unwrap_or(""));
                let advice = values.last().map(|value| format!("write {}", describe(value)));
                self.report.error(node.span, message, advice.unwrap_or_default());
            }
            Some(value) => self.value(value, node, trail),
            // None fits: the last says why, unless it is a block.
            None => {
                let last = values.iter().rfind(|value| !matches!(value, Value::Map(..) | Value::Block(_)));
                if let Some(value) = last.or(values.last()) {
                    self.value(value, node, trail);
                }
            }
        }
    }

    fn scalar(&mut self, value: &'static Value, node: &Node, trail: &Trail<'_>) {
        let Some(text) = node.text() else { return self.not_a_scalar(value, node, trail) };
        if text.is_empty() && matches!(value, Value::Sentence) {
            return self.report.error(node.span, "there is no sentence here", SENTENCE);
        }
        if text.is_empty() && !matches!(value, Value::Text) {
            let advice = format!("write {}", describe(value));
            return self.report.error(node.span, format!("{} has no value", trail.path()), advice);
        }
        match scalar::check(value, text) {
            Ok(Some(word)) if self.refuses_later(trail) => {
                let message = format!("not yet: \"{word}\" comes in a later version");
                self.report.error(node.span, message, scalar::existing(value));
            }
            Ok(_) => {}
            Err(mistake) => {
                let span = node.place(mistake.at, self.sources);
                let whose = if matches!(value, Value::Words(_)) { format!("{} ", trail.path()) } else { String::new() };
                self.report.error(span, format!("{whose}{}", mistake.message), mistake.advice);
            }
        }
    }

    fn not_a_scalar(&mut self, value: &Value, node: &Node, trail: &Trail<'_>) {
        if matches!(value, Value::Sentence) {
            return self.report.error(node.span, "no sentence needs a colon", "write the sentence without it");
        }
        let what = if matches!(node.kind, Kind::List(_)) { "a list" } else { "a block" };
        let message = format!("{} takes {}, not {what}", trail.path(), describe(value));
        self.report.error(node.span, message, "");
    }

    fn entry(&mut self, node: &Node, trail: &Trail<'_>) {
        let before = self.report.errors();
        let later = node.pairs().iter().find(|pair| verb(&pair.key).is_some() && !exists(&pair.key));
        if let Some(pair) = later.filter(|_| self.purpose == Purpose::Run) {
            let message = format!("not yet: \"{}\" comes in a later version", pair.key);
            self.report.error(pair.key_span, message, "leave this entry out");
        }
        self.block(&language::ENTRY, node, &Trail { later: trail.later || later.is_some(), ..*trail });
        let verbs: Vec<(&Pair, &'static Verb)> =
            node.pairs().iter().filter_map(|pair| verb(&pair.key).map(|verb| (pair, verb))).collect();
        match verbs.as_slice() {
            [(_, verb)] => self.beside(verb, node),
            [] if self.report.errors() == before => {
                let advice = format!("one of {ALL_VERBS}");
                self.report.error(node.span, "this entry does nothing: it has no verb", advice);
            }
            [] => {}
            [(first, _), (second, _), ..] => {
                let message = format!("two verbs in one entry: \"{}\" and \"{}\"", first.key, second.key);
                self.report.error(second.key_span, message, "write two entries");
            }
        }
    }

    /// Keys that do not belong to the verb, and those it needs.
    fn beside(&mut self, verb: &Verb, node: &Node) {
        for pair in node.pairs() {
            let key = pair.key.as_str();
            let common = [verb.name, "at", "called"].contains(&key);
            if !common && !verb.with.contains(&key) && language::ENTRY.key(key).is_some() {
                let with: Vec<&str> = ["at", "called"].into_iter().chain(verb.with.iter().copied()).collect();
                let advice = format!("beside {}: {}", verb.name, either(with));
                self.report.error(pair.key_span, format!("\"{key}\" says nothing beside \"{}\"", verb.name), advice);
            }
        }
        for needed in verb.needs.iter().filter(|needed| node.get(needed).is_none()) {
            self.report.error(node.span, format!("\"{}\" needs \"{needed}\"", verb.name), "");
        }
    }
}

/// The key that was meant, or those there are.
pub(crate) fn nearest_key(block: &Block, typed: &str) -> String {
    let names = block.keys.iter().map(|key| key.name);
    let existing = block.keys.iter().filter(|key| key.exists).map(|key| key.name);
    let meant = did_you_mean(typed, names.clone());
    if !meant.is_empty() {
        return meant;
    }
    match block.name {
        "timeline" => format!("a verb is one of {ALL_VERBS}"),
        _ if block.keys.len() <= 7 => format!("keys here: {}", either(names)),
        _ => format!("keys here: {}", existing.collect::<Vec<_>>().join(", ")),
    }
}

/// For those who left one empty.
const SENTENCE: &str = "write one, such as \"no users are dropped\", or delete the line";

/// The verbs that exist.
const ALL_VERBS: &str = "sign-in, sign-out, crash, restart, set";

fn exists(verb: &str) -> bool {
    language::ENTRY.key(verb).is_some_and(|key| key.exists)
}

/// The verb of that name.
pub(crate) fn verb(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name)
}

fn first_line(node: &Node) -> Span {
    match node.pairs().first() {
        Some(pair) => pair.key_span,
        None => Span { end: node.span.start, ..node.span },
    }
}

fn example(value: &Value) -> &'static str {
    match value {
        Value::Count(..) => "1",
        Value::Instant => "+10 min",
        Value::OneOrMore(Value::Selector) => "desk",
        _ => "30 min",
    }
}

//! Reading a sentence word by word, from left to right, never back.

use super::error::{SentenceError, Span, nearest, one_of, quoted};
use super::names::{Named, Names, NodeGroup, OccasionName, PopulationName};

/// One word and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'t> {
    /// Its letters.
    pub(super) text: &'t str,
    /// Its place, in bytes of the sentence.
    pub(super) offset: usize,
}

impl Word<'_> {
    /// Its place and length.
    pub(super) fn span(&self) -> Span {
        Span { offset: self.offset, len: self.text.len() }
    }
}

/// A place in a sentence.
pub(super) struct Cursor<'t> {
    words: Vec<Word<'t>>,
    next: usize,
    /// What may be named.
    pub(super) names: &'t Names,
    /// The template that fits so far: shown when the next word breaks it.
    pub(super) template: &'static str,
}

impl<'t> Cursor<'t> {
    /// At the first word of `text`.
    pub(super) fn new(text: &'t str, names: &'t Names) -> Self {
        let begin = text.as_ptr() as usize;
        let words =
            text.split_whitespace().map(|word| Word { text: word, offset: word.as_ptr() as usize - begin }).collect();
        Self { words, next: 0, names, template: "" }
    }

    /// The sentence with its blanks folded.
    pub(super) fn folded(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text).collect();
        words.join(" ")
    }

    /// The next word; empty at the end.
    pub(super) fn peek(&self) -> &'t str {
        self.ahead(0)
    }

    /// The word `count` words on; empty behind the end.
    pub(super) fn ahead(&self, count: usize) -> &'t str {
        self.words.get(self.next + count).map_or("", |word| word.text)
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.next >= self.words.len()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &[Word<'t>] {
        &self.words[self.next.min(self.words.len())..]
    }

    /// Goes on by `count` words.
    pub(super) fn skip(&mut self, count: usize) {
        self.next += count;
    }

    /// Whether the words of `phrase` come next.
    pub(super) fn is_at(&self, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(index, word)| self.ahead(index) == word)
    }

    /// Takes the words of `phrase` if they come next.
    pub(super) fn take(&mut self, phrase: &str) -> bool {
        let here = self.is_at(phrase);
        if here {
            self.skip(phrase.split(' ').count());
        }
        here
    }

    /// Takes the first of `phrases` that comes next: its index.
    pub(super) fn take_one(&mut self, phrases: &[&str]) -> Option<usize> {
        let index = phrases.iter().position(|phrase| self.is_at(phrase))?;
        self.skip(phrases[index].split(' ').count());
        Some(index)
    }

    /// Takes the words of `phrase`, or says where they are missing.
    pub(super) fn expect(&mut self, phrase: &str) -> Result<(), SentenceError> {
        for word in phrase.split(' ') {
            if !self.take(word) {
                return Err(self.broken(&format!("\"{phrase}\""), [word, phrase]));
            }
        }
        Ok(())
    }

    /// The place of the next word; of the last one at the end.
    pub(super) fn here(&self) -> Span {
        self.words.get(self.next).or(self.words.last()).map(Word::span).unwrap_or_default()
    }

    /// The place of the next `count` words.
    pub(super) fn span_of(&self, count: usize) -> Span {
        let last = self.rest().get(count.saturating_sub(1)).or(self.words.last());
        self.here().to(last.map(Word::span).unwrap_or_default())
    }

    /// For [`Cursor::since`].
    pub(super) fn mark(&self) -> usize {
        self.next
    }

    /// The place of everything taken since `mark`.
    pub(super) fn since(&self, mark: usize) -> Span {
        let taken = &self.words[mark.min(self.words.len())..self.next.min(self.words.len())];
        match taken {
            [] => self.here(),
            [first, .., last] => first.span().to(last.span()),
            [only] => only.span(),
        }
    }

    /// The words of a name nobody declared: up to a word that ends names.
    pub(super) fn unknown_name(&self) -> (Span, String) {
        let ends = |word: &Word<'_>| NAME_ENDS.contains(&word.text) || word.text.starts_with(['+', '-']);
        let rest = self.rest();
        let count = rest.iter().take(LONGEST_NAME).position(ends).unwrap_or(rest.len().min(LONGEST_NAME)).max(1);
        let words: Vec<&str> = rest.iter().take(count).map(|word| word.text).collect();
        (self.span_of(count), words.join(" "))
    }

    /// The next word fits no sentence; `wanted` would, and perhaps it is a misspelt one of `candidates`.
    pub(super) fn broken<'c>(&self, wanted: &str, candidates: impl IntoIterator<Item = &'c str>) -> SentenceError {
        let near = nearest(self.peek(), candidates);
        let template = if self.template.is_empty() { String::new() } else { format!(", as in: {}", self.template) };
        if self.is_done() {
            let last = self.words.last().map_or("", |word| word.text);
            let message = format!("the sentence stops short after {}", quoted(last));
            return SentenceError::new(self.here(), message, format!("{wanted} is missing{template}"));
        }
        let message = format!("this is not a sentence pbxsim knows, from {} on", quoted(self.peek()));
        let advice = match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("{wanted} stands here{template}"),
        };
        SentenceError::new(self.here(), message, advice)
    }

    /// What the next words name.
    pub(super) fn named(&self) -> Option<(usize, Named<'t>)> {
        self.names.longest(self.rest())
    }

    /// Takes the name of a population, if one comes next.
    pub(super) fn take_population(&mut self) -> Option<&'t PopulationName> {
        let (count, Named::Population(population)) = self.named()? else { return None };
        self.skip(count);
        Some(population)
    }

    /// Takes the name of a population.
    pub(super) fn population(&mut self) -> Result<&'t PopulationName, SentenceError> {
        if let Some(population) = self.take_population() {
            return Ok(population);
        }
        let candidates = self.names.populations.iter().map(|population| population.name.as_str());
        Err(self.not_named("population", candidates))
    }

    /// Takes the name of one node.
    pub(super) fn node(&mut self) -> Result<String, SentenceError> {
        match self.named() {
            Some((count, Named::Node(node))) => {
                self.skip(count);
                return Ok(node.to_owned());
            }
            Some((count, Named::NodeGroup(group))) => return Err(several_nodes(self.span_of(count), group)),
            _ => {}
        }
        let each = self.peek().strip_prefix("each-");
        if let Some(group) = self.names.node_groups.iter().find(|group| each == Some(group.name.as_str())) {
            return Err(several_nodes(self.here(), group));
        }
        Err(self.not_named("node", self.names.nodes.iter().map(String::as_str)))
    }

    /// Takes the name of an event.
    pub(super) fn occasion(&mut self) -> Result<(u16, &'t OccasionName), SentenceError> {
        let Some((count, Named::Occasion(index, occasion))) = self.named() else {
            return Err(self.no_occasion());
        };
        if self.names.is_ambiguous(&occasion.name) {
            let message = format!("several events are called \"{}\"", occasion.name);
            let advice = "give the one that is meant a name of its own with \"called\"";
            return Err(SentenceError::new(self.span_of(count), message, advice));
        }
        self.skip(count);
        Ok((index, occasion))
    }

    /// No event has the name that comes next.
    pub(super) fn no_occasion(&self) -> SentenceError {
        let candidates = self.names.occasions.iter().map(|occasion| occasion.name.as_str());
        let mut error = self.not_named("event", candidates.clone());
        if nearest(&self.unknown_name().1, candidates).is_none() || self.names.occasions.len() <= FEW {
            let listed: Vec<String> = self.names.occasions.iter().map(listed).collect();
            if !listed.is_empty() && error.message.starts_with("no event") {
                error.advice = format!("events here: {}", one_of(listed.iter().map(String::as_str)));
            }
        }
        error
    }

    /// What comes next is not the name of a `kind`.
    pub(super) fn not_named<'c>(&self, kind: &str, candidates: impl Iterator<Item = &'c str> + Clone) -> SentenceError {
        if self.is_done() {
            return self.broken(&format!("the name of {} {kind}", article(kind)), []);
        }
        if let Some((count, named)) = self.named() {
            return self.other_kind(count, named, kind, candidates);
        }
        if kind != "feature" && self.is_feature() {
            let message = format!("{} is a feature, and {} {kind} is wanted", quoted(self.peek()), article(kind));
            return SentenceError::new(self.here(), message, here_are(kind, candidates));
        }
        let (span, name) = if kind == "event" { self.unknown_name() } else { (self.here(), self.peek().to_owned()) };
        let advice = match nearest(&name, candidates.clone()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => here_are(kind, candidates),
        };
        SentenceError::new(span, format!("no {kind} is called {}", quoted(&name)), advice)
    }

    fn other_kind<'c>(
        &self,
        count: usize,
        named: Named<'_>,
        kind: &str,
        candidates: impl Iterator<Item = &'c str>,
    ) -> SentenceError {
        let span = self.span_of(count);
        let words: Vec<&str> = self.rest().iter().take(count).map(|word| word.text).collect();
        let message =
            format!("{} is {}, and {} {kind} is wanted", quoted(&words.join(" ")), named.kind(), article(kind));
        SentenceError::new(span, message, here_are(kind, candidates))
    }
}

/// `"the crash" (line 42)`.
fn listed(occasion: &OccasionName) -> String {
    match occasion.line {
        0 => format!("\"{}\"", occasion.name),
        line => format!("\"{}\" (line {line})", occasion.name),
    }
}

fn here_are<'c>(kind: &str, candidates: impl Iterator<Item = &'c str>) -> String {
    match one_of(candidates) {
        none if none.is_empty() => format!("this file has no {kind}"),
        some => format!("{kind}s here: {some}"),
    }
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `slave` is three nodes.
pub(super) fn several_nodes(span: Span, group: &NodeGroup) -> SentenceError {
    let count = match group.nodes.len() {
        small @ 2..=12 => NUMBERS[small - 2].to_owned(),
        large => large.to_string(),
    };
    let advice = format!("write {}", one_of(group.nodes.iter().map(String::as_str)));
    SentenceError::new(span, format!("\"{}\" is {count} nodes", group.name), advice)
}

const NUMBERS: [&str; 11] =
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// Words that cannot belong to a name that is only misspelt.
const NAME_ENDS: [&str; 14] =
    ["is", "are", "agrees", "end", "to", "in", "or", "within", "during", "before", "after", "at", "from", "take"];

/// Words a misspelt name has at most.
const LONGEST_NAME: usize = 6;
/// So many events are listed beside the nearest one.
const FEW: usize = 12;

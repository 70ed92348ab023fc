//! Whom a sentence counts: groups and attempts, and the features in their names.

use reports::expectation::{AttemptKind, Attempts, Group, Subject};

use super::cursor::{Cursor, Word, several_nodes};
use super::error::{SentenceError, Span, nearest, one_of, quoted};
use super::names::{Named, PopulationName};
use super::words::{BACK, LATER_DEVICES, LATER_SUBJECTS, is_later_feature};

/// A subject and the place of its noun.
pub(super) struct WrittenSubject {
    /// What it means.
    pub(super) subject: Subject,
    /// `endpoints`, `sign-ins`, …
    pub(super) noun: Span,
}

impl Cursor<'_> {
    /// Takes a subject.
    pub(super) fn subject(&mut self) -> Result<WrittenSubject, SentenceError> {
        self.no_later_subject()?;
        let named = self.named().is_some();
        if !named && self.is_feature() {
            return self.checkouts();
        }
        if let Some((count, Named::Flow(flow))) = self.named() {
            self.skip(count);
            return self.calls(Some(flow.to_owned()));
        }
        let population = self.take_population();
        let device = self.device(population)?;
        self.no_later_subject()?;
        let noun = self.here();
        let name = population.map(|population| population.name.clone());
        match self.take_one(&NOUNS) {
            Some(index @ (USERS | ENDPOINTS)) => self.group(population, name, device, index == USERS, noun),
            Some(index @ (SIGN_INS | REFRESHES)) => {
                let kind = if index == SIGN_INS { AttemptKind::SignIns } else { AttemptKind::Refreshes };
                let at = self.at_node()?;
                Ok(attempts(kind, name, device, at, noun))
            }
            Some(CALLS) => self.calls_of_people(name, device, noun),
            Some(_) if name.is_none() && device.is_none() => {
                Ok(attempts(AttemptKind::Takeovers, None, None, None, noun))
            }
            Some(_) => {
                let message = "takeovers are those of standbys: they belong to no population";
                Err(SentenceError::new(noun, message, "write \"takeovers\" alone"))
            }
            None => Err(self.no_subject(name.is_some() || device.is_some())),
        }
    }

    /// `calls [to NAME]`, behind the name of a flow.
    fn calls(&mut self, flow: Option<String>) -> Result<WrittenSubject, SentenceError> {
        let noun = self.here();
        self.expect("calls")?;
        let to = self.called()?;
        Ok(attempts(AttemptKind::Calls { flow, to }, None, None, None, noun))
    }

    /// `calls` of no flow in particular: those of people are called by their flow.
    fn calls_of_people(
        &mut self,
        population: Option<String>,
        device: Option<String>,
        noun: Span,
    ) -> Result<WrittenSubject, SentenceError> {
        if population.is_some() || device.is_some() {
            let advice = match one_of(self.names.flows.iter().map(String::as_str)) {
                none if none.is_empty() => "this file has no flow of calls".to_owned(),
                some => format!("flows here: {some}"),
            };
            return Err(SentenceError::new(noun, "calls are those of a flow, not of people", advice));
        }
        if self.names.flows.is_empty() {
            let advice = "add the block \"calls\", or leave this sentence out";
            return Err(SentenceError::new(noun, "this file has no flow of calls", advice));
        }
        let to = self.called()?;
        Ok(attempts(AttemptKind::Calls { flow: None, to }, None, None, None, noun))
    }

    fn called(&mut self) -> Result<Option<String>, SentenceError> {
        if !self.take("to") {
            return Ok(None);
        }
        match self.named() {
            Some((count, Named::Queue(name) | Named::Group(name) | Named::Room(name))) => {
                self.skip(count);
                Ok(Some(name.to_owned()))
            }
            _ => self.population().map(|population| Some(population.name.clone())),
        }
    }

    fn group(
        &mut self,
        population: Option<&PopulationName>,
        name: Option<String>,
        device: Option<String>,
        users: bool,
        noun: Span,
    ) -> Result<WrittenSubject, SentenceError> {
        if let Some(trunk) = population.filter(|population| population.trunk && users) {
            let message = format!("\"{}\" is a trunk: it has endpoints and no users", trunk.name);
            return Err(SentenceError::new(noun, message, format!("write \"{} endpoints\"", trunk.name)));
        }
        let at = self.at_node()?;
        let lost_in = if self.take("lost in") { Some(self.lost_in()?) } else { None };
        let group = Group { population: name, device, users, at, lost_in };
        Ok(WrittenSubject { subject: Subject::Group(group), noun })
    }

    fn lost_in(&mut self) -> Result<u16, SentenceError> {
        self.template = BACK;
        let mark = self.mark();
        let (index, occasion) = self.occasion()?;
        if ["sign-in", "sign-out"].contains(&occasion.verb.as_str()) {
            let message = format!("nothing is lost in \"{}\": it is a {}", occasion.name, occasion.verb);
            let advice = "only crashes and the like end a registration without a wish";
            return Err(SentenceError::new(self.since(mark), message, advice));
        }
        Ok(index)
    }

    fn at_node(&mut self) -> Result<Option<String>, SentenceError> {
        if self.take("at") { self.node().map(Some) } else { Ok(None) }
    }

    fn checkouts(&mut self) -> Result<WrittenSubject, SentenceError> {
        let feature = self.feature()?;
        let noun = self.here();
        if self.is_at("assignments") {
            return self.no_later_subject().map(|()| attempts(AttemptKind::Takeovers, None, None, None, noun));
        }
        self.expect("checkouts")?;
        let at = self.at_node()?;
        Ok(attempts(AttemptKind::Checkouts(feature), None, None, at, noun))
    }

    /// Takes a device word, if one comes next; it must be a device those people have.
    fn device(&mut self, population: Option<&PopulationName>) -> Result<Option<String>, SentenceError> {
        let word = self.peek();
        if let Some((_, what)) = LATER_DEVICES.iter().find(|(device, _)| *device == word) {
            return Err(SentenceError::not_yet(self.here(), what));
        }
        let devices = self.devices(population);
        if devices.contains(&word) {
            self.skip(1);
            return Ok(Some(word.to_owned()));
        }
        if simulator::layout::Device::ALL.iter().any(|device| device.word() == word) {
            let whose = population.map_or("nobody here", |population| population.name.as_str());
            let message = format!("{whose} has no {word}");
            return Err(SentenceError::new(self.here(), message, format!("devices here: {}", one_of(devices))));
        }
        Ok(None)
    }

    fn devices(&self, population: Option<&PopulationName>) -> Vec<&str> {
        let mut devices: Vec<&str> = self
            .names
            .populations
            .iter()
            .filter(|other| population.is_none_or(|one| one.name == other.name))
            .flat_map(|other| &other.devices)
            .map(String::as_str)
            .collect();
        devices.sort_unstable();
        devices.dedup();
        devices
    }

    /// Subjects of later versions, at their place: `calls`, or with one word before it.
    fn no_later_subject(&self) -> Result<(), SentenceError> {
        for ahead in 0..2 {
            let later = LATER_SUBJECTS.iter().find(|(noun, _)| *noun == self.ahead(ahead));
            if let Some((_, what)) = later {
                let span = self.rest().get(ahead).map_or(self.here(), Word::span);
                return Err(SentenceError::not_yet(span, what));
            }
        }
        Ok(())
    }

    fn no_subject(&self, begun: bool) -> SentenceError {
        if let Some((count, named)) = self.named() {
            let span = self.span_of(count);
            let name: Vec<&str> = self.rest().iter().take(count).map(|word| word.text).collect();
            let name = name.join(" ");
            return match named {
                Named::Flow(_) => self.broken("\"calls\"", ["calls"]),
                Named::Queue(_) | Named::Group(_) | Named::Room(_) => {
                    let message = format!("\"{name}\" is {}", named.kind());
                    SentenceError::new(span, message, format!("write \"calls to {name}\""))
                }
                Named::Population(_) => self.broken("a subject (users, endpoints, sign-ins, refreshes)", NOUNS),
                Named::Occasion(..) => {
                    let advice = format!("write \"endpoints lost in {name}\"");
                    SentenceError::new(span, format!("\"{name}\" is an event"), advice)
                }
                Named::NodeGroup(group) => several_nodes(span, group),
                Named::Node(_) => {
                    let advice = format!("write \"endpoints at {name}\" or \"users at {name}\"");
                    SentenceError::new(span, format!("\"{name}\" is a node"), advice)
                }
            };
        }
        if begun || self.is_done() || nearest(self.peek(), NOUNS).is_some() {
            return self.broken("a subject (users, endpoints, sign-ins, refreshes)", NOUNS);
        }
        let populations = self.names.populations.iter().map(|population| population.name.as_str());
        let near = nearest(self.peek(), populations.clone().chain(self.devices(None)));
        let advice = match (near, one_of(populations)) {
            (Some(near), _) => format!("did you mean \"{near}\"?"),
            (None, none) if none.is_empty() => format!("write {}", one_of(NOUNS)),
            (None, _) if self.is_at("the") => "leave \"the\" out".to_owned(),
            (None, some) => format!("write {}, perhaps of a population ({some})", one_of(NOUNS)),
        };
        SentenceError::new(self.here(), format!("{} is nothing that can be counted", quoted(self.peek())), advice)
    }

    /// Whether a feature, or something written like one, comes next.
    pub(super) fn is_feature(&self) -> bool {
        let word = self.peek();
        let stem = feature_of(word);
        self.names.knows_feature(&stem)
            || is_later_feature(&stem)
            || FEATURE_MAKERS.iter().any(|maker| word.to_lowercase().starts_with(maker))
    }

    /// Takes a feature that is installed.
    pub(super) fn feature(&mut self) -> Result<String, SentenceError> {
        let word = self.peek();
        if self.names.has_feature(word) {
            self.skip(1);
            return Ok(word.to_owned());
        }
        Err(self.no_feature(word))
    }

    fn no_feature(&self, word: &str) -> SentenceError {
        let here = self.here();
        let installed = || self.names.features.iter().map(|feature| feature.name.as_str());
        let stem = feature_of(word);
        if self.is_done() || self.named().is_some() {
            return self.not_named("feature", installed());
        }
        if stem != word && (self.names.knows_feature(&stem) || is_later_feature(&stem)) {
            let message = format!("{} is a licence; sentences name the feature", quoted(word));
            return SentenceError::new(here, message, format!("write \"{stem}\""));
        }
        if is_later_feature(word) && !self.names.knows_feature(word) {
            return SentenceError::not_yet(here, &format!("licences of {word} come"));
        }
        if !self.names.licensed {
            let message = "this file has no \"licences\": nothing is ever refused one";
            return SentenceError::new(here, message, "add the block, or leave this sentence out");
        }
        if self.names.knows_feature(word) {
            let message = format!("no licences of {word} are installed");
            return SentenceError::new(here, message, format!("installed here: {}", one_of(installed())));
        }
        let known = self.names.other_features.iter().map(String::as_str);
        let advice = match nearest(&stem, installed().chain(known)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if self.names.features.is_empty() => "no licences are installed here".to_owned(),
            None => format!("installed here: {}", one_of(installed())),
        };
        SentenceError::new(here, format!("no feature is called {}", quoted(word)), advice)
    }
}

fn attempts(
    kind: AttemptKind,
    population: Option<String>,
    device: Option<String>,
    at: Option<String>,
    noun: Span,
) -> WrittenSubject {
    WrittenSubject { subject: Subject::Attempts(Attempts { kind, population, device, at }), noun }
}

/// The feature of a licence: its name without version and tier (`PBX-Recording12-User`: `PBX-Recording-User`).
fn feature_of(licence: &str) -> String {
    let plain = licence.split('%').next().unwrap_or_default();
    let begin = plain.find('(').unwrap_or(plain.len());
    let end = plain.find(')').map_or(plain.len(), |end| end + 1).max(begin);
    let digits = |letter: char| letter.is_ascii_digit();
    format!("{}{}", plain[..begin].replace(digits, ""), plain[end..].replace(digits, ""))
}

const NOUNS: [&str; 6] = ["users", "endpoints", "sign-ins", "refreshes", "takeovers", "calls"];
const USERS: usize = 0;
const ENDPOINTS: usize = 1;
const SIGN_INS: usize = 2;
const REFRESHES: usize = 3;
const CALLS: usize = 5;

/// How the vendor's licences begin.
const FEATURE_MAKERS: [&str; 2] = ["pbx-", "relay-"];

//! `[STATISTIC] MEASURE of NAME [at NODE]` against a limit.

use reports::expectation::{Claim, Limit, Measured, Metric, Operand, Stat, When};

use simulator::licence::feature::Feature;

use super::cursor::Cursor;
use super::error::{SentenceError, Span, nearest, one_of, quoted};
use super::metrics::{Kind, METRICS, MetricDoc, Of, Unit};
use super::names::Named;
use super::share::in_order;
use super::value::Value;
use super::when::Written;
use super::words::{AGREES, LATER_METRICS, LIMIT_BOUNDS, LIMIT_SYNONYMS, MEASURE, STATISTICS};

/// A measured thing, its row, and the places messages point at.
struct What {
    measured: Measured,
    doc: MetricDoc,
    /// The statistic and the words of the measure.
    span: Span,
}

impl Cursor<'_> {
    /// Takes a measure with its limit.
    pub(super) fn measure(&mut self) -> Result<Claim, SentenceError> {
        self.template = MEASURE;
        let left = self.what(true)?;
        let (limit, right) =
            if self.is_at("agrees") || self.is_at("agree") { (self.agrees(&left)?, None) } else { self.limit(&left)? };
        let when = self.when()?;
        check_when(&left, &when)?;
        if let Some(right) = &right {
            check_when(right, &when)?;
        }
        let when = if sees_warm_up(&left) { when.when } else { when.after_warm_up(self.names)? };
        Ok(Claim::Measure { measured: left.measured, limit, when })
    }

    /// `left`: before `is`, where `at` can only mean a node.
    fn what(&mut self, left: bool) -> Result<What, SentenceError> {
        let mark = self.mark();
        let stat = self.statistic()?;
        let (metric, doc) = self.metric()?;
        let span = self.since(mark);
        check_statistic(stat, &doc, span)?;
        let mut measured = Measured { stat, metric, of: None, occasion: None, at: None };
        self.owner(&doc, &mut measured)?;
        let is_node =
            |named: Option<(usize, Named<'_>)>| matches!(named, Some((_, Named::Node(_) | Named::NodeGroup(_))));
        let behind_at = self.names.longest(self.rest().get(1..).unwrap_or_default());
        if self.is_at("at") && (left || is_node(behind_at)) {
            let of_feature =
                matches!(doc.of, Of::Feature | Of::FeatureNodeOrQueue | Of::FeatureOrTrunk | Of::FeatureOrQueue)
                    && !self.names.queues.iter().any(|queue| measured.of.as_ref() == Some(queue));
            let of_trunk = self.names.populations.iter().any(|one| measured.of.as_ref() == Some(&one.name))
                || self.names.rooms.iter().any(|room| measured.of.as_ref() == Some(room));
            if !(of_feature && !(of_trunk && doc.of == Of::FeatureOrTrunk)
                || matches!(doc.of, Of::Population | Of::PopulationOrAll))
                || measured.of.is_none()
            {
                let message = format!("\"{}\" takes no \"at\" here", doc.word);
                let advice = "leave it out; an instant stands at the end of the sentence";
                return Err(SentenceError::new(self.span_of(2), message, advice));
            }
            self.skip(1);
            measured.at = Some(self.node()?);
        }
        Ok(What { measured, doc, span })
    }

    fn statistic(&mut self) -> Result<Option<Stat>, SentenceError> {
        let word = self.peek();
        if let Some((stat, ..)) = STATISTICS.iter().find(|(_, doc, ..)| doc.word == word) {
            self.skip(1);
            return Ok(Some(*stat));
        }
        let is_percentile = word.strip_prefix('p').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if is_percentile || OTHER_STATISTICS.contains(&word) {
            let advice = format!("statistics are {}", one_of(STATISTICS.iter().map(|(_, doc, ..)| doc.word)));
            return Err(SentenceError::new(self.here(), format!("no statistic is called {}", quoted(word)), advice));
        }
        Ok(None)
    }

    fn metric(&mut self) -> Result<(Metric, MetricDoc), SentenceError> {
        let longest = METRICS.iter().filter(|doc| self.is_at(doc.word)).max_by_key(|doc| doc.word.len()).copied();
        if let Some(doc) = longest {
            self.take(doc.word);
            return Ok((doc.metric, doc));
        }
        if self.is_at("time to") && self.ahead(2).starts_with(|letter: char| letter.is_ascii_digit()) {
            self.skip(2);
            let ppb = self.value()?.share_ppb()?;
            self.expect("registered")?;
            let metric = Metric::TimeToRegistered(ppb);
            return Ok((metric, super::metrics::doc_of(metric)));
        }
        Err(self.no_metric())
    }

    fn no_metric(&self) -> SentenceError {
        if let Some((phrase, what)) = LATER_METRICS.iter().find(|(phrase, _)| self.is_at(phrase)) {
            return SentenceError::not_yet(self.span_of(phrase.split(' ').count()), what);
        }
        if self.is_done() {
            return self.broken("a measure", []);
        }
        let ends = ["of", "is", "are", "agrees", "agree"];
        let rest = self.rest();
        let count = rest.iter().take(5).position(|word| ends.contains(&word.text)).unwrap_or(rest.len().min(5)).max(1);
        let words: Vec<&str> = rest.iter().take(count).map(|word| word.text).collect();
        let Some(near) = nearest(&words.join(" "), METRICS.iter().map(|doc| doc.word)) else {
            let error = self.broken("a measure (pbxsim list metrics)", METRICS.iter().map(|doc| doc.word));
            return if self.mark() > 0 { error } else { SentenceError { advice: BEGINNINGS.to_owned(), ..error } };
        };
        let message = format!("no measure is called {}", quoted(&words.join(" ")));
        SentenceError::new(self.span_of(count), message, format!("did you mean \"{near}\"?"))
    }

    /// Takes `of` and whose measure it is.
    fn owner(&mut self, doc: &MetricDoc, measured: &mut Measured) -> Result<(), SentenceError> {
        if !self.take("of") {
            if matches!(doc.of, Of::PopulationOrAll | Of::CallsOrAll) {
                return Ok(());
            }
            let message = format!("\"{}\" of what?", doc.word);
            let advice = format!("write \"{} of {}\"", doc.word, doc.of);
            return Err(SentenceError::new(self.here(), message, advice));
        }
        match doc.of {
            Of::Event => measured.occasion = Some(self.event_of(doc)?),
            Of::Node => measured.of = Some(self.node()?),
            Of::Queue => measured.of = Some(self.queue()?),
            Of::FeatureOrQueue | Of::FeatureNodeOrQueue if matches!(self.named(), Some((_, Named::Queue(_)))) => {
                measured.of = Some(self.queue()?);
            }
            Of::FeatureNodeOrQueue if self.named().is_some() => measured.of = Some(self.node()?),
            Of::Feature | Of::FeatureNodeOrQueue | Of::FeatureOrQueue => measured.of = Some(self.feature_of(doc)?),
            Of::Population | Of::PopulationOrAll => measured.of = Some(self.population()?.name.clone()),
            Of::FeatureOrTrunk => measured.of = Some(self.feature_or_trunk(doc)?),
            Of::FlowOrTrunk | Of::CallsOrAll => measured.of = Some(self.flow_or(doc)?),
        }
        Ok(())
    }

    fn queue(&mut self) -> Result<String, SentenceError> {
        match self.named() {
            Some((count, Named::Queue(queue))) => {
                self.skip(count);
                Ok(queue.to_owned())
            }
            _ => Err(self.not_named("queue", self.names.queues.iter().map(String::as_str))),
        }
    }

    /// A feature, or a trunk: its channels.
    fn feature_or_trunk(&mut self, doc: &MetricDoc) -> Result<String, SentenceError> {
        match self.named() {
            Some((count, Named::Population(trunk))) if trunk.trunk => {
                self.skip(count);
                Ok(trunk.name.clone())
            }
            Some((count, Named::Room(room))) => {
                self.skip(count);
                Ok(room.to_owned())
            }
            _ => self.feature_of(doc),
        }
    }

    /// A flow of calls, or people: any where calls are meant, trunks where channels are.
    fn flow_or(&mut self, doc: &MetricDoc) -> Result<String, SentenceError> {
        let wanted = match doc.of {
            Of::FlowOrTrunk => "flow, trunk or room",
            _ => "flow or population",
        };
        match self.named() {
            Some((count, Named::Flow(flow))) => {
                self.skip(count);
                Ok(flow.to_owned())
            }
            Some((count, Named::Room(room))) if doc.of == Of::FlowOrTrunk => {
                self.skip(count);
                Ok(room.to_owned())
            }
            Some((count, Named::Population(one))) if one.trunk || doc.of == Of::CallsOrAll => {
                self.skip(count);
                Ok(one.name.clone())
            }
            _ => Err(self.not_named(wanted, self.names.flows.iter().map(String::as_str))),
        }
    }

    fn event_of(&mut self, doc: &MetricDoc) -> Result<u16, SentenceError> {
        let mark = self.mark();
        let (index, occasion) = self.occasion()?;
        let fails_over = matches!(doc.metric, Metric::TakeoverTime | Metric::FailbackTime);
        if fails_over && ["sign-in", "sign-out"].contains(&occasion.verb.as_str()) {
            let message = format!("\"{}\" is a {}: no standby takes over", occasion.name, occasion.verb);
            return Err(SentenceError::new(self.since(mark), message, "name a crash of a node"));
        }
        if doc.metric == Metric::RateFound && occasion.verb != "search" {
            let message = format!("\"{}\" is a {}: nothing is searched", occasion.name, occasion.verb);
            let searches = self.names.occasions.iter().filter(|one| one.verb == "search");
            let names: Vec<&str> = searches.map(|one| one.name.as_str()).collect();
            let advice = match names.as_slice() {
                [] => "this file has no search".to_owned(),
                names => format!("searches here: {}", one_of(names.iter().copied())),
            };
            return Err(SentenceError::new(self.since(mark), message, advice));
        }
        Ok(index)
    }

    fn feature_of(&mut self, doc: &MetricDoc) -> Result<String, SentenceError> {
        match self.named() {
            Some((count, Named::Population(trunk))) if trunk.trunk && doc.kind == Kind::Ratio => {
                let message = format!("{} is of a feature, and {} is a trunk", quoted(doc.word), quoted(&trunk.name));
                Err(SentenceError::new(self.span_of(count), message, "write \"call congestion\""))
            }
            Some((count, Named::Node(node))) => {
                let message = format!("\"{node}\" is a node; {} are of a feature", quoted(doc.word));
                let advice = format!("write \"{} of FEATURE at {node}\"", doc.word);
                Err(SentenceError::new(self.span_of(count), message, advice))
            }
            _ => {
                let mark = self.mark();
                let feature = self.feature()?;
                let booked = Feature::named(&feature).is_some_and(Feature::is_assigned);
                if booked && !matches!(doc.metric, Metric::UnitsInUse | Metric::UsableUnits | Metric::OverIssue) {
                    let message = format!("{feature} is booked by configuration: nobody waits for it or comes back");
                    let advice = format!("write \"units in use of {feature}\" or \"usable units of {feature}\"");
                    return Err(SentenceError::new(self.since(mark), message, advice));
                }
                Ok(feature)
            }
        }
    }

    fn agrees(&mut self, left: &What) -> Result<Limit, SentenceError> {
        self.template = AGREES;
        let mark = self.mark();
        self.expect("agrees with")?;
        let is_mean = left.measured.stat == Some(Stat::Mean);
        if !is_mean && !matches!(left.doc.kind, Kind::Ratio | Kind::Mean) {
            let message = "only means and ratios agree with a theory";
            let advice = match left.doc.kind {
                Kind::Gauge | Kind::Time => format!("write \"mean {} …\"", left.doc.word),
                _ => "write \"is exactly\" or \"is between\"".to_owned(),
            };
            return Err(SentenceError::new(self.since(mark), message, advice));
        }
        let value = self.value()?;
        let number = in_unit(&value, left)?;
        if number == 0.0 {
            let message = "nothing agrees with zero: the interval must be narrower than ±20% of it";
            return Err(SentenceError::new(value.span, message, "write \"is exactly\" or \"is at most\""));
        }
        Ok(Limit::AgreesWith(number))
    }

    fn limit(&mut self, left: &What) -> Result<(Limit, Option<What>), SentenceError> {
        if !self.take("is") {
            let near = ["is", "are", "agrees"];
            if !self.take("are") {
                return Err(self.broken("\"is\", \"are\" or \"agrees with\"", near));
            }
        }
        if self.take("between") {
            let low = self.value()?;
            self.expect("and")?;
            let high = self.value()?;
            let (from, to) = (in_unit(&low, left)?, in_unit(&high, left)?);
            in_order(from <= to, &low, &high)?;
            return Ok((Limit::Between(Operand::Value(from), Operand::Value(to)), None));
        }
        let Some(index) = self.take_one(&LIMIT_BOUNDS.map(|(phrase, _)| phrase)) else { return Err(self.no_bound()) };
        let bound = LIMIT_BOUNDS[index].1;
        if self.is_number() || self.is_done() {
            let value = self.value()?;
            let number = in_unit(&value, left)?;
            if number == 0.0 && bound == reports::expectation::Bound::FewerThan {
                let message = "this cannot hold: nothing is below zero";
                return Err(SentenceError::new(value.span, message, "write \"exactly 0\""));
            }
            return Ok((Limit::Bound(bound, Operand::Value(number)), None));
        }
        let right = self.what(false)?;
        if right.doc.unit != left.doc.unit {
            let (one, other) = (left.doc, right.doc);
            let message =
                format!("\"{}\" is {}, \"{}\" is {}", one.word, one.unit.noun(), other.word, other.unit.noun());
            return Err(SentenceError::new(right.span, message, "only measures of one unit can be compared"));
        }
        Ok((Limit::Bound(bound, Operand::Measured(right.measured.clone())), Some(right)))
    }

    fn no_bound(&self) -> SentenceError {
        if self.is_number() {
            let number = self.peek();
            let advice = format!("write \"exactly {number}\", \"at least {number}\" or \"at most {number}\"");
            return SentenceError::new(self.here(), "a limit needs a word before it", advice);
        }
        for (phrase, ours) in LIMIT_SYNONYMS {
            if self.is_at(phrase) {
                let span = self.span_of(phrase.split(' ').count());
                return SentenceError::new(
                    span,
                    format!("no limit begins with \"{phrase}\""),
                    format!("write \"{ours}\""),
                );
            }
        }
        let words = LIMIT_BOUNDS.map(|(phrase, _)| phrase);
        self.broken(&format!("a limit ({}, between)", words.join(", ")), ["exactly", "above", "below", "between", "at"])
    }
}

/// The value in the measure's base unit.
fn in_unit(value: &Value, what: &What) -> Result<f64, SentenceError> {
    match what.doc.unit {
        Unit::Duration => value.ns().map(|ns| ns as f64),
        Unit::Percent => value.ratio(),
        Unit::Rate => value.per_second(),
        Unit::Count if what.measured.stat == Some(Stat::Mean) || what.doc.kind == Kind::Mean => value.plain(),
        Unit::Count => value.count().map(|count| count as f64),
    }
}

fn check_statistic(stat: Option<Stat>, doc: &MetricDoc, span: Span) -> Result<(), SentenceError> {
    let word = doc.word;
    let row = stat.and_then(|stat| STATISTICS.iter().find(|row| row.0 == stat));
    let fitting =
        |gauges: bool| one_of(STATISTICS.iter().filter(|row| if gauges { row.2 } else { row.3 }).map(|row| row.1.word));
    let (message, advice) = match (doc.kind, row) {
        (Kind::Gauge, Some(row)) if !row.2 => {
            (format!("\"{}\" is of times, and \"{word}\" is a gauge", row.1.word), format!("write \"peak {word}\""))
        }
        (Kind::Time, Some(row)) if !row.3 => {
            (format!("\"{}\" is of gauges, and \"{word}\" is a time", row.1.word), format!("write \"longest {word}\""))
        }
        (Kind::Time, None) => {
            (format!("\"{word}\" is many times: which of them?"), format!("write {} before it", fitting(false)))
        }
        (Kind::EventTime | Kind::EventNumber | Kind::Ratio | Kind::Count | Kind::Mean, Some(row)) => (
            format!("\"{word}\" is one number already: it takes no \"{}\"", row.1.word),
            format!("write \"{word}\" alone"),
        ),
        _ => return Ok(()),
    };
    Err(SentenceError::new(span, message, advice))
}

fn check_when(what: &What, when: &Written) -> Result<(), SentenceError> {
    let word = what.doc.word;
    let is_plain_gauge = what.doc.kind == Kind::Gauge && what.measured.stat.is_none();
    let (span, message, advice) = match (what.doc.kind, when.when) {
        (Kind::Gauge, When::Whole | When::Between { .. }) if is_plain_gauge => (
            what.span,
            format!("\"{word}\" changes all the time: which value?"),
            "write \"peak\" or \"mean\" before it, or \"at INSTANT\" or \"at the end\" behind the limit",
        ),
        (Kind::Gauge, When::At(_)) if is_plain_gauge => return Ok(()),
        (Kind::EventTime | Kind::EventNumber, When::At(_) | When::Between { .. }) => {
            (when.span, format!("\"{word}\" belongs to its event already"), "leave this out")
        }
        (_, When::At(_)) => (
            when.span,
            format!("{} is of a window, and this is one instant", quoted(&phrase(what))),
            "leave it out (the whole run), or write during, before, after or from … to …",
        ),
        _ => return Ok(()),
    };
    Err(SentenceError::new(span, message, advice))
}

/// Statistic and measure as written.
fn phrase(what: &What) -> String {
    let stat = what.measured.stat.and_then(|stat| STATISTICS.iter().find(|row| row.0 == stat));
    stat.map_or(what.doc.word.to_owned(), |row| format!("{} {}", row.1.word, what.doc.word))
}

/// Peaks and counts see the whole run; the warm-up is left out of all else.
fn sees_warm_up(what: &What) -> bool {
    matches!(what.doc.kind, Kind::Count | Kind::EventNumber) || what.measured.stat == Some(Stat::Peak)
}

const BEGINNINGS: &str = "sentences begin with a quantity (99% of, no, all, exactly 5), a measure, a feature or a node: \
                          pbxsim list expectations";

/// Statistics of other tools.
const OTHER_STATISTICS: [&str; 8] = ["average", "avg", "max", "maximum", "min", "minimum", "highest", "shortest"];

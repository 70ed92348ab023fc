//! Instants: from what is written to nanoseconds since the start, through clocks and other events.

use std::collections::BTreeMap;

use simulator::time::{Duration, Instant};

use super::Draft;
use super::chaos::is_chaos;
use super::fields::Fields;
use super::timeline::verb_pair;
use crate::diagnostics::Report;
use crate::language::ENTRY;
use crate::nearest::did_you_mean;
use crate::source::{Sources, Span};
use crate::value::moment::{Moment, WallClock, moment};
use crate::yaml::Node;

/// A day.
const DAY: u64 = 86_400;
/// What a search is planned to take: longer than any does. [`crate::plan::Plan::settled`] tells the truth.
pub(super) const SEARCH: Duration = Duration::seconds(500 * DAY);

/// The frame of a run: when it starts on the wall clock, and how long it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) starts: WallClock,
    pub(crate) lasts: Duration,
}

/// When an entry happens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    pub(crate) at: Instant,
    /// End of the last repeat, if it has an extent.
    pub(crate) until: Option<Instant>,
    /// From one repeat to the next.
    pub(crate) every: Duration,
    pub(crate) repeats: u64,
    /// Length of one repeat: the longer of `for` and `over`.
    pub(crate) length: Option<Duration>,
}

impl Frame {
    /// The clock at an instant, `09:06` or `09:06:30`, for messages.
    pub(crate) fn clock(&self, at: Instant) -> String {
        let seconds = u64::from(self.starts.seconds) + at.0 / Duration::SECOND.0;
        let (h, m, s) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        if s == 0 { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
    }

    /// The instant at which the clock first shows `clock`.
    ///
    /// # Errors
    /// Why there is none: message and cure.
    pub(crate) fn instant(&self, clock: WallClock) -> Result<Instant, (String, String)> {
        let start = u64::from(self.starts.seconds);
        let time = u64::from(clock.seconds);
        let seconds = match (clock.date, self.starts.date) {
            (Some(_), None) => {
                let advice = "write \"starts: YEAR-MONTH-DAY HH:MM\"";
                return Err(("a date, but \"starts\" has none".to_owned(), advice.to_owned()));
            }
            (Some(date), Some(first)) => {
                let days = (date.days() - first.days()) * DAY as i64;
                u64::try_from(days + time as i64 - start as i64).ok()
            }
            (None, _) if time < start && DAY + time - start >= self.lasts.0 / Duration::SECOND.0 => None,
            (None, _) => Some((DAY + time - start) % DAY),
        };
        match seconds {
            Some(seconds) => Ok(Instant(Duration::seconds(seconds).0)),
            None => Err((format!("this is before the start, {}", self.clock(Instant::ZERO)), String::new())),
        }
    }
}

/// How long a PBX is down for new software, if the file does not say.
const UPGRADE: Duration = Duration::seconds(120);

/// The entries of a timeline while their instants are found.
pub(crate) struct Moments<'a> {
    items: &'a [Node],
    sources: &'a Sources,
    frame: Frame,
    called: BTreeMap<&'a str, usize>,
    known: Vec<Option<Extent>>,
    /// On the way from an entry to what it refers to.
    waiting: Vec<bool>,
}

impl<'a> Moments<'a> {
    fn new(items: &'a [Node], sources: &'a Sources, frame: Frame) -> Self {
        let mut called = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            if let Some(name) = item.get("called").and_then(Node::text) {
                called.entry(name).or_insert(index);
            }
        }
        Self { items, sources, frame, called, known: vec![None; items.len()], waiting: vec![false; items.len()] }
    }

    /// Follows references from `start` until all on the way are known.
    fn find(&mut self, start: usize, report: &mut Report) {
        let mut stack = vec![start];
        self.waiting[start] = true;
        while let Some(&index) = stack.last() {
            if self.known[index].is_some() {
                stack.pop();
                continue;
            }
            match self.reference(index) {
                Some(other) if self.known[other].is_none() && self.waiting[other] => {
                    let span = self.items[index].get("at").map(|at| at.span).unwrap_or_default();
                    report.meaning(span, "these events wait for each other", "give one of them a time");
                    self.known[index] = Some(self.extent(index, Instant::ZERO));
                }
                Some(other) if self.known[other].is_none() => {
                    self.waiting[other] = true;
                    stack.push(other);
                }
                _ => {
                    let at = self.at(index, report);
                    self.known[index] = Some(self.extent(index, at));
                }
            }
        }
    }

    /// The entry that the `at` of this one refers to.
    fn reference(&self, index: usize) -> Option<usize> {
        match moment(self.items[index].get("at")?.text()?).ok()? {
            Moment::Event { name, .. } => self.called.get(name.as_str()).copied(),
            _ => None,
        }
    }

    fn at(&self, index: usize, report: &mut Report) -> Instant {
        let Some(node) = self.items[index].get("at") else { return Instant::ZERO };
        let Some(read) = node.text().and_then(|text| moment(text).ok()) else { return Instant::ZERO };
        let at = self.instant(node, &read, report).unwrap_or(Instant::ZERO);
        if at >= Instant::ZERO + self.frame.lasts {
            let end = Instant::ZERO + self.frame.lasts;
            let span = super::duration_text(self.frame.lasts);
            let message = format!("this is after the end, {} ({span} after the start)", self.frame.clock(end));
            report.meaning(node.span, message, "");
        }
        at
    }

    fn instant(&self, node: &Node, read: &Moment, report: &mut Report) -> Option<Instant> {
        match read {
            Moment::After(span) => Some(Instant::ZERO + *span),
            Moment::Clock(clock) => match self.frame.instant(*clock) {
                Ok(at) => Some(at),
                Err((message, advice)) => {
                    report.meaning(node.span, message, advice);
                    None
                }
            },
            Moment::Event { name, at, end, offset, earlier } => {
                let place = node.place(at.clone(), self.sources);
                let Some(event) = self.called.get(name.as_str()) else {
                    self.no_event(name, place, report);
                    return None;
                };
                let extent = self.known[*event]?;
                let base = if *end { self.end(name, extent, place, report)? } else { extent.at };
                Some(if *earlier { base - *offset } else { base + *offset })
            }
        }
    }

    fn end(&self, name: &str, extent: Extent, place: Span, report: &mut Report) -> Option<Instant> {
        if extent.until.is_none() {
            let advice = "give it \"for\" or \"over\"";
            report.meaning(place, format!("\"{name}\" has no end"), advice);
        }
        extent.until
    }

    fn no_event(&self, name: &str, place: Span, report: &mut Report) {
        let advice = did_you_mean(name, self.called.keys().copied());
        let advice = if advice.is_empty() { "name one with \"called\"".to_owned() } else { advice };
        report.unnamed(place, format!("no event is called \"{name}\""), advice);
    }

    fn extent(&self, index: usize, at: Instant) -> Extent {
        let fields = Fields::new(&ENTRY, Some(&self.items[index]));
        let written = |key: &str| fields.node(key).and_then(|_| fields.duration(key));
        let is_upgrade = verb_pair(&self.items[index]).is_some_and(|pair| pair.key == "upgrade");
        let searches = self.items[index].get("search").map(|_| SEARCH);
        let length = searches.or(written("for").or(is_upgrade.then_some(UPGRADE)).max(written("over")));
        let repeats = fields.count("repeats").unwrap_or(1).max(1);
        let every = written("every").filter(|_| !is_chaos(&self.items[index])).unwrap_or(Duration::ZERO);
        let last = at + Duration(every.0.saturating_mul(repeats - 1));
        let until = match length {
            Some(length) => Some(last + length),
            None if repeats > 1 => Some(last),
            None => None,
        };
        Extent { at, until, every, repeats, length }
    }
}

impl Draft<'_> {
    /// When every entry of the timeline happens.
    pub(crate) fn extents(&mut self, items: &[Node], frame: Frame) -> Vec<Extent> {
        let mut moments = Moments::new(items, self.sources, frame);
        for index in 0..items.len() {
            moments.find(index, self.report);
        }
        let extents: Vec<Extent> = moments.known.iter().flatten().copied().collect();
        for (item, extent) in items.iter().zip(&extents) {
            self.repeats(item, extent, frame);
        }
        extents
    }

    /// An instant written elsewhere than in the timeline.
    pub(crate) fn moment(&mut self, node: &Node, items: &[Node], frame: Frame) -> Option<Instant> {
        let read = moment(node.text()?).ok()?;
        let mut moments = Moments::new(items, self.sources, frame);
        // What is wrong with the entries themselves has been said.
        (0..items.len()).for_each(|index| moments.find(index, &mut Report::default()));
        moments.instant(node, &read, self.report)
    }

    fn repeats(&mut self, item: &Node, extent: &Extent, frame: Frame) {
        let fields = Fields::new(&ENTRY, Some(item));
        if extent.repeats > 1 && extent.every == Duration::ZERO {
            self.report.meaning(fields.span("repeats"), "\"repeats\" needs \"every\"", "write \"every: 20 s\"");
        }
        if extent.repeats == 1 && fields.node("every").is_some() && !is_chaos(item) {
            self.report.meaning(fields.span("every"), "\"every\" needs \"repeats\"", "write \"repeats: 3\"");
        }
        if let Some(length) = extent.length.filter(|length| extent.every > Duration::ZERO && *length > extent.every) {
            let message = format!("one repeat lasts {}, longer than every", super::duration_text(length));
            self.report.meaning(fields.span("every"), message, "the next begins before it ends");
        }
        self.ends_in_time(&fields, extent, frame);
        let last = extent.at + Duration(extent.every.0.saturating_mul(extent.repeats - 1));
        if extent.repeats > 1 && last >= Instant::ZERO + frame.lasts && extent.at < Instant::ZERO + frame.lasts {
            let message = format!("the last repeat is after the end, {}", frame.clock(Instant::ZERO + frame.lasts));
            self.report.meaning(fields.span("repeats"), message, "");
        }
    }
}

impl Draft<'_> {
    fn ends_in_time(&mut self, fields: &Fields<'_>, extent: &Extent, frame: Frame) {
        let end = Instant::ZERO + frame.lasts;
        let begins = extent.at + Duration(extent.every.0.saturating_mul(extent.repeats - 1));
        let searches = fields.node("search").is_some();
        if searches || begins >= end || extent.until.is_none_or(|until| until <= end) {
            return;
        }
        let key = if fields.node("for").is_some() { "for" } else { "over" };
        let rest = if key == "for" { "nothing is back before it" } else { "what is due later never happens" };
        let note = format!("the run ends at {} ({}): {rest}", frame.clock(end), super::duration_text(frame.lasts));
        self.report.warning(fields.span(key), "this goes on past the end of the run", note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(starts: u32, lasts: u64) -> Frame {
        Frame { starts: WallClock { date: None, seconds: starts }, lasts: Duration::seconds(lasts) }
    }

    #[test]
    fn a_clock_before_the_start_is_tomorrow_if_the_run_is_long_enough() {
        let clock = |seconds| WallClock { date: None, seconds };
        let night = frame(23 * 3600, 4 * 3600);
        assert_eq!(night.instant(clock(3600)), Ok(Instant(Duration::seconds(7200).0)));
        assert!(frame(9 * 3600, 4 * 3600).instant(clock(8 * 3600)).is_err());
        assert_eq!(frame(536 * 60, 1800).clock(Instant(Duration::seconds(610).0)), "09:06:10");
    }
}

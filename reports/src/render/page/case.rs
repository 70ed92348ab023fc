//! One result on the page, with what all its sections need.

use crate::ladder::Ladder;
use crate::measurements::{Measurements, Moment};
use crate::render::judged::Judged;
use crate::render::page::parts::{Section, data};
use crate::render::page::scale::Clock;
use crate::result::RunResult;

/// One result.
pub(super) struct Case<'a> {
    pub(super) judged: Judged<'a>,
    pub(super) clock: Clock,
    /// Moments of the story, those that would touch in a chart under one letter.
    pub(super) marks: Vec<Mark<'a>>,
    place: usize,
    pub(super) several: bool,
    pub(super) detail: Detail,
    /// Of endpoints worth following; none, unless somebody followed them.
    pub(super) ladders: &'a [Ladder],
}

/// How much of a result is told: as much as the page has room for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Detail {
    /// Charts, tables, and the numbers behind the charts.
    Whole,
    /// The numbers behind the charts are left out.
    WithoutNumbers,
    /// Only the verdict.
    Verdict,
}

impl Detail {
    pub(super) const ALL: [Self; 3] = [Self::Whole, Self::WithoutNumbers, Self::Verdict];
}

/// Moments close together, under one letter.
pub(super) struct Mark<'a> {
    pub(super) letter: char,
    /// Where, as a share of the run.
    pub(super) at: f64,
    pub(super) moments: Vec<&'a Moment>,
}

impl<'a> Case<'a> {
    pub(super) fn new(result: &'a RunResult, place: usize, several: bool) -> Self {
        let clock = Clock { starts_s: result.header.starts_s, lasts_ns: lasts(result) };
        let marks = result.first().map_or_else(Vec::new, |run| marks(run, clock));
        Self { judged: Judged::new(result), clock, marks, place, several, detail: Detail::Whole, ladders: &[] }
    }

    /// The same with ladders.
    pub(super) fn with_ladders(self, ladders: &'a [Ladder]) -> Self {
        Self { ladders, ..self }
    }

    /// Title, and variant if there are some.
    pub(super) fn title(&self) -> String {
        let header = &self.judged.result.header;
        let title = if header.title.is_empty() { &header.file } else { &header.title };
        match &header.variant {
            Some(variant) => format!("{title}, variant {variant}"),
            None => title.clone(),
        }
    }

    /// An anchor of this result.
    pub(super) fn id(&self, name: &str) -> String {
        if self.several { format!("{name}-{}", self.place + 1) } else { name.to_owned() }
    }

    /// A section of it.
    pub(super) fn section(&self, name: &'static str, heading: impl Into<String>, body: maud::Markup) -> Section {
        let id = self.id(&name.to_lowercase().replace(' ', "-"));
        Section { id, name, heading: heading.into(), body }
    }

    /// Numbers behind a chart, as comma-separated values to unfold and copy; with room for them.
    pub(super) fn data(&self, of: &str, heads: &[String], rows: &[Vec<String>]) -> maud::Markup {
        if self.detail == Detail::Whole {
            data(of, heads, rows)
        } else {
            maud::html! {}
        }
    }

    /// Level of headings within a section.
    pub(super) fn level(&self) -> u8 {
        if self.several { 4 } else { 3 }
    }
}

/// What the time axes span: the run as planned, or as far as any series came.
fn lasts(result: &RunResult) -> u64 {
    let reached = result.first().map_or(0, |run| run.simulated_ns);
    result.header.lasts_ns.max(reached).max(1)
}

fn marks(run: &Measurements, clock: Clock) -> Vec<Mark<'_>> {
    let mut marks: Vec<Mark> = Vec::new();
    for moment in &run.timeline {
        let at = clock.share(moment.at_ns);
        match marks.last_mut() {
            Some(last) if at - last.at < APART => last.moments.push(moment),
            _ => {
                let letter = char::from(b'A' + marks.len().min(25) as u8);
                marks.push(Mark { letter, at, moments: vec![moment] });
            }
        }
    }
    marks
}

/// Letters nearer than this would touch on a narrow screen.
const APART: f64 = 0.05;

//! From the checked tree to a plan: what the values mean together.

mod administration;
mod calls;
mod changes;
mod channels;
mod chaos;
mod cluster;
mod constants;
mod deeds;
mod demand;
mod digest;
mod diversions;
mod expectations;
mod facilities;
mod faults;
mod fields;
mod installation;
mod licences;
mod limits;
mod links;
mod loads;
mod moments;
mod numbers;
mod people;
mod ramp;
mod searches;
mod seats;
mod selection;
mod structure;
mod tables;
mod timeline;
mod wire;

use simulator::time::Duration;

use crate::diagnostics::Report;
use crate::language::TOP;
use crate::plan::{Plan, Source};
use crate::source::Sources;
use crate::value::moment::{WallClock, clock};
use crate::yaml::{Node, Pair};

use fields::Fields;
use moments::Frame;
pub(crate) use tables::Tables;

pub(crate) use crate::value::duration::written as duration_text;

/// One variant of a file on its way to a plan.
pub(crate) struct Draft<'a> {
    /// With `like` expanded.
    pub(crate) tree: &'a Node,
    /// As written, overrides applied: what a `set` changes.
    pub(crate) original: &'a Node,
    pub(crate) sources: &'a Sources,
    pub(crate) report: &'a mut Report,
    /// For all plans of a file.
    pub(crate) tables: &'a mut Tables,
}

impl Draft<'_> {
    /// The plan; what is wrong is reported, and the plan then is of no use.
    pub(crate) fn plan(&mut self, source: &Source, variant: Option<&Pair>) -> Plan {
        let top = Fields::new(&TOP, Some(self.tree));
        let starts = top.read("starts", clock).unwrap_or(WallClock { date: None, seconds: 0 });
        let lasts = self.lasts(&top);
        let warm_up = top.duration("warm-up").unwrap_or(Duration::ZERO);
        if warm_up >= lasts {
            let message = format!("a warm-up of {} in a run of {}", duration_text(warm_up), duration_text(lasts));
            self.report.meaning(top.span("warm-up"), message, "leave something to measure");
        }
        let mut structure = self.structure();
        let timeline = self.timeline(&mut structure, Frame { starts, lasts });
        let lasts = self.until_done(&top, lasts, &timeline);
        let mut plan = Plan {
            title: top.node("title").and_then(Node::text).map_or_else(|| file_name(&source.path), str::to_owned),
            variant: variant.map(|pair| pair.key.clone()),
            source: source.clone(),
            starts_s: starts.seconds,
            date: starts.date.map(|date| (date.year, date.month, date.day)),
            lasts,
            warm_up,
            seed: top.count("seed").unwrap_or(1),
            seeds: top.count32("seeds").unwrap_or(20),
            demands: demand::demands(&structure),
            flows: structure.flows.loads.clone(),
            layout: structure.layout.clone(),
            settings: timeline.settings.clone(),
            schedule: timeline.schedule.clone(),
            chaos: timeline.chaos.clone(),
            searches: timeline.searches.clone(),
            occasions: timeline.occasions.clone(),
            expectations: Vec::new(),
            wire: self.wire(),
            digest: 0,
        };
        loads::average(&mut plan);
        plan.expectations = self.expectations(&structure, &timeline, &plan, variant);
        self.what_trials_hold(&structure, &timeline, &mut plan);
        plan.digest = digest::digest(&plan);
        plan
    }

    fn lasts(&mut self, top: &Fields<'_>) -> Duration {
        let lasts = top.node("lasts").and_then(|_| top.duration("lasts"));
        if lasts == Some(Duration::ZERO) {
            self.report.meaning(top.span("lasts"), "a run of 0 s", "write more than 0 s");
        }
        // A missing or unreadable length is reported already: nothing then is after the end.
        lasts.filter(|lasts| *lasts > Duration::ZERO).unwrap_or(Duration::seconds(3_000_000_000))
    }
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

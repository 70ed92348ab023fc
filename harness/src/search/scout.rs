//! Who watches one trial: until something fails, or all attempts have come to an end.

use reports::expectation::{Expectation, When};
use reports::verdict::holds;
use scenarios::plan::{Plan, when_of};
use simulator::event::{Event, Wish};
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::schedule::{Entry, Sought, Trial};
use simulator::simulation::{Observer, Simulation};
use simulator::site::Site;
use simulator::time::Instant;

use crate::recorder::Recorder;

/// What measures while trials must hold sentences: nothing, if none must.
pub(super) struct Judge<'p> {
    recorder: Option<Recorder<'p>>,
}

impl<'p> Judge<'p> {
    pub(super) fn new(plan: &'p Plan, site: &Site) -> Self {
        let measures = plan.searches.iter().any(|search| search.holds.is_some());
        Self { recorder: measures.then(|| Recorder::new(plan, Instant::ZERO, site)) }
    }
}

/// The watcher of one trial.
pub struct Scout<'a, 'p> {
    judge: &'a mut Judge<'p>,
    /// With the instant it begins; `None`: there is no trial, and nothing is waited for.
    trial: Option<(Trial, Instant)>,
    /// The sentence it must hold, instead of failing at the first failure.
    sentence: Option<Expectation>,
    begun: u64,
    ended: u64,
    trouble: Option<String>,
}

/// What came of a trial.
pub(super) struct Verdict {
    /// Attempts that began.
    pub(super) begun: u64,
    /// What failed; `None`: it passed.
    pub(super) trouble: Option<String>,
}

/// What a fact is for a trial.
enum Fact {
    Begun,
    Accepted,
    /// With whether the attempt ends by it.
    Refused(u16, Reason, bool),
    GivenUp,
}

impl core::fmt::Debug for Scout<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Scout").field("trial", &self.trial).finish_non_exhaustive()
    }
}

impl<'a, 'p> Scout<'a, 'p> {
    pub(super) fn idle(judge: &'a mut Judge<'p>) -> Self {
        Self { judge, trial: None, sentence: None, begun: 0, ended: 0, trouble: None }
    }

    pub(super) fn new(judge: &'a mut Judge<'p>, trial: Trial, at: Instant, holds: Option<&Expectation>) -> Self {
        let mut sentence = holds.cloned();
        if let (Some(sentence), Some(recorder)) = (&mut sentence, &mut judge.recorder) {
            if let Some(when) = when_of(&mut sentence.claim) {
                *when = When::Between { from_ns: at.0, to_ns: u64::MAX };
            }
            recorder.watch(sentence);
        }
        Self { trial: Some((trial, at)), sentence, ..Self::idle(judge) }
    }

    /// The end of the trial.
    pub(super) fn verdict(self, simulation: &Simulation) -> Verdict {
        let wanted = self.trial.map_or(0, |(trial, _)| u64::from(trial.attempts));
        let trouble = match (&self.sentence, &mut self.judge.recorder) {
            (Some(sentence), Some(recorder)) => {
                let tally = recorder.tally_of_watched(simulation);
                let held = tally.is_some_and(|tally| holds(&sentence.claim, &tally));
                (!held).then(|| "the sentence did not hold".to_owned())
            }
            _ if self.trouble.is_none() && self.ended < wanted => Some("no answer in time".to_owned()),
            _ => self.trouble,
        };
        Verdict { begun: self.begun, trouble }
    }

    fn on_event(&mut self, trial: Trial, at: Instant, event: &Event) {
        match fact(trial.sought, at, event) {
            None => {}
            Some(Fact::Begun) => self.begun += 1,
            Some(Fact::Accepted) => self.ended += 1,
            Some(Fact::GivenUp) => {
                self.ended += 1;
                self.trouble.get_or_insert_with(|| "given up".to_owned());
            }
            Some(Fact::Refused(status, reason, ends)) => {
                self.ended += u64::from(ends);
                self.trouble.get_or_insert_with(|| in_words(status, reason));
            }
        }
    }
}

fn fact(sought: Sought, from: Instant, event: &Event) -> Option<Fact> {
    let wanted = match sought {
        Sought::Registrations => Some(Wish::SignIn),
        Sought::Refreshes => Some(Wish::Refresh),
        Sought::Calls(_) => None,
    };
    match *event {
        Event::Due { wish } if wanted == Some(wish) => Some(Fact::Begun),
        Event::Accepted { wish, due, .. } if wanted == Some(wish) && due >= from => Some(Fact::Accepted),
        // Redirects are followed; in line nobody is refused.
        Event::Answered { wish, due, status, reason, .. }
            if wanted == Some(wish) && due >= from && (status == 0 || status >= 400) && reason != Reason::InLine =>
        {
            Some(Fact::Refused(status, reason, false))
        }
        Event::GaveUp { wish, due } if wanted == Some(wish) && due >= from => Some(Fact::GivenUp),
        Event::CallDue { .. } if wanted.is_none() => Some(Fact::Begun),
        Event::CallAnswered { due, .. } if wanted.is_none() && due >= from => Some(Fact::Accepted),
        Event::CallFailed { due, status, reason, again, .. } if wanted.is_none() && due >= from => {
            Some(Fact::Refused(status, reason, !again))
        }
        Event::CallGivenUp { due, .. } if wanted.is_none() && due >= from => Some(Fact::GivenUp),
        Event::NoSeat if wanted.is_none() => Some(Fact::Refused(480, Reason::None, true)),
        _ => None,
    }
}

/// `503 no-unit`, `no answer`.
fn in_words(status: u16, reason: Reason) -> String {
    match (status, reason) {
        (0, _) => "connection lost".to_owned(),
        (408, _) => "no answer".to_owned(),
        (status, Reason::None) => status.to_string(),
        (status, reason) => format!("{status} {}", reason.code()),
    }
}

impl Observer for Scout<'_, '_> {
    #[inline]
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        if let Some(recorder) = &mut self.judge.recorder {
            // What breaks ends the run that is measured, which makes the same steps.
            recorder.observe(now, node, events, site);
        }
        let Some((trial, at)) = self.trial else { return true };
        for event in events {
            self.on_event(trial, at, event);
        }
        let is_over = self.ended >= u64::from(trial.attempts);
        !(is_over || self.sentence.is_none() && self.trouble.is_some())
    }

    fn on_entry(&mut self, now: Instant, entry: &Entry, site: &Site) {
        if let Some(recorder) = &mut self.judge.recorder {
            recorder.on_entry(now, entry, site);
        }
    }
}

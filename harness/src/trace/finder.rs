//! Whom to look at: the worst, the first that failed, one in the middle.

use std::cmp::Reverse;

use reports::units::duration;
use simulator::event::{Event, Wish};
use simulator::licence::reason::Reason;
use simulator::node::NodeId;
use simulator::schedule::Entry;
use simulator::simulation::Observer;
use simulator::site::Site;
use simulator::time::Instant;

use super::words::wish as wish_word;

/// Somebody, why, from when and until when.
pub(super) type Candidate = (NodeId, String, Instant, Instant);

/// Watches everybody's registrations, in a few bytes for each.
#[derive(Debug)]
pub(super) struct Finder {
    waits: Vec<Waits>,
    failure: Option<Candidate>,
}

/// What for, when it was due, when it ended.
type Wait = (Wish, Instant, Instant);

/// One endpoint's registrations.
#[derive(Clone, Copy, Debug, Default)]
struct Waits {
    /// When what it wants was due.
    open: Option<(Wish, Instant)>,
    /// The longest that ended well.
    longest: Option<Wait>,
    /// The longest that was given up.
    in_vain: Option<Wait>,
}

impl Finder {
    pub(super) fn new(site: &Site) -> Self {
        Self { waits: vec![Waits::default(); site.endpoints()], failure: None }
    }

    /// Who failed first.
    pub(super) fn first_failure(&self) -> Option<Candidate> {
        self.failure.clone()
    }

    /// Who waited in the middle: by everybody's longest wait.
    pub(super) fn median(&self) -> Option<Candidate> {
        let mut waits: Vec<(u64, usize)> = Vec::new();
        for (endpoint, waits_of) in self.waits.iter().enumerate() {
            waits.extend(waits_of.longest.map(|(_, due, done)| (done.since(due).0, endpoint)));
        }
        waits.sort_unstable();
        let (ns, endpoint) = *waits.get(waits.len() / 2)?;
        let (wish, due, done) = self.waits[endpoint].longest?;
        let why = format!("in the middle: {} {} after it was due", done_word(wish), duration(ns));
        Some((NodeId(endpoint as u32), why, due, done))
    }

    /// Who waited longest; in vain is longer than any success.
    pub(super) fn worst(&self, end: Instant) -> Option<Candidate> {
        let waited = |(_, due, until): &Wait| until.since(*due).0;
        // Of equals the first.
        let longest = |of: &dyn Fn(&Waits) -> Option<Wait>| {
            let all = self.waits.iter().enumerate().filter_map(|(endpoint, waits)| Some((endpoint, of(waits)?)));
            all.max_by_key(|(endpoint, wait)| (waited(wait), Reverse(*endpoint)))
        };
        let open = |waits: &Waits| waits.open.map(|(wish, due)| (wish, due, end)).or(waits.in_vain);
        if let Some((endpoint, (wish, due, until))) = longest(&open).filter(|(_, wait)| waited(wait) > PATIENCE_NS) {
            let why = format!("the worst: {} in vain for {}", wish_word(wish), duration(until.since(due).0));
            return Some((NodeId(endpoint as u32), why, due, until));
        }
        let (endpoint, (wish, due, until)) = longest(&|waits| waits.longest)?;
        let why = format!("the worst: {} {} after it was due", done_word(wish), duration(until.since(due).0));
        Some((NodeId(endpoint as u32), why, due, until))
    }

    fn fail(&mut self, endpoint: NodeId, why: String, (from, until): (Instant, Instant)) {
        if self.failure.is_none() {
            self.failure = Some((endpoint, format!("the first failure: {why}"), from, until));
        }
    }
}

impl Observer for Finder {
    fn observe(&mut self, now: Instant, node: NodeId, events: &[Event], site: &Site) -> bool {
        for event in events {
            if let Event::CallFailed { due, status, .. } = *event
                && let Some(endpoint) = site.parties().owner(node)
            {
                self.fail(endpoint, format!("a call, {}", super::words::status(status, Reason::None)), (due, now));
            }
            let Some(waits) = self.waits.get_mut(node.index()) else { continue };
            match *event {
                Event::Due { wish } if wish != Wish::SignOut => waits.open = Some((wish, now)),
                Event::Accepted { wish, due, .. } if wish != Wish::SignOut => {
                    waits.open = None;
                    let before = waits.longest.map_or(0, |(_, due, done)| done.since(due).0);
                    if waits.longest.is_none() || now.since(due).0 > before {
                        waits.longest = Some((wish, due, now));
                    }
                }
                Event::GaveUp { wish, due } if wish != Wish::SignOut => {
                    waits.open = None;
                    let before = waits.in_vain.map_or(0, |(_, due, until)| until.since(due).0);
                    if now.since(due).0 > before {
                        waits.in_vain = Some((wish, due, now));
                    }
                    self.fail(node, format!("{} is given up", wish_word(wish)), (due, now));
                }
                Event::Withdrawn | Event::Crashed => waits.open = None,
                Event::Answered { status, reason, due, .. } if is_failure(status, reason) => {
                    self.fail(node, super::words::status(status, reason), (due, now));
                }
                _ => {}
            }
        }
        true
    }

    fn on_entry(&mut self, _: Instant, _: &Entry, _: &Site) {}
}

fn is_failure(status: u16, reason: Reason) -> bool {
    (status == 0 || status >= 400) && reason != Reason::InLine
}

/// What a wish that came true is called.
fn done_word(wish: Wish) -> &'static str {
    match wish {
        Wish::SignIn => "in",
        Wish::Refresh => "refreshed",
        Wish::Return => "back",
        Wish::SignOut => "out",
    }
}

/// Whoever waits for less at the end of the run is not worse than who had to wait.
const PATIENCE_NS: u64 = 5_000_000_000;

//! Waiting queues as data: who waits in which line, and which agents are idle since when.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::Instant;

/// An agent: block and seat of a user.
pub(super) type Agent = (u16, u32);

/// All queues of one PBX, by index.
#[derive(Clone, Debug, Default)]
pub struct Queues {
    lines: Vec<Line>,
    /// Until when agents take no call of a queue, soonest first, and the same by agent.
    resting: BTreeSet<(Instant, Agent)>,
    rests: BTreeMap<Agent, Instant>,
}

/// One queue.
#[derive(Clone, Debug, Default)]
struct Line {
    /// Callers in the order they came: when, and the call.
    waiting: BTreeMap<u64, (Instant, u32)>,
    /// Agents thought to be idle, the longest idle first, and the same by agent. Who chooses one makes sure.
    idle: BTreeSet<(Instant, Agent)>,
    since: BTreeMap<Agent, Instant>,
    /// Callers so far.
    callers: u64,
    /// Those who wait, or ring at an agent.
    inside: u64,
}

impl Queues {
    /// So many, all empty.
    pub(super) fn new(queues: usize) -> Self {
        Self { lines: vec![Line::default(); queues], ..Self::default() }
    }

    /// Callers that wait in a queue for an agent.
    pub fn waiting(&self, queue: u16) -> usize {
        self.lines.get(usize::from(queue)).map_or(0, |line| line.waiting.len())
    }

    /// Callers whom no agent has answered yet: those that wait, and those that ring at one.
    pub fn inside(&self, queue: u16) -> u64 {
        self.lines.get(usize::from(queue)).map_or(0, |line| line.inside)
    }

    /// A caller has been answered, or has left.
    pub(super) fn done(&mut self, queue: u16, place: u64) {
        self.leave(queue, place);
        self.lines[usize::from(queue)].inside -= 1;
    }

    /// As empty as at the start.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.lines.len());
    }

    /// A caller has come: its place behind all others.
    pub(super) fn place(&mut self, queue: u16) -> u64 {
        let line = &mut self.lines[usize::from(queue)];
        (line.callers, line.inside) = (line.callers + 1, line.inside + 1);
        line.callers
    }

    /// A call waits from now on, at the place that was given to it.
    pub(super) fn wait(&mut self, queue: u16, place: u64, since: Instant, call: u32) {
        self.lines[usize::from(queue)].waiting.insert(place, (since, call));
    }

    /// The caller at a place waits no longer; whether there was one.
    pub(super) fn leave(&mut self, queue: u16, place: u64) -> bool {
        self.lines[usize::from(queue)].waiting.remove(&place).is_some()
    }

    /// Whose turn it is in these queues: who has waited for longest.
    pub(super) fn next(&mut self, queues: &[u16]) -> Option<u32> {
        let first = |queue: &u16| {
            let (place, (since, call)) = self.lines[usize::from(*queue)].waiting.first_key_value()?;
            Some((*since, *queue, *place, *call))
        };
        let (_, queue, place, call) = queues.iter().filter_map(first).min()?;
        self.leave(queue, place);
        Some(call)
    }

    /// An agent is idle from now on, as far as a queue is concerned.
    pub(super) fn idle(&mut self, queue: u16, agent: Agent, now: Instant) {
        self.busy(queue, agent);
        let line = &mut self.lines[usize::from(queue)];
        line.idle.insert((now, agent));
        line.since.insert(agent, now);
    }

    /// An agent is not idle.
    pub(super) fn busy(&mut self, queue: u16, agent: Agent) {
        let line = &mut self.lines[usize::from(queue)];
        if let Some(since) = line.since.remove(&agent) {
            line.idle.remove(&(since, agent));
        }
    }

    /// Takes the agent that has been idle for longest.
    pub(super) fn pick(&mut self, queue: u16) -> Option<Agent> {
        let line = &mut self.lines[usize::from(queue)];
        let (_, agent) = line.idle.pop_first()?;
        line.since.remove(&agent);
        Some(agent)
    }

    /// An agent takes no call of a queue until then.
    pub(super) fn rest(&mut self, agent: Agent, until: Instant) {
        if let Some(before) = self.rests.insert(agent, until) {
            self.resting.remove(&(before, agent));
        }
        self.resting.insert((until, agent));
    }

    /// Whether an agent takes no call of a queue for now.
    pub(super) fn rests(&self, agent: Agent) -> bool {
        self.rests.contains_key(&agent)
    }

    /// An agent whose rest is over.
    pub(super) fn rested(&mut self, now: Instant) -> Option<Agent> {
        let (_, agent) = self.resting.first().copied().filter(|(until, _)| *until <= now)?;
        self.resting.pop_first();
        self.rests.remove(&agent);
        Some(agent)
    }

    /// When the next rest is over.
    pub(super) fn poll_timeout(&self) -> Instant {
        self.resting.first().map_or(Instant::NEVER, |(until, _)| *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_idle_agent_is_picked_and_the_longest_waiting_caller_served() {
        let mut queues = Queues::new(2);
        queues.idle(0, (0, 5), Instant(3));
        queues.idle(0, (0, 6), Instant(1));
        queues.idle(0, (0, 5), Instant(9));
        assert_eq!([queues.pick(0), queues.pick(0), queues.pick(0)], [Some((0, 6)), Some((0, 5)), None]);
        let (first, second) = (queues.place(0), queues.place(0));
        queues.wait(0, second, Instant(20), 2);
        queues.wait(1, 1, Instant(15), 3);
        queues.wait(0, first, Instant(10), 1);
        assert_eq!((queues.waiting(0), queues.waiting(1)), (2, 1));
        assert_eq!([(); 4].map(|()| queues.next(&[0, 1])), [Some(1), Some(3), Some(2), None]);
        assert!(!queues.leave(0, first));
    }

    #[test]
    fn a_rest_that_is_prolonged_ends_once() {
        let mut queues = Queues::new(1);
        queues.rest((0, 1), Instant(5));
        queues.rest((0, 1), Instant(8));
        assert_eq!((queues.rested(Instant(5)), queues.poll_timeout()), (None, Instant(8)));
        assert_eq!((queues.rested(Instant(8)), queues.rests((0, 1))), (Some((0, 1)), false));
    }
}

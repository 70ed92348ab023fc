//! The calls of a PBX: legs, the bridges that join them, the channels they hold, and when they want to be woken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::call::leg::Leg;
use crate::event::Event;
use crate::layout::ChannelKind;
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::numbers::Number;
use crate::pbx::claims::{Claim, Held};
use crate::pbx::queues::{Agent, Queues};
use crate::sip::message::Session;
use crate::slab::Slab;
use crate::time::Instant;

/// All calls of one PBX.
#[derive(Clone, Debug, Default)]
pub struct Exchange {
    pub(super) legs: Slab<PbxLeg>,
    pub(super) bridges: Slab<Bridge>,
    /// Legs that came in, by who sent the INVITE and its tag.
    incoming: BTreeMap<(NodeId, u32), u32>,
    /// Legs by the device at their other end.
    of_device: BTreeSet<(NodeId, u32)>,
    timers: BinaryHeap<Reverse<(Instant, u32)>>,
    /// Calls of each trunk, by block and seat.
    channels: BTreeMap<(u16, u32), u32>,
    /// Calls that hold a shared channel, by kind.
    shared: [u32; ChannelKind::ALL.len()],
    /// Calls in each room.
    places: BTreeMap<u16, u32>,
    in_use: u32,
    pub(super) queues: Queues,
}

/// A leg at a PBX.
#[derive(Clone, Debug)]
pub(super) struct PbxLeg {
    pub(super) leg: Leg,
    pub(super) bridge: u32,
    /// The device at its other end; [`NodeId::NONE`] if that is a PBX.
    pub(super) device: NodeId,
    /// The earliest of its wake-ups in `timers`.
    wakes_at: Instant,
}

/// Two legs joined, or about to be: a call that goes through this PBX.
#[derive(Clone, Debug)]
pub(super) struct Bridge {
    pub(super) session: Session,
    /// The number it is on its way to: as dialled, or to where it was passed on.
    pub(super) dialled: Number,
    /// How often it was passed on, here and before.
    pub(super) hops: u8,
    /// Whether those who take the calls of the user called have been asked.
    pub(super) asked_secretary: bool,
    /// The queue it waits in, or in which an agent has taken it.
    pub(super) queued: Option<Queued>,
    /// The leg that came in.
    pub(super) caller: u32,
    /// Legs to those called.
    pub(super) called: Vec<u32>,
    /// The one that answered; 0: none yet.
    pub(super) answered: u32,
    /// When it has rung long enough (Timer C of §16.6).
    pub(super) limit_at: Instant,
    /// What has been refused so far: the best answer (§16.7 step 6).
    pub(super) best: (u16, Reason),
    /// Where to try next: PBXs that may serve the user called.
    pub(super) next_pbx: u8,
    /// What it holds.
    pub(super) held: Held,
    /// A transfer that one of its legs has asked for.
    pub(super) transfer: Option<Box<Transferring>>,
    /// Whether the caller has its final answer, or is gone.
    pub(super) settled: bool,
    /// Whether this PBX has answered a device of its own with it.
    pub(super) owned: bool,
    /// Whether it is over but for what its legs have to say.
    pub(super) closed: bool,
}

/// A call in a queue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queued {
    pub(super) queue: u16,
    /// Its place among all callers of the queue.
    pub(super) place: u64,
    /// When it came.
    pub(super) since: Instant,
    /// Who has it, or is called.
    pub(super) agent: Option<Agent>,
    /// Whether the agent has answered.
    pub(super) answered: bool,
}

/// A transfer: the caller is being put through to somebody else, or is already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transferring {
    /// The leg that has asked for it.
    pub(super) by: u32,
    /// Whether it was told how it came out: that it is done.
    pub(super) told: bool,
    /// What the call had been to a queue whose agent passes it on.
    pub(super) served: Option<Queued>,
}

impl Exchange {
    /// Without a call; so many queues.
    pub(super) fn new(queues: usize) -> Self {
        Self { queues: Queues::new(queues), ..Self::default() }
    }

    /// Its waiting queues.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Calls that go through it.
    pub fn calls(&self) -> usize {
        self.bridges.len()
    }

    /// Legs of calls there are, also those that only wait for a last answer.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Whether a leg is there, by its tag.
    pub fn has_leg(&self, tag: u32) -> bool {
        self.legs.get(tag).is_some()
    }

    /// Calls of a trunk.
    pub fn channels(&self, block: u16, seat: u32) -> u32 {
        self.channels.get(&(block, seat)).copied().unwrap_or(0)
    }

    /// Channels of all kinds in use.
    pub fn channels_in_use(&self) -> u32 {
        self.in_use
    }

    /// Tells the processor that a leg will be given something.
    #[inline]
    pub(crate) fn fetch(&self, leg: u32) {
        self.legs.fetch(leg);
    }

    /// The same of what it leads to, step by step: its bridge, then the other leg. The device of the leg that is at hand then, or
    /// [`NodeId::NONE`].
    pub(crate) fn fetch_further(&self, leg: u32, depth: u8) -> NodeId {
        let Some(record) = self.legs.get(leg) else { return NodeId::NONE };
        if depth == 1 {
            self.bridges.fetch(record.bridge);
            return record.device;
        }
        let Some(bridge) = self.bridges.get(record.bridge) else { return NodeId::NONE };
        let other = if bridge.caller == leg { bridge.answered } else { bridge.caller };
        if depth == 2 {
            self.legs.fetch(other);
            return NodeId::NONE;
        }
        self.legs.get(other).map_or(NodeId::NONE, |other| other.device)
    }

    /// Its earliest deadline.
    #[inline]
    pub fn poll_timeout(&self) -> Instant {
        self.timers.peek().map_or(Instant::NEVER, |Reverse((at, _))| *at)
    }

    /// Everything is gone without a word.
    pub(super) fn clear(&mut self) {
        let (mut legs, mut bridges) = (core::mem::take(&mut self.legs), core::mem::take(&mut self.bridges));
        // Their handles must stay unknown.
        legs.clear();
        bridges.clear();
        let mut queues = core::mem::take(&mut self.queues);
        queues.clear();
        *self = Self { legs, bridges, queues, ..Self::default() };
    }

    /// Adds a leg to a bridge; `None`: there are too many.
    pub(super) fn add(&mut self, leg: Leg, bridge: u32, device: NodeId, incoming: bool) -> Option<u32> {
        let (source, their_tag) = (leg.peer(), leg.their_tag());
        let handle = self.legs.insert(PbxLeg { leg, bridge, device, wakes_at: Instant::NEVER })?;
        if incoming {
            self.incoming.insert((source, their_tag), handle);
        }
        if device != NodeId::NONE {
            self.of_device.insert((device, handle));
        }
        Some(handle)
    }

    /// The leg of an INVITE that has come before.
    pub(super) fn incoming(&self, source: NodeId, tag: u32) -> Option<u32> {
        self.incoming.get(&(source, tag)).copied()
    }

    /// Legs to or from a device.
    pub(super) fn of_device(&self, device: NodeId) -> Vec<u32> {
        self.of_device.range((device, 0)..=(device, u32::MAX)).map(|(_, leg)| *leg).collect()
    }

    /// Whether a device has a call here that is not over.
    pub(super) fn is_talking(&self, device: NodeId) -> bool {
        let legs = self.of_device(device).into_iter();
        legs.filter_map(|leg| self.legs.get(leg)).any(|record| !record.leg.is_over())
    }

    /// Sets the wake-up of a leg; one that is earlier stands already and will find out.
    pub(super) fn schedule(&mut self, handle: u32) {
        let Some(record) = self.legs.get_mut(handle) else { return };
        let at = record.leg.poll_timeout();
        if at < record.wakes_at {
            record.wakes_at = at;
            self.timers.push(Reverse((at, handle)));
        }
    }

    /// Sets the wake-up of a bridge.
    pub(super) fn schedule_bridge(&mut self, handle: u32) {
        if let Some(bridge) = self.bridges.get(handle)
            && bridge.limit_at != Instant::NEVER
        {
            self.timers.push(Reverse((bridge.limit_at, handle | BRIDGE)));
        }
    }

    /// Sets the wake-up for the next agent whose rest is over.
    pub(super) fn schedule_rest(&mut self) {
        let at = self.queues.poll_timeout();
        if at != Instant::NEVER {
            self.timers.push(Reverse((at, REST)));
        }
    }

    /// The next leg or bridge that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Due> {
        self.prune();
        let Reverse((at, handle)) = self.timers.peek().copied().filter(|Reverse((at, _))| *at <= now)?;
        self.timers.pop();
        debug_assert!(at <= now);
        if handle == REST {
            return Some(Due::Rest);
        }
        if handle & BRIDGE != 0 {
            return Some(Due::Bridge(handle & !BRIDGE));
        }
        if let Some(record) = self.legs.get_mut(handle) {
            record.wakes_at = Instant::NEVER;
        }
        Some(Due::Leg(handle))
    }

    /// Takes out wake-ups of what is gone or wants to be woken later, as long as the earliest is one.
    pub(super) fn prune(&mut self) {
        while let Some(Reverse((at, handle))) = self.timers.peek().copied() {
            if handle == REST {
                if self.queues.poll_timeout() == at {
                    return;
                }
                self.timers.pop();
                continue;
            }
            if handle & BRIDGE != 0 {
                match self.bridges.get(handle & !BRIDGE) {
                    Some(bridge) if bridge.limit_at == at => return,
                    _ => drop(self.timers.pop()),
                }
                continue;
            }
            let Some(record) = self.legs.get_mut(handle) else {
                self.timers.pop();
                continue;
            };
            let wants = record.leg.poll_timeout();
            if record.wakes_at == at && wants <= at {
                return;
            }
            self.timers.pop();
            if record.wakes_at == at {
                record.wakes_at = Instant::NEVER;
                self.schedule(handle);
            }
        }
    }

    /// Takes a bridge out once all of its legs are over.
    pub(super) fn remove_if_over(&mut self, handle: u32) {
        let Some(bridge) = self.bridges.get(handle) else { return };
        let over = |leg: &u32| self.legs.get(*leg).is_none_or(|record| record.leg.is_over());
        if !bridge.closed || !over(&bridge.caller) || !bridge.called.iter().all(over) {
            return;
        }
        let Some(bridge) = self.bridges.remove(handle) else { return };
        for leg in bridge.called.into_iter().chain([bridge.caller]) {
            if let Some(record) = self.legs.remove(leg) {
                self.of_device.remove(&(record.device, leg));
                let name = (record.leg.peer(), record.leg.their_tag());
                if self.incoming.get(&name) == Some(&leg) {
                    self.incoming.remove(&name);
                }
            }
        }
    }

    /// Calls that hold a channel of these.
    pub(super) fn used(&self, claim: Claim) -> u32 {
        match claim {
            Claim::Line(trunk) => self.channels(trunk.block, trunk.seat),
            Claim::Shared(kind) => self.shared[kind as usize],
            Claim::Place(room) => self.places.get(&room).copied().unwrap_or(0),
        }
    }

    /// One call more, or less, of these.
    fn count(&mut self, claim: Claim, more: bool) {
        let used = match claim {
            Claim::Line(trunk) => self.channels.entry((trunk.block, trunk.seat)).or_insert(0),
            Claim::Shared(kind) => &mut self.shared[kind as usize],
            Claim::Place(room) => self.places.entry(room).or_insert(0),
        };
        (*used, self.in_use) = if more { (*used + 1, self.in_use + 1) } else { (*used - 1, self.in_use - 1) };
    }

    /// A call takes a channel; `outgoing`: a line of the trunk it goes by.
    pub(super) fn take(&mut self, handle: u32, claim: Claim, outgoing: bool) {
        let Some(bridge) = self.bridges.get_mut(handle) else { return };
        match claim {
            Claim::Line(trunk) => bridge.held.trunks[usize::from(outgoing)] = Some(trunk),
            Claim::Shared(kind) => bridge.held.shared[kind as usize] += 1,
            Claim::Place(room) => bridge.held.room = Some(room),
        }
        self.count(claim, true);
    }

    /// Gives back some of what a call holds: the line of the trunk it goes by, and what that takes.
    pub(super) fn give_back(
        &mut self,
        handle: u32,
        claims: &[Claim],
        population: impl Fn(u16) -> u16,
        out: &mut Outbox,
    ) {
        for claim in claims {
            let Some(bridge) = self.bridges.get_mut(handle) else { return };
            match *claim {
                Claim::Line(_) => bridge.held.trunks[1] = None,
                Claim::Shared(kind) => bridge.held.shared[kind as usize] -= 1,
                Claim::Place(_) => bridge.held.room = None,
            }
            self.count(*claim, false);
            out.report(Event::ChannelFreed { of: claim.of(&population) });
        }
    }

    /// Gives back what a call holds.
    pub(super) fn release(&mut self, handle: u32, population: impl Fn(u16) -> u16, out: &mut Outbox) {
        let Some(bridge) = self.bridges.get_mut(handle) else { return };
        for claim in core::mem::take(&mut bridge.held).claims() {
            self.count(claim, false);
            out.report(Event::ChannelFreed { of: claim.of(&population) });
        }
    }
}

/// What is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    Leg(u32),
    Bridge(u32),
    /// An agent's rest is over.
    Rest,
}

impl Bridge {
    /// On to another number.
    pub(super) fn send_to(&mut self, number: Number) {
        (self.hops, self.dialled, self.asked_secretary) = (self.hops + 1, number, false);
        (self.best, self.next_pbx, self.limit_at) = ((0, Reason::None), 0, Instant::NEVER);
    }

    /// A call that has just come in.
    pub(super) fn new(session: Session, dialled: Number, hops: u8) -> Self {
        Self {
            session,
            dialled,
            hops,
            asked_secretary: false,
            queued: None,
            caller: 0,
            called: Vec::new(),
            answered: 0,
            limit_at: Instant::NEVER,
            best: (0, Reason::None),
            next_pbx: 0,
            held: Held::default(),
            transfer: None,
            settled: false,
            owned: false,
            closed: false,
        }
    }
}

/// Tells the handle of a bridge from that of a leg: generations leave the highest bit free.
const BRIDGE: u32 = 1 << 31;
/// Stands for the agents at rest: no leg has this handle.
const REST: u32 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::party::Party;

    #[test]
    fn a_call_and_its_parties_fit_a_kilobyte() {
        // Two legs, two parties, the bridge with its list of legs; entries of maps at two thirds of a full tree; a wake-up each.
        let legs = 2 * (size_of::<Option<PbxLeg>>() + 4 + size_of::<(Instant, u32)>());
        let parties = 2 * (size_of::<Option<Party>>() + 4);
        let bridge = size_of::<Option<Bridge>>() + 4 + 4 * size_of::<u32>();
        let named = size_of::<((NodeId, u32), u32)>() + size_of::<((NodeId, NodeId, u32), NodeId)>();
        let maps = (named + 2 * size_of::<(NodeId, u32)>()) * 3 / 2;
        let whole = legs + parties + bridge + maps;
        assert!(whole <= 1_000, "{whole} bytes: {legs} of legs, {parties} of parties, {bridge} of the bridge");
    }
}

//! The calls of a PBX: legs, the bridges that join them, the channels they hold, and when they want to be woken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::call::leg::Leg;
use crate::event::Event;
use crate::licence::reason::Reason;
use crate::node::{NodeId, Outbox};
use crate::numbers::Number;
use crate::sip::message::{Aor, Session};
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
    in_use: u32,
}

/// A leg at a PBX.
#[derive(Clone, Debug)]
pub(super) struct PbxLeg {
    pub(super) leg: Leg,
    pub(super) bridge: u32,
    /// The device at its other end; [`NodeId::NONE`] if that is a PBX.
    pub(super) device: NodeId,
    /// From whom its INVITE came.
    source: NodeId,
    /// The earliest of its wake-ups in `timers`.
    wakes_at: Instant,
}

/// Two legs joined, or about to be: a call that goes through this PBX.
#[derive(Clone, Debug)]
pub(super) struct Bridge {
    pub(super) session: Session,
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
    /// Whether the caller has its final answer, or is gone.
    pub(super) settled: bool,
    /// Whether it is over but for what its legs have to say.
    pub(super) closed: bool,
}

/// What a call holds at this PBX.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    /// Channels of the trunk it came by, and of the one it goes by.
    pub(super) trunks: [Option<Aor>; 2],
}

impl Exchange {
    /// Calls that go through it.
    pub fn calls(&self) -> usize {
        self.bridges.len()
    }

    /// Legs of calls there are, also those that only wait for a last answer.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Calls of a trunk.
    pub fn channels(&self, block: u16, seat: u32) -> u32 {
        self.channels.get(&(block, seat)).copied().unwrap_or(0)
    }

    /// Channels of all trunks in use.
    pub fn channels_in_use(&self) -> u32 {
        self.in_use
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
        *self = Self { legs, bridges, ..Self::default() };
    }

    /// Adds a leg to a bridge; `None`: there are too many.
    pub(super) fn add(&mut self, leg: Leg, bridge: u32, device: NodeId, incoming: bool) -> Option<u32> {
        let (source, their_tag) = (leg.peer(), leg.their_tag());
        let handle = self.legs.insert(PbxLeg { leg, bridge, device, source, wakes_at: Instant::NEVER })?;
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

    /// The next leg or bridge that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Due> {
        self.prune();
        let Reverse((at, handle)) = self.timers.peek().copied().filter(|Reverse((at, _))| *at <= now)?;
        self.timers.pop();
        debug_assert!(at <= now);
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
                let name = (record.source, record.leg.their_tag());
                if self.incoming.get(&name) == Some(&leg) {
                    self.incoming.remove(&name);
                }
            }
        }
    }

    /// One more call of a trunk, if it has a channel left.
    pub(super) fn take_channel(&mut self, trunk: Aor, channels: u32) -> bool {
        let used = self.channels.entry((trunk.block, trunk.seat)).or_insert(0);
        let free = *used < channels;
        *used += u32::from(free);
        self.in_use += u32::from(free);
        free
    }

    /// Gives back what a call holds.
    pub(super) fn release(&mut self, handle: u32, population: impl Fn(u16) -> u16, out: &mut Outbox) {
        let Some(bridge) = self.bridges.get_mut(handle) else { return };
        for trunk in core::mem::take(&mut bridge.held).trunks.into_iter().flatten() {
            if let Some(used) = self.channels.get_mut(&(trunk.block, trunk.seat)) {
                *used -= 1;
                self.in_use -= 1;
            }
            out.report(Event::ChannelFreed { trunk: population(trunk.block) });
        }
    }
}

/// What is due.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Due {
    Leg(u32),
    Bridge(u32),
}

impl Bridge {
    /// A call that has just come in.
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            caller: 0,
            called: Vec::new(),
            answered: 0,
            limit_at: Instant::NEVER,
            best: (0, Reason::None),
            next_pbx: 0,
            held: Held::default(),
            settled: false,
            closed: false,
        }
    }
}

impl PbxLeg {
    /// What was dialled.
    pub(super) fn dialled(&self) -> Number {
        self.leg.dialled
    }
}

/// Tells the handle of a bridge from that of a leg: generations leave the highest bit free.
const BRIDGE: u32 = 1 << 31;

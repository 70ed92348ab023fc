//! The checker's own books of calls: every call that was due has come to an end or is open, every channel is somebody's.

use std::collections::BTreeMap;

use super::books::Use;
use crate::event::{Channels, Event};
use crate::sip::message::Session;
use crate::site::Site;
use crate::time::Instant;

/// All calls, counted from facts alone.
#[derive(Clone, Debug)]
pub(super) struct CallBooks {
    /// By route: a flow, and whom it calls.
    routes: BTreeMap<(u16, u16), Ends>,
    /// The PBX at which each answered call of a device stands.
    owners: BTreeMap<Session, usize>,
    kept: bool,
    /// By PBX, and by what they are of.
    channels: Vec<BTreeMap<Channels, Use>>,
    /// Channels asked for and not answered yet, by PBX.
    asked: Vec<i64>,
    /// By queue: callers that came, and those that have left.
    queues: Vec<(u64, u64)>,
}

/// What became of the calls of one route.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    due: u64,
    answered: u64,
    refused: u64,
    timed_out: u64,
    given_up: u64,
    ended: u64,
}

impl CallBooks {
    pub(super) fn new(site: &Site) -> Self {
        let people = &site.cluster().people;
        Self {
            routes: BTreeMap::new(),
            owners: BTreeMap::new(),
            kept: !people.flows.is_empty(),
            channels: vec![BTreeMap::new(); site.pbxs().len()],
            asked: vec![0; site.pbxs().len()],
            queues: vec![(0, 0); people.queues.len()],
        }
    }

    /// Whether anybody calls at all.
    #[inline]
    pub(super) fn are_kept(&self) -> bool {
        self.kept
    }

    /// Enters a fact of a party; what is wrong then, if anything is.
    pub(super) fn on_party(&mut self, event: &Event, site: &Site) -> Option<String> {
        let (session, count): (Session, fn(&mut Ends) -> &mut u64) = match *event {
            Event::CallDue { session } => (session, |ends| &mut ends.due),
            Event::CallAnswered { session, .. } => (session, |ends| &mut ends.answered),
            Event::CallFailed { session, status: 408, again: false, .. } => (session, |ends| &mut ends.timed_out),
            Event::CallFailed { session, again: false, .. } => (session, |ends| &mut ends.refused),
            Event::CallGivenUp { session, .. } => (session, |ends| &mut ends.given_up),
            Event::CallEnded { session, .. } => (session, |ends| &mut ends.ended),
            _ => return None,
        };
        let route = (session.flow, session.to);
        let ends = self.routes.entry(route).or_default();
        *count(ends) += 1;
        let Ends { due, answered, refused, timed_out, given_up, ended } = *ends;
        let (open, talking) = site.parties().under_way(route);
        if due != answered + refused + timed_out + given_up + open {
            return Some(format!(
                "{due} calls were due; {answered} answered, {refused} refused, {timed_out} timed out, {given_up} given \
                 up and {open} open are not as many"
            ));
        }
        (answered != ended + talking)
            .then(|| format!("{answered} calls were answered; {ended} ended and {talking} that go on are not as many"))
    }

    /// Enters that a call stands at a PBX, or no longer: never at two.
    pub(super) fn on_owner(&mut self, pbx: usize, event: &Event) -> Option<String> {
        let Event::CallOwned { session, on } = *event else { return None };
        let before = if on { self.owners.insert(session, pbx) } else { self.owners.remove(&session) };
        match (on, before) {
            (true, Some(other)) => Some(format!("{session:?} stands at PBX {pbx} and at PBX {other}")),
            (false, before) if before != Some(pbx) => Some(format!("{session:?} never stood at PBX {pbx}")),
            _ => None,
        }
    }

    /// Enters a fact of a PBX about a channel; what is wrong then, if anything is.
    pub(super) fn on_channel(&mut self, now: Instant, pbx: usize, event: &Event, site: &Site) -> Option<String> {
        let of = match *event {
            Event::ChannelAsked { .. } => {
                self.asked[pbx] += 1;
                return None;
            }
            Event::ChannelRefused { .. } => {
                self.asked[pbx] -= 1;
                return (self.asked[pbx] < 0).then(|| "an answer for a channel that no call asked for".into());
            }
            Event::ChannelTaken { of } | Event::ChannelFreed { of } => of,
            _ => return None,
        };
        let taken = self.channels[pbx].entry(of).or_default();
        if matches!(event, Event::ChannelTaken { .. }) {
            self.asked[pbx] -= 1;
            taken.take(now);
        } else if !taken.free(now) {
            return Some("a channel was given back that no call had".into());
        }
        let (taken, installed) = (taken.in_use(), limit(site, pbx, of));
        if self.asked[pbx] < 0 {
            return Some("an answer for a channel that no call asked for".into());
        }
        let grew = matches!(event, Event::ChannelTaken { .. });
        (grew && taken > installed).then(|| format!("{taken} channels of {of:?} in use, {installed} there are"))
    }

    /// Enters a fact of a PBX about a queue.
    pub(super) fn on_queue(&mut self, event: &Event) {
        match *event {
            Event::QueueEntered { queue } => self.queues[usize::from(queue)].0 += 1,
            Event::QueueLeft { queue, .. } => self.queues[usize::from(queue)].1 += 1,
            _ => {}
        }
    }

    /// After the facts of a step: all callers that came to a queue have left it or are in it.
    pub(super) fn check_queues(&self, site: &Site) -> Option<String> {
        let wrong = (0..).zip(&self.queues).find(|(queue, (entered, left))| {
            let inside: u64 = site.pbxs().iter().map(|pbx| pbx.exchange().queues().inside(*queue)).sum();
            *entered != left + inside
        });
        wrong.map(|(queue, (entered, left))| format!("queue {queue}: {entered} came, {left} left"))
    }

    /// After a step of a PBX: what it says it has in use is what the facts say, and no wish for a channel is open.
    pub(super) fn check_pbx(&self, pbx: usize, site: &Site) -> Option<String> {
        let stated: u64 = self.channels[pbx].values().map(Use::in_use).sum();
        let used = u64::from(site.pbxs()[pbx].exchange().channels_in_use());
        if stated != used {
            return Some(format!("{used} channels in use at PBX {pbx}, {stated} by what was stated"));
        }
        (self.asked[pbx] != 0).then(|| format!("PBX {pbx}: somebody asked for a channel and has no answer"))
    }

    /// Channel-seconds of calls equal the integral of the gauge.
    pub(super) fn areas_agree(&mut self, now: Instant) -> bool {
        self.channels.iter_mut().flat_map(|of| of.values_mut()).all(|each| each.agrees(now))
    }
}

/// How many there are at a PBX: of a trunk all lines together.
fn limit(site: &Site, pbx: usize, of: Channels) -> u64 {
    let people = &site.cluster().people;
    let (each, of) = match of {
        Channels::Trunk(population) => {
            let lines = people.blocks.iter().filter(|facts| facts.block.population == population);
            let lines: u64 = lines.map(|facts| u64::from(facts.block.seats)).sum();
            (people.populations[usize::from(population)].channels, lines)
        }
        Channels::Shared(kind) => (site.cluster().pbxs[pbx].channels[kind as usize], 1),
        Channels::Room(room) => (people.room_places[usize::from(room)], 1),
    };
    if each == u32::MAX { u64::MAX } else { of * u64::from(each) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_stands_at_two_pbxs_is_found() {
        let mut books = CallBooks {
            routes: BTreeMap::new(),
            owners: BTreeMap::new(),
            kept: true,
            channels: Vec::new(),
            asked: Vec::new(),
            queues: Vec::new(),
        };
        let owned = |number, on| Event::CallOwned { session: Session { number, flow: 0, to: 0 }, on };
        assert_eq!(books.on_owner(0, &owned(1, true)), None);
        assert_eq!(books.on_owner(1, &owned(2, true)), None);
        assert!(books.on_owner(1, &owned(1, true)).is_some());
        assert_eq!(books.on_owner(1, &owned(2, false)), None);
        assert!(books.on_owner(0, &owned(3, false)).is_some());
    }
}

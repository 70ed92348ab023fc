//! The checker's own books of calls: every call that was due has come to an end or is open, every channel is somebody's.

use super::books::Use;
use crate::event::Event;
use crate::sip::message::Session;
use crate::site::Site;
use crate::time::Instant;

/// All calls, counted from facts alone.
#[derive(Clone, Debug)]
pub(super) struct CallBooks {
    /// By flow.
    flows: Vec<Ends>,
    /// By PBX and population of the trunk.
    channels: Vec<Use>,
    /// Channels asked for and not answered yet, likewise.
    asked: Vec<i64>,
    populations: usize,
}

/// What became of the calls of one flow.
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
        let places = if people.flows.is_empty() { 0 } else { site.pbxs().len() * people.populations.len() };
        Self {
            flows: vec![Ends::default(); people.flows.len()],
            channels: vec![Use::default(); places],
            asked: vec![0; places],
            populations: people.populations.len(),
        }
    }

    /// Whether anybody calls at all.
    #[inline]
    pub(super) fn are_kept(&self) -> bool {
        !self.flows.is_empty()
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
        let ends = &mut self.flows[usize::from(session.flow)];
        *count(ends) += 1;
        let Ends { due, answered, refused, timed_out, given_up, ended } = *ends;
        let (open, talking) = (site.parties().open(session.flow), site.parties().talking(session.flow));
        if due != answered + refused + timed_out + given_up + open {
            return Some(format!(
                "{due} calls were due; {answered} answered, {refused} refused, {timed_out} timed out, {given_up} given \
                 up and {open} open are not as many"
            ));
        }
        (answered != ended + talking)
            .then(|| format!("{answered} calls were answered; {ended} ended and {talking} that go on are not as many"))
    }

    /// Enters a fact of a PBX about a channel; what is wrong then, if anything is.
    pub(super) fn on_channel(&mut self, now: Instant, pbx: usize, event: &Event, site: &Site) -> Option<String> {
        let trunk = match *event {
            Event::ChannelAsked { trunk }
            | Event::ChannelTaken { trunk }
            | Event::ChannelFreed { trunk }
            | Event::ChannelRefused { trunk } => trunk,
            _ => return None,
        };
        let place = pbx * self.populations + usize::from(trunk);
        let (asked, taken) = (&mut self.asked[place], &mut self.channels[place]);
        match event {
            Event::ChannelAsked { .. } => *asked += 1,
            Event::ChannelTaken { .. } => {
                *asked -= 1;
                taken.take(now);
            }
            Event::ChannelRefused { .. } => *asked -= 1,
            _ if !taken.free(now) => return Some("a channel was given back that no call had".into()),
            _ => {}
        }
        let (asked, taken, installed) = (*asked, taken.in_use(), channels(site, trunk));
        if asked < 0 {
            return Some("an answer for a channel that no call asked for".into());
        }
        (taken > installed).then(|| format!("{taken} channels in use, {installed} there are"))
    }

    /// After a step of a PBX: what it says it has in use is what the facts say, and no wish for a channel is open.
    pub(super) fn check_pbx(&self, pbx: usize, site: &Site) -> Option<String> {
        let places = pbx * self.populations..(pbx + 1) * self.populations;
        let stated: u64 = self.channels[places.clone()].iter().map(Use::in_use).sum();
        let used = u64::from(site.pbxs()[pbx].exchange().channels_in_use());
        if stated != used {
            return Some(format!("{used} channels in use at PBX {pbx}, {stated} by what was stated"));
        }
        let open = self.asked[places].iter().any(|asked| *asked != 0);
        open.then(|| format!("PBX {pbx}: somebody asked for a channel and has no answer"))
    }

    /// Channel-seconds of calls equal the integral of the gauge.
    pub(super) fn areas_agree(&mut self, now: Instant) -> bool {
        self.channels.iter_mut().all(|each| each.agrees(now))
    }
}

/// Channels of a trunk, all lines of it together.
fn channels(site: &Site, trunk: u16) -> u64 {
    let people = &site.cluster().people;
    let lines = people.blocks.iter().filter(|facts| facts.block.population == trunk);
    let lines: u64 = lines.map(|facts| u64::from(facts.block.seats)).sum();
    match people.populations[usize::from(trunk)].channels {
        u32::MAX => u64::MAX,
        each => lines * u64::from(each),
    }
}

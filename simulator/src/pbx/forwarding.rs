//! Calls for a user who is somewhere else, busy, not to be disturbed, or does not answer: to a secretary first, to another
//! number, or to the mailbox.

use crate::event::Event;
use crate::layout::Device;
use crate::licence::reason::Reason;
use crate::node::Outbox;
use crate::numbers::Destination;
use crate::pbx::cluster::Cluster;
use crate::pbx::node::Pbx;
use crate::pbx::routing::Refusal;
use crate::settings::Forwards;
use crate::sip::message::Aor;
use crate::time::{Duration, Instant};

/// How long it rings at a secretary, and before a mailbox answers, if nothing else is said.
const RINGS: Duration = Duration::seconds(20);

/// Why a call does not reach the user it is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Why {
    Busy,
    NoAnswer,
}

impl Pbx {
    /// On to a user of this PBX.
    pub(super) fn call_user(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        user: (u16, u32),
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let settings = cluster.people.settings(user.0);
        let forwards = settings.forwards.as_deref();
        if let Some(number) = forwards.and_then(|forwards| forwards.always) {
            return self.pass_on(cluster, now, bridge, number, out);
        }
        if settings.do_not_disturb {
            return self.divert(cluster, now, bridge, Why::Busy, (480, Reason::DoNotDisturb), out);
        }
        if self.ask_secretary(cluster, now, bridge, user, out) {
            return Ok(());
        }
        let devices: Vec<Aor> = self.devices_of(user).collect();
        if let Err(refusal) = self.ring_at(cluster, now, bridge, devices, out) {
            return self.divert(cluster, now, bridge, Why::NoAnswer, refusal, out);
        }
        let limit = forwards.filter(|forwards| forwards.no_answer.is_some()).map(|forwards| forwards.after);
        let limit = limit.or(cluster.has_mailbox(user).then_some(RINGS));
        self.ring_for(now, bridge, limit);
        Ok(())
    }

    /// Rings for at most so long, if there is a limit.
    fn ring_for(&mut self, now: Instant, bridge: u32, limit: Option<Duration>) {
        if let (Some(limit), Some(record)) = (limit, self.exchange.bridges.get_mut(bridge)) {
            record.limit_at = now + limit;
            self.exchange.schedule_bridge(bridge);
        }
    }

    /// Those who take the calls of a user ring first; false if there are none, they were asked, or it is one of them who calls.
    fn ask_secretary(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        user: (u16, u32),
        out: &mut Outbox,
    ) -> bool {
        let Some(who) = cluster.people.secretaries_of(user.0) else { return false };
        let caller = cluster.people.aor(self.caller_of(bridge)).map(|aor| (aor.block, aor.seat));
        let Some(record) = self.exchange.bridges.get_mut(bridge).filter(|record| !record.asked_secretary) else {
            return false;
        };
        record.asked_secretary = true;
        if who.each().any(|secretary| Some(secretary) == caller) {
            return false;
        }
        let devices = who.each().flat_map(|secretary| self.devices_of(secretary).collect::<Vec<_>>()).collect();
        let rings = self.ring_at(cluster, now, bridge, devices, out).is_ok();
        if rings {
            self.ring_for(now, bridge, Some(RINGS));
        }
        rings
    }

    /// A call has rung long enough; false if nothing is to happen then.
    pub(super) fn on_unanswered(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) -> bool {
        let Some(user) = self.user_of(cluster, bridge) else { return false };
        let goes_on = self.goes_on(cluster, bridge, user, Why::NoAnswer);
        if goes_on {
            let Some(record) = self.exchange.bridges.get(bridge) else { return false };
            record.called.clone().into_iter().for_each(|leg| self.withdraw(now, leg, out));
            self.go_on(cluster, now, bridge, user, (Why::NoAnswer, (408, Reason::None)), out);
        }
        goes_on
    }

    /// Nobody has taken a call; false if the caller is to be told so.
    pub(super) fn on_nobody(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        refusal: Refusal,
        out: &mut Outbox,
    ) -> bool {
        let Some(user) = self.user_of(cluster, bridge) else { return false };
        let why = if matches!(refusal.0, 486 | 600 | 603) { Why::Busy } else { Why::NoAnswer };
        let goes_on = self.goes_on(cluster, bridge, user, why);
        if goes_on {
            self.go_on(cluster, now, bridge, user, (why, refusal), out);
        }
        goes_on
    }

    /// The user of this PBX whom a call is for.
    fn user_of(&self, cluster: &Cluster, bridge: u32) -> Option<(u16, u32)> {
        let record = self.exchange.bridges.get(bridge).filter(|record| record.answered == 0 && !record.settled)?;
        match cluster.people.numbers.find(record.dialled) {
            Destination::User(block, seat) => {
                let home = cluster.people.blocks[usize::from(block)].block.home;
                self.serves(home, cluster).then_some((block, seat))
            }
            _ => None,
        }
    }

    /// Whether a call that was not taken has somewhere else to go.
    fn goes_on(&self, cluster: &Cluster, bridge: u32, user: (u16, u32), why: Why) -> bool {
        let asked = self.exchange.bridges.get(bridge).is_some_and(|record| record.asked_secretary);
        let forwards = cluster.people.settings(user.0).forwards.as_deref();
        let rings_at_secretary = asked && !self.rang_at(cluster, bridge, user);
        rings_at_secretary || elsewhere(forwards, why).is_some() || cluster.has_mailbox(user)
    }

    /// Whether a call has been at a user's own devices.
    fn rang_at(&self, cluster: &Cluster, bridge: u32, user: (u16, u32)) -> bool {
        let Some(record) = self.exchange.bridges.get(bridge) else { return false };
        let mut devices = record.called.iter().filter_map(|leg| self.exchange.legs.get(*leg)).map(|leg| leg.device);
        devices.any(|device| cluster.people.aor(device).is_some_and(|aor| (aor.block, aor.seat) == user))
    }

    /// From the secretary to the user, else elsewhere.
    fn go_on(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        user: (u16, u32),
        (why, refusal): (Why, Refusal),
        out: &mut Outbox,
    ) {
        let asked = self.exchange.bridges.get(bridge).is_some_and(|record| record.asked_secretary);
        let gone = if asked && !self.rang_at(cluster, bridge, user) {
            if let Some(record) = self.exchange.bridges.get_mut(bridge) {
                record.best = (0, Reason::None);
            }
            self.call_user(cluster, now, bridge, user, out)
        } else {
            self.divert(cluster, now, bridge, why, refusal, out)
        };
        if let Err(refusal) = gone {
            self.turn_away(cluster, now, bridge, refusal, out);
        }
    }

    /// To another number, or the mailbox; else it is refused.
    fn divert(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        why: Why,
        refusal: Refusal,
        out: &mut Outbox,
    ) -> Result<(), Refusal> {
        let destination = self.exchange.bridges.get(bridge).map(|record| cluster.people.numbers.find(record.dialled));
        let Some(Destination::User(block, seat)) = destination else { return Err(refusal) };
        if let Some(number) = elsewhere(cluster.people.settings(block).forwards.as_deref(), why) {
            return self.pass_on(cluster, now, bridge, number, out);
        }
        if !cluster.has_mailbox((block, seat)) {
            return Err(refusal);
        }
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return Err(refusal) };
        record.limit_at = Instant::NEVER;
        let user = Aor { block, device: Device::DeskPhone, seat };
        out.report(Event::MessageLeft { session: record.session, user });
        self.tell_caller(now, bridge, 200, Reason::None, out);
        Ok(())
    }
}

fn elsewhere(forwards: Option<&Forwards>, why: Why) -> Option<crate::numbers::Number> {
    forwards.and_then(|forwards| if why == Why::Busy { forwards.busy } else { forwards.no_answer })
}

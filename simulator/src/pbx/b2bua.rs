//! A PBX as back-to-back user agent: what comes in on one leg of a call goes out on the other.

use crate::call::leg::{Leg, Said, Saying, answer_stray, respond_to};
use crate::event::{Event, QueueEnd};
use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Packet, Via};
use crate::pbx::bindings::BindingState;
use crate::pbx::cluster::Cluster;
use crate::pbx::exchange::{Bridge, Due, PbxLeg};
use crate::pbx::node::Pbx;
use crate::pbx::routing::Refusal;
use crate::pbx::worker::Admission;
use crate::settings::WhenFull;
use crate::sip::message::{CallRequest, CallResponse, Method};
use crate::time::{Duration, Instant};

/// Timer C: longest that a call may ring (RFC 3261 §16.6 step 11: more than three minutes).
pub(super) const TIMER_C: Duration = Duration::seconds(181);

impl Pbx {
    /// A request about a call; `first`: it has just come, otherwise it has waited and is served now.
    pub(super) fn on_call(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        packet: &Packet,
        request: &CallRequest,
        first: bool,
        out: &mut Outbox,
    ) {
        if !first {
            return self.serve_call(cluster, now, packet, request, out);
        }
        match request.method {
            Method::Invite if request.to_tag == 0 => self.on_invite(cluster, now, packet, request, out),
            Method::Cancel | Method::Ack => self.on_dialog(cluster, now, packet, request, out),
            Method::Invite | Method::Bye | Method::Update | Method::Refer | Method::Notify => {
                match self.worker.admit(now, &cluster.pbxs[usize::from(self.index)]) {
                    Admission::Serve => {
                        out.report(Event::Served { waited: Duration::ZERO });
                        self.serve_call(cluster, now, packet, request, out);
                    }
                    Admission::Wait(begins) => {
                        out.report(Event::Served { waited: begins.since(now) });
                        out.defer(begins);
                    }
                    Admission::Full => out.report(Event::Shed),
                }
            }
        }
    }

    /// A server is free for it.
    fn serve_call(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        packet: &Packet,
        request: &CallRequest,
        out: &mut Outbox,
    ) {
        let before = out.sent.len();
        if request.method == Method::Invite && request.to_tag == 0 {
            if let Some(leg) = self.exchange.incoming(packet.source, request.from_tag) {
                self.route(cluster, now, leg, out);
            }
        } else {
            self.on_dialog(cluster, now, packet, request, out);
        }
        let service = cluster.pbxs[usize::from(self.index)].service;
        out.sent[before..].iter_mut().for_each(|sent| sent.delay = sent.delay + service);
    }

    /// An INVITE: one that is known costs nothing, a new one waits for a server.
    fn on_invite(&mut self, cluster: &Cluster, now: Instant, packet: &Packet, request: &CallRequest, out: &mut Outbox) {
        let known = self.exchange.incoming(packet.source, request.from_tag);
        if let Some(handle) = known {
            let Some(record) = self.exchange.legs.get_mut(handle) else { return };
            if !record.leg.was_refused_before(request) {
                record.leg.on_request(now, request, out);
                return;
            }
        }
        let settings = &cluster.pbxs[usize::from(self.index)];
        let waits = match self.worker.admit(now, settings) {
            Admission::Full => {
                out.report(Event::Shed);
                if settings.when_full != WhenFull::Drop {
                    let saying = Saying { reason: Reason::Overload, ..Saying::default() };
                    refuse_unrecorded(request, packet, 503, saying, out);
                }
                return;
            }
            Admission::Serve => Duration::ZERO,
            Admission::Wait(begins) => begins.since(now),
        };
        out.report(Event::Served { waited: waits });
        match known {
            Some(handle) => {
                if let Some(record) = self.exchange.legs.get_mut(handle) {
                    record.leg.begin(now, request);
                }
            }
            None if !self.begin_call(cluster, now, packet, request) => {
                return refuse_unrecorded(request, packet, 503, Saying::default(), out);
            }
            None => {}
        }
        match waits {
            Duration::ZERO => self.serve_call(cluster, now, packet, request, out),
            _ => out.defer(now + waits),
        }
        if let Some(handle) = self.exchange.incoming(packet.source, request.from_tag) {
            self.exchange.schedule(handle);
        }
    }

    /// A record for a new call; false if there is no room.
    fn begin_call(&mut self, cluster: &Cluster, now: Instant, packet: &Packet, request: &CallRequest) -> bool {
        let call = Bridge::new(request.session, request.dialled, request.hops);
        let Some(bridge) = self.exchange.bridges.insert(call) else { return false };
        let leg = Leg::incoming(now, packet.source, packet.reliable, request, self.exchange.legs.next())
            .with_session_timer(cluster.pbxs[usize::from(self.index)].session_timer_s);
        let from_pbx = packet.source.0 >= self.first_pbx && packet.source.0 < self.behind_pbxs;
        let device = if from_pbx { NodeId::NONE } else { request.caller };
        match (self.exchange.add(leg, bridge, device, true), self.exchange.bridges.get_mut(bridge)) {
            (Some(handle), Some(record)) => {
                record.caller = handle;
                true
            }
            _ => {
                self.exchange.bridges.remove(bridge);
                false
            }
        }
    }

    /// A request for a leg that is known, by its tags.
    fn on_dialog(&mut self, cluster: &Cluster, now: Instant, packet: &Packet, request: &CallRequest, out: &mut Outbox) {
        let handle = match request.to_tag {
            0 => self.exchange.incoming(packet.source, request.from_tag).unwrap_or(0),
            tag => tag,
        };
        let known = self.exchange.legs.get_mut(handle).filter(|record| record.leg.their_tag() == request.from_tag);
        let Some(record) = known else { return answer_stray(packet, out) };
        let said = record.leg.on_request(now, request, out);
        self.on_said(cluster, now, handle, said, out);
    }

    /// A response to a request of ours.
    pub(super) fn on_answer(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        packet: &Packet,
        response: &CallResponse,
        out: &mut Outbox,
    ) {
        let handle = response.from_tag;
        let Some(record) = self.exchange.legs.get_mut(handle) else { return answer_stray(packet, out) };
        // Its Contact: from now on the party itself is spoken to, not the address it registered.
        let said = record.leg.on_response(now, packet.source, response, out);
        self.on_said(cluster, now, handle, said, out);
    }

    pub(super) fn on_calls_timeout(&mut self, cluster: &Cluster, now: Instant, out: &mut Outbox) {
        while let Some(due) = self.exchange.due(now) {
            match due {
                Due::Leg(handle) => {
                    let Some(record) = self.exchange.legs.get_mut(handle) else { continue };
                    let said = record.leg.on_timeout(now, out);
                    self.on_said(cluster, now, handle, said, out);
                }
                Due::Bridge(bridge) => self.on_limit(cluster, now, bridge, out),
                Due::Rest => self.on_rested(cluster, now, out),
            }
        }
    }

    /// What one leg says goes to the other.
    pub(super) fn on_said(&mut self, cluster: &Cluster, now: Instant, handle: u32, said: Said, out: &mut Outbox) {
        let Some((bridge, withdrawn)) = self.exchange.legs.get(handle).map(|leg| (leg.bridge, leg.leg.withdrawn))
        else {
            return;
        };
        let ends = self.exchange.bridges.get(bridge).map(|bridge| (bridge.caller, bridge.answered));
        let Some((caller, answered)) = ends else { return };
        match said {
            Said::Nothing => {}
            Said::Rings | Said::Challenged(_) | Said::Refused(..) if withdrawn => {}
            Said::Rings => self.tell_caller(now, bridge, 180, Reason::None, out),
            Said::Answered => self.on_answered(now, bridge, handle, out),
            Said::Challenged(_) => self.on_refused(cluster, now, bridge, (403, Reason::None), out),
            Said::Refused(status, reason, _) => self.on_refused(cluster, now, bridge, (status, reason), out),
            Said::Holds(on) => self.on_hold_asked(cluster, now, bridge, (handle, on), out),
            Said::Held(done) => self.on_held(now, bridge, handle, done, out),
            Said::Refers(target, replaces) => {
                self.on_referred(cluster, now, (bridge, handle), (target, replaces), out);
            }
            Said::Referred(_) | Said::Told(..) => {}
            Said::Cancelled | Said::HungUp | Said::Unacknowledged | Said::Expired
                if self.has_passed_on(bridge, handle) =>
            {
                self.on_transferor_gone(cluster, now, bridge, out);
            }
            Said::Cancelled | Said::HungUp | Said::Unacknowledged | Said::Expired => {
                self.hang_up(cluster, now, bridge, handle, out);
            }
            // Who answered too late, or has passed the call on, ends nothing with it.
            Said::Ended(_) if handle != caller && handle != answered => {}
            Said::Ended(_) => self.close(cluster, now, bridge, out),
        }
        self.conclude_transfer(cluster, now, bridge, out);
        if said == Said::Nothing && handle == caller {
            self.close_if_refused(cluster, now, bridge, out);
        }
        self.exchange.schedule(handle);
        self.exchange.remove_if_over(bridge);
    }

    /// The caller was refused, and has acknowledged it.
    fn close_if_refused(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        let over = self.exchange.bridges.get(bridge).and_then(|record| self.exchange.legs.get(record.caller));
        if over.is_some_and(|record| record.leg.is_over()) {
            self.close(cluster, now, bridge, out);
        }
    }

    /// A response to the caller's INVITE.
    pub(super) fn tell_caller(&mut self, now: Instant, bridge: u32, status: u16, reason: Reason, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge).filter(|record| !record.settled) else { return };
        record.settled = status >= 200;
        let (caller, session) = (record.caller, record.session);
        let ours = self.exchange.legs.get(caller).is_some_and(|leg| leg.device != NodeId::NONE);
        if (200..300).contains(&status) && ours && !record.owned {
            record.owned = true;
            out.report(Event::CallOwned { session, on: true });
        }
        if let Some(record) = self.exchange.legs.get_mut(caller) {
            record.leg.answer(now, status, Saying { reason, ..Saying::default() }, out);
        }
        self.exchange.schedule(caller);
    }

    /// The first to answer has the call, the others are cancelled; who answers too late is hung up on.
    fn on_answered(&mut self, now: Instant, bridge: u32, handle: u32, out: &mut Outbox) {
        let withdrawn = self.exchange.legs.get(handle).is_none_or(|leg| leg.leg.withdrawn);
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        if record.answered != 0 || record.settled || withdrawn {
            if let Some(late) = self.exchange.legs.get_mut(handle) {
                late.leg.bye(now, out);
            }
            return;
        }
        (record.answered, record.limit_at) = (handle, Instant::NEVER);
        let others: Vec<u32> = record.called.iter().copied().filter(|other| *other != handle).collect();
        self.on_agent_answered(now, bridge, out);
        self.tell_caller(now, bridge, 200, Reason::None, out);
        for other in others {
            if let Some(record) = self.exchange.legs.get_mut(other) {
                record.leg.cancel(now, out);
            }
            self.exchange.schedule(other);
        }
    }

    /// A leg has failed: once all have, the best of their answers is the caller's (§16.7).
    pub(super) fn on_refused(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        (status, reason): (u16, Reason),
        out: &mut Outbox,
    ) {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        if is_better(status, record.best.0) {
            let reason = if matches!(status, 486 | 600) && reason == Reason::None { Reason::Busy } else { reason };
            record.best = (status, reason);
        }
        let legs = &self.exchange.legs;
        let by = record.transfer.as_ref().map_or(0, |transfer| transfer.by);
        let rings = |record: &PbxLeg| !record.leg.withdrawn && !record.leg.is_over();
        if record.called.iter().any(|leg| *leg != by && legs.get(*leg).is_some_and(rings)) {
            return;
        }
        let (settled, best, queued) = (record.settled, record.best, record.queued);
        if !settled && queued.is_some_and(|queued| queued.agent.is_some() && !queued.answered) {
            return self.on_agent_refused(cluster, now, bridge, out);
        }
        if !settled && matches!(status, 408 | 503) && self.try_next_pbx(cluster, now, bridge, out) {
            return;
        }
        if !self.on_nobody(cluster, now, bridge, best, out) {
            self.turn_away(cluster, now, bridge, best, out);
        }
    }

    /// The caller is refused, and that is the end of it.
    pub(super) fn turn_away(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        bridge: u32,
        (status, reason): Refusal,
        out: &mut Outbox,
    ) {
        if self.fail_transfer(cluster, now, bridge, status, out) {
            return;
        }
        self.tell_caller(now, bridge, status, reason, out);
        self.close(cluster, now, bridge, out);
    }

    /// One side has ended the call: so does the other.
    pub(super) fn hang_up(&mut self, cluster: &Cluster, now: Instant, bridge: u32, by: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge) else { return };
        record.settled = true;
        let others: Vec<u32> = record.called.iter().copied().chain([record.caller]).filter(|leg| *leg != by).collect();
        for other in others {
            if let Some(record) = self.exchange.legs.get_mut(other) {
                record.leg.cancel(now, out);
                record.leg.bye(now, out);
            }
            self.exchange.schedule(other);
        }
        self.close(cluster, now, bridge, out);
    }

    /// Nothing of it is in use any more.
    pub(super) fn close(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        let Some(record) = self.exchange.bridges.get_mut(bridge).filter(|record| !record.closed) else { return };
        (record.closed, record.limit_at) = (true, Instant::NEVER);
        if core::mem::take(&mut record.owned) {
            out.report(Event::CallOwned { session: record.session, on: false });
        }
        let served = record.queued.filter(|queued| queued.answered);
        let population = |block: u16| cluster.people.blocks[usize::from(block)].block.population;
        self.exchange.release(bridge, population, out);
        self.leave_queue(now, bridge, QueueEnd::Abandoned, out);
        if !cluster.people.agents.is_empty() {
            self.free_agents(cluster, now, bridge, served, out);
        }
    }

    /// It has waited in a queue, or rung, long enough.
    fn on_limit(&mut self, cluster: &Cluster, now: Instant, bridge: u32, out: &mut Outbox) {
        if self.on_waited_too_long(cluster, now, bridge, out)
            || self.on_unanswered(cluster, now, bridge, out)
            || self.fail_transfer(cluster, now, bridge, 408, out)
        {
            return self.conclude_transfer(cluster, now, bridge, out);
        }
        self.tell_caller(now, bridge, 408, Reason::None, out);
        let Some(caller) = self.exchange.bridges.get(bridge).map(|record| record.caller) else { return };
        self.hang_up(cluster, now, bridge, caller, out);
        self.exchange.remove_if_over(bridge);
    }

    /// A leg is not wanted any more.
    pub(super) fn withdraw(&mut self, now: Instant, leg: u32, out: &mut Outbox) {
        if let Some(record) = self.exchange.legs.get_mut(leg) {
            record.leg.withdrawn = true;
            record.leg.cancel(now, out);
        }
        self.exchange.schedule(leg);
    }

    /// Whether a device is registered here.
    pub(super) fn is_bound(&self, cluster: &Cluster, device: NodeId) -> bool {
        let binding = cluster.people.aor(device).and_then(|aor| self.bindings.get(aor, &cluster.people));
        binding.is_some_and(|binding| binding.state == BindingState::Bound)
    }
}

/// §16.7 step 6: 6xx before all, then the lowest class, within it what the caller can do something about.
fn is_better(status: u16, best: u16) -> bool {
    let rank = |status: u16| match status {
        0 => 1000,
        600.. => 0,
        486 => 400,
        408 => 499,
        other => other,
    };
    rank(status) < rank(best)
}

/// A final answer without a record: the INVITE that comes again is answered again.
fn refuse_unrecorded(request: &CallRequest, packet: &Packet, status: u16, saying: Saying, out: &mut Outbox) {
    let via = if packet.reliable { Via::Connection } else { Via::Datagram };
    respond_to(request, packet.source, via, TAG_OF_NOBODY, status, out);
    if let Some(Body::Answer(response)) = out.sent.last_mut().map(|sent| &mut sent.body) {
        response.reason = saying.reason;
    }
}

/// A to-tag no leg has.
const TAG_OF_NOBODY: u32 = u32::MAX;

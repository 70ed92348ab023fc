//! REGISTER at a PBX (RFC 3261 §10.3): redirect, retransmission, challenge, order, licence, binding.

use crate::endpoint::phone::proof;
use crate::event::{End, Event};
use crate::layout::Role;
use crate::licence::reason::Reason;
use crate::node::{Body, NodeId, Outbox, Packet, Via};
use crate::pbx::bindings::BindingState;
use crate::pbx::cluster::Cluster;
use crate::pbx::licensing::Admission as Licensed;
use crate::pbx::node::Pbx;
use crate::pbx::worker::Admission;
use crate::rng::{Purpose, draw, key};
use crate::settings::WhenFull;
use crate::sip::message::{Aor, Contacts, Overload, Register, Response};
use crate::time::{Duration, Instant};

/// Shortest lifetime granted, in seconds; shorter ones are answered 423 (§10.2.8).
const MIN_EXPIRES_S: u32 = 60;
/// Longest lifetime granted; larger ones are cut to it.
const MAX_EXPIRES_S: u32 = 86_400;

/// A request in hand: who sent it, how, and when its answer leaves.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) aor: Aor,
    pub(super) branch: u32,
    pub(super) sequence: u32,
    pub(super) source: NodeId,
    pub(super) via: Via,
    pub(super) delay: Duration,
}

/// What an answer says besides its status.
#[derive(Clone, Copy, Default)]
pub(super) struct Saying {
    pub(super) reason: Reason,
    pub(super) stale: bool,
    pub(super) expires_s: u32,
    pub(super) retry_after_s: u32,
    pub(super) contact: Option<NodeId>,
    pub(super) nonce: u64,
    pub(super) overload: Overload,
}

impl Pbx {
    /// `first`: it has just come; otherwise it has waited and is served now.
    pub(super) fn on_register(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        packet: &Packet,
        register: &Register,
        first: bool,
        out: &mut Outbox,
    ) {
        let settings = &cluster.pbxs[usize::from(self.index)];
        let known =
            self.bindings.get(register.aor, &cluster.people).and_then(|b| b.transactions.replay(register.branch, now));
        let request = Request {
            aor: register.aor,
            branch: register.branch,
            sequence: register.sequence,
            source: packet.source,
            via: if packet.reliable { Via::Connection } else { Via::Datagram },
            delay: settings.service,
        };
        if !first {
            return self.serve(cluster, now, &request, register, known, out);
        }
        if known.is_some() && settings.absorbs_retransmissions {
            return self.replay(cluster, &Request { delay: Duration::ZERO, ..request }, register, known.flatten(), out);
        }
        match self.worker.admit_within(self.room(cluster, register), now, settings) {
            Admission::Serve => {
                out.report(Event::Served { waited: Duration::ZERO });
                if known.is_none() {
                    self.begin_transaction(cluster, now, register);
                }
                self.serve(cluster, now, &request, register, known, out);
            }
            Admission::Wait(begins) => {
                out.report(Event::Served { waited: begins.since(now) });
                if known.is_none() {
                    self.begin_transaction(cluster, now, register);
                }
                out.defer(begins);
            }
            Admission::Full => {
                out.report(Event::Shed);
                if settings.when_full != WhenFull::Drop {
                    let retry_after_s = self.retry_after_s(cluster);
                    let overload = self.worker.overload(now, settings);
                    let saying = Saying { reason: Reason::Overload, retry_after_s, overload, ..Saying::default() };
                    self.answer_unrecorded(&Request { delay: Duration::ZERO, ..request }, 503, saying, out);
                }
            }
        }
    }

    /// Places in the queue for a REGISTER. Under loss control half of them are for what has begun: whoever answers a
    /// challenge, refreshes or leaves has cost service already, which would be lost with it.
    fn room(&self, cluster: &Cluster, register: &Register) -> u32 {
        let settings = &cluster.pbxs[usize::from(self.index)];
        let begins = || {
            let bound = self.bindings.get(register.aor, &cluster.people).map(|binding| binding.state);
            register.nonce_count == 0 && register.expires_s > 0 && bound != Some(BindingState::Bound)
        };
        match settings.when_full {
            WhenFull::LossControl if begins() => settings.queue / 2,
            _ => settings.queue,
        }
    }

    fn begin_transaction(&mut self, cluster: &Cluster, now: Instant, register: &Register) {
        if self.is_configured(cluster, now, register.aor)
            && let Some(binding) = self.bindings.of(register.aor, &cluster.people)
        {
            binding.transactions.begin(register.branch, now);
        }
    }

    /// Whether this PBX keeps records of that user: it is home, or the home's standby, or keeps the client for now.
    fn is_configured(&self, cluster: &Cluster, now: Instant, aor: Aor) -> bool {
        let Some(facts) = cluster.people.blocks.get(usize::from(aor.block)) else { return false };
        let home = facts.block.home;
        home == self.index || cluster.facts[usize::from(self.index)].active == Some(home) || self.keeps(cluster, now)
    }

    /// F8: a slave that has lost the licence master, over which it would send a client home, acts as a standby.
    fn keeps(&self, cluster: &Cluster, now: Instant) -> bool {
        cluster.facts[usize::from(self.index)].role == Role::Slave && self.licensing.is_cut_off(now)
    }

    /// A server is free for it. A request answered before is a retransmission that was not absorbed.
    fn serve(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        request: &Request,
        register: &Register,
        known: Option<Option<u16>>,
        out: &mut Outbox,
    ) {
        if let Some(Some(status)) = known {
            return self.replay(cluster, request, register, Some(status), out);
        }
        let binding = self.bindings.get(register.aor, &cluster.people);
        if binding.is_some_and(|b| b.state == BindingState::Asking && b.branch == register.branch) {
            return;
        }
        let facts = cluster.people.blocks.get(usize::from(register.aor.block));
        let Some(facts) = facts.filter(|facts| facts.place(register.aor).is_some()) else {
            let saying = Saying { reason: Reason::UnknownUser, ..Saying::default() };
            self.answer_unrecorded(request, 404, saying, out);
            return;
        };
        let served = self.serves(facts.block.home, cluster) || self.keeps(cluster, now);
        if !served && !self.talks_here(cluster, request) {
            return self.redirect(cluster, now, request, facts.block.home, out);
        }
        if cluster.pbxs[usize::from(self.index)].challenges && !self.is_authentic(cluster, register) {
            return self.challenge(cluster, now, request, register, out);
        }
        self.on_authentic(cluster, now, request, register, out);
    }

    /// M2: idle phones go home first; who is in a call here goes with the first refresh after it.
    fn talks_here(&self, cluster: &Cluster, request: &Request) -> bool {
        let bound = self.bindings.get(request.aor, &cluster.people).is_some_and(|b| b.state == BindingState::Bound);
        bound && self.exchange.calls() > 0 && self.exchange.is_talking(request.source)
    }

    /// M2, M4: not served here (any more); whatever is bound here goes home.
    fn redirect(&mut self, cluster: &Cluster, now: Instant, request: &Request, home: u16, out: &mut Outbox) {
        let saying = Saying { contact: Some(cluster.people.pbx(home)), ..Saying::default() };
        if self.bindings.get(request.aor, &cluster.people).is_some_and(|b| b.state == BindingState::Bound) {
            self.end_binding(request.aor, End::GivenBack, cluster, out);
            self.after_release(cluster, now, out);
        }
        self.answer(cluster, now, request, 302, saying, out);
    }

    /// RFC 7616: the credentials answer the nonce this PBX gave last, with the right secret. Nonces serve once.
    fn is_authentic(&self, cluster: &Cluster, register: &Register) -> bool {
        let Some(binding) = self.bindings.get(register.aor, &cluster.people) else { return false };
        register.nonce_count > 0
            && binding.nonce_branch != 0
            && register.nonce == self.nonce(cluster, register.aor, binding.nonce_branch)
            && register.proof == proof(&cluster.people, register.aor, register.nonce, register.nonce_count)
    }

    fn nonce(&self, cluster: &Cluster, aor: Aor, branch: u32) -> u64 {
        let stream = cluster.people.device_stream(aor) ^ cluster.facts[usize::from(self.index)].stream;
        draw(key(stream, Purpose::Nonce), branch) | 1
    }

    fn challenge(&mut self, cluster: &Cluster, now: Instant, request: &Request, register: &Register, out: &mut Outbox) {
        let nonce = self.nonce(cluster, register.aor, register.branch);
        let issued = self.bindings.get(register.aor, &cluster.people).map_or(0, |binding| binding.nonce_branch);
        let ours = issued != 0 && register.nonce == self.nonce(cluster, register.aor, issued);
        if let Some(binding) = self.bindings.of(register.aor, &cluster.people) {
            binding.nonce_branch = register.branch;
        }
        let stale = register.nonce_count > 0 && !ours;
        self.answer(cluster, now, request, 401, Saying { nonce, stale, ..Saying::default() }, out);
    }

    fn on_authentic(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        request: &Request,
        register: &Register,
        out: &mut Outbox,
    ) {
        let Some(binding) = self.bindings.of(register.aor, &cluster.people) else { return };
        binding.nonce_branch = 0;
        // §10.3 step 7: of one Call-ID, only later requests count.
        let stands = binding.state != BindingState::None;
        if stands && binding.call == register.call && register.sequence <= binding.sequence {
            return self.answer(cluster, now, request, 500, Saying::default(), out);
        }
        match (register.contacts, register.expires_s) {
            (Contacts::All, 0) => self.remove_all(cluster, now, request, out),
            (Contacts::All, _) => self.answer(cluster, now, request, 400, Saying::default(), out),
            (Contacts::Own, 0) => self.remove(cluster, now, request, out),
            (Contacts::Own, expires_s) if expires_s < MIN_EXPIRES_S => {
                self.answer(cluster, now, request, 423, Saying { expires_s: MIN_EXPIRES_S, ..Saying::default() }, out);
            }
            (Contacts::Own, expires_s) => self.add(cluster, now, request, register, expires_s.min(MAX_EXPIRES_S), out),
        }
    }

    fn remove_all(&mut self, cluster: &Cluster, now: Instant, request: &Request, out: &mut Outbox) {
        let devices: Vec<_> = self.bindings.bound_devices(request.aor).collect();
        for device in devices {
            self.end_binding(Aor { device, ..request.aor }, End::Left, cluster, out);
        }
        self.answer(cluster, now, request, 200, Saying::default(), out);
        self.after_release(cluster, now, out);
    }

    fn remove(&mut self, cluster: &Cluster, now: Instant, request: &Request, out: &mut Outbox) {
        self.forget_request(request.aor, cluster, out);
        self.end_binding(request.aor, End::Left, cluster, out);
        self.answer(cluster, now, request, 200, Saying::default(), out);
        self.after_release(cluster, now, out);
    }

    /// Step 8, behind the licence check (3.5).
    fn add(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        request: &Request,
        register: &Register,
        expires_s: u32,
        out: &mut Outbox,
    ) {
        let Some(binding) = self.bindings.of(request.aor, &cluster.people) else { return };
        (binding.call, binding.sequence, binding.expires_s) = (
            register.call,
            register.sequence,
            if binding.state == BindingState::Bound { binding.expires_s } else { expires_s },
        );
        binding.reliable = request.via == Via::Connection;
        let state = binding.state;
        if state == BindingState::Bound {
            return self.bind(cluster, now, request, expires_s, out);
        }
        binding.branch = request.branch;
        binding.expires_at = now + request.delay;
        match self.admit(cluster, now, request.aor, out) {
            Licensed::Admitted => self.bind(cluster, now, request, expires_s, out),
            Licensed::Asking => self.set_state(cluster, request.aor, BindingState::Asking),
            Licensed::InLine => {
                self.set_state(cluster, request.aor, BindingState::InLine);
                self.answer(cluster, now, request, 480, Saying { reason: Reason::InLine, ..Saying::default() }, out);
            }
            Licensed::Denied(reason) => {
                self.set_state(cluster, request.aor, BindingState::None);
                self.deny(cluster, now, request, reason, out);
            }
        }
    }

    pub(super) fn set_state(&mut self, cluster: &Cluster, aor: Aor, state: BindingState) {
        if let Some(binding) = self.bindings.of(aor, &cluster.people) {
            binding.state = state;
        }
    }

    /// M5.
    pub(super) fn deny(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        request: &Request,
        reason: Reason,
        out: &mut Outbox,
    ) {
        let status = cluster.people.rules.licence_denial;
        // RFC 3261 §20.33: Retry-After goes with 480 and 503, not with 403.
        let retry_after_s = if status == 403 { 0 } else { self.retry_after_s(cluster) };
        self.answer(cluster, now, request, status, Saying { reason, retry_after_s, ..Saying::default() }, out);
    }

    fn retry_after_s(&mut self, cluster: &Cluster) -> u32 {
        let Some(law) = &cluster.pbxs[usize::from(self.index)].retry_after else { return 0 };
        self.draws = self.draws.wrapping_add(1);
        let bits = draw(key(cluster.facts[usize::from(self.index)].stream, Purpose::RetryAfter), self.draws);
        law.sample(bits).0.div_ceil(Duration::SECOND.0).try_into().unwrap_or(u32::MAX)
    }

    /// The binding stands from the moment the 200 leaves.
    pub(super) fn bind(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        request: &Request,
        expires_s: u32,
        out: &mut Outbox,
    ) {
        let expires_at = now + request.delay + Duration::seconds(u64::from(expires_s));
        let new = self.bindings.bind(request.aor, &cluster.people, expires_at, expires_s);
        out.report(Event::Bound { endpoint: request.source, new });
        self.answer(cluster, now, request, 200, Saying { expires_s, ..Saying::default() }, out);
    }

    /// A binding ends, and with it the units that hang on it.
    pub(super) fn end_binding(&mut self, aor: Aor, end: End, cluster: &Cluster, out: &mut Outbox) {
        if !self.bindings.unbind(aor, &cluster.people) {
            return;
        }
        let endpoint = Self::endpoint(aor, cluster);
        out.report(Event::Unbound { endpoint, end });
        // Whoever goes home after a takeover keeps its calls; a crash has ended them all.
        if !matches!(end, End::GivenBack | End::Crash) && self.exchange.calls() > 0 {
            self.unbound.push(endpoint);
        }
        let lingers = matches!(end, End::Left | End::Expired) && cluster.checkout.linger > Duration::ZERO;
        self.free_units(aor, lingers, cluster, out);
    }

    /// A retransmission: the same answer again, or silence while the request is being served (§17.2.2).
    fn replay(
        &mut self,
        cluster: &Cluster,
        request: &Request,
        register: &Register,
        status: Option<u16>,
        out: &mut Outbox,
    ) {
        let Some(status) = status else { return };
        let Some(binding) = self.bindings.get(register.aor, &cluster.people) else { return };
        let reason = Reason::ALL.into_iter().find(|r| *r as u8 == binding.transactions.reason(register.branch));
        let home = cluster.people.blocks[usize::from(register.aor.block)].block.home;
        let saying = Saying {
            reason: reason.unwrap_or_default(),
            expires_s: if status == 200 { binding.expires_s } else { MIN_EXPIRES_S },
            nonce: if status == 401 { self.nonce(cluster, register.aor, register.branch) } else { 0 },
            contact: (status == 302).then(|| cluster.people.pbx(home)),
            ..Saying::default()
        };
        self.answer_unrecorded(request, status, saying, out);
    }

    pub(super) fn answer(
        &mut self,
        cluster: &Cluster,
        now: Instant,
        request: &Request,
        status: u16,
        saying: Saying,
        out: &mut Outbox,
    ) {
        let response = self.answer_unrecorded(request, status, saying, out);
        if self.is_configured(cluster, now, request.aor)
            && let Some(binding) = self.bindings.of(request.aor, &cluster.people)
        {
            binding.transactions.complete(&response, now + request.delay);
        }
    }

    fn answer_unrecorded(&self, request: &Request, status: u16, saying: Saying, out: &mut Outbox) -> Response {
        let response = Response {
            status,
            reason: saying.reason,
            stale: saying.stale,
            branch: request.branch,
            sequence: request.sequence,
            expires_s: saying.expires_s,
            retry_after_s: saying.retry_after_s,
            contact: saying.contact.unwrap_or(NodeId::NONE),
            nonce: saying.nonce,
            overload: saying.overload,
        };
        out.send_after(request.delay, request.source, request.via, Body::Response(response));
        response
    }
}

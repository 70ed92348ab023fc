//! One number that every field of every message handled and every event goes into.
//!
//! Folded multiplication of 64-bit words (integers only, the same on every CPU); not cryptographic.

use crate::licence::message::{Ack, Recall, Recalled, Renew};
use crate::node::{Attachments, Body, Packet};
use crate::rng::mix;
use crate::sip::dialog::session_timer::{Agreed, Proposal};
use crate::sip::message::{Aor, CallRequest, CallResponse, Overload, Register, Response, Session, Transfer};

/// The running digest of a run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Digest(u64);

impl Digest {
    /// The value so far.
    pub fn value(self) -> u64 {
        mix(self.0)
    }

    /// Folds two words in, order mattering.
    #[inline]
    pub fn fold(&mut self, one: u64, other: u64) {
        let product = u128::from(self.0 ^ one ^ 0xa076_1d64_78bd_642f) * u128::from(other ^ 0xe703_7ed1_a0b4_28db);
        self.0 = (product as u64 ^ (product >> 64) as u64).wrapping_add(self.0.rotate_left(23)).wrapping_add(one);
    }

    /// Folds four words in.
    #[inline]
    pub fn fold_all(&mut self, words: [u64; 4]) {
        self.fold(words[0], words[1]);
        self.fold(words[2], words[3]);
    }

    /// Folds a packet in, with what is attached to it.
    #[inline]
    pub fn packet(&mut self, packet: &Packet, attachments: &Attachments) {
        let Packet { source, target, reliable, body } = packet;
        self.fold(u64::from(source.0) << 32 | u64::from(target.0), u64::from(*reliable));
        self.body(body);
        if let Some(handle) = body.attachment() {
            attachments.get(handle).words_in_order().for_each(|word| self.fold(word, 1));
        }
    }

    #[inline]
    fn body(&mut self, body: &Body) {
        match body {
            Body::Register(register) => self.register(register),
            Body::Response(response) => self.response(response),
            Body::Reset => self.fold(3, 0),
            Body::Ping => self.fold(4, 0),
            Body::Pong => self.fold(5, 0),
            Body::Offer => self.fold(6, 0),
            Body::Look { number } => self.fold(7, u64::from(*number)),
            Body::Seen { number } => self.fold(8, u64::from(*number)),
            Body::Renew(renew) => self.renew(renew),
            Body::Ack(ack) => self.ack(ack),
            Body::Recall(recall) => self.recall(recall),
            Body::Begin => self.fold(12, 0),
            Body::Free => self.fold(13, 0),
            Body::Call(request) => self.request(request),
            Body::Answer(response) => self.answer(response),
            Body::Dial => self.fold(16, 0),
            Body::Unregistered => self.fold(17, 0),
            Body::Consulted { session, tag } => {
                self.fold(pair(session.number, *tag), 18 | u64::from(session.flow) << 32);
            }
        }
    }

    #[inline]
    fn register(&mut self, register: &Register) {
        let Register { aor, call, sequence, branch, expires_s, contacts, nonce_count, nonce, proof } = *register;
        let Aor { block, device, seat } = aor;
        self.fold_all([
            1 | (device as u64) << 8 | u64::from(block) << 16 | u64::from(seat) << 32,
            pair(call, sequence),
            pair(branch, expires_s),
            pair(nonce_count, contacts as u32),
        ]);
        self.fold(nonce, proof);
    }

    #[inline]
    fn response(&mut self, response: &Response) {
        let Response {
            status,
            reason,
            stale,
            branch,
            sequence,
            expires_s,
            retry_after_s,
            contact,
            nonce,
            overload: Overload { loss, validity_ms },
        } = *response;
        self.fold_all([
            2 | (reason as u64) << 8 | u64::from(stale) << 16 | u64::from(loss) << 24 | u64::from(status) << 32,
            pair(branch, sequence),
            pair(expires_s, retry_after_s),
            u64::from(contact.0),
        ]);
        self.fold(nonce, 2 | u64::from(validity_ms) << 32);
    }

    fn renew(&mut self, renew: &Renew) {
        let Renew { feature, sequence, holders: _, keep, want, needed } = *renew;
        self.fold_all([9, feature as u64, pair(sequence, keep), pair(want, needed)]);
    }

    fn ack(&mut self, ack: &Ack) {
        let Ack { feature, sequence, epoch, kept, held, stock, reason } = *ack;
        let whole = u64::from(kept.is_none());
        self.fold_all([
            10 | (feature as u64) << 8 | (reason as u64) << 16 | whole << 24,
            pair(sequence, epoch),
            pair(held, stock),
            0,
        ]);
    }

    fn recall(&mut self, recall: &Recall) {
        let Recall { feature, what } = *recall;
        let (what, which) = match what {
            Recalled::Idle(count) => (u64::from(count), 0),
            Recalled::Holder { block, place } => (u64::from(block), 1 << 32 | u64::from(place)),
        };
        self.fold_all([11, feature as u64, what, which]);
    }

    fn request(&mut self, request: &CallRequest) {
        let CallRequest {
            session,
            method,
            dialled,
            caller,
            hops,
            from_tag,
            to_tag,
            branch,
            sequence,
            proof,
            timer: Proposal { interval_s, least_s, refresher, supported },
            hold,
            transfer,
        } = *request;
        let Session { number, flow, to } = session;
        self.fold_all([
            14 | (method as u64) << 8 | u64::from(flow) << 16 | u64::from(number) << 32,
            pair(dialled.0, caller.0),
            pair(from_tag, to_tag),
            pair(branch, sequence),
        ]);
        self.fold(u64::from(hops) << 48 | u64::from(proof) << 16 | u64::from(to), 3);
        let roles = refresher.map_or(0, |refresher| refresher as u64 + 1) << 1 | u64::from(supported);
        self.fold(pair(interval_s, least_s), roles);
        if hold {
            self.fold(19, 0);
        }
        match transfer {
            Transfer::None => {}
            Transfer::To { replaces } => self.fold(20, u64::from(replaces)),
            Transfer::Told { status, last } => self.fold(21, u64::from(status) << 8 | u64::from(last)),
        }
    }

    fn answer(&mut self, response: &CallResponse) {
        let CallResponse {
            session,
            method,
            status,
            reason,
            from_tag,
            to_tag,
            branch,
            sequence,
            retry_after_s,
            nonce,
            timer,
        } = *response;
        let Session { number, flow, to } = session;
        self.fold_all([
            15 | (method as u64) << 8 | u64::from(flow) << 16 | u64::from(number) << 32,
            pair(from_tag, to_tag),
            pair(branch, sequence),
            pair(retry_after_s, nonce),
        ]);
        self.fold(u64::from(to) << 32 | u64::from(status) << 8 | reason as u64, 4);
        if let Some(Agreed { interval_s, refresher }) = timer {
            self.fold(u64::from(interval_s), refresher as u64);
        }
    }
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

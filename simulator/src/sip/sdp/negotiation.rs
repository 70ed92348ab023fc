//! Offer and answer of one dialog, whatever carries them (RFC 3264; RFC 3261 §13.2.1, RFC 3262 §5, RFC 3311 §5).

use crate::sip::sdp::codec::Codec;
use crate::sip::sdp::description::Description;

/// What both sides have agreed on, and the offer that is open. 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Negotiation {
    local: Description,
    remote: Description,
    /// The open offer.
    offer: Description,
    state: NegotiationState,
    agreed: bool,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum NegotiationState {
    /// Nobody's: anyone may make an offer.
    Stable,
    /// Theirs: our offer is open.
    Offered,
    /// Ours: their offer is open.
    Asked,
}

/// Packets that flow by agreement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Media {
    /// What is spoken.
    pub codec: Codec,
    /// Port at which we receive.
    pub local_port: u16,
    /// Port to which we send.
    pub remote_port: u16,
    /// Whether we send.
    pub sends: bool,
    /// Whether we receive.
    pub receives: bool,
}

impl Negotiation {
    /// Nothing offered yet.
    pub const NONE: Self = Self {
        local: Description::NONE,
        remote: Description::NONE,
        offer: Description::NONE,
        state: NegotiationState::Stable,
        agreed: false,
    };

    /// Whose turn it is.
    pub fn state(&self) -> NegotiationState {
        self.state
    }

    /// What we have agreed to ourselves.
    pub fn local(&self) -> Option<&Description> {
        self.agreed.then_some(&self.local)
    }

    /// What they have.
    pub fn remote(&self) -> Option<&Description> {
        self.agreed.then_some(&self.remote)
    }

    /// The offer that waits for its answer.
    pub fn open(&self) -> Option<&Description> {
        (self.state != NegotiationState::Stable).then_some(&self.offer)
    }

    /// We offer: the description as it is to be sent, its version raised if it says something new (RFC 3264 §8). `None`: not
    /// our turn.
    pub fn offer(&mut self, description: Description) -> Option<Description> {
        if self.state != NegotiationState::Stable {
            return None;
        }
        (self.offer, self.state) = (self.versioned(description), NegotiationState::Offered);
        Some(self.offer)
    }

    /// They offer.
    ///
    /// # Errors
    /// The status to answer: 491 while our offer is open, 500 while another of theirs is (RFC 3311 §5.2).
    pub fn on_offer(&mut self, description: Description) -> Result<(), u16> {
        match self.state {
            NegotiationState::Stable => (self.offer, self.state) = (description, NegotiationState::Asked),
            NegotiationState::Offered => return Err(491),
            NegotiationState::Asked => return Err(500),
        }
        Ok(())
    }

    /// We answer: the description as it is to be sent. `None`: nothing was asked, or that may not answer it.
    pub fn answer(&mut self, description: Description) -> Option<Description> {
        if self.state != NegotiationState::Asked || !description.answers(&self.offer) {
            return None;
        }
        self.agree(self.versioned(description), self.offer);
        Some(self.local)
    }

    /// They answer: whether that was an answer to our offer. If not, the offer stays open, and the call is best ended.
    pub fn on_answer(&mut self, description: Description) -> bool {
        let fits = self.state == NegotiationState::Offered && description.answers(&self.offer);
        if fits {
            self.agree(self.offer, description);
        }
        fits
    }

    /// The request that carried the open offer was refused: all is as before (RFC 3261 §14.1).
    pub fn withdraw(&mut self) {
        (self.offer, self.state) = (Description::NONE, NegotiationState::Stable);
    }

    fn agree(&mut self, local: Description, remote: Description) {
        *self = Self { local, remote, agreed: true, ..Self::NONE };
    }

    fn versioned(&self, description: Description) -> Description {
        let changed = self.agreed && !description.says_same(&self.local);
        let version = if self.agreed { self.local.version.wrapping_add(u16::from(changed)) } else { 1 };
        Description { version, ..description }
    }

    /// What flows; `None`: nothing is agreed, or the stream was refused.
    pub fn media(&self) -> Option<Media> {
        if !self.agreed || self.local.port == 0 || self.remote.port == 0 {
            return None;
        }
        // The remote side sends and receives what its description says, so that both must agree.
        let (local, remote) = (self.local.direction, self.remote.direction);
        Some(Media {
            codec: self.remote.codecs.common(self.local.codecs).first()?,
            local_port: self.local.port,
            remote_port: self.remote.port,
            sends: local.sends() && remote.receives(),
            receives: local.receives() && remote.sends(),
        })
    }
}

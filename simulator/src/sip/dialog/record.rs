//! A dialog as one of its two sides sees it (RFC 3261 §12).

use crate::id::NodeId;
use crate::sip::dialog::route::RouteSet;

/// Tags, CSeq numbers, remote target and route set. 36 bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dialog {
    route: RouteSet,
    target: NodeId,
    local_tag: u32,
    remote_tag: u32,
    /// CSeq of our last request; 0: none yet.
    local_sequence: u32,
    /// CSeq of their last request; 0: none yet.
    remote_sequence: u32,
    /// CSeq of our last INVITE, which its ACKs carry.
    invite_sequence: u32,
    state: DialogState,
    caller: bool,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum DialogState {
    /// The INVITE is on its way; nobody has answered with a tag.
    Unborn,
    /// Made by a provisional response.
    Early,
    /// Made by a 2xx.
    Confirmed,
    /// It is no more.
    Ended,
}

/// What a response to the first INVITE does to the dialog.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Made {
    /// Nothing.
    Nothing,
    /// It is early now.
    Early,
    /// It is confirmed now: ACK.
    Confirmed,
    /// The 2xx has come again: ACK again (§13.2.2.4).
    Again,
    /// It belongs to another dialog of the same INVITE: see [`Fork`](super::Fork).
    Another,
    /// There is no dialog, and will be none.
    Ended,
}

impl Dialog {
    /// The caller's, before anybody has answered: `local_tag` is its From-tag, `sequence` the CSeq of its INVITE.
    pub fn of_caller(local_tag: u32, sequence: u32, target: NodeId) -> Self {
        Self {
            route: RouteSet::EMPTY,
            target,
            local_tag,
            remote_tag: 0,
            local_sequence: sequence,
            remote_sequence: 0,
            invite_sequence: sequence,
            state: DialogState::Unborn,
            caller: true,
        }
    }

    /// The callee's (§12.1.1): `local_tag` is the To-tag it gives; the rest is from the INVITE and its Contact.
    pub fn of_callee(local_tag: u32, remote_tag: u32, sequence: u32, contact: NodeId, route: RouteSet) -> Self {
        let invited = Self::of_caller(local_tag, 0, contact);
        Self { route, remote_tag, remote_sequence: sequence, caller: false, ..invited }
    }

    /// How far it has come.
    #[inline]
    pub fn state(&self) -> DialogState {
        self.state
    }

    /// Whether it is early or confirmed.
    #[inline]
    pub fn is_alive(&self) -> bool {
        matches!(self.state, DialogState::Early | DialogState::Confirmed)
    }

    /// Our tag.
    #[inline]
    pub fn local_tag(&self) -> u32 {
        self.local_tag
    }

    /// Their tag; 0: not known yet.
    #[inline]
    pub fn remote_tag(&self) -> u32 {
        self.remote_tag
    }

    /// Where the other side wants requests: its Contact.
    #[inline]
    pub fn target(&self) -> NodeId {
        self.target
    }

    /// Where a request goes first.
    #[inline]
    pub fn next_hop(&self) -> NodeId {
        self.route.next_hop(self.target)
    }

    /// Whether we sent the first INVITE and so made its Call-ID: what glare asks (§14.1).
    #[inline]
    pub fn owns_call_id(&self) -> bool {
        self.caller
    }

    /// Whether a message with these tags belongs to it, `ours` and `theirs` as seen from here (§12.2.2).
    #[inline]
    pub fn is_named(&self, ours: u32, theirs: u32) -> bool {
        self.is_alive() && ours == self.local_tag && theirs == self.remote_tag
    }

    /// The INVITE again, after a challenge, a redirect or 422: a new CSeq, and all may change (§8.1.3).
    pub fn invite_anew(&mut self, target: NodeId) -> u32 {
        *self = Self::of_caller(self.local_tag, self.local_sequence.wrapping_add(1), target);
        self.invite_sequence
    }

    /// CSeq for a new request within it, other than INVITE, ACK and CANCEL (§12.2.1.1).
    #[inline]
    pub fn next_sequence(&mut self) -> u32 {
        self.local_sequence = self.local_sequence.wrapping_add(1);
        self.local_sequence
    }

    /// CSeq for a re-INVITE.
    pub fn next_invite(&mut self) -> u32 {
        self.invite_sequence = self.next_sequence();
        self.invite_sequence
    }

    /// CSeq of our last request.
    #[inline]
    pub fn local_sequence(&self) -> u32 {
        self.local_sequence
    }

    /// CSeq of their last request; 0: none yet.
    #[inline]
    pub fn remote_sequence(&self) -> u32 {
        self.remote_sequence
    }

    /// CSeq of the ACK, or CANCEL, of our last INVITE.
    #[inline]
    pub fn invite_sequence(&self) -> u32 {
        self.invite_sequence
    }

    /// The caller hears a response to its first INVITE. `route` is [`RouteSet::of_caller`] of its Record-Routes; a 2xx sets
    /// it anew (§13.2.2.4).
    pub fn on_response(&mut self, remote_tag: u32, status: u16, contact: NodeId, route: RouteSet) -> Made {
        use DialogState::{Confirmed, Early, Ended, Unborn};
        let same = remote_tag == self.remote_tag;
        match (self.state, status) {
            (Unborn, 101..200) if remote_tag != 0 => {
                self.adopt(Early, remote_tag, contact, route);
                Made::Early
            }
            (Early, 101..200) if same || remote_tag == 0 => Made::Nothing,
            (Early | Confirmed, 101..200) if !same && remote_tag != 0 => Made::Another,
            (Unborn | Early, 200..300) => {
                self.adopt(Confirmed, remote_tag, contact, route);
                Made::Confirmed
            }
            (Confirmed, 200..300) => {
                if same {
                    Made::Again
                } else {
                    Made::Another
                }
            }
            (Unborn | Early, 300..) => {
                self.state = Ended;
                Made::Ended
            }
            _ => Made::Nothing,
        }
    }

    fn adopt(&mut self, state: DialogState, remote_tag: u32, contact: NodeId, route: RouteSet) {
        (self.state, self.remote_tag, self.target, self.route) = (state, remote_tag, contact, route);
    }

    /// The callee answers the first INVITE.
    pub fn answer(&mut self, status: u16) {
        use DialogState::{Confirmed, Early, Ended, Unborn};
        self.state = match (self.state, status) {
            (Unborn, 101..200) => Early,
            (Unborn | Early, 200..300) => Confirmed,
            (Unborn | Early, 300..) => Ended,
            (state, _) => state,
        };
    }

    /// A request within it, ACK and CANCEL apart, that is no retransmission. `contact`: of a request that refreshes the
    /// target, INVITE or UPDATE.
    ///
    /// # Errors
    /// The status to answer: 481 without a dialog, 500 out of order (§12.2.2).
    pub fn on_request(&mut self, sequence: u32, contact: Option<NodeId>) -> Result<(), u16> {
        if !self.is_alive() {
            return Err(481);
        }
        if sequence <= self.remote_sequence {
            return Err(500);
        }
        self.remote_sequence = sequence;
        self.refresh(contact);
        Ok(())
    }

    /// A final response to a request of ours within it: whether that ended the dialog (§12.2.1.2: 481, and 408 or nothing
    /// at all, which is 408 too). `contact`: of a 2xx to what refreshes the target.
    pub fn on_final(&mut self, status: u16, contact: Option<NodeId>) -> bool {
        match status {
            200..300 => self.refresh(contact),
            408 | 481 => {
                let ended = self.is_alive();
                self.end();
                return ended;
            }
            _ => {}
        }
        false
    }

    fn refresh(&mut self, contact: Option<NodeId>) {
        if let (Some(contact), true) = (contact, self.is_alive()) {
            self.target = contact;
        }
    }

    /// Whether BYE may leave (§15): the caller's at any time, the callee's only once its 2xx is acknowledged or given up.
    pub fn may_hang_up(&self, acknowledged: bool) -> bool {
        match self.state {
            DialogState::Early => self.caller,
            DialogState::Confirmed => self.caller || acknowledged,
            DialogState::Unborn | DialogState::Ended => false,
        }
    }

    /// BYE was sent or received, or its INVITE failed.
    #[inline]
    pub fn end(&mut self) {
        self.state = DialogState::Ended;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_36_bytes() {
        assert_eq!(size_of::<Dialog>(), 36);
    }

    #[test]
    fn a_2xx_sets_route_and_target_anew() {
        let mut dialog = Dialog::of_caller(1, 1, NodeId(9));
        let early = RouteSet::of_caller(&[NodeId(3), NodeId(4)]).unwrap();
        dialog.on_response(2, 180, NodeId(5), early);
        assert_eq!((dialog.target(), dialog.next_hop()), (NodeId(5), NodeId(4)));
        dialog.on_response(2, 200, NodeId(6), RouteSet::EMPTY);
        assert_eq!((dialog.target(), dialog.next_hop()), (NodeId(6), NodeId(6)));
    }

    #[test]
    fn ack_and_cancel_carry_the_number_of_their_invite() {
        let mut dialog = Dialog::of_caller(1, 5, NodeId(9));
        dialog.on_response(2, 200, NodeId(9), RouteSet::EMPTY);
        assert_eq!((dialog.next_sequence(), dialog.invite_sequence()), (6, 5));
        assert_eq!((dialog.next_invite(), dialog.invite_sequence()), (7, 7));
    }

    #[test]
    fn a_target_moves_with_what_refreshes_it_and_with_nothing_else() {
        let mut dialog = Dialog::of_callee(1, 2, 10, NodeId(9), RouteSet::EMPTY);
        dialog.answer(200);
        assert_eq!((dialog.on_request(11, None), dialog.target()), (Ok(()), NodeId(9)), "INFO");
        assert_eq!((dialog.on_request(12, Some(NodeId(8))), dialog.target()), (Ok(()), NodeId(8)), "re-INVITE");
        assert_eq!((dialog.on_request(12, Some(NodeId(7))), dialog.target()), (Err(500), NodeId(8)), "out of order");
        assert!(!dialog.on_final(200, Some(NodeId(6))) && dialog.target() == NodeId(6), "2xx to ours");
        assert!(!dialog.on_final(491, Some(NodeId(5))) && dialog.target() == NodeId(6), "a refusal changes nothing");
    }

    #[test]
    fn an_invite_after_a_challenge_begins_again_with_a_higher_number() {
        let mut dialog = Dialog::of_caller(1, 5, NodeId(9));
        assert_eq!(dialog.on_response(2, 401, NodeId(9), RouteSet::EMPTY), Made::Ended);
        assert_eq!((dialog.invite_anew(NodeId(8)), dialog.state()), (6, DialogState::Unborn));
    }
}

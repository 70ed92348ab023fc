//! New INVITEs: whom they are for and from, and what may become of them.

use std::net::SocketAddr;

use simulator::endpoint::people::People;
use simulator::node::NodeId;
use simulator::sip::message::Session;
use simulator::sip::text::message::Message;
use simulator::sip::text::uri::unescaped;

use super::dialogs::Dialog;
use super::hearing::{number_of, request_uri};
use super::requests::device_contact;
use super::timers::other;
use super::{Calls, Side, media};
use crate::wire::line::Line;

/// Whom a new INVITE concerns.
pub(super) struct Invited {
    /// The node it is for, and whom that takes for its sender.
    door: NodeId,
    peer: NodeId,
    session: Session,
    contact: Vec<u8>,
}

impl Calls {
    /// Whom a new INVITE is for and from, or the status it is refused with.
    pub(super) fn invited(
        &mut self,
        people: &People,
        (line, from): (Line, SocketAddr),
        message: &Message<'_>,
    ) -> Result<Invited, u16> {
        let uri = request_uri(message).ok_or(404_u16)?;
        let caller = self.caller(people, message);
        if message.contacts().flatten().next().is_none() {
            return Err(400);
        }
        match self.side {
            Side::Endpoints => {
                let user: Vec<u8> = unescaped(uri).collect();
                let name = user.iter().rposition(|octet| *octet == b'.').map_or(&user[..], |dot| &user[..dot]);
                let aor = self.directory.aor(name, Some(&user)).ok_or(404_u16)?;
                let door = people.endpoint(aor).ok_or(404_u16)?;
                media::answer(message.body(), self.local(line), 0).ok_or(488_u16)?;
                let named = other(message, &["Session-ID"]).and_then(|value| self.names.session(value));
                let session = named.or_else(|| self.latest.get(&caller?).copied());
                let session =
                    session.filter(|session| usize::from(session.flow) < people.flow_settings.len()).ok_or(480_u16)?;
                let peer = people.pbx(self.directory.node_at(from).unwrap_or(0));
                let contact = device_contact(name, aor, (line, self.local(line)));
                Ok(Invited { door, peer, session, contact })
            }
            Side::Pbxs(first) => {
                // Who is nobody here must not pass for a PBX.
                caller.ok_or(403_u16)?;
                number_of(uri).ok_or(404_u16)?;
                self.attempts = self.attempts.wrapping_add(1);
                let session = Session { number: self.attempts, flow: u16::MAX, to: 0 };
                let (door, peer) = (people.pbx(line.socket as u16), NodeId(first + self.dialogs.next()));
                Ok(Invited { door, peer, session, contact: self.pbx_contact(line) })
            }
        }
    }

    /// What may become a dialog with whoever has sent this INVITE.
    pub(super) fn dialog(
        &self,
        message: &Message<'_>,
        (line, from): (Line, SocketAddr),
        (call_id, theirs): (&[u8], u64),
        invited: &Invited,
    ) -> Result<Dialog, u16> {
        let (us, them) = (message.to().map_err(|_| 400_u16)?.text, message.from().map_err(|_| 400_u16)?.text);
        Ok(Dialog {
            ours: (invited.door, 0),
            session: invited.session,
            session_id: other(message, &["Session-ID"]).map(Into::into),
            peer: invited.peer,
            door: invited.door,
            line,
            address: from,
            call_id: call_id.into(),
            us: us.into(),
            them: them.into(),
            target: them.into(),
            contact: invited.contact.clone().into(),
            remotes: Vec::new(),
            demand: None,
            description: Box::default(),
            is_outgoing: false,
            theirs,
        })
    }
}

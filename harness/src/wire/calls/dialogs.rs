//! The text of dialogs: what others made up, for the integers that our legs know it by.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;

use simulator::node::NodeId;
use simulator::sip::message::Session;
use simulator::sip::text::address::{Address, Contact};
use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;
use simulator::sip::text::uri::Uri;
use simulator::sip::transaction::timing::TIMER_J;
use simulator::time::Instant;

use super::names::Ours;
use crate::wire::line::Line;

/// Dialogs at once; beyond it no call is begun or taken.
const MOST: usize = 200_000;
/// Branches of a fork that answer one INVITE; others are not heard.
const MOST_REMOTES: usize = 8;
/// Hops of a route; a longer one is no route of ours.
const MOST_ROUTES: usize = 16;

/// One leg's dialog, or what may become one.
#[derive(Debug)]
pub(super) struct Dialog {
    /// Our leg; its tag is 0 until it has given one.
    pub(super) ours: Ours,
    /// Which attempt.
    pub(super) session: Session,
    /// Its Session-ID, if it came with one.
    pub(super) session_id: Option<Box<[u8]>>,
    /// Whom our leg takes for its other side.
    pub(super) peer: NodeId,
    /// Which node of ours its INVITE was for, or is from.
    pub(super) door: NodeId,
    pub(super) line: Line,
    /// Where requests outside of the dialog go, or came from.
    pub(super) address: SocketAddr,
    pub(super) call_id: Box<[u8]>,
    /// URIs of From and To.
    pub(super) us: Box<[u8]>,
    pub(super) them: Box<[u8]>,
    /// Request-URI of the INVITE.
    pub(super) target: Box<[u8]>,
    /// Where we are.
    pub(super) contact: Box<[u8]>,
    pub(super) remotes: Vec<Remote>,
    /// The challenge to our INVITE, and the header that answers it.
    pub(super) demand: Option<(Box<[u8]>, &'static str)>,
    /// The description they have sent.
    pub(super) description: Box<[u8]>,
    /// Whether the INVITE is ours.
    pub(super) is_outgoing: bool,
    /// Names it before it has a tag of ours.
    pub(super) theirs: u64,
}

/// The other side: one, or several that answer a forked INVITE.
#[derive(Debug)]
pub(super) struct Remote {
    /// What our leg takes for its tag.
    pub(super) number: u32,
    pub(super) tag: Box<[u8]>,
    /// Its Contact.
    pub(super) target: Box<[u8]>,
    /// The route set, in the order to be passed.
    pub(super) routes: Vec<Box<[u8]>>,
}

impl Dialog {
    pub(super) fn remote(&self, number: u32) -> Option<&Remote> {
        self.remotes.iter().find(|remote| remote.number == number)
    }

    /// Learns what a message of the other side says of it; false if there are too many others. Routes are learnt once
    /// (§12.1), the Contact with every message that makes the dialog.
    pub(super) fn learn(&mut self, number: u32, tag: &[u8], message: &Message<'_>) -> bool {
        let target = message.contacts().flatten().find_map(|contact| match contact {
            Contact::One(address) => Some(address.text),
            Contact::All => None,
        });
        if let Some(known) = self.remotes.iter_mut().find(|remote| remote.number == number) {
            if let Some(target) = target {
                known.target = target.into();
            }
            return true;
        }
        if self.remotes.len() == MOST_REMOTES {
            return false;
        }
        let routes = message.routes(Name::RecordRoute).flatten().take(MOST_ROUTES);
        let mut routes: Vec<Box<[u8]>> = routes.map(|route| route.text.into()).collect();
        if self.is_outgoing {
            routes.reverse();
        }
        let target = target.unwrap_or(&self.target).into();
        self.remotes.push(Remote { number, tag: tag.into(), target, routes });
        true
    }
}

impl Remote {
    /// Request-URI and Route of a request to it (§12.2.1.1), and where it goes: by its first hop.
    pub(super) fn way(&self) -> Way<'_> {
        let target = &self.target[..];
        let Some((first, others)) = self.routes.split_first() else { return Way { uri: target, routes: Vec::new() } };
        let routes = || self.routes.iter().map(|route| &route[..]);
        match Uri::read(first).and_then(Uri::sip).is_some_and(|uri| uri.param("lr").is_some()) {
            true => Way { uri: target, routes: routes().collect() },
            // A strict router takes itself for the target.
            false => Way { uri: first, routes: others.iter().map(|route| &route[..]).chain([target]).collect() },
        }
    }

    /// Where a request to it goes; `None`: its first hop is a name, which is not looked up in a dialog.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        let hop = self.routes.first().unwrap_or(&self.target);
        let uri = Uri::read(hop)?.sip()?;
        Some(SocketAddr::new(uri.host.address()?, uri.port.unwrap_or(5060)))
    }
}

/// How a request reaches the other side of a dialog.
#[derive(Debug, PartialEq)]
pub(super) struct Way<'a> {
    pub(super) uri: &'a [u8],
    pub(super) routes: Vec<&'a [u8]>,
}

/// All dialogs of an edge.
#[derive(Debug, Default)]
pub(super) struct Dialogs {
    all: BTreeMap<u32, Dialog>,
    by_ours: BTreeMap<Ours, u32>,
    by_theirs: BTreeMap<u64, u32>,
    by_session: BTreeSet<(u32, u32)>,
    /// In the order they are looked at: those whose leg is gone are forgotten.
    ages: VecDeque<(Instant, u32)>,
    next: u32,
}

impl Dialogs {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The number that the next one will have.
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// `None`: there are too many.
    pub(super) fn add(&mut self, now: Instant, dialog: Dialog) -> Option<u32> {
        if self.all.len() >= MOST {
            return None;
        }
        let number = self.next;
        self.next = (self.next + 1) % (1 << 31);
        if dialog.ours.1 != 0 {
            self.by_ours.insert(dialog.ours, number);
        }
        if !dialog.is_outgoing {
            self.by_theirs.insert(dialog.theirs, number);
        }
        self.by_session.insert((dialog.session.number, number));
        self.ages.push_back((now + TIMER_J, number));
        self.all.insert(number, dialog);
        Some(number)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Dialog> {
        self.all.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Dialog> {
        self.all.get_mut(&number)
    }

    pub(super) fn of_ours(&self, ours: Ours) -> Option<u32> {
        self.by_ours.get(&ours).copied()
    }

    pub(super) fn of_theirs(&self, name: u64) -> Option<u32> {
        self.by_theirs.get(&name).copied()
    }

    /// Those of one attempt.
    pub(super) fn of_session(&self, session: u32) -> impl Iterator<Item = &Dialog> {
        let numbers = self.by_session.range((session, 0)..=(session, u32::MAX));
        numbers.filter_map(|(_, number)| self.all.get(number))
    }

    /// Our leg has given its tag.
    pub(super) fn tag(&mut self, number: u32, ours: Ours) {
        if let Some(dialog) = self.all.get_mut(&number)
            && dialog.ours != ours
        {
            if dialog.ours.1 != 0 {
                self.by_ours.remove(&dialog.ours);
            }
            dialog.ours = ours;
            self.by_ours.insert(ours, number);
        }
    }

    /// Forgets those whose leg has been gone for a while.
    pub(super) fn sweep(&mut self, now: Instant, is_alive: impl Fn(Ours) -> bool) {
        while let Some((_, number)) = self.ages.pop_front_if(|(at, _)| *at <= now) {
            let Some(dialog) = self.all.get(&number) else { continue };
            if dialog.ours.1 != 0 && is_alive(dialog.ours) {
                self.ages.push_back((now + TIMER_J, number));
                continue;
            }
            if self.by_ours.get(&dialog.ours) == Some(&number) {
                self.by_ours.remove(&dialog.ours);
            }
            if self.by_theirs.get(&dialog.theirs) == Some(&number) {
                self.by_theirs.remove(&dialog.theirs);
            }
            self.by_session.remove(&(dialog.session.number, number));
            self.all.remove(&number);
        }
    }
}

/// The URI of an address, with the user it names.
pub(super) fn user_of<'a>(address: &Address<'a>) -> Option<&'a [u8]> {
    address.uri.sip()?.user
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(target: &str, routes: &[&str]) -> Remote {
        let octets = |text: &str| text.as_bytes().into();
        Remote {
            number: 1,
            tag: octets("t"),
            target: octets(target),
            routes: routes.iter().map(|r| octets(r)).collect(),
        }
    }

    #[test]
    fn a_request_passes_loose_and_strict_routers() {
        let way = |remote: &Remote| {
            let Way { uri, routes } = remote.way();
            let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
            (text(uri), routes.into_iter().map(text).collect::<Vec<_>>())
        };
        let (target, loose, strict) = ("sip:b@127.0.0.1:7", "sip:127.0.0.1:8;lr", "sip:127.0.0.1:9");
        let cases = [
            (remote(target, &[]), target, vec![], 7),
            (remote(target, &[loose, strict]), target, vec![loose, strict], 8),
            (remote(target, &[strict, loose]), strict, vec![loose, target], 9),
        ];
        for (remote, uri, routes, port) in cases {
            let routes: Vec<String> = routes.into_iter().map(str::to_owned).collect();
            assert_eq!(way(&remote), (uri.to_owned(), routes));
            assert_eq!(remote.address(), Some(SocketAddr::from(([127, 0, 0, 1], port))));
        }
        assert_eq!(remote("sip:b@somewhere.example", &[]).address(), None);
        assert_eq!(remote("tel:5", &[]).address(), None);
    }
}

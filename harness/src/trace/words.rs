//! Facts and messages in the words of a ladder.

use super::octets::digits;
use reports::ladder::About;
use reports::units::{count, duration, things};
use scenarios::plan::Plan;
use simulator::event::{CallEnd, End, Event, Wish};
use simulator::licence::feature::Feature;
use simulator::licence::reason::Reason;
use simulator::node::{Body, NodeId};
use simulator::sip::message::{CallRequest, CallResponse, Method, Response, Transfer};
use simulator::site::Site;
use simulator::time::Instant;

use crate::wire::server::phrase;

/// `signs in`.
pub(super) fn wish(wish: Wish) -> &'static str {
    match wish {
        Wish::SignIn => "wants in",
        Wish::Refresh => "refreshes",
        Wish::Return => "wants back in",
        Wish::SignOut => "wants out",
    }
}

/// An answer in words: `503 no-unit`, `no answer`, `connection lost`.
pub(crate) fn status(status: u16, reason: Reason) -> String {
    match (status, reason) {
        (0, _) => "the connection is gone".to_owned(),
        (408, Reason::None) => "no answer".to_owned(),
        (status, Reason::None) => format!("{status} {}", phrase(status)),
        (status, reason) => format!("{status} {}", reason.code()),
    }
}

/// What a message says; `None`: nobody needs to see it.
pub(super) fn message(plan: &Plan, site: &Site, body: &Body) -> Option<String> {
    let text = match body {
        Body::Register(register) if register.expires_s == 0 => format!("REGISTER {} (out)", register.sequence),
        Body::Register(register) => format!("REGISTER {}", register.sequence),
        Body::Response(response) => answer(plan, site, response),
        Body::Reset => "connection reset".to_owned(),
        Body::Ping => "keep-alive".to_owned(),
        Body::Pong => "alive".to_owned(),
        Body::Offer => "a unit is free".to_owned(),
        Body::Renew(renew) => format!("RENEW {}: {} wanted", renew.sequence, count(u64::from(renew.needed))),
        Body::Ack(ack) => match ack.reason {
            Reason::None => format!("ACK {}: granted", ack.sequence),
            reason => format!("ACK {}: {}", ack.sequence, reason.code()),
        },
        Body::Call(request) => call(request),
        Body::Answer(response) => call_answer(response),
        Body::Look { .. }
        | Body::Seen { .. }
        | Body::Recall(_)
        | Body::Begin
        | Body::Free
        | Body::Dial
        | Body::Unregistered
        | Body::Consulted { .. } => return None,
    };
    Some(text)
}

fn answer(plan: &Plan, site: &Site, response: &Response) -> String {
    match site.pbx_index(response.contact) {
        Some(pbx) if (300..400).contains(&response.status) => {
            format!("{} to {}", response.status, plan.layout.pbxs[pbx].name)
        }
        _ => status(response.status, response.reason),
    }
}

fn call(request: &CallRequest) -> String {
    let within = request.method == Method::Invite && request.to_tag != 0;
    let more = match request.transfer {
        Transfer::To { replaces: 0 } => format!(" to {}", digits(request.dialled)),
        Transfer::To { .. } => " to the call in hand".to_owned(),
        Transfer::Told { status, .. } => format!(": {status}"),
        Transfer::None if within && request.hold => ", hold".to_owned(),
        Transfer::None if within => ", resume".to_owned(),
        Transfer::None if request.proof != 0 => ", with credentials".to_owned(),
        Transfer::None => String::new(),
    };
    format!("{}{more}", request.method.name())
}

fn call_answer(response: &CallResponse) -> String {
    let status = status(response.status, response.reason);
    if response.method == Method::Invite { status } else { format!("{status} to {}", response.method.name()) }
}

/// What an endpoint, or a party of its calls, states of itself.
pub(super) fn own(now: Instant, event: &Event) -> Option<String> {
    let after = |due: Instant| format!("{} after it was due", duration(now.since(due).0));
    Some(match *event {
        Event::Due { wish } => self::wish(wish).to_owned(),
        Event::Answered { status: 408, reason: Reason::None, .. } => "has no answer (Timer F)".to_owned(),
        Event::Accepted { wish, due, attempts, .. } => {
            let tries = things(u64::from(attempts), "attempt", "attempts");
            let done = match wish {
                Wish::SignIn => "is in",
                Wish::Refresh => "is refreshed",
                Wish::Return => "is back",
                Wish::SignOut => "is out",
            };
            format!("{done}, {}, {tries}", after(due))
        }
        Event::GaveUp { due, .. } => format!("gives up, {}", after(due)),
        Event::Hopped => "tries another PBX".to_owned(),
        Event::Retrying { on: true } => "waits before the next try".to_owned(),
        Event::Withdrawn => "wants in no longer".to_owned(),
        Event::Crashed => "loses its power".to_owned(),
        Event::Restarted => "has power again".to_owned(),
        Event::CallDue { .. } => "calls".to_owned(),
        Event::CallRang { .. } => "hears it ring".to_owned(),
        Event::CallAnswered { due, .. } => format!("is through, {}", after(due)),
        Event::CallFailed { status: code, reason, again, .. } => {
            format!("is not put through: {}{}", status(code, reason), if again { "; dials again" } else { "" })
        }
        Event::CallGivenUp { .. } => "hangs up before an answer".to_owned(),
        Event::CallHeld { on: true, .. } => "has put the other side on hold".to_owned(),
        Event::CallHeld { on: false, .. } => "has taken the other side back".to_owned(),
        Event::CallTransferred { done: true, .. } => "has passed the call on".to_owned(),
        Event::CallTransferred { done: false, .. } => "could not pass the call on".to_owned(),
        Event::CallEnded { answered, end, .. } => {
            let how = match end {
                CallEnd::HungUp => "hangs up",
                CallEnd::Left => "is hung up on",
                CallEnd::Dropped => "is cut off",
            };
            format!("{how} after {}", duration(now.since(answered).0))
        }
        _ => return None,
    })
}

/// What a PBX states of somebody, and about what; what is asked for and granted in one step goes without saying.
pub(super) fn of(endpoint: NodeId, now: Instant, event: &Event, events: &[Event]) -> Option<(About, String)> {
    let is_here = |named: NodeId| named == endpoint;
    let waited = |asked: Instant| match now.since(asked).0 {
        0 => String::new(),
        ns => format!(" after {}", duration(ns)),
    };
    let licence = |text: String| Some((About::Licence, text));
    match *event {
        Event::Bound { endpoint, new: true } if is_here(endpoint) => Some((About::Endpoint, "binding made".to_owned())),
        Event::Unbound { endpoint, end } if is_here(endpoint) => {
            Some((About::Endpoint, format!("binding gone: {}", ended(end))))
        }
        Event::Asked { feature, endpoint } if is_here(endpoint) && !is_settled(feature, endpoint, events) => {
            licence(format!("{} asked for", feature.name()))
        }
        Event::Granted { feature, endpoint, asked, queued } if is_here(endpoint) && (queued || asked < now) => {
            let line = if queued { ", from the line" } else { "" };
            licence(format!("{} granted{}{line}", feature.name(), waited(asked)))
        }
        Event::Denied { feature, endpoint, reason, asked, free } if is_here(endpoint) => {
            licence(format!("{} refused{}: {}, {free} free", feature.name(), waited(asked), reason.code()))
        }
        Event::Queued { feature, endpoint } if is_here(endpoint) => licence(format!("in line for {}", feature.name())),
        Event::Abandoned { feature, endpoint } if is_here(endpoint) => {
            licence(format!("no longer in line for {}", feature.name()))
        }
        _ => None,
    }
}

/// Whether a wish for a licence was met or refused at once.
fn is_settled(feature: Feature, endpoint: NodeId, events: &[Event]) -> bool {
    events.iter().any(|event| match *event {
        Event::Granted { feature: of, endpoint: to, .. } | Event::Denied { feature: of, endpoint: to, .. } => {
            of == feature && to == endpoint
        }
        _ => false,
    })
}

fn ended(end: End) -> &'static str {
    match end {
        End::Left => "it left",
        End::Expired => "not refreshed in time",
        End::Crash => "crash",
        End::LeaseOver => "its licence lease is over",
        End::GivenBack => "sent back to its home",
        End::Recalled => "it is registered elsewhere",
        End::Uncovered => "its licences do not cover the software",
    }
}

/// What a PBX states of itself.
pub(crate) fn node(event: &Event) -> Option<String> {
    Some(match *event {
        Event::Crashed => "crashes".to_owned(),
        Event::Restarted => "is up again".to_owned(),
        Event::Frozen => "freezes".to_owned(),
        Event::Woken => "wakes".to_owned(),
        Event::Role { active: true } => "takes over".to_owned(),
        Event::Role { active: false } => "stands down".to_owned(),
        Event::TakeoverRefused { .. } => "may not take over (R41)".to_owned(),
        Event::Silence { on: true } => "finds its active silent".to_owned(),
        Event::Quarantine { on: true } => "has lost its licence table".to_owned(),
        Event::Quarantine { on: false } => "lends licences again".to_owned(),
        Event::Grace { feature, on: true } => format!("{} in grace", feature.name()),
        Event::Grace { feature, on: false } => format!("{} out of grace", feature.name()),
        _ => return None,
    })
}

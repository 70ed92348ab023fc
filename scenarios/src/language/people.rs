//! Blocks of users, trunks, queues, groups, rooms and calls (scenario language §4).

use super::{Block, COUNT, Keys, SOME, Value, Word, key, later, word};

/// Device words.
pub(crate) static DEVICES: &[Word] = &[
    word("desk-phone"),
    word("dect"),
    word("analogue"),
    word("answering-machine"),
    word("line"),
    word("softphone"),
    later("mobile-app"),
    later("gsm"),
    word("operator"),
];

/// Feature words.
pub(crate) static FEATURES: &[Word] = &[
    word("mypbx"),
    word("video"),
    word("app-sharing"),
    word("fax"),
    word("voicemail"),
    word("mobility"),
    word("uc"),
    word("conferencing"),
    word("reporting"),
    word("recording"),
];

const TRANSPORT: Value = Value::Words(&[word("udp"), word("tcp"), word("tls"), word("ws")]);
const HOME: Value = Value::Either(&[Value::Node, Value::Map(Keys::Node, &Value::Amount)]);

/// `users.NAME`.
pub(crate) static USERS: Block = Block {
    name: "users.NAME",
    keys: &[
        key("like", Value::Name, "none", "that population's keys, then mine", ""),
        key("count", SOME, "1", "seats", ""),
        key("csv", Value::Text, "none", "one row per seat", "").later(),
        key("numbers", Value::Range, "dealt from 10001", "extensions", ""),
        key("home", HOME, "the master", "where they are configured; parts must add up to count", "F2"),
        key("site", Value::Site, "that of home", "where they sit, if elsewhere", ""),
        key(
            "registers-at",
            Value::List(&Value::Node),
            "home, its standby",
            "addresses the device knows, primary first",
            "M4 F8 F13",
        ),
        key(
            "devices",
            Value::Map(Keys::Device, &Value::Amount),
            "{ desk-phone: all }",
            "what they register with",
            "R31 R34",
        ),
        key("features", Value::Map(Keys::FeatureWord, &Value::Amount), "none", "assigned functions", "R45-R58"),
        key("secretary", Value::OneOrMore(&Value::Selector), "none", "their calls ring there first", "R31"),
        key("forwards", Value::Block(&FORWARDS), "none", "where their calls go instead", ""),
        key("do-not-disturb", Value::Flag, "false", "nobody is to ring", ""),
        key("software", Value::Version, "that of the PBX", "of operator applications", "R74"),
        key("transport", TRANSPORT, "udp", "how their messages travel", ""),
        key("keep-alive", Value::Duration, "none", "probe of the registrar; unanswered = lost", "F12"),
        key("expires", Value::Duration, "1 h", "lifetime asked for a registration, whole seconds", "F12"),
        key("refreshes-at", Value::Percent, "90%", "of the lifetime", "F12"),
        key("retries", Value::Retries, "rfc5626", "after any refused or unanswered sign-in", "M7"),
        key("signed-in", Value::Distribution, "for ever", "length of a session", ""),
        key("away", Value::Distribution, "for ever", "between two sessions: a closed, finite source (Engset)", "§4.5"),
        key("offered", Value::Traffic, "none", "instead of away: sessions arrive by Poisson (Erlang)", "§4.5"),
    ],
};

/// `users.NAME.forwards`.
pub(crate) static FORWARDS: Block = Block {
    name: "users.NAME.forwards",
    keys: &[
        key("always", Value::Name, "none", "whatever comes", ""),
        key("busy", Value::Name, "none", "while they are in a call", ""),
        key("no-answer", Value::Name, "none", "if nobody answers, or is registered", ""),
        key("after", Value::Duration, "20 s", "how long it rings before", ""),
    ],
};

/// `trunks.NAME`.
pub(crate) static TRUNK: Block = Block {
    name: "trunks.NAME",
    keys: &[
        key("like", Value::Name, "none", "that trunk's keys, then mine", ""),
        key("count", SOME, "1", "one port each, however many channels", "R33d"),
        key("home", Value::Node, "the master", "where it is configured", ""),
        key("number", Value::Text, "0", "dialled to reach it", ""),
        key(
            "interface",
            Value::Words(&[word("sip"), word("pri"), word("bri"), word("webrtc")]),
            "sip",
            "what it is made of",
            "R19 R33e R61",
        ),
        key("channels", SOME, "unlimited; pri 30, bri 2", "simultaneous calls of each", ""),
        key("transport", TRANSPORT, "udp", "how its messages travel", ""),
        key("features", Value::Map(Keys::FeatureWord, &Value::Amount), "none", "reporting", "R69 A20"),
    ],
};

/// `queues.NAME`.
pub(crate) static QUEUE: Block = Block {
    name: "queues.NAME",
    keys: &[
        key("like", Value::Name, "none", "that queue's keys, then mine", ""),
        key("home", Value::Node, "the master", "where it is configured", "R32"),
        key("number", Value::Text, "dealt from 100", "what is dialled", ""),
        key("agents", Value::OneOrMore(&Value::Selector), "required", "longest idle first; only while signed in", ""),
        key("wrap-up", Value::Distribution, "0 s", "after each call", ""),
        key("places", COUNT, "unlimited", "waiting callers", ""),
        key("waits-at-most", Value::Duration, "for ever", "then a caller goes elsewhere, or is refused", ""),
        key("overflow", Value::Name, "none", "where callers go without agent or place, or after too long a wait", ""),
        key("monitor", Value::Version, "none", "a Queue Monitor of that version shows it", "R73"),
    ],
};

/// `groups.NAME`.
pub(crate) static GROUP: Block = Block {
    name: "groups.NAME",
    keys: &[
        key("home", Value::Node, "the master", "where it is configured", "R32"),
        key("number", Value::Text, "dealt from 100", "what is dialled", ""),
        key("members", Value::OneOrMore(&Value::Selector), "required", "all ring", "R32"),
    ],
};

/// `rooms.NAME`.
pub(crate) static ROOM: Block = Block {
    name: "rooms.NAME",
    keys: &[
        key("home", Value::Node, "the master", "where it is configured", "R32"),
        key("number", Value::Text, "dealt from 100", "what is dialled", ""),
        key("places", COUNT, "unlimited", "participants", ""),
        key("managed-by", Value::OneOrMore(&Value::Selector), "none", "these need conferencing", "R43"),
    ],
};

/// `calls.FLOW`.
pub(crate) static CALLS: Block = Block {
    name: "calls.FLOW",
    keys: &[
        key("like", Value::Name, "none", "that flow's keys, then mine", ""),
        key("from", Value::Name, "required", "who calls", ""),
        key(
            "to",
            Value::Either(&[Value::Name, Value::Map(Keys::Free, &Value::Percent)]),
            "required",
            "who is called",
            "",
        ),
        key("starts", Value::Instant, "end of the first sign-in of both sides", "first call", ""),
        key("offered", Value::Traffic, "required", "erlang counts holding only", ""),
        key(
            "arrivals",
            Value::Words(&[word("random"), word("even"), word("closed")]),
            "random",
            "Poisson, evenly spaced, or each seat by itself while it is in no call (Engset)",
            "§4.5",
        ),
        key("at-most", SOME, "none", "calls, then the flow ends", ""),
        key("holding", Value::Distribution, "exponential 3 min", "talk time", ""),
        key("rings", Value::Distribution, "0 s", "until a called person answers", ""),
        key("unanswered", Value::Percent, "0%", "nobody answers: a mailbox does, if there is one", "R51"),
        key("patience", Value::Distribution, "for ever", "caller gives up ringing or waiting", ""),
        key("retries", Value::Retries, "never", "redials when blocked or busy", ""),
        key("hold", Value::Block(&HOLD), "never", "each side puts the other on hold, once a call", ""),
        key("transfer", Value::Block(&TRANSFER), "never", "who was called passes the caller on to somebody else", ""),
    ],
};

/// `calls.FLOW.hold`.
pub(crate) static HOLD: Block = Block {
    name: "calls.FLOW.hold",
    keys: &[
        key("share", Value::Percent, "required", "of answered calls, for each side by itself", ""),
        key("after", Value::Distribution, "30 s", "from the answer on", ""),
        key("lasts", Value::Distribution, "exponential 30 s", "until the other side is taken back", ""),
    ],
};

/// `calls.FLOW.transfer`.
pub(crate) static TRANSFER: Block = Block {
    name: "calls.FLOW.transfer",
    keys: &[
        key("share", Value::Percent, "required", "of answered calls that were not passed on before", ""),
        key(
            "to",
            Value::Name,
            "required",
            "to whom: users (a free seat at random), a trunk, a queue, a group or a room",
            "",
        ),
        key("after", Value::Distribution, "30 s", "from the answer on", ""),
        key(
            "kind",
            Value::Words(&[word("blind"), word("attended")]),
            "blind",
            "attended: the target is asked first, with the caller on hold",
            "",
        ),
    ],
};

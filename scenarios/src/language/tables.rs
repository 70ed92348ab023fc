//! Blocks of the file, but people and timeline (scenario language §4).

use super::people::{CALLS, GROUP, QUEUE, ROOM, TRUNK, USERS};
use super::{Block, COUNT, Key, Keys, SOME, Value, key, later, word};

/// The whole file.
pub(crate) static TOP: Block = Block {
    name: "",
    keys: &[
        key("pbxsim", Value::Count(1, 1), "required", "language version, now 1", ""),
        key("title", Value::Text, "file name", "one line over every result", ""),
        key("starts", Value::WallClock, "00:00", "wall clock of the first moment", "R85 R90"),
        key(
            "lasts",
            Value::Either(&[Value::Words(&[word("until done")]), Value::Duration]),
            "required",
            "length of the run; \"until done\": every search has ended",
            "",
        ),
        key("warm-up", Value::Duration, "0 s", "left out of percentages, times, ratios and means", ""),
        key("seed", Value::Count(0, 999_999_999_999_999_999), "1", "first seed", ""),
        key("seeds", Value::Count(1, 1_000_000), "20", "runs, with seeds from the first on", ""),
        key(
            "cluster",
            Value::Map(Keys::Declared, &Value::Block(&NODE)),
            "one master",
            "nodes of the PBX cluster",
            "M1",
        ),
        key("links", Value::Map(Keys::Link, &Value::Block(&LINK)), "see links.LINK", "between and inside sites", ""),
        key("licences", Value::Map(Keys::Node, &LICENCES), "not modelled", "what is bound where", "R6 R8"),
        key("checkout", Value::Block(&CHECKOUT), "see checkout", "how PBXs borrow licences", "checkout §3"),
        key("rules", Value::Block(&RULES), "see rules", "readings of the vendor's text", "A1-A26"),
        key("portal", Value::Block(&PORTAL), "none", "purchases, balance, SSA, warranty", "R2 R76-R90"),
        key("users", Value::Map(Keys::Declared, &Value::Block(&USERS)), "none", "populations of users", "R31-R33"),
        key("trunks", Value::Map(Keys::Declared, &Value::Block(&TRUNK)), "none", "ways outside", "R33d"),
        key("queues", Value::Map(Keys::Declared, &Value::Block(&QUEUE)), "none", "waiting queues", "R32"),
        key("groups", Value::Map(Keys::Declared, &Value::Block(&GROUP)), "none", "groups that ring together", "R32"),
        key("rooms", Value::Map(Keys::Declared, &Value::Block(&ROOM)), "none", "conference rooms", "R43"),
        key("calls", Value::Map(Keys::Declared, &Value::Block(&CALLS)), "none", "flows of calls", ""),
        key("timeline", Value::List(&Value::Entry), "none", "what happens, and when", ""),
        key(
            "variants",
            Value::Map(Keys::Declared, &Value::Block(&VARIANT)),
            "none",
            "all are run: overrides, and expectations of their own",
            "",
        ),
        key("expect", Value::List(&Value::Sentence), "none", "what must hold in every variant", ""),
        key("wire", Value::Block(&WIRE), "none", "used only on real sockets", ""),
    ],
};

static LICENCES: Value = Value::Map(Keys::Licence, &UNITS);
static UNITS: Value = Value::Either(&[Value::Words(&[word("unlimited")]), COUNT]);

/// `cluster.NODE`.
pub(crate) static NODE: Block = Block {
    name: "cluster.NODE",
    keys: &[
        key("like", Value::Name, "none", "that node's keys but role, then mine", ""),
        key(
            "role",
            Value::Words(&[word("master"), word("slave"), word("standby")]),
            "master if alone, else slave",
            "what it is",
            "M1 F1",
        ),
        key("count", Value::Count(1, 10_000), "1", "alike nodes NAME-1 …", ""),
        key("site", Value::Site, "own name; a standby: that of its active", "where it stands", ""),
        key("stands-in-for", Value::Node, "none", "whom a standby replaces", "R38 F8"),
        key("watches-every", Value::Duration, "108 s", "how often a standby looks at its active", "M3"),
        key("after-silence", Value::Duration, "30 s", "silence before it takes over", "M2"),
        key("gives-back-after", Value::Duration, "60 s", "how long the returned active must stay", "M2"),
        key("answers", Value::Rate, "unlimited", "SIP requests served", "M12"),
        key("queue", COUNT, "unlimited", "requests that may wait", "M12"),
        key(
            "when-full",
            Value::Words(&[word("refuse"), word("drop"), word("rfc7339")]),
            "refuse",
            "503, silence, or oc loss control",
            "M12",
        ),
        key(
            "oc-validity",
            Value::Duration,
            "500 ms",
            "rfc7339: how long clients hold back what they are asked to",
            "M12",
        ),
        key("retry-after", Value::Distribution, "none", "header sent with overload and licence 503s", "M5"),
        key("absorbs-retransmissions", Value::Flag, "true", "a retransmission costs nothing", "M8"),
        key(
            "session-timer",
            Value::Duration,
            "none",
            "a call whose other side is silent that long is over (RFC 4028); 90 s or more",
            "",
        ),
        key("challenges", Value::Flag, "true", "every REGISTER is asked twice (digest)", ""),
        key("software", Value::Version, "V12", "of the PBX", "R12"),
        key(
            "platform",
            Value::Words(&[word("IP311"), word("IP411"), word("IP1130"), word("IP3011"), word("IP6010"), word("IPVA")]),
            "IP3011",
            "hardware",
            "R4 R25 R50",
        ),
        key("mac", Value::Mac, "made up", "what IPVA licences are bound to", "R29"),
        key("interfaces", Value::Block(&INTERFACES), "none", "what is soldered in", "R19 R24 F16"),
        key(
            "runs",
            Value::List(&Value::Words(&[word("linux-ap"), word("recorder")])),
            "none",
            "applications beside the PBX",
            "R50 R71",
        ),
    ],
};

static INTERFACES: Block = Block {
    name: "cluster.NODE.interfaces",
    keys: &[
        key("pri", COUNT, "0", "primary rate interfaces", "R19"),
        key("bri", COUNT, "0", "basic rate interfaces", "R19"),
        key("dsp", COUNT, "unlimited", "channels of media resources, for conferences", "R24 R44"),
    ],
};

/// `links.LINK`.
pub(crate) static LINK: Block = Block {
    name: "links.LINK",
    keys: &[
        key("latency", Value::Distribution, "10 ms, inside 1 ms", "one way; a spread reorders", "checkout §3.2"),
        key("loss", Value::Percent, "0%", "per datagram; on connections it becomes delay", ""),
        key("duplicates", Value::Percent, "0%", "per datagram", ""),
    ],
};

/// `checkout`.
pub(crate) static CHECKOUT: Block = Block {
    name: "checkout",
    keys: &[
        key(
            "policy",
            Value::Words(&[word("strict"), word("vendor-loose")]),
            "strict",
            "never over-issues, or as the vendor's V7 text",
            "§3",
        ),
        key("renews-every", Value::Duration, "30 s", "time between two renewals, at most a third of soft", "3.8"),
        key("soft", Value::Duration, "90 s", "no new holder after this long without the master", "3.8"),
        key("grace", Value::Duration, "15 min", "then nobody", "3.8"),
        key("chunk", Value::Percent, "5%", "stock a PBX keeps ahead, of its own demand; 0%: ask every time", "3.8"),
        key("syncs-every", Value::Duration, "10 min", "vendor-loose only", "F9"),
        key("linger", Value::Duration, "0 s", "unit kept for its holder after release", "3.8"),
        key("clock-drift", Value::Percent, "0.1%", "bound rho that deadlines allow for", "3.1"),
        key(
            "escrow-serves",
            Value::Words(&[word("domain"), word("own")]),
            "domain",
            "whom an active standby serves with ports",
            "3.6",
        ),
        key(
            "on-standby",
            Value::Either(&[Value::Words(&[word("deny"), word("replicate")]), Value::Percent]),
            "deny",
            "floating features other than ports on a standby",
            "3.6",
        ),
        key("queues-for", Value::List(&Value::Feature), "none", "a refused one waits in line", ""),
    ],
};

const fn reading(
    name: &'static str,
    words: &'static [super::Word],
    default: &'static str,
    meaning: &'static str,
    rule: &'static str,
) -> Key {
    key(name, Value::Words(words), default, meaning, rule)
}

/// `rules`.
pub(crate) static RULES: Block = Block {
    name: "rules",
    keys: &[
        reading(
            "box-licences-decentralise",
            &[word("false"), later("true")],
            "false",
            "Relay or IPVA on a slave count for R8",
            "A1",
        ),
        reading("installation", &[word("domain"), later("cluster")], "domain", "scope of \"installation\"", "A2"),
        reading(
            "version-floor",
            &[word("domain"), word("per-type")],
            "domain",
            "lowest version over which licences",
            "A3",
        ),
        reading("below-floor", &[word("restart"), word("at-once")], "restart", "when held registrations go", "A4"),
        reading("ipva-count", &[word("minimum"), later("equal")], "minimum", "IPVA against ports", "A5"),
        reading("ipva-scope", &[word("local"), later("master")], "local", "whose stock", "A6"),
        reading("tiers", &[word("marginal"), later("all-units")], "marginal", "price", "A7"),
        reading("tier-starts", &[word("501"), later("500")], "501", "first unit of the second tier", "A8"),
        reading("tier-scope", &[word("domain"), later("device")], "domain", "whose installed units are counted", "A7"),
        reading("standby-counts", &[word("installed"), later("in-use")], "installed", "ports compared with", "A9"),
        reading(
            "standby-is",
            &[word("gate-and-escrow"), later("gate")],
            "gate-and-escrow",
            "condition, or also a stock",
            "A10",
        ),
        reading("standby-scope", &[word("domain"), later("node")], "domain", "all or nothing per", "A11"),
        reading("conferencing-versioned", &[word("true"), later("false")], "true", "has a version", "A12"),
        reading("voicemail-user", &[word("assigned"), later("floating")], "assigned", "how booked", "A13"),
        reading("voicemail-scope", &[word("domain"), later("node")], "domain", "V >= P over", "A14"),
        reading("uc-voicemail", &[word("inert"), later("refused")], "inert", "under the old model", "A15"),
        reading("gsm-port", &[word("shared"), later("own")], "shared", "a mobility GSM's port", "A16"),
        reading("uc-shared-by", &[word("user"), later("installation")], "user", "its six parts stay with", "A17"),
        reading("webrtc-needs", &[word("callee"), later("nobody")], "callee", "whose port and myPBX", "A18"),
        reading("mobile-app-books", &[word("port"), later("port-and-softphone")], "port", "unit booked", "A19"),
        reading("reporting-on", &[word("objects"), later("users")], "objects", "trunks too, or not", "A20"),
        reading("recording-user", &[word("assigned"), later("floating")], "assigned", "how booked", "A22"),
        reading("queue-monitor-counts", &[word("queues"), later("screens")], "queues", "unit booked", "A23"),
        reading("softphone-mypbx", &[word("warn"), later("require")], "warn", "softphone without myPBX", "A24"),
        reading("softphone-port", &[word("shared"), later("own")], "shared", "beside the user's other devices", "A25"),
        reading("ipva-bound", &[word("licences"), later("everything")], "licences", "what can't leave an IPVA", "A26"),
        reading("licence-denial", &[word("503"), word("403"), word("480")], "503", "answer to REGISTER", "M5"),
        reading("channel-denial", &[word("503"), word("486")], "503", "answer to INVITE", "M6"),
        reading("calls-without-registration", &[word("dropped"), word("kept")], "dropped", "V16 keeps them", "M9"),
        key("redirects", Value::Count(0, 70), "3", "hops before 482", "M4"),
        key("devices-per-user", Value::Count(1, 6), "6", "more is an error", "M11"),
    ],
};

/// `portal`.
pub(crate) static PORTAL: Block = Block {
    name: "portal",
    keys: &[
        key("company", Value::Text, "us", "owner of all nodes not in owners", "R81"),
        key("owners", Value::Map(Keys::Node, &Value::Text), "none", "who owns which node", "R81"),
        key("balance", Value::Map(Keys::LicenceOrCredits, &COUNT), "none", "bought, not bound", "R78"),
        key("bought", Value::Map(Keys::Node, &Value::Date), "start", "purchase of the device", "R87"),
        key("first-bound", Value::Map(Keys::Licence, &Value::Date), "start", "decides SSA", "R85"),
        key("covered-until", Value::Map(Keys::Licence, &Value::Date), "none", "SSA", "R83"),
    ],
};

static VARIANT: Block = Block {
    name: "variants.NAME",
    keys: &[
        key("set", Value::Map(Keys::Path, &Value::Any), "none", "as --set; a value may be a whole block", ""),
        key("expect", Value::List(&Value::Sentence), "none", "besides the common ones", ""),
    ],
};

pub(crate) static WIRE: Block = Block {
    name: "wire",
    keys: &[
        key("target", Value::Address, "--wire", "where everybody registers", ""),
        key("nodes", Value::Map(Keys::Node, &Value::Address), "target", "a real cluster", "").later(),
        key("domain", Value::Text, "host of target", "in From, To and digest realm check", ""),
        key(
            "credentials",
            Value::Either(&[Value::Words(&[later("csv")]), Value::Block(&CREDENTIALS)]),
            "none",
            "who the endpoints are",
            "",
        ),
        key("from-addresses", Value::List(&Value::Address), "the system's", "spread over source addresses", "").later(),
        key("ports", Value::Range, "20000..59999", "local ports", "").later(),
        key("tls", Value::Block(&TLS), "verify: true", "certificates", "").later(),
        key(
            "may-load",
            Value::List(&Value::Either(&[Value::Address, Value::Block(&MAY_LOAD)])),
            "loopback",
            "what this file may be pointed at",
            "",
        ),
        key(
            "sockets",
            Value::Words(&[word("shared"), later("per-endpoint")]),
            "shared",
            "one source port for many, or real five-tuples",
            "",
        ),
        key("headers", Value::Map(Keys::Free, &Value::Text), "none", "added to requests", ""),
        key("at-most", Value::Rate, "required beyond loopback", "requests sent", ""),
        key("calls-at-most", SOME, "1000", "simultaneous", "").later(),
        key("commands", Value::Map(Keys::Free, &Value::Text), "none", "how verbs on nodes are done here", "").later(),
    ],
};

pub(crate) static CREDENTIALS: Block = Block {
    name: "wire.credentials",
    keys: &[
        key("user", Value::Words(&[word("number"), word("name")]), "number", "digits, or POPULATION-SEAT", ""),
        key("password", Value::Secret, "required", "from the environment", ""),
    ],
};

static TLS: Block = Block {
    name: "wire.tls",
    keys: &[
        key("ca", Value::Text, "the system's", "file of trusted certificates", ""),
        key("verify", Value::Flag, "true", "whether the peer must prove who it is", ""),
        key("certificate", Value::Text, "none", "own certificate", ""),
        key("key", Value::Text, "none", "its key", ""),
    ],
};

pub(crate) static MAY_LOAD: Block = Block {
    name: "wire.may-load",
    keys: &[
        key("to", Value::Address, "required", "addresses", ""),
        key("ports", Value::Range, "all", "ports", ""),
        key("until", Value::Date, "none", "last day", ""),
        key("at-most", Value::Rate, "none", "requests", ""),
    ],
};

//! Constants of a run that a timeline may change while it runs: what a `set` replaces.
//! What may not change (who there is, and where) is the [`crate::layout::Layout`].

use crate::distribution::Distribution;
use crate::layout::{ChannelKind, Interface};
use crate::licence::feature::FeatureSet;
use crate::numbers::Number;
use crate::rng::Probability;
use crate::time::Duration;

/// Everything that may change during a run. Installed whole, so that a changed value passes the same checks as the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// By PBX index of the layout.
    pub pbxs: Vec<PbxSettings>,
    /// By population index of the layout.
    pub populations: Vec<PopulationSettings>,
    /// Between and inside sites.
    pub links: Links,
    /// How PBXs borrow licences.
    pub checkout: Checkout,
    /// Readings of the vendor's text that change behaviour.
    pub rules: Rules,
    /// By flow index of the layout.
    pub flows: Vec<FlowSettings>,
    /// By queue index of the layout.
    pub queues: Vec<QueueSettings>,
    /// Places of each room, by index of the layout; `u32::MAX`: any number.
    pub rooms: Vec<u32>,
}

/// One waiting queue (scenario language §4, `queues.NAME`).
#[derive(Clone, Debug, PartialEq)]
pub struct QueueSettings {
    /// How long an agent takes no other call of a queue after one of this queue.
    pub wrap_up: Distribution,
    /// Callers that may wait; `u32::MAX`: any number.
    pub places: u32,
    /// How long a caller may wait; `None`: for ever.
    pub waits_at_most: Option<Duration>,
}

/// One flow of calls (scenario language §4, `calls.FLOW`).
#[derive(Clone, Debug, PartialEq)]
pub struct FlowSettings {
    /// Time from one call to the next (`offered`, `arrivals`); `None`: no calls.
    pub gap: Option<Distribution>,
    /// Whether each seat calls by itself, and only while it is in no call: a finite source (Engset).
    pub closed: bool,
    /// Calls, then the flow ends; `u32::MAX`: none.
    pub at_most: u32,
    /// How long people talk.
    pub holding: Distribution,
    /// How long it rings until a called person answers.
    pub rings: Distribution,
    /// How often nobody answers.
    pub unanswered: Probability,
    /// How long a caller waits before giving up; `None`: for ever.
    pub patience: Option<Distribution>,
    /// Redials when blocked or busy.
    pub retries: Retries,
    /// How often, when and how long each side puts the other on hold; `None`: never.
    pub hold: Option<Hold>,
    /// How often and when who was called passes the call on; `None`: never.
    pub transfer: Option<Transfer>,
}

/// Hold in a flow of calls (scenario language §4, `calls.FLOW.hold`).
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// Chance of each side in each call.
    pub share: Probability,
    /// From the answer on.
    pub after: Distribution,
    /// Until the other side is taken back.
    pub lasts: Distribution,
}

/// Transfer in a flow of calls (scenario language §4, `calls.FLOW.transfer`); to whom is in the [`crate::layout::FlowPlan`].
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// Chance of each call that was not passed on before.
    pub share: Probability,
    /// From the answer on.
    pub after: Distribution,
    /// Whether the target is asked first (attended), with the caller on hold meanwhile.
    pub attended: bool,
}

/// One PBX's SIP server and standby watch (scenario language §4, `cluster.NODE`).
#[derive(Clone, Debug, PartialEq)]
pub struct PbxSettings {
    /// Service time of one request (`answers`); zero: unlimited capacity.
    pub service: Duration,
    /// Requests that may wait (`queue`); `u32::MAX`: unlimited.
    pub queue: u32,
    /// What a full queue does.
    pub when_full: WhenFull,
    /// For how long what it asks clients to hold back counts (`oc-validity`).
    pub oc_validity: Duration,
    /// Retry-After sent with overload and licence refusals, if any.
    pub retry_after: Option<Distribution>,
    /// A retransmission costs no service time (M8).
    pub absorbs_retransmissions: bool,
    /// Every REGISTER is challenged (digest, one-time nonces).
    pub challenges: bool,
    /// Session interval asked for on every leg of a call, in seconds, at least 90 (RFC 4028); 0: none.
    pub session_timer_s: u32,
    /// Channels that calls share, by [`ChannelKind`]; `u32::MAX`: as many as anybody wants.
    pub channels: [u32; ChannelKind::ALL.len()],
    /// How often a standby looks at its active (M3).
    pub watches_every: Duration,
    /// Silence, from the first unanswered look, before it takes over (M2).
    pub after_silence: Duration,
    /// How long the returned active must stay before it gets its people back (M2).
    pub gives_back_after: Duration,
}

/// What a PBX does with a request that finds the queue full.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WhenFull {
    /// Answers 503 at once, at no cost.
    Refuse,
    /// Says nothing.
    Drop,
    /// Refuses, keeps half of the queue for what has begun, and tells clients how much to hold back (RFC 7339).
    LossControl,
}

/// One population's behaviour (scenario language §4, `users.NAME`, `trunks.NAME`).
#[derive(Clone, Debug, PartialEq)]
pub struct PopulationSettings {
    /// How its messages travel.
    pub transport: Transport,
    /// Interval of keep-alive probes (RFC 5626 §4.4); `None`: never.
    pub keep_alive: Option<Duration>,
    /// Registration lifetime asked for, in seconds.
    pub expires_s: u32,
    /// Part of the lifetime after which it refreshes, in thousandths.
    pub refreshes_at_permille: u32,
    /// After a refused or unanswered sign-in (M7).
    pub retries: Retries,
    /// Length of a session; `None`: for ever.
    pub signed_in: Option<Distribution>,
    /// Time between two sessions (closed source); `None`: for ever.
    pub away: Option<Distribution>,
    /// Gap between arrivals of an open source (`offered`); `None`: not an open source.
    pub arrivals: Option<Distribution>,
    /// Simultaneous calls of each trunk; `u32::MAX`: unlimited.
    pub channels: u32,
    /// What a trunk is made of.
    pub interface: Interface,
    /// Where calls for a user go instead, if anywhere.
    pub forwards: Option<Box<Forwards>>,
    /// Whether nobody is to ring.
    pub do_not_disturb: bool,
}

/// Where calls for a user go instead (scenario language §4, `users.NAME.forwards`).
#[derive(Clone, Debug, PartialEq)]
pub struct Forwards {
    /// Whatever comes.
    pub always: Option<Number>,
    /// Who is in a call, or does not want to be disturbed.
    pub busy: Option<Number>,
    /// Who does not answer, or is not registered.
    pub no_answer: Option<Number>,
    /// How long it rings before.
    pub after: Duration,
}

/// How an endpoint's messages travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    /// Datagrams: lost ones are re-sent by the SIP transaction (RFC 3261 §17.1.2.2).
    Udp,
    /// A connection: loss becomes delay, and a dead peer is noticed at once.
    Tcp,
    /// As TCP.
    Tls,
    /// As TCP.
    WebSocket,
}

impl Transport {
    /// RFC 3261 §17: a reliable transport needs no retransmission by the transaction.
    pub fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }
}

/// How an endpoint goes on after a refused or unanswered sign-in (M7).
#[derive(Clone, Debug, PartialEq)]
pub enum Retries {
    /// RFC 5626 §4.5: base · 2^failures up to 1800 s, uniform in its upper half.
    Rfc5626,
    /// Primary and secondary in turn.
    Innovaphone,
    /// Within a second, for ever: to show collapse.
    Naive,
    /// A person: lognormal pauses, gives up after a few.
    Manual,
    /// The wish is given up at once.
    Never,
    /// After a wait of this distribution, for ever.
    After(Distribution),
}

/// The links between sites: a square table of profiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    /// Number of sites.
    pub sites: u16,
    /// `profile[source * sites + target]`: index into `profiles`.
    pub table: Vec<u16>,
    /// The distinct profiles.
    pub profiles: Vec<Link>,
}

/// One link, one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// One-way delay; a spread reorders.
    pub latency: Distribution,
    /// Per datagram; on reliable transports it becomes delay.
    pub loss: Probability,
    /// Per datagram.
    pub duplicates: Probability,
}

/// How PBXs borrow licences (scenario language §4, `checkout`; checkout §3).
#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    /// Who is bound by what he was told.
    pub policy: Policy,
    /// Time between two reports under [`Policy::VendorLoose`] (F9).
    pub syncs_every: Duration,
    /// Time between two renewals.
    pub renews_every: Duration,
    /// S: no new holder after this long without the licence master.
    pub soft: Duration,
    /// G: then nobody after this much longer.
    pub grace: Duration,
    /// Idle stock a PBX keeps, in thousandths of its own demand; 0: ask every time.
    pub chunk_permille: u32,
    /// How long a unit is kept for its holder after release.
    pub linger: Duration,
    /// Bound on clock drift (rho), in parts per million.
    pub clock_drift_ppm: u32,
    /// What an active standby may grant of floating features other than ports.
    pub on_standby: OnStandby,
    /// Whom an active standby of the licence master serves with ports (3.6).
    pub escrow_serves: EscrowServes,
    /// Features whose refused holders wait in line.
    pub queues_for: FeatureSet,
}

/// How units are shared among PBXs (checkout §3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Policy {
    /// By leases: never over-issued.
    Strict,
    /// As the vendor's V7 text (F9): each PBX keeps its share of the last report, for as long as it is cut off; the
    /// authority gives again what it has not heard of. Over-issue is measured.
    VendorLoose,
}

/// Floating features other than ports on an active standby (3.6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OnStandby {
    /// None.
    Deny,
    /// A full copy of the master's stock; a split brain can over-issue, which is measured.
    Replicate,
    /// A fixed part of the master's stock, in thousandths.
    Part(u32),
}

/// Whom escrowed ports serve (3.6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EscrowServes {
    /// The slaves of the domain too.
    Domain,
    /// Only the standby's own registrations.
    Own,
}

/// Readings of the vendor's text that change what nodes do (`rules`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rules {
    /// Answer to a REGISTER refused a licence (M5): 503, 403 or 480.
    pub licence_denial: u16,
    /// Answer to an INVITE for which there is no channel (M6): 503 or 486.
    pub channel_denial: u16,
    /// Whether calls go on when an end of them loses its registration (M9): V16 keeps them.
    pub keeps_calls: bool,
    /// Redirects followed before 482 (M4).
    pub redirects: u8,
    /// Over which licences the lowest version counts (A3).
    pub version_floor: FloorOver,
    /// When registrations that a lower version no longer covers go (A4).
    pub below_floor: BelowFloor,
}

/// Over which licences the lowest version counts (A3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FloorOver {
    /// All of a domain that are versioned against the PBX software, whatever they are for.
    Domain,
    /// Those of the same feature.
    PerType,
}

/// When registrations go whose licences do not cover the software any more (A4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BelowFloor {
    /// At the next restart of their PBX.
    Restart,
    /// At once.
    AtOnce,
}

impl Checkout {
    /// Whether over-issue is possible and measured.
    #[inline]
    pub fn is_loose(&self) -> bool {
        self.policy == Policy::VendorLoose
    }

    /// Time between two RENEWs that nobody asked for.
    pub fn tells_every(&self) -> Duration {
        if self.is_loose() { self.syncs_every } else { self.renews_every }
    }

    /// How long an authority without its table grants nothing (3.4.3): (S + G) · (1 + ρ) / (1 − ρ). Loosely shared, not at
    /// all: it never knew more than the last reports.
    pub fn quarantine(&self) -> Duration {
        if self.is_loose() {
            return Duration::ZERO;
        }
        let ppm = u64::from(self.clock_drift_ppm).min(999_999);
        (self.soft + self.grace).scaled(1_000_000 + ppm, 1_000_000 - ppm)
    }

    /// The spans as true time, measured by a clock that counts `pace` microseconds in a true second.
    #[must_use]
    pub fn by_clock(&self, pace: u64) -> Self {
        let span = |span: Duration| span.scaled(1_000_000, pace);
        Self {
            syncs_every: span(self.syncs_every),
            renews_every: span(self.renews_every),
            soft: span(self.soft),
            grace: span(self.grace),
            linger: span(self.linger),
            ..self.clone()
        }
    }
}

impl Default for Checkout {
    /// Domain §3.8.
    fn default() -> Self {
        Self {
            policy: Policy::Strict,
            syncs_every: Duration::seconds(600),
            renews_every: Duration::seconds(30),
            soft: Duration::seconds(90),
            grace: Duration::seconds(900),
            chunk_permille: 50,
            linger: Duration::ZERO,
            clock_drift_ppm: 1_000,
            on_standby: OnStandby::Deny,
            escrow_serves: EscrowServes::Domain,
            queues_for: FeatureSet::NONE,
        }
    }
}

impl Default for Rules {
    /// The first value of every reading (scenario language §4, `rules`).
    fn default() -> Self {
        Self {
            licence_denial: 503,
            channel_denial: 503,
            keeps_calls: false,
            redirects: 3,
            version_floor: FloorOver::Domain,
            below_floor: BelowFloor::Restart,
        }
    }
}

impl Default for PbxSettings {
    /// Scenario language §4, `cluster.NODE`.
    fn default() -> Self {
        Self {
            service: Duration::ZERO,
            queue: u32::MAX,
            when_full: WhenFull::Refuse,
            oc_validity: Duration::millis(500),
            retry_after: None,
            absorbs_retransmissions: true,
            challenges: true,
            session_timer_s: 0,
            channels: [u32::MAX; ChannelKind::ALL.len()],
            watches_every: Duration::seconds(108),
            after_silence: Duration::seconds(30),
            gives_back_after: Duration::seconds(60),
        }
    }
}

impl Default for PopulationSettings {
    /// Scenario language §4, `users.NAME`.
    fn default() -> Self {
        Self {
            transport: Transport::Udp,
            keep_alive: None,
            expires_s: 3600,
            refreshes_at_permille: 900,
            retries: Retries::Rfc5626,
            signed_in: None,
            away: None,
            arrivals: None,
            channels: u32::MAX,
            interface: Interface::Sip,
            forwards: None,
            do_not_disturb: false,
        }
    }
}

impl Default for Links {
    /// One site, 1 ms to oneself, nothing lost.
    fn default() -> Self {
        let inside = Link {
            latency: Distribution::fixed(Duration::MILLISECOND),
            loss: Probability::ZERO,
            duplicates: Probability::ZERO,
        };
        Self { sites: 1, table: vec![0], profiles: vec![inside] }
    }
}

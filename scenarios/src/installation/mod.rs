//! An installation: what was bought, where it is bound, and what is asked of it. Plain data and the vendor's rules on it,
//! without time: an audit says what of it works, a quote what is missing.

mod application;
mod assigned;
pub(crate) mod audit;
mod boxes;
mod domains;
mod floating;
mod gates;
pub(crate) mod order;
mod outcome;
pub(crate) mod portal;
mod readings;
mod recording;
pub(crate) mod rule_off;
mod stock;
pub(crate) mod walk;
mod words;

pub(crate) use domains::Domains;
pub(crate) use outcome::{Finding, Need, Outcome, Refusal, Verdict};
pub(crate) use readings::{Readings, Switch};

use simulator::layout::Role;
use simulator::licence::feature::Feature;

use crate::source::Span;

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Installation {
    pub(crate) boxes: Vec<PbxBox>,
    /// What is bound, in the order of the file.
    pub(crate) bound: Vec<Bound>,
    /// Users, population after population.
    pub(crate) seats: Vec<Seats>,
    pub(crate) trunks: Vec<Trunk>,
    pub(crate) queues: Vec<Monitored>,
    pub(crate) rooms: Vec<Room>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) readings: Readings,
}

/// One PBX: the device and its software.
#[derive(Clone, Debug)]
pub(crate) struct PbxBox {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Whom a standby replaces.
    pub(crate) active: Option<usize>,
    pub(crate) software: Release,
    pub(crate) platform: Platform,
    /// What is soldered in; `None`: not told.
    pub(crate) interfaces: Option<Interfaces>,
    /// Runs the Linux application platform.
    pub(crate) linux: bool,
    /// Runs a recorder.
    pub(crate) recorder: bool,
    /// Where it is declared.
    pub(crate) place: Span,
}

impl PbxBox {
    /// R50: not on an IP1130, whatever the file says.
    pub(crate) fn runs_linux(&self) -> bool {
        self.linux && self.platform != Platform::NoLinux
    }

    /// R65, R70: on the Linux platform, or on the computer of the recorder.
    pub(crate) fn can_report(&self) -> bool {
        self.runs_linux() || self.recorder
    }
}

/// A version with its service release: V10 SR12.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Release {
    pub(crate) version: u32,
    pub(crate) service: u32,
}

impl core::fmt::Display for Release {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "V{}", self.version)?;
        if self.service > 0 { write!(f, " SR{}", self.service) } else { Ok(()) }
    }
}

/// What a PBX runs on (R4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Platform {
    /// IP311, IP411: all hardware licences come with it (R25).
    Included,
    /// IP1130: no Linux platform (R50).
    NoLinux,
    /// Any other gateway.
    Gateway,
    /// A virtual appliance (R26).
    Ipva,
}

/// Interfaces of a box.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Interfaces {
    pub(crate) pri: u64,
    pub(crate) bri: u64,
    pub(crate) dsp: u64,
}

/// Licences of one name bound to one PBX.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) at: usize,
    pub(crate) feature: Feature,
    /// 0 if it has none.
    pub(crate) version: u32,
    pub(crate) tier: u64,
    /// [`UNLIMITED`] where the need is to be learnt.
    pub(crate) count: u64,
    pub(crate) place: Span,
}

/// As many as anybody asks for.
pub(crate) const UNLIMITED: u64 = u64::MAX;

/// Users of one population at one home. Whatever a part of them has, the lowest seats have.
#[derive(Clone, Debug)]
pub(crate) struct Seats {
    pub(crate) population: String,
    pub(crate) home: usize,
    /// The first of them, counted from 0 within the population.
    pub(crate) first: u64,
    pub(crate) seats: u64,
    /// How many have a device that books a port.
    pub(crate) objects: u64,
    pub(crate) softphones: u64,
    pub(crate) mobile_apps: u64,
    pub(crate) gsms: u64,
    pub(crate) operators: u64,
    /// Version of the operator application.
    pub(crate) application: u32,
    /// How many have each function, by [`Function`].
    pub(crate) functions: [u64; Function::ALL.len()],
    /// Whether sessions end: then not all of them ask at once.
    pub(crate) come_and_go: bool,
    pub(crate) place: Span,
    /// Where `devices` and `features` stand.
    pub(crate) devices_at: Span,
    pub(crate) features_at: Span,
}

/// A function that is configured for users.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Function {
    Uc,
    MyPbx,
    Video,
    AppSharing,
    Fax,
    Voicemail,
    Mobility,
    Conferencing,
    Reporting,
    Recording,
}

impl Function {
    /// In the order in which they are configured: what others need comes first.
    pub(crate) const ALL: [Self; 10] = [
        Self::Uc,
        Self::MyPbx,
        Self::Video,
        Self::AppSharing,
        Self::Fax,
        Self::Voicemail,
        Self::Mobility,
        Self::Conferencing,
        Self::Reporting,
        Self::Recording,
    ];

    /// The word of scenario files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Uc => "uc",
            Self::MyPbx => "mypbx",
            Self::Video => "video",
            Self::AppSharing => "app-sharing",
            Self::Fax => "fax",
            Self::Voicemail => "voicemail",
            Self::Mobility => "mobility",
            Self::Conferencing => "conferencing",
            Self::Reporting => "reporting",
            Self::Recording => "recording",
        }
    }

    /// What it books.
    pub(crate) fn feature(self) -> Feature {
        match self {
            Self::Uc => Feature::Uc,
            Self::MyPbx => Feature::MyPbx,
            Self::Video => Feature::Video,
            Self::AppSharing => Feature::AppSharing,
            Self::Fax => Feature::Fax,
            Self::Voicemail => Feature::VoicemailUser,
            Self::Mobility => Feature::Mobility,
            Self::Conferencing => Feature::Conferencing,
            Self::Reporting => Feature::Reporting,
            Self::Recording => Feature::RecordingUser,
        }
    }
}

impl Seats {
    pub(crate) fn asks(&self, function: Function) -> u64 {
        self.functions[function as usize]
    }
}

/// Lines to the outside declared under one name.
#[derive(Clone, Debug)]
pub(crate) struct Trunk {
    pub(crate) name: String,
    pub(crate) home: usize,
    pub(crate) count: u64,
    pub(crate) interface: Interface,
    /// Simultaneous calls of each; `None`: unlimited.
    pub(crate) channels: Option<u64>,
    pub(crate) reporting: bool,
    pub(crate) place: Span,
    pub(crate) features_at: Span,
}

/// What a trunk is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Interface {
    Sip,
    Pri,
    Bri,
    /// A Call Me button (R33e).
    WebRtc,
}

/// A waiting queue that a Queue Monitor shows.
#[derive(Clone, Debug)]
pub(crate) struct Monitored {
    pub(crate) name: String,
    pub(crate) home: usize,
    /// Version of the monitor.
    pub(crate) application: u32,
    pub(crate) place: Span,
}

/// A conference room.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) name: String,
    pub(crate) home: usize,
    /// Participants; `None`: unlimited.
    pub(crate) places: Option<u64>,
    /// Who manages it: population and seats, counted from 0.
    pub(crate) managers: Vec<(String, core::ops::Range<u64>)>,
    pub(crate) place: Span,
}

/// Calls between two names of the file.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) name: String,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) place: Span,
}

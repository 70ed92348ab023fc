//! A ladder: the messages between one endpoint and its PBXs, and what happened beside them, on one axis of time.

/// One endpoint's part of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ladder {
    /// Title of the scenario.
    pub scenario: String,
    /// Whose it is: `desk-17`, `desk-17/softphone`.
    pub endpoint: String,
    /// Why this one, in words; empty if it was asked for by name.
    pub why: String,
    /// Which run.
    pub seed: u64,
    /// Wall clock of the first moment, seconds after midnight.
    pub starts_s: u32,
    /// Date of the first moment (year, month, day), if the file gives one.
    pub date: Option<(i32, u8, u8)>,
    /// Who is in it: the endpoint, then PBXs.
    pub lanes: Vec<Lane>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// Steps beyond the most that are kept.
    pub left_out: u64,
}

/// A column of a ladder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// Where a capture says it is; nowhere in truth.
    pub address: [u8; 4],
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When, as the endpoint saw it, in nanoseconds since the run's first moment.
    pub at_ns: u64,
    /// What.
    pub what: What,
}

/// Kinds of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Something passed between two lanes.
    Message(Message),
    /// Something was so at one of them.
    Note(Note),
}

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Lane that sent it.
    pub from: usize,
    /// Lane it was for.
    pub to: usize,
    /// What it is, in a few words.
    pub text: String,
    /// When it left, in nanoseconds.
    pub left_ns: u64,
    /// What became of it.
    pub fate: Fate,
    /// Whether it went over a connection.
    pub connected: bool,
    /// As SIP writes it; empty for what is not SIP.
    pub octets: Vec<u8>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// Heard then, in nanoseconds.
    Heard(u64),
    /// It came then, and nobody was there to hear it.
    Unheard(u64),
    /// Lost on its way.
    Lost,
    /// Still under way when the run ended.
    Open,
}

/// A remark at a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Whose.
    pub lane: usize,
    /// About what.
    pub about: About,
    /// In words.
    pub text: String,
}

/// What a remark is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum About {
    /// What the endpoint wants and gets.
    Endpoint,
    /// A licence.
    Licence,
    /// A wait in a queue.
    Queue,
    /// A node: crash, restart, role.
    Node,
}

impl Fate {
    /// When it came, if it did, in nanoseconds.
    pub fn came_ns(self) -> Option<u64> {
        match self {
            Self::Heard(at) | Self::Unheard(at) => Some(at),
            Self::Lost | Self::Open => None,
        }
    }

    /// What to say where it was not heard.
    pub fn word(self) -> &'static str {
        match self {
            Self::Heard(_) => "",
            Self::Unheard(_) => "nobody hears it",
            Self::Lost => "lost",
            Self::Open => "under way at the end",
        }
    }
}

impl Ladder {
    /// The time of day of an instant, to the millisecond: `09:06:00.004`, the day after the first `00:00:01.000+1`.
    pub fn clock(&self, at_ns: u64) -> String {
        let clock = crate::units::clock(self.starts_s, at_ns);
        let (time, day) = clock.split_at(clock.find('+').unwrap_or(clock.len()));
        format!("{time}.{:03}{day}", at_ns / 1_000_000 % 1_000)
    }

    /// The name of a lane.
    pub fn name(&self, lane: usize) -> &str {
        self.lanes.get(lane).map_or("", |lane| &lane.name)
    }
}

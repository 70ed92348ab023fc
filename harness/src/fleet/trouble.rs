//! What can go wrong between machines.

use thiserror::Error;

/// Why a fleet cannot do its work; `place` never holds a password.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Trouble {
    /// Not an address at all.
    #[error("\"{0}\" is no address of a NATS server")]
    Address(String),
    /// Something in the environment that credentials are read from.
    #[error("{0}")]
    Credentials(String),
    /// Nobody there, or not for long enough.
    #[error("{place} does not answer: {why}")]
    Silent {
        /// Where.
        place: String,
        /// As the system says it.
        why: String,
    },
    /// Wrong or missing credentials.
    #[error("{place} does not let us in: {why}")]
    Refused {
        /// Where.
        place: String,
        /// As the server says it.
        why: String,
    },
    /// A server without its JetStream.
    #[error("{place} has no JetStream: it can carry messages but not keep them")]
    NoJetStream {
        /// Where.
        place: String,
    },
    /// Full, or not allowed.
    #[error("{place} does not take what is sent: {why}")]
    Declined {
        /// Where.
        place: String,
        /// As the server says it.
        why: String,
    },
    /// A server for small messages only.
    #[error("{place} takes messages of at most {most} bytes; {LEAST_PAYLOAD} are needed")]
    SmallMessages {
        /// Where.
        place: String,
        /// Its limit.
        most: usize,
    },
    /// Workers, but none that gives the same results.
    #[error("{place} has workers of {theirs} only; this is {ours}, and results of two versions do not mix")]
    OtherVersion {
        /// Where.
        place: String,
        /// What the workers say they are.
        theirs: String,
        /// What this is.
        ours: String,
    },
    /// A worker that cannot take its share of a run on the wire; nobody does then.
    #[error("{worker} is not ready, so no endpoint was started: {why}")]
    NotReady {
        /// Who.
        worker: String,
        /// As it says itself.
        why: String,
    },
    /// The same work with two results.
    #[error(
        "seed {seed} came out in two ways, on {workers}: a fault of pbxsim or of a machine; no result can be trusted"
    )]
    Disagreement {
        /// The seed.
        seed: u64,
        /// Who answered.
        workers: String,
    },
    /// A worker could not do its work.
    #[error("seed {seed} could not be run: {why}")]
    Failed {
        /// The seed.
        seed: u64,
        /// As the worker says it.
        why: String,
    },
    /// What came cannot be read: foreign, or damaged.
    #[error("something at {place} is not of pbxsim: {why}")]
    Foreign {
        /// Where.
        place: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Trouble {
    /// What to do about it; empty if nobody knows.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Address(_) => "for example nats://127.0.0.1:4222; several servers of a cluster with commas",
            Self::Silent { .. } => "is it running? on Debian: apt install nats-server; nats-server -js",
            Self::Refused { .. } | Self::Credentials(_) => {
                "credentials are read from the address or from NATS_USER and NATS_PASSWORD, NATS_TOKEN,\n\
                 NATS_CREDS (a file), NATS_CA, NATS_CERT and NATS_KEY (files)"
            }
            Self::NoJetStream { .. } => "start it with JetStream: nats-server -js",
            Self::Declined { .. } => {
                "its limits: nats server report jetstream; of pbxsim are PBXSIM-WORK and PBXSIM-DATA"
            }
            Self::OtherVersion { .. } => "start workers of this version, or run the other one: pbxsim workers --on URL",
            _ => "",
        }
    }
}

/// No server that can be used has a smaller limit, in bytes.
pub(super) const LEAST_PAYLOAD: usize = 1024;

//! Who does the work of a command: threads of this machine, or the workers at a NATS server.

use std::num::NonZeroUsize;

use harness::fleet::fleet::{Crew, Fleet};
use harness::fleet::place::Place;
use harness::fleet::trouble::Trouble;
use harness::run::{Hands, Threads};

use crate::complaint::Complaint;
use crate::{screen, usage};

/// Hands for a command.
pub(crate) enum Workforce {
    /// So many threads.
    Here(Threads),
    /// Workers elsewhere.
    Fleet(Box<Fleet>),
}

impl Workforce {
    /// What `--jobs` and `--on` say; `title` tells others what is run.
    pub(crate) fn new(jobs: Option<NonZeroUsize>, on: Option<&str>, title: &str) -> Result<Self, Complaint> {
        match on {
            Some(typed) => Ok(Self::Fleet(Box::new(Fleet::new(&place(typed)?, title, tell)?))),
            None => {
                let cores = || std::thread::available_parallelism().map_or(1, usize::from);
                Ok(Self::Here(Threads(jobs.map_or_else(cores, usize::from))))
            }
        }
    }

    pub(crate) fn hands(&self) -> &dyn Hands {
        match self {
            Self::Here(threads) => threads,
            Self::Fleet(fleet) => &**fleet,
        }
    }

    /// Whether what was measured is whole and can be trusted.
    pub(crate) fn finish(&self) -> Result<(), Complaint> {
        match self {
            Self::Here(_) => Ok(()),
            Self::Fleet(fleet) => Ok(fleet.finish()?),
        }
    }

    /// How many threads did `items`, and the processor time of all.
    pub(crate) fn crew(&self, items: u64) -> Crew {
        match self {
            Self::Here(threads) => {
                let most = usize::try_from(items).unwrap_or(usize::MAX);
                Crew { threads: threads.count().min(most), cpu_s: usage::cpu_s() }
            }
            Self::Fleet(fleet) => {
                let Crew { threads, cpu_s } = fleet.crew();
                Crew { threads, cpu_s: cpu_s + usage::cpu_s() }
            }
        }
    }
}

/// Where a NATS server is, with the credentials that the environment holds.
pub(crate) fn place(typed: &str) -> Result<Place, Complaint> {
    Ok(Place::new(typed, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))?)
}

/// On a line of its own, whatever is being drawn over.
pub(crate) fn tell(text: &str) {
    let clear = if screen::redraws() { "\r\x1b[K" } else { "" };
    screen::tell(&format!("{clear}{text}"));
}

impl From<Trouble> for Complaint {
    fn from(trouble: Trouble) -> Self {
        let complaint = match &trouble {
            Trouble::Address(_) | Trouble::Credentials(_) => Self::wrong(trouble.to_string()),
            _ => Self::invalid(trouble.to_string()),
        };
        complaint.hint(trouble.hint())
    }
}

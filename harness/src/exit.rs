//! How a command ends: the exit codes, which are a contract with scripts and CI.

use std::process::ExitCode;

use reports::result::Verdict;

/// The exit codes of pbxsim. A crash of pbxsim itself is 101, Rust's own.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Exit {
    /// Every expectation held; or the command did what it was asked.
    Held,
    /// An expectation failed or an invariant broke.
    Failed,
    /// The file or the command line is wrong; nothing ran.
    Wrong,
    /// More seeds or pairs are needed: nobody can tell.
    CantTell,
    /// There is no valid result, or it could not be written.
    Invalid,
    /// Stopped by the user.
    Interrupted,
}

impl Exit {
    /// What the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Failed => 1,
            Self::Wrong => 2,
            Self::Invalid => 3,
            Self::CantTell => 4,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Held,
            Verdict::CantTell => Self::CantTell,
            Verdict::Fail => Self::Failed,
            Verdict::Invalid => Self::Invalid,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// 128 + SIGINT, as shells count.
pub(crate) const INTERRUPTED: u8 = 130;
/// For `--help` and the manual page.
pub(crate) const IN_WORDS: &str = "\
Exit codes: 0 all held; 1 an expectation failed, an invariant broke, an audit
  found gaps; 2 wrong file or command line, nothing ran; 3 no valid result;
  4 can't tell: not decided; 130 interrupted, partial run file";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_and_codes_agree() {
        for verdict in [Verdict::Pass, Verdict::CantTell, Verdict::Fail, Verdict::Invalid] {
            assert_eq!(Exit::from(verdict).code(), verdict.exit_code());
        }
    }
}

//! `pbxsim` alone: what it is and how to begin.

use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::screen;

/// Says so in a dozen lines.
pub(super) fn start() -> Result<Exit, Complaint> {
    screen::print(WORDS)?;
    Ok(Exit::Held)
}

const WORDS: &str = "\
pbxsim simulates a morning of a PBX cluster: phones that register, lose their
PBX and come back, and compete for floating licences. It runs in virtual time
and ends in a verdict: does the sizing hold, with what margin, and why.

Three commands to start with:

  pbxsim new rush.yaml        writes a commented scenario
  pbxsim run rush.yaml        runs it with 20 seeds: PASS or FAIL, and why
  pbxsim explain rush.yaml    says back what it means, and what theory expects

All commands: pbxsim --help
";

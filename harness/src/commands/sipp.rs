//! `pbxsim show --as sipp-stat`, `sipp-rtt`: what SIPp would have logged of the first seed, which is run again for it.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use harness::sipp;
use reports::atomic_file;
use reports::measurements::Measurements;
use reports::result::RunResult;
use reports::run_file::RunFile;
use scenarios::plan::Plan;

use crate::commands::trace;
use crate::complaint::Complaint;
use crate::exit::Exit;

/// The statistics of the result that failed first, else of the first.
pub(super) fn stat(run: &RunFile) -> Result<String, Complaint> {
    let (result, recorded, plan) = first(run)?;
    let (log, again) = sipp::stat(&plan, recorded.seed).ok_or_else(not_found)?;
    trace::must_repeat(result, recorded, &again)?;
    Ok(reports::render::sipp::stat(&log, &result.header))
}

/// Every response time of the same, written as it is measured: a run of any length fits.
pub(super) fn rtt(run: &RunFile, out: Option<&Path>) -> Result<Exit, Complaint> {
    let (result, recorded, plan) = first(run)?;
    let mut again = None;
    let mut write = |to: &mut dyn Write| {
        again = sipp::rtt(&plan, recorded.seed, to)?;
        to.flush()
    };
    match out {
        Some(path) => {
            atomic_file::write_with(path, &mut write).map_err(|error| Complaint::invalid(error.to_string()))?;
        }
        None => match write(&mut BufWriter::new(io::stdout().lock())) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(Exit::Held),
            Err(error) => return Err(Complaint::invalid(format!("standard output was not written: {error}"))),
            Ok(()) => {}
        },
    }
    trace::must_repeat(result, recorded, &again.ok_or_else(not_found)?)?;
    Ok(Exit::Held)
}

fn first(run: &RunFile) -> Result<(&RunResult, &Measurements, Plan), Complaint> {
    let result = trace::chosen(run, None)?;
    Ok((result, trace::recorded(result, None)?, trace::plan(result)?))
}

fn not_found() -> Complaint {
    Complaint::invalid("what the scenario searches for was not found")
}

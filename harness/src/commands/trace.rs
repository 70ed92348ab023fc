//! `pbxsim trace`: one endpoint of a run, followed by running its seed again.

use harness::trace::{Traced, Whom};
use reports::ladder::Ladder;
use reports::measurements::{Measurements, Stopped};
use reports::render::ladder;
use reports::render::page::{self, Sheet};
use reports::result::{RunResult, Verdict};
use reports::run_file::RunFile;
use scenarios::plan::Plan;

use crate::args::{Trace, TraceFormat};
use crate::commands::show::deliver;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::{run_files, screen};

/// Shows somebody's ladder.
pub(super) fn trace(args: &Trace) -> Result<Exit, Complaint> {
    if args.format == TraceFormat::Pcap && args.out.is_none() && screen::is_terminal() {
        return Err(Complaint::wrong("a capture is nothing to read").hint("add: --out trace.pcapng"));
    }
    let run = run_files::read(&run_files::find(&args.run)?)?;
    let result = chosen(&run, args.variant.as_deref())?;
    let ladder = follow(result, args.seed, &whom(&args.whom))?;
    let shown = match args.format {
        TraceFormat::Text => ladder::render(&ladder).into_bytes(),
        TraceFormat::Svg => ladder::picture(&ladder).into_bytes(),
        TraceFormat::Html => page::ladder(&ladder, Sheet::Inside).into_bytes(),
        TraceFormat::Pcap => ladder::capture(&[ladder]),
    };
    deliver(&shown, args.out.as_deref())
}

/// The SIP of a bounded sample of a run.
pub(super) fn capture(run: &RunFile) -> Result<Vec<u8>, Complaint> {
    Ok(ladder::capture(&sample(chosen(run, None)?)?))
}

/// Those worth following: the worst, the first that failed, one in the middle; nobody twice.
pub(super) fn sample(result: &RunResult) -> Result<Vec<Ladder>, Complaint> {
    let mut sample: Vec<Ladder> = Vec::new();
    for whom in [Whom::Worst, Whom::FirstFailure, Whom::Median] {
        match follow(result, None, &whom) {
            Ok(ladder) if sample.iter().all(|known| known.endpoint != ladder.endpoint) => sample.push(ladder),
            // Perhaps nobody failed: then there are fewer.
            Ok(_) => {}
            Err(complaint) if complaint.exit == Exit::Wrong => {}
            Err(complaint) => return Err(complaint),
        }
    }
    Ok(sample)
}

fn whom(word: &str) -> Whom {
    match word {
        "worst" => Whom::Worst,
        "first-failure" => Whom::FirstFailure,
        "median" => Whom::Median,
        name => Whom::Named(name.to_owned()),
    }
}

/// The result of that variant; without one the first that failed, else the first.
pub(super) fn chosen<'a>(run: &'a RunFile, variant: Option<&str>) -> Result<&'a RunResult, Complaint> {
    let failed = |result: &&RunResult| result.verdict(&result.judge()) == Verdict::Fail;
    let found = match variant {
        Some(name) => run.results.iter().find(|result| result.header.variant.as_deref() == Some(name)),
        None => run.results.iter().find(failed).or(run.results.first()),
    };
    let names: Vec<&str> = run.results.iter().filter_map(|result| result.header.variant.as_deref()).collect();
    found.ok_or_else(|| {
        Complaint::wrong("the run file has no such result").hint(match names.as_slice() {
            [] => "it has no variants".to_owned(),
            names => format!("it has: {}", names.join(", ")),
        })
    })
}

/// Runs a seed again and follows; what comes out must be the run that was recorded.
fn follow(result: &RunResult, seed: Option<u64>, whom: &Whom) -> Result<Ladder, Complaint> {
    let recorded = recorded(result, seed)?;
    let plan = plan(result)?;
    let Traced { ladder, run } = harness::trace::trace(&plan, recorded.seed, whom).map_err(Complaint::wrong)?;
    must_repeat(result, recorded, &run)?;
    Ok(ladder)
}

/// What comes out of a seed that is run again must be what was recorded.
pub(super) fn must_repeat(result: &RunResult, recorded: &Measurements, again: &Measurements) -> Result<(), Complaint> {
    if again.digest == recorded.digest { Ok(()) } else { Err(another(result)) }
}

pub(super) fn recorded(result: &RunResult, seed: Option<u64>) -> Result<&Measurements, Complaint> {
    let runs = &result.seeds;
    let found = match seed {
        Some(seed) => runs.iter().find(|run| run.seed == seed),
        None => runs.first(),
    };
    let found = found.ok_or_else(|| match (runs.first(), runs.last()) {
        (Some(first), Some(last)) => {
            Complaint::wrong("that seed is not in the run file").hint(format!("it has {} … {}", first.seed, last.seed))
        }
        _ => Complaint::wrong("nothing was run"),
    })?;
    if found.stopped == Some(Stopped::Interrupted) {
        return Err(Complaint::wrong("this run was interrupted: it cannot be followed")
            .hint(format!("run it again: pbxsim run … --seed {}", found.seed)));
    }
    Ok(found)
}

/// The plan that was run, from the text kept in the run file.
pub(super) fn plan(result: &RunResult) -> Result<Plan, Complaint> {
    let header = &result.header;
    let loaded = scenarios::load(&header.file, &header.source, &header.overrides, header.variant.as_deref());
    let plans = loaded.map_err(|_| another(result))?.plans;
    plans.into_iter().find(|plan| plan.digest == header.plan_digest).ok_or_else(|| another(result))
}

fn another(result: &RunResult) -> Complaint {
    let version = &result.header.version;
    Complaint::invalid(format!("this pbxsim does not repeat a run of pbxsim {version}: its messages cannot be shown"))
        .hint("run the scenario again, then follow that run")
}

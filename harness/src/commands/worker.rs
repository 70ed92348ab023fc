//! `pbxsim worker` and `pbxsim workers`: doing the work of others, and who does it.

use harness::fleet::roll_call::{self, Command, Roll, Worker};
use harness::fleet::worker;
use reports::units::{count, things};

use crate::args;
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::workforce::{place, tell};
use crate::{interrupt, screen};

/// Works until interrupted.
pub(super) fn worker(args: &args::Worker) -> Result<Exit, Complaint> {
    let Some(typed) = &args.nats else { return Err(where_is("worker --nats")) };
    let place = place(typed)?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let interrupted = interrupt::flag_saying("giving back what was begun; Ctrl-C again ends at once");
    let done = worker::work(&place, args.jobs.map_or_else(cores, usize::from), &interrupted, tell)?;
    screen::tell(&format!("{} done\n", things(done, "run", "runs")));
    Ok(Exit::Held)
}

/// Who is there, and what there is to do.
pub(super) fn workers(args: &args::Workers) -> Result<Exit, Complaint> {
    let Some(typed) = &args.on else { return Err(where_is("workers --on")) };
    let place = place(typed)?;
    let roll = roll_call::call(&place)?;
    screen::print(&shown(&roll, &place.shown()))?;
    Ok(Exit::Held)
}

fn shown(roll: &Roll, place: &str) -> String {
    let threads = roll.workers.iter().map(|worker| worker.threads as u64).sum::<u64>();
    let busy = roll.workers.iter().map(|worker| worker.busy as u64).sum::<u64>();
    let mut lines = vec![format!(
        "{} at {place}: {} of {} busy, {} not done yet",
        things(roll.workers.len() as u64, "worker", "workers"),
        count(busy),
        things(threads, "thread", "threads"),
        things(roll.waiting, "run", "runs"),
    )];
    if !roll.workers.is_empty() {
        lines.push(format!("  {:<36}{:<20}{:>8}{:>6}{:>8}", "worker", "version", "threads", "busy", "done"));
    }
    for worker in &roll.workers {
        let Worker { name, threads, busy, done, .. } = worker;
        let [threads, busy] = [*threads, *busy].map(|number| count(number as u64));
        lines.push(format!("  {name:<36}{:<20}{threads:>8}{busy:>6}{:>8}", worker.version(), count(*done)));
    }
    for command in &roll.commands {
        let Command { title, begun, done, .. } = command;
        let begun = things(*begun, "run", "runs");
        lines.push(format!("  {title}, version {}: {} of {begun} begun are done", command.version(), count(*done)));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn where_is(verb: &str) -> Complaint {
    Complaint::wrong("at which NATS server?").hint(format!("for example pbxsim {verb} nats://127.0.0.1:4222"))
}

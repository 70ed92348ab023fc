//! The side that does the work: takes a task, runs it, stores what came of it, lets the task go; and again.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reports::measurements::{Measurements, Stopped};
use rustix::time::{ClockId, clock_gettime};
use scenarios::plan::Plan;

use super::edition::{edition, in_words};
use super::link::Link;
use super::order::{Found, Order, Outcome, Task, json, wrapped};
use super::parcel::Parcel;
use super::place::Place;
use super::queue::{Lent, Queue};
use super::roll_call::{Present, ROLL_CALL, Worker};
use super::share::Sharing;
use super::trouble::Trouble;
use crate::run::{self, Item, Progress};

/// Plans that are kept: those of the tasks that come next are mostly the same.
const PLANS: usize = 16;
/// Ended jobs that are remembered.
const ENDED: usize = 1000;
/// A task that was begun more often than this ends its workers, not the other way round.
const MOST_TIMES: i64 = 10;
/// Before a task is tried again that could not be stored.
const LATER: Duration = Duration::from_secs(5);

/// A worker at a server.
struct Desk<'a> {
    link: &'a Link,
    name: &'a str,
    state: Arc<State>,
    plans: Mutex<Vec<(Parcel, Arc<Plan>)>>,
    interrupt: &'a AtomicBool,
    tell: fn(&str),
}

#[derive(Default)]
struct State {
    busy: AtomicUsize,
    done: AtomicU64,
    ended: Mutex<BTreeSet<String>>,
}

/// Does what is to be done at a server, on so many threads, until interrupted; then gives back what it was at. How many
/// tasks it has done.
///
/// # Errors
/// If the server cannot be used, or was away for too long.
pub fn work(place: &Place, threads: usize, interrupt: &AtomicBool, tell: fn(&str)) -> Result<u64, Trouble> {
    let name = name();
    let link = Link::connect(place, &format!("pbxsim worker {name}"))?;
    let state = Arc::new(State::default());
    let (present, called) = (Arc::clone(&state), name.clone());
    link.hear(ROLL_CALL, move |_| Some(json(&present.present(&called, threads))))?;
    let ended = Arc::clone(&state);
    link.hear("pbxsim.over", move |job| ended.over(job))?;
    let desk = Desk { link: &link, name: &name, state: Arc::clone(&state), plans: Mutex::default(), interrupt, tell };
    let sharing = Sharing::new(&link, &name, interrupt)?;
    tell(&format!("{name}, version {}, at {}\n", in_words(edition()), link.shown()));
    let trouble = std::thread::scope(|scope| {
        let desk = &desk;
        let sharing = scope.spawn(move || sharing.work());
        let threads: Vec<_> = (0..threads.max(1)).map(|thread| scope.spawn(move || desk.work(thread))).collect();
        let ended = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        let trouble = ended.filter_map(Result::err).next();
        interrupt.store(true, Ordering::Relaxed);
        sharing.join().unwrap_or_else(|panic| resume_unwind(panic));
        trouble
    });
    trouble.map_or_else(|| Ok(state.done.load(Ordering::Relaxed)), Err)
}

impl Desk<'_> {
    fn is_over(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// One thread.
    fn work(&self, thread: usize) -> Result<(), Trouble> {
        let mut queue = Queue::open(self.link, edition(), &|| self.is_over())?;
        while !self.is_over() {
            match queue.take(self.link) {
                Ok(None) => {}
                Ok(Some(lent)) => {
                    self.state.busy.fetch_add(1, Ordering::Relaxed);
                    self.answer(lent, thread);
                    self.state.busy.fetch_sub(1, Ordering::Relaxed);
                }
                Err(why) => {
                    tracing::debug!(why, "no task");
                    self.link.pause(Duration::from_millis(200), &|| self.is_over());
                    if !self.is_over() {
                        queue = Queue::open(self.link, edition(), &|| self.is_over())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn answer(&self, lent: Lent, thread: usize) {
        let task = match Task::from_bytes(&lent.payload) {
            Ok(task) => task,
            Err(why) => {
                (self.tell)(&format!("a task that is none was thrown away: {why}\n"));
                return lent.done(self.link);
            }
        };
        match self.outcome(&task, lent.times, thread) {
            Ok(Some(())) => {
                self.state.done.fetch_add(1, Ordering::Relaxed);
                lent.done(self.link);
            }
            // Interrupted, or of a job that is over.
            Ok(None) if self.is_over() => lent.give_back(self.link, Duration::ZERO),
            Ok(None) => lent.done(self.link),
            Err(trouble) => {
                (self.tell)(&format!("seed {} was run and is not stored: {trouble}\n", task.seed));
                if let Trouble::Declined { place, why } = trouble {
                    self.link.say(&format!("pbxsim.trouble.{}", task.job), json(&(place, why)));
                }
                lent.give_back(self.link, LATER);
            }
        }
    }

    /// Runs a task and stores what came of it; `None`: it is of no use any more.
    fn outcome(&self, task: &Task, times: i64, thread: usize) -> Result<Option<()>, Trouble> {
        let stop = || self.is_over() || locked(&self.state.ended).contains(&task.job);
        if stop() {
            return Ok(None);
        }
        let before = cpu_ns();
        let measured = match self.plan(task, &stop)? {
            None => return Ok(None),
            Some(Err(why)) => Err(why),
            Some(Ok(_)) if times > MOST_TIMES => {
                Err(format!("{MOST_TIMES} times a worker began it, and none has finished it"))
            }
            Some(Ok(plan)) => run_whole(Item { plan: &plan, seed: task.seed }, task.first, &stop),
        };
        if measured.as_ref().is_ok_and(|measured| measured.stopped == Some(Stopped::Interrupted)) {
            return Ok(None);
        }
        let worker = format!("{}/{thread}", self.name);
        let outcome = |result| Outcome { item: task.item, worker, cpu_ns: cpu_ns().saturating_sub(before), result };
        let bytes = match measured {
            Err(why) => outcome(Found::Failed(why)).to_bytes(&[]),
            Ok(measured) => {
                let (digest, bytes) = wrapped(&measured);
                // Its first line is short.
                if bytes.len() + self.link.room() / 2 < self.link.room() {
                    outcome(Found::Measured { digest, elsewhere: None }).to_bytes(&bytes)
                } else {
                    let parcel = Parcel::store(self.link, &task.job, &bytes, &stop)?;
                    outcome(Found::Measured { digest, elsewhere: Some(parcel) }).to_bytes(&[])
                }
            }
        };
        self.store(task, bytes, &stop).map(Some)
    }

    /// The first outcome stays; another one must be the same.
    fn store(&self, task: &Task, bytes: Vec<u8>, stop: &dyn Fn() -> bool) -> Result<(), Trouble> {
        let subject = format!("pbxsim.data.{}.done.{}", task.job, task.item);
        if self.link.store_once(&subject, bytes.clone(), stop)? {
            return Ok(());
        }
        let Some(stored) = self.link.stored(&subject, stop)? else { return Ok(()) };
        let read = |bytes: &[u8]| Outcome::from_bytes(bytes).map(|(outcome, _)| outcome);
        let (Ok(stored), Ok(ours)) = (read(&stored), read(&bytes)) else {
            return Err(self.link.foreign("an outcome that is none"));
        };
        if !stored.result.agrees(&ours.result) {
            let dispute = json(&(task.item, [stored.worker, ours.worker]));
            self.link.store_once(&format!("pbxsim.data.{}.dispute", task.job), dispute, stop)?;
        }
        Ok(())
    }

    /// The plan of a task; `None`: its order is gone, and so is who gave it.
    fn plan(&self, task: &Task, stop: &dyn Fn() -> bool) -> Result<Option<Result<Arc<Plan>, String>>, Trouble> {
        if let Some((_, plan)) = locked(&self.plans).iter().find(|(order, _)| *order == task.order) {
            return Ok(Some(Ok(Arc::clone(plan))));
        }
        let Some(bytes) = task.order.fetch(self.link, &task.job, stop)? else { return Ok(None) };
        let plan = Order::from_bytes(&bytes).and_then(|order| order.plan()).map(Arc::new);
        if let Ok(plan) = &plan {
            let mut plans = locked(&self.plans);
            if plans.len() == PLANS {
                plans.remove(0);
            }
            plans.push((task.order.clone(), Arc::clone(plan)));
        }
        Ok(Some(plan))
    }
}

impl State {
    fn present(&self, name: &str, threads: usize) -> Present {
        Present::Worker(Worker {
            name: name.to_owned(),
            edition: edition().to_owned(),
            threads,
            busy: self.busy.load(Ordering::Relaxed),
            done: self.done.load(Ordering::Relaxed),
        })
    }

    fn over(&self, job: &[u8]) -> Option<Vec<u8>> {
        let mut ended = locked(&self.ended);
        if ended.len() >= ENDED {
            ended.clear();
        }
        ended.insert(String::from_utf8_lossy(job).into_owned());
        None
    }
}

/// A run that panics ends the task and not the worker.
fn run_whole(item: Item<'_>, first: bool, stop: &dyn Fn() -> bool) -> Result<Measurements, String> {
    let measured = catch_unwind(AssertUnwindSafe(|| run::one(item, stop, &Silence)));
    let measured =
        measured.map_err(|_| "pbxsim itself broke there: the worker's standard error says how".to_owned())?;
    Ok(if first { measured } else { run::judged_only(measured) })
}

struct Silence;

impl Progress for Silence {
    fn portion(&self) {}
    fn seed(&self) {}
}

/// Machine and process.
fn name() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let host: String = host.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect();
    format!("{host}-{}", std::process::id())
}

/// Processor time of this thread.
fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)).unwrap_or(0)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

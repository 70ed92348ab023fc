//! The side that wants work done: to a run it is what threads are.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reports::measurements::Measurements;

use super::edition::{edition, in_words};
use super::link::{DATA, Link, WORK};
use super::order::{Found, Order, Outcome, Task, json, parse, unwrapped};
use super::parcel::Parcel;
use super::place::Place;
use super::roll_call::{self, Command, Present, ROLL_CALL};
use super::trouble::Trouble;
use crate::run::{Hands, Item, Progress};

/// Items that are handed out at a time, at most: what is waiting at the server is bounded by it.
const AHEAD: usize = 256;
/// Between two looks at the interrupt flag.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// After so many of them without an answer the server is asked what became of the item.
const LOOKS: u32 = 75;
/// Between two roll calls while nobody has answered, and afterwards.
const CALLS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];
/// Roll calls without a worker of this edition until that is said.
const PATIENCE: u32 = 5;

/// Workers somewhere, as hands.
pub struct Fleet {
    link: Arc<Link>,
    /// Names the work of this command among that of others.
    job: String,
    books: Arc<Books>,
    next: AtomicU64,
    orders: Mutex<BTreeMap<Vec<u8>, Parcel>>,
}

/// What is known of the job.
#[derive(Default)]
struct Books {
    waiting: Mutex<BTreeMap<u64, Sender<Vec<u8>>>>,
    /// What came of each item, and who said so.
    came: Mutex<BTreeMap<u64, (Found, String)>>,
    seeds: Mutex<BTreeMap<u64, u64>>,
    workers: Mutex<BTreeSet<String>>,
    cpu_ns: AtomicU64,
    trouble: Mutex<Option<Trouble>>,
    is_over: AtomicBool,
}

/// What workers have done for a command.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crew {
    /// Threads of workers that did some of it.
    pub threads: usize,
    /// Processor time they took for it, in seconds.
    pub cpu_s: f64,
}

impl Fleet {
    /// The workers at a server, now and later. `title` says what is run, to whoever calls the roll; `tell` hears who is there.
    ///
    /// # Errors
    /// If the server cannot be used.
    pub fn new(place: &Place, title: &str, tell: fn(&str)) -> Result<Self, Trouble> {
        let link = Arc::new(Link::connect(place, "pbxsim")?);
        tracing::info!(edition = edition(), place = link.shown(), "work goes to a fleet");
        let job = format!("{:016x}", RandomState::new().hash_one(title));
        let books = Arc::new(Books::default());
        let heard = Arc::clone(&books);
        link.hear(&format!("pbxsim.data.{job}.done.*"), move |bytes| heard.outcome(bytes))?;
        let heard = Arc::clone(&books);
        link.hear(&format!("pbxsim.data.{job}.dispute"), move |bytes| heard.dispute(bytes))?;
        let heard = Arc::clone(&books);
        link.hear(&format!("pbxsim.trouble.{job}"), move |bytes| heard.complaint(bytes))?;
        let (heard, title) = (Arc::clone(&books), title.to_owned());
        link.hear(ROLL_CALL, move |_| Some(json(&heard.present(&title))))?;
        let (watched, seen) = (Arc::clone(&link), Arc::clone(&books));
        // It ends by itself soon after the command, or with it.
        std::thread::spawn(move || watch(&watched, &seen, tell));
        Ok(Self { link, job, books, next: AtomicU64::new(0), orders: Mutex::default() })
    }

    /// Whether everything that was measured can be trusted.
    ///
    /// # Errors
    /// What went wrong, if anything did.
    pub fn finish(&self) -> Result<(), Trouble> {
        if locked(&self.books.trouble).is_none()
            && let Some(dispute) = self.link.stored(&format!("pbxsim.data.{}.dispute", self.job), &|| false)?
        {
            self.books.dispute(&dispute);
        }
        locked(&self.books.trouble).clone().map_or(Ok(()), Err)
    }

    /// Who did it.
    pub fn crew(&self) -> Crew {
        let cpu_s = self.books.cpu_ns.load(Ordering::Relaxed) as f64 / 1e9;
        Crew { threads: locked(&self.books.workers).len(), cpu_s }
    }

    /// Hands an item out and waits for what comes of it; `None`: stopped.
    fn through(&self, item: Item<'_>, first: bool, stop: &dyn Fn() -> bool) -> Result<Option<Measurements>, Trouble> {
        let order = self.order(item, stop)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let task = Task { job: self.job.clone(), item: number, order, seed: item.seed, first };
        let (sender, receiver) = mpsc::channel();
        locked(&self.books.seeds).insert(number, item.seed);
        locked(&self.books.waiting).insert(number, sender);
        let outcome = self.outcome(&task, &receiver, stop);
        locked(&self.books.waiting).remove(&number);
        outcome?.map(|outcome| self.opened(&outcome, item.seed, stop)).transpose()
    }

    /// The plan of an item, at the server; sent once.
    fn order(&self, item: Item<'_>, stop: &dyn Fn() -> bool) -> Result<Parcel, Trouble> {
        let (plan, source) = (item.plan, &item.plan.source);
        // All a plan is made from, but for the text: within one command a path has one text.
        let key = json(&(plan.digest, &source.path, &source.overrides, &plan.variant));
        let mut orders = locked(&self.orders);
        if let Some(order) = orders.get(&key) {
            return Ok(order.clone());
        }
        let parcel = Parcel::store(&self.link, &self.job, &Order::of(plan).to_bytes(), stop)?;
        orders.insert(key, parcel.clone());
        Ok(parcel)
    }

    /// Waits for an outcome. It is heard when it is stored; what may have been missed is looked up, and what is nowhere
    /// any more is handed out again.
    fn outcome(
        &self,
        task: &Task,
        answers: &Receiver<Vec<u8>>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<u8>>, Trouble> {
        let subject = format!("pbxsim.work.{}.{}.{}", edition(), task.job, task.item);
        let hand_out = |time: u32| {
            self.link.publish(&subject, &task.to_bytes(), &format!("{}.{}.{time}", task.job, task.item), stop)
        };
        let (mut times, mut looks, mut connections) = (0, 0, self.link.connections());
        let mut sequence = hand_out(times)?;
        loop {
            if let Ok(outcome) = answers.recv_timeout(LOOK_AGAIN) {
                return Ok(Some(outcome));
            }
            if stop() {
                return Ok(None);
            }
            looks += 1;
            if looks < LOOKS && connections == self.link.connections() {
                continue;
            }
            (looks, connections) = (0, self.link.connections());
            let is_waiting = self.link.is_waiting(sequence, stop)?;
            // Asked for in this order: whoever is done stores first and lets the task go then.
            let done = format!("pbxsim.data.{}.done.{}", task.job, task.item);
            match self.link.stored(&done, stop)? {
                Some(outcome) => return Ok(Some(outcome)),
                None if is_waiting => {}
                None => {
                    times += 1;
                    sequence = hand_out(times)?;
                }
            }
        }
    }

    fn opened(&self, outcome: &[u8], seed: u64, stop: &dyn Fn() -> bool) -> Result<Measurements, Trouble> {
        let (outcome, behind) = Outcome::from_bytes(outcome).map_err(|why| self.link.foreign(why))?;
        self.books.credit(&outcome);
        let (digest, elsewhere) = match outcome.result {
            Found::Failed(why) => return Err(Trouble::Failed { seed, why }),
            Found::Measured { digest, elsewhere } => (digest, elsewhere),
        };
        let fetched = match elsewhere {
            Some(parcel) => parcel
                .fetch(&self.link, &self.job, stop)?
                .ok_or_else(|| self.link.foreign("an outcome is there without the measurements it speaks of"))?,
            None => behind.to_vec(),
        };
        unwrapped(&digest, &fetched).map_err(|why| self.link.foreign(why))
    }
}

impl Hands for Fleet {
    fn count(&self) -> usize {
        AHEAD
    }

    fn carry_out(
        &self,
        item: Item<'_>,
        first: bool,
        stop: &dyn Fn() -> bool,
        _: &dyn Progress,
    ) -> Option<Measurements> {
        let over = || stop() || locked(&self.books.trouble).is_some();
        if over() {
            return None;
        }
        match self.through(item, first, &over) {
            Ok(measured) => measured,
            Err(trouble) => {
                // What was stopped may end in any way.
                if !over() {
                    self.books.give_up(trouble);
                }
                None
            }
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.books.is_over.store(true, Ordering::Relaxed);
        self.link.say("pbxsim.over", self.job.clone().into_bytes());
        self.link.purge(WORK, &format!("pbxsim.work.{}.{}.*", edition(), self.job));
        self.link.purge(DATA, &format!("pbxsim.data.{}.>", self.job));
    }
}

impl Books {
    /// An outcome was stored, or another one beside it.
    fn outcome(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let Ok((outcome, _)) = Outcome::from_bytes(bytes) else { return None };
        let Outcome { item, worker, result, .. } = outcome;
        let known = locked(&self.came).entry(item).or_insert_with(|| (result.clone(), worker.clone())).clone();
        if !known.0.agrees(&result) {
            self.disagree(item, &[known.1, worker]);
        }
        if let Some(waiting) = locked(&self.waiting).remove(&item) {
            // Who does not wait any more was stopped.
            let _ = waiting.send(bytes.to_vec());
        }
        None
    }

    /// A worker found another outcome than its own.
    fn dispute(&self, payload: &[u8]) -> Option<Vec<u8>> {
        let (item, workers): (u64, Vec<String>) = parse(payload).ok()?;
        self.disagree(item, &workers);
        None
    }

    fn disagree(&self, item: u64, workers: &[String]) {
        let seed = locked(&self.seeds).get(&item).copied().unwrap_or_default();
        self.give_up(Trouble::Disagreement { seed, workers: workers.join(" and ") });
    }

    /// A worker cannot store what it has done.
    fn complaint(&self, payload: &[u8]) -> Option<Vec<u8>> {
        let (place, why): (String, String) = parse(payload).ok()?;
        self.give_up(Trouble::Declined { place, why });
        None
    }

    fn give_up(&self, trouble: Trouble) {
        locked(&self.trouble).get_or_insert(trouble);
    }

    fn credit(&self, outcome: &Outcome) {
        locked(&self.workers).insert(outcome.worker.clone());
        self.cpu_ns.fetch_add(outcome.cpu_ns, Ordering::Relaxed);
    }

    fn present(&self, title: &str) -> Present {
        let begun = locked(&self.seeds).len() as u64;
        let done = begun - locked(&self.waiting).len() as u64;
        Present::Command(Command { title: title.to_owned(), edition: edition().to_owned(), begun, done })
    }
}

/// Calls the roll now and then: says who is there, and gives up where only other versions are.
fn watch(link: &Link, books: &Books, tell: fn(&str)) {
    let (mut alone, mut known) = (0, (0, 0));
    while !books.is_over.load(Ordering::Relaxed) && locked(&books.trouble).is_none() {
        let roll = roll_call::over(link);
        if books.is_over.load(Ordering::Relaxed) {
            return;
        }
        let (ours, others): (Vec<_>, Vec<_>) = roll.workers.iter().partition(|worker| worker.edition == edition());
        let there = (ours.len(), ours.iter().map(|worker| worker.threads).sum::<usize>());
        if there != known && there.0 > 0 {
            let [workers, threads] = [(there.0, "worker"), (there.1, "thread")].map(plural);
            tell(&format!("{workers}, {threads} at {}\n", link.shown()));
        }
        known = there;
        alone = if there.0 == 0 { alone + 1 } else { 0 };
        if alone == PATIENCE {
            if let Some(other) = others.first() {
                let (place, theirs) = (link.shown(), in_words(&other.edition));
                books.give_up(Trouble::OtherVersion { place, theirs, ours: in_words(edition()) });
            } else {
                let place = link.shown();
                tell(&format!("no worker at {place} so far; to start one: pbxsim worker --nats {place}\n"));
            }
        }
        let pause = CALLS[usize::from(there.0 > 0)];
        link.pause(pause, &|| books.is_over.load(Ordering::Relaxed));
    }
}

fn plural((count, word): (usize, &str)) -> String {
    reports::units::things(count as u64, word, &format!("{word}s"))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

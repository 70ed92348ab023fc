//! A run on the wire by many workers: shares, one beginning, one ledger.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scenarios::plan::Plan;
use simulator::layout::Block;
use simulator::time::Instant;

use super::edition::{edition, in_words};
use super::link::{DATA, Link};
use super::order::{Order, json, parse};
use super::parcel::{self, Parcel};
use super::place::Place;
use super::roll_call;
use super::share::{Answer, NEWS, News, Share, Whom, Wish, clock, done, offset, pulse, wishes};
use super::trouble::Trouble;
use crate::wire::clock::Clock;
use crate::wire::driver;
use crate::wire::part::Part;
use crate::wire::rails::Permission;

/// How long workers may take to be there, and to be ready.
const PATIENCE: Duration = Duration::from_secs(30);
/// From the word to the beginning: every worker must have it by then.
const NOTICE: simulator::time::Duration = simulator::time::Duration::seconds(2);
/// A worker that was not heard of for so long is lost: three beats.
const LOST: simulator::time::Duration = simulator::time::Duration::millis(3_500);
/// After its end a share leaves, and is stored.
const AFTERWARDS: simulator::time::Duration = simulator::time::Duration::seconds(30);
/// Exchanges with each clock; the quickest counts.
const EXCHANGES: usize = 16;
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What a worker did.
#[derive(Clone, Debug)]
pub struct Done {
    /// Who.
    pub worker: String,
    /// What came of its share; `None`: it was lost.
    pub part: Option<Part>,
    /// Its endpoints.
    pub endpoints: u64,
    /// How much later than the others were to, it began, in ns; negative: earlier.
    pub late_ns: i128,
    /// How sure that is, in ns: of the clocks.
    pub error_ns: u64,
    /// Of a lost one's endpoints: how many somebody else could un-register.
    pub cleared: Option<u64>,
}

/// One worker of a run.
struct Member {
    name: String,
    number: u32,
    endpoints: (u32, u32),
    local: SocketAddr,
    /// Its clock ahead of ours, and how sure that is, in ns.
    offset: (i128, u64),
    share: Option<Share>,
    is_lost: bool,
}

/// A run.
struct Muster<'a> {
    link: Link,
    job: String,
    clock: Clock,
    /// When each worker was heard of.
    pulses: Arc<Mutex<BTreeMap<String, Instant>>>,
    plan: &'a Plan,
    seed: u64,
    whom: Whom,
    order: Parcel,
}

/// Loads a target with all workers at a server: each takes a share of the endpoints.
///
/// # Errors
/// If there is nobody, or somebody cannot: nothing is sent then.
pub fn load(
    place: &Place,
    (plan, seed): (&Plan, u64),
    (target, named, today): (&str, &[IpAddr], i64),
    interrupt: &AtomicBool,
    tell: fn(&str),
) -> Result<Vec<Done>, Trouble> {
    let link = Link::connect(place, "pbxsim")?;
    let job = format!("{:016x}", driver::secret());
    let order = Parcel::store(&link, &job, &Order::of(plan).to_bytes(), &|| false)?;
    let (clock, pulses) = (Clock::start(), Arc::new(Mutex::new(BTreeMap::new())));
    let heard = Arc::clone(&pulses);
    link.hear(&pulse(&job), move |name| {
        let name = String::from_utf8_lossy(name).into_owned();
        heard.lock().unwrap_or_else(PoisonError::into_inner).insert(name, clock.now());
        None
    })?;
    let permission = Permission { named: named.to_vec(), today, workers: 1 };
    let whom = Whom { target: target.to_owned(), permission };
    let mut muster = Muster { link, job, clock, pulses, plan, seed, whom, order };
    let done = muster.run(interrupt, tell);
    muster.link.purge(DATA, &format!("pbxsim.data.{}.>", muster.job));
    done
}

impl Muster<'_> {
    fn run(&mut self, interrupt: &AtomicBool, tell: fn(&str)) -> Result<Vec<Done>, Trouble> {
        let mut names = self.present()?;
        let all: u32 = self.plan.layout.blocks.iter().map(Block::endpoints).sum();
        names.truncate(all.max(1) as usize);
        self.whom.permission.workers = names.len() as u32;
        let mut members = self.ready(&names, all)?;
        tell(&format!(
            "{} at {}\n",
            reports::units::things(members.len() as u64, "worker", "workers"),
            self.link.shown()
        ));
        for member in &mut members {
            member.offset = self.offset(&member.name).ok_or_else(|| self.silent(&member.name))?;
        }
        let begin = self.clock.now() + NOTICE;
        self.begin(&members, begin)?;
        self.follow(&mut members, begin, interrupt);
        Ok(members.iter().map(|member| self.told(member, &members, begin)).collect())
    }

    /// Who is there: all of this edition that answer, as soon as one does.
    fn present(&self) -> Result<Vec<String>, Trouble> {
        let until = self.clock.now() + simulator::time::Duration(PATIENCE.as_nanos() as u64);
        loop {
            let roll = roll_call::over(&self.link);
            let ours: Vec<_> = roll.workers.iter().filter(|worker| worker.edition == edition()).collect();
            if !ours.is_empty() {
                return Ok(ours.into_iter().map(|worker| worker.name.clone()).collect());
            }
            if self.clock.now() > until {
                return Err(match roll.workers.first() {
                    Some(other) => Trouble::OtherVersion {
                        place: self.link.shown(),
                        theirs: in_words(&other.edition),
                        ours: in_words(edition()),
                    },
                    None => self.silent("any worker"),
                });
            }
            self.link.pause(LOOK_AGAIN, &|| false);
        }
    }

    /// All prepare at the same time; what one of them cannot, nobody does.
    fn ready(&self, names: &[String], all: u32) -> Result<Vec<Member>, Trouble> {
        let edge = |place: usize| (u64::from(all) * place as u64 / names.len() as u64) as u32;
        std::thread::scope(|scope| {
            let asked: Vec<_> = names
                .iter()
                .enumerate()
                .map(|(place, name)| {
                    let (number, endpoints) = (place as u32, (edge(place), edge(place + 1)));
                    scope.spawn(move || self.prepare(name, number, endpoints))
                })
                .collect();
            let ready = asked.into_iter().map(|asked| asked.join().unwrap_or_else(|_| Err(self.silent("a thread"))));
            ready.collect()
        })
    }

    fn prepare(&self, name: &str, number: u32, endpoints: (u32, u32)) -> Result<Member, Trouble> {
        let (job, order, whom) = (self.job.clone(), self.order.clone(), self.whom.clone());
        let wish = Wish::Prepare { job, number, order, seed: self.seed, endpoints, whom };
        match self.ask(name, &wish, PATIENCE)? {
            Answer::Ready { local } => {
                let name = name.to_owned();
                Ok(Member { name, number, endpoints, local, offset: (0, 0), share: None, is_lost: false })
            }
            other => Err(self.refused(name, other)),
        }
    }

    /// The best of some exchanges.
    fn offset(&self, name: &str) -> Option<(i128, u64)> {
        let exchanges = (0..EXCHANGES).filter_map(|_| {
            let sent = self.clock.now();
            let answer = self.link.ask(&clock(name), Vec::new(), Duration::from_secs(1))?;
            Some(offset(sent, parse(&answer).ok()?, self.clock.now()))
        });
        exchanges.min_by_key(|(_, error)| *error)
    }

    fn begin(&self, members: &[Member], begin: Instant) -> Result<(), Trouble> {
        for member in members {
            let at_ns = u64::try_from(i128::from(begin.0) + member.offset.0).unwrap_or(0);
            let wish = Wish::Begin { job: self.job.clone(), at_ns };
            match self.ask(&member.name, &wish, Duration::from_secs(1)) {
                Ok(Answer::Begins) => {}
                refused => {
                    self.say(News::Stop { job: self.job.clone() });
                    return Err(refused.map_or_else(|trouble| trouble, |answer| self.refused(&member.name, answer)));
                }
            }
        }
        Ok(())
    }

    /// Until every share is stored or lost. One that is lost ends the run: the others leave.
    fn follow(&self, members: &mut [Member], begin: Instant, interrupt: &AtomicBool) {
        let mut end = begin + self.plan.lasts + AFTERWARDS;
        let (mut is_stopped, mut beat) = (false, 0);
        while members.iter().any(|member| member.share.is_none() && !member.is_lost) {
            if beat % 5 == 0 {
                self.say(News::Here { job: self.job.clone() });
            }
            beat += 1;
            self.link.pause(LOOK_AGAIN, &|| false);
            let now = self.clock.now();
            for member in members.iter_mut().filter(|member| member.share.is_none() && !member.is_lost) {
                let pulses = self.pulses.lock().unwrap_or_else(PoisonError::into_inner);
                let heard = pulses.get(&member.name).copied().unwrap_or(begin);
                drop(pulses);
                if now.since(heard) > simulator::time::Duration::millis(1_500) || beat % 5 == 0 {
                    member.share = self.share(member);
                }
                member.is_lost = member.share.is_none() && (now.since(heard) > LOST || now > end);
            }
            let is_over = interrupt.load(Ordering::Relaxed) || members.iter().any(|member| member.is_lost);
            if is_over && !is_stopped {
                is_stopped = true;
                end = now + AFTERWARDS;
                self.say(News::Stop { job: self.job.clone() });
            }
        }
    }

    fn share(&self, member: &Member) -> Option<Share> {
        let never = || false;
        let stored = self.link.stored(&done(&self.job, member.number), &never).ok()??;
        let parcel: Parcel = parse(&stored).ok()?;
        let bytes = parcel.fetch(&self.link, &self.job, &never).ok()??;
        parcel::unpacked(&bytes).and_then(|bytes| parse(&bytes)).ok()
    }

    /// What a member did; if it was lost, another un-registers its endpoints.
    fn told(&self, member: &Member, members: &[Member], begin: Instant) -> Done {
        let (first, last) = member.endpoints;
        // How the clocks have moved against each other since.
        let after = if member.is_lost { None } else { self.offset(&member.name) };
        let error_ns = after.map_or(member.offset.1, |(offset, error)| {
            let moved = u64::try_from((offset - member.offset.0).abs()).unwrap_or(u64::MAX);
            member.offset.1.max(error).max(moved)
        });
        let began = |share: &Share| i128::from(share.began_ns) - member.offset.0 - i128::from(begin.0);
        Done {
            worker: member.name.clone(),
            endpoints: u64::from(last - first),
            late_ns: member.share.as_ref().map_or(0, began),
            error_ns,
            part: member.share.as_ref().map(|share| share.part.clone()),
            cleared: if member.is_lost { self.clear(member, members) } else { None },
        }
    }

    fn clear(&self, lost: &Member, members: &[Member]) -> Option<u64> {
        let (job, order, whom) = (self.job.clone(), self.order.clone(), self.whom.clone());
        let wish = Wish::Farewell { job, order, endpoints: lost.endpoints, whom, had: lost.local };
        members.iter().filter(|member| !member.is_lost).find_map(|other| match self.ask(&other.name, &wish, PATIENCE) {
            Ok(Answer::Left(left)) => Some(left),
            _ => None,
        })
    }

    fn ask(&self, name: &str, wish: &Wish, time: Duration) -> Result<Answer, Trouble> {
        let answer = self.link.ask(&wishes(name), json(wish), time).ok_or_else(|| self.silent(name))?;
        parse(&answer).map_err(|why| self.link.foreign(why))
    }

    fn say(&self, news: News) {
        self.link.say(NEWS, json(&news));
    }

    fn silent(&self, who: &str) -> Trouble {
        Trouble::NotReady { worker: who.to_owned(), why: "no answer".to_owned() }
    }

    fn refused(&self, worker: &str, answer: Answer) -> Trouble {
        let why = match answer {
            Answer::Refused(why) => why,
            other => format!("it answered {other:?}"),
        };
        Trouble::NotReady { worker: worker.to_owned(), why }
    }
}

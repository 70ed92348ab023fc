//! A worker's share of a run on the wire: some of the endpoints, from its own socket, from an instant that all begin at.
//!
//! A share is never done twice, nor by somebody else: late load is other load. Whoever does not hear of the command any
//! more has its endpoints leave.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use scenarios::plan::Plan;
use serde::{Deserialize, Serialize};
use simulator::simulation::Elsewhere;
use simulator::time::Instant;

use super::link::Link;
use super::order::{Order, json, parse};
use super::parcel::{self, Parcel};
use super::talk::Asked;
use super::trouble::Trouble;
use crate::wire::clock::Clock;
use crate::wire::directory::Directory;
use crate::wire::driver;
use crate::wire::farewell::farewell;
use crate::wire::part::Part;
use crate::wire::ping;
use crate::wire::prospect::{impossible, on_nodes};
use crate::wire::rails::{Permission, Rails};
use crate::wire::socket::Sockets;
use crate::wire::target::{local_for, targets};
use crate::witness::Nobody;

/// What the command says to all at once: which job, and what.
pub(super) const NEWS: &str = "pbxsim.wire-news";
/// A worker that has not heard of its command for so long is alone.
const ALONE: u64 = 5_000_000_000;
/// How long a share that is ready waits for its beginning.
const READY: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// To one worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Wish {
    /// Be ready to load with these endpoints.
    Prepare { job: String, number: u32, order: Parcel, seed: u64, endpoints: (u32, u32), whom: Whom },
    /// Begin at this instant of your own clock.
    Begin { job: String, at_ns: u64 },
    /// Un-register endpoints of a share whose worker is gone, and who had this address.
    Farewell { job: String, order: Parcel, endpoints: (u32, u32), whom: Whom, had: SocketAddr },
}

/// Whom to load, and what the command allows beside the scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Whom {
    pub(super) target: String,
    pub(super) permission: Permission,
}

/// Of one worker.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum Answer {
    Ready { local: SocketAddr },
    Refused(String),
    Begins,
    Left(u64),
}

/// To all.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) enum News {
    /// The command is there.
    Here { job: String },
    /// Leave now.
    Stop { job: String },
}

/// What a share came to, and when it began by its worker's clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Share {
    pub(super) began_ns: u64,
    pub(super) part: Part,
}

/// What is heard while a share is carried out.
#[derive(Default)]
struct Ear {
    heard_ns: Mutex<BTreeMap<String, u64>>,
    stopped: Mutex<BTreeMap<String, ()>>,
}

/// Carries out shares, one after the other, until interrupted.
pub(super) struct Sharing<'a> {
    link: &'a Link,
    name: &'a str,
    clock: Clock,
    ear: Arc<Ear>,
    wishes: Mutex<Receiver<Asked>>,
    interrupt: &'a AtomicBool,
}

/// A share that is ready.
struct Ready {
    job: String,
    number: u32,
    plan: Plan,
    seed: u64,
    endpoints: (u32, u32),
    directory: Directory,
    sockets: Sockets,
    secret: u64,
}

pub(super) fn wishes(worker: &str) -> String {
    format!("pbxsim.wire.{worker}")
}

pub(super) fn clock(worker: &str) -> String {
    format!("pbxsim.clock.{worker}")
}

pub(super) fn pulse(job: &str) -> String {
    format!("pbxsim.pulse.{job}")
}

impl<'a> Sharing<'a> {
    pub(super) fn new(link: &'a Link, name: &'a str, interrupt: &'a AtomicBool) -> Result<Self, Trouble> {
        let (clock, ear) = (Clock::start(), Arc::new(Ear::default()));
        link.hear(&self::clock(name), move |_| Some(json(&clock.now().0)))?;
        let news = Arc::clone(&ear);
        link.hear(NEWS, move |bytes| news.hear(bytes, clock.now().0))?;
        let wishes = Mutex::new(link.asked(&wishes(name))?);
        Ok(Self { link, name, clock, ear, wishes, interrupt })
    }

    fn next(&self, time: Duration) -> Result<Asked, RecvTimeoutError> {
        locked(&self.wishes).recv_timeout(time)
    }

    pub(super) fn work(&self) {
        while !self.interrupt.load(Ordering::Relaxed) {
            let Ok(asked) = self.next(Duration::from_millis(200)) else { continue };
            let answer = match parse(&asked.payload) {
                Ok(Wish::Prepare { job, number, order, seed, endpoints, whom }) => {
                    match self.prepare(job, number, &order, (seed, endpoints), &whom) {
                        Ok(ready) => {
                            let local = ready.sockets.local(0);
                            self.link.answer(asked, json(&Answer::Ready { local }));
                            self.carry_out(ready);
                            continue;
                        }
                        Err(why) => Answer::Refused(why),
                    }
                }
                Ok(Wish::Farewell { job, order, endpoints, whom, had }) => {
                    self.farewell(&job, &order, endpoints, (&whom, had)).map_or_else(Answer::Refused, Answer::Left)
                }
                Ok(Wish::Begin { .. }) => Answer::Refused("nothing was prepared".to_owned()),
                Err(why) => Answer::Refused(why),
            };
            self.link.answer(asked, json(&answer));
        }
    }

    fn plan(
        &self,
        job: &str,
        order: &Parcel,
        Whom { target, permission }: &Whom,
    ) -> Result<(Plan, Directory, Sockets, Vec<SocketAddr>), String> {
        let bytes = order.fetch(self.link, job, &|| self.interrupt.load(Ordering::Relaxed));
        let bytes = bytes.map_err(|trouble| trouble.to_string())?.ok_or("its order is gone")?;
        let plan = Order::from_bytes(&bytes)?.plan()?;
        // Every worker looks for itself whom it may load, in the scenario that it has read itself.
        let rails = Rails::shared(&plan.wire, permission);
        let (directory, targets) = targets(target, &plan, &rails).map_err(|(message, _)| message)?;
        if let Some(obstacle) = [impossible(&plan), on_nodes(&plan)].concat().into_iter().next() {
            return Err(obstacle);
        }
        let local = local_for(targets[0]).map_err(|error| format!("no way to {}: {error}", targets[0]))?;
        let sockets = Sockets::bind(&[local], rails);
        let sockets = sockets.map_err(|(address, error)| format!("{address} cannot be used: {error}"))?;
        Ok((plan, directory, sockets, targets))
    }

    fn prepare(
        &self,
        job: String,
        number: u32,
        order: &Parcel,
        (seed, endpoints): (u64, (u32, u32)),
        whom: &Whom,
    ) -> Result<Ready, String> {
        let (plan, directory, mut sockets, targets) = self.plan(&job, order, whom)?;
        let secret = driver::secret();
        for target in targets {
            match ping::ask(&mut sockets, (false, target), &directory.domain, secret) {
                None => return Err(format!("{target} did not answer OPTIONS in 2 s (UDP)")),
                Some(403) => return Err(format!("{target} answers OPTIONS with 403")),
                Some(_) => {}
            }
        }
        Ok(Ready { job, number, plan, seed, endpoints, directory, sockets, secret })
    }

    /// Waits for the beginning, loads, leaves, and stores what it came to.
    fn carry_out(&self, ready: Ready) {
        let Ready { job, number, plan, seed, endpoints, directory, mut sockets, secret } = ready;
        let Some(at_ns) = self.beginning(&job) else { return };
        let (began_ns, is_over, stop) = (AtomicU64::new(0), AtomicBool::new(false), AtomicBool::new(false));
        let wait = || {
            // Nobody has anything to say to a share that is about to begin.
            let (_nobody, nothing) = channel::<()>();
            while self.clock.now().0 < at_ns {
                let _ = nothing.recv_timeout(Duration::from_nanos(at_ns.saturating_sub(self.clock.now().0)));
            }
            began_ns.store(self.clock.now().0, Ordering::Relaxed);
        };
        let before = cpu_s();
        let loaded = std::thread::scope(|scope| {
            scope.spawn(|| self.pulse(&job, &is_over, &stop));
            let share = (Elsewhere::AllBut(endpoints.0, endpoints.1), &wait as &dyn Fn());
            let loaded = driver::load_share(&plan, seed, directory, (&mut sockets, secret), &stop, &mut Nobody, share);
            is_over.store(true, Ordering::Relaxed);
            loaded
        });
        let local = sockets.local(0).to_string();
        let part = Part::new(loaded, sockets.traffic, local, cpu_s() - before);
        let share = Share { began_ns: began_ns.load(Ordering::Relaxed), part };
        let never = || false;
        let stored = Parcel::store(self.link, &job, &parcel::packed(&json(&share)), &never)
            .and_then(|parcel| self.link.store_once(&done(&job, number), json(&parcel), &never));
        if let Err(trouble) = stored {
            tracing::warn!(%trouble, "a share of a run on the wire is not stored");
        }
    }

    /// The instant to begin at; `None`: it does not begin.
    fn beginning(&self, job: &str) -> Option<u64> {
        match self.next(READY) {
            Ok(asked) => {
                let at = match parse(&asked.payload) {
                    Ok(Wish::Begin { job: begun, at_ns }) if begun == job => Some(at_ns),
                    _ => None,
                };
                let busy = || Answer::Refused("it is ready for another run".to_owned());
                self.link.answer(asked, json(&at.map_or_else(busy, |_| Answer::Begins)));
                at
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Says every second that the share goes on, and stops it where nobody wants it any more.
    fn pulse(&self, job: &str, is_over: &AtomicBool, stop: &AtomicBool) {
        let begun = self.clock.now().0;
        while !is_over.load(Ordering::Relaxed) {
            self.link.say(&pulse(job), self.name.as_bytes().to_vec());
            let heard = locked(&self.ear.heard_ns).get(job).copied().unwrap_or(begun);
            let is_alone = self.clock.now().0.saturating_sub(heard) > ALONE;
            let is_stopped = locked(&self.ear.stopped).contains_key(job);
            if is_alone || is_stopped || self.interrupt.load(Ordering::Relaxed) {
                stop.store(true, Ordering::Relaxed);
            }
            self.link.pause(SECOND, &|| {
                is_over.load(Ordering::Relaxed) || (!is_stopped && locked(&self.ear.stopped).contains_key(job))
            });
        }
        locked(&self.ear.heard_ns).remove(job);
    }

    fn farewell(
        &self,
        job: &str,
        order: &Parcel,
        endpoints: (u32, u32),
        (whom, had): (&Whom, SocketAddr),
    ) -> Result<u64, String> {
        let (plan, directory, mut sockets, _) = self.plan(job, order, whom)?;
        Ok(farewell(&plan, &directory, (&mut sockets, driver::secret()), (endpoints.0..endpoints.1, had)))
    }
}

pub(super) fn done(job: &str, number: u32) -> String {
    format!("pbxsim.data.{job}.done.{number}")
}

impl Ear {
    fn hear(&self, bytes: &[u8], now: u64) -> Option<Vec<u8>> {
        match parse(bytes) {
            Ok(News::Here { job }) => _ = locked(&self.heard_ns).insert(job, now),
            Ok(News::Stop { job }) => _ = locked(&self.stopped).insert(job, ()),
            Err(why) => tracing::debug!(why, "news that are none"),
        }
        // Of jobs that have nothing to do with this worker nobody clears up: a few are kept.
        for many in [locked(&self.heard_ns).len(), locked(&self.stopped).len()] {
            if many > 100 {
                locked(&self.heard_ns).clear();
                locked(&self.stopped).clear();
            }
        }
        None
    }
}

/// Of this process, in seconds.
fn cpu_s() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The middle of one exchange with another clock: how far that is ahead, and how sure that is, in ns.
pub(super) fn offset(sent: Instant, theirs_ns: u64, back: Instant) -> (i128, u64) {
    let middle = (i128::from(sent.0) + i128::from(back.0)) / 2;
    (i128::from(theirs_ns) - middle, back.since(sent).0.div_ceil(2))
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_known_to_half_the_time_of_its_exchange() {
        // E17 of the statistics: 1000.0, 1250.4, 1250.5, 1001.3 ms, the other side's two readings taken as one.
        let ms = |tenths: u64| tenths * 100_000;
        assert_eq!(offset(Instant(ms(10_000)), ms(12_504), Instant(ms(10_013))), (249_750_000, 650_000));
    }
}

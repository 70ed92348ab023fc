//! Searches of a timeline (RFC 7502): found out first, without measuring, then run like any other timeline.
//!
//! How long a search takes nobody knows before. So a run with searches is made twice: here trial follows on trial, each
//! chosen by what the last one showed, until every search has ended; what was done when is then the schedule of the run
//! that is measured, all instants of which are known. Both make the same steps, since chance has no state. On the wire
//! there is no second time: what is found out there is the result.

mod bed;
mod scout;
mod setup;

use reports::search as found;
use scenarios::plan::{Plan, Search};
use simulator::endpoint::phone::State;
use simulator::schedule::{Action, Entry, Sought, Trial};
use simulator::search::{Climb, Found, Proof};
use simulator::simulation::Simulation;
use simulator::time::{Duration, Instant};

pub use bed::Bed;
pub use scout::Scout;

use scout::Judge;

/// A trial whose attempts are all under way lasts at most twice 64·T1 longer: one challenge, one answer.
const PATIENCE: Duration = Duration::seconds(64);
/// RFC 7502 §6.8: at least this long after they registered.
const BEFORE_REFRESHES: Duration = Duration::seconds(300);
/// Times a trial is made again because the test bed had not kept up.
const AGAIN: u32 = 2;
/// Calls that a trial leaves behind are waited for so long.
const HANGING_UP: Duration = Duration::seconds(3600);

/// What a run with searches comes to.
#[derive(Debug)]
pub struct Settled {
    /// The plan with all instants known, and the outcomes of its searches.
    pub plan: Plan,
    /// All that is done in the run, trials included.
    pub schedule: Vec<Entry>,
    /// Trials that do not count, because the test bed had not kept up in them, and were made again.
    pub made_again: u32,
}

/// Why searches have no end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Halt {
    /// Somebody wanted to stop.
    Stopped,
    /// The test bed did not keep up at that rate, trial after trial.
    FellBehind(u64),
}

/// Makes the searches of one run in virtual time; `schedule` is the plan's for this seed. `None`: `stop` said so.
pub fn settle(plan: &Plan, schedule: Vec<Entry>, seed: u64, stop: &dyn Fn() -> bool) -> Option<Settled> {
    let mut bed = Simulation::new(&plan.layout, plan.settings.clone(), Vec::new(), seed);
    settle_on(&mut bed, plan, schedule, stop).ok()
}

/// Makes the searches of one run on a test bed whose schedule is empty. What comes behind the last search stands in the
/// schedule that is told, and has not been entered.
///
/// # Errors
/// Why they have no end.
pub fn settle_on(
    bed: &mut impl Bed,
    plan: &Plan,
    schedule: Vec<Entry>,
    stop: &dyn Fn() -> bool,
) -> Result<Settled, Halt> {
    let mut run = Run::new(plan, bed, stop);
    let mut rest = schedule.into_iter().peekable();
    let (mut outcomes, mut ends): (Vec<found::Search>, Vec<Instant>) = (Vec::new(), Vec::new());
    for search in &plan.searches {
        while let Some(entry) = rest.next_if(|entry| entry.at <= search.at) {
            run.enter(Entry { at: plan.true_instant(entry.at, &ends), ..entry });
        }
        run.go_to(plan.true_instant(search.at, &ends));
        outcomes.push(run.search(search)?);
        ends.push(run.bed.now() + Duration::SECOND);
    }
    rest.for_each(|entry| run.log.push(Entry { at: plan.true_instant(entry.at, &ends), ..entry }));
    Ok(Settled { plan: plan.settled(outcomes, &ends), schedule: run.log, made_again: run.made_again })
}

/// A run whose searches are being made.
struct Run<'a, B> {
    plan: &'a Plan,
    bed: &'a mut B,
    judge: Judge<'a>,
    /// All that was done, in order.
    log: Vec<Entry>,
    made_again: u32,
    stop: &'a dyn Fn() -> bool,
}

impl<'a, B: Bed> Run<'a, B> {
    fn new(plan: &'a Plan, bed: &'a mut B, stop: &'a dyn Fn() -> bool) -> Self {
        let judge = Judge::new(plan, bed.simulation().engine().elements());
        Self { plan, bed, judge, log: Vec::new(), made_again: 0, stop }
    }

    fn enter(&mut self, entry: Entry) {
        self.bed.enter(entry.clone());
        self.log.push(entry);
    }

    /// Runs to then; nobody is waited for.
    fn go_to(&mut self, at: Instant) {
        let mut scout = Scout::idle(&mut self.judge);
        self.bed.run_until(at, &mut scout);
    }

    /// Does something at the next beat but one, and runs to just after it.
    fn act(&mut self, search: &Search, action: Action) {
        let at = self.beat(2);
        self.enter(Entry { at, action, occasion: search.occasion });
        self.go_to(at);
    }

    fn search(&mut self, search: &Search) -> Result<found::Search, Halt> {
        self.prepare(search);
        let mut trials = Vec::new();
        let mut climb = Climb::new(search.from);
        let found = loop {
            let passed = self.trial(search, (climb.rate(), search.attempts), &mut trials)?;
            if let Some(found) = climb.judge(passed) {
                break found;
            }
        };
        let proof = match found {
            Found::Rate(_) => Some(self.prove(search, &mut trials)?),
            Found::Nothing | Found::NoLimit => None,
        };
        if let Found::Rate(rate) = found
            && !matches!(search.sought, Sought::Calls(_))
        {
            // Whoever comes next finds everybody registered, as after the RFC's last trial.
            self.restore(search, (rate / 2).max(1));
        }
        let occasion = &self.plan.occasions[usize::from(search.occasion)];
        Ok(found::Search {
            name: occasion.name.clone(),
            sought: occasion.object.clone(),
            from: search.from,
            attempts: search.attempts,
            holds: search.holds.as_ref().map(|expectation| expectation.text.clone()),
            found: told(found),
            proof,
            trials,
            setup: setup::of(self.plan, search),
        })
    }

    fn prove(&mut self, search: &Search, trials: &mut Vec<found::Trial>) -> Result<found::Proof, Halt> {
        let mut proof = Proof::new(search.from);
        loop {
            let attempts = proof.attempts(search.attempts);
            let passed = self.trial(search, (proof.rate(), attempts), trials)?;
            if let Some(found) = proof.judge(passed) {
                return Ok(found::Proof {
                    found: told(found),
                    passes: simulator::search::PROOF,
                    failed: proof.failed().map(|failed| (failed.rate, failed.trials)),
                    trials: proof.trials(),
                });
            }
        }
    }

    /// Before the first trial: registrations need everybody out, refreshes and calls everybody in.
    fn prepare(&mut self, search: &Search) {
        match search.sought {
            Sought::Registrations => self.clear(search, search.from),
            Sought::Refreshes => {
                self.act(search, Action::CallOff(search.sought));
                if self.restore(search, search.from) {
                    self.go_to(self.bed.now() + BEFORE_REFRESHES);
                }
            }
            Sought::Calls(_) => {
                self.restore(search, search.from);
            }
        }
    }

    /// One trial that says something of the target, and what must be done before the next.
    fn trial(
        &mut self,
        search: &Search,
        (per_second, attempts): (u64, u32),
        trials: &mut Vec<found::Trial>,
    ) -> Result<bool, Halt> {
        let trial = Trial { sought: search.sought, per_second, attempts };
        for _ in 0..=AGAIN {
            self.bed.kept_up();
            let told = self.attempt(search, trial);
            if (self.stop)() {
                return Err(Halt::Stopped);
            }
            let kept_up = self.bed.kept_up();
            self.make_ready(search, per_second);
            if kept_up {
                let passed = told.passed;
                trials.push(told);
                return Ok(passed);
            }
            self.made_again += 1;
        }
        Err(Halt::FellBehind(per_second))
    }

    fn attempt(&mut self, search: &Search, trial: Trial) -> found::Trial {
        let Trial { per_second, attempts, .. } = trial;
        let at = self.beat(1);
        self.enter(Entry { at, action: Action::Attempts(trial), occasion: search.occasion });
        let length = Duration::seconds(u64::from(attempts).div_ceil(per_second)) + PATIENCE;
        let mut scout = Scout::new(&mut self.judge, trial, at, search.holds.as_ref());
        self.bed.run_until(at + length, &mut scout);
        let verdict = scout.verdict(self.bed.simulation());
        found::Trial {
            at_ns: at.0,
            per_second,
            attempts: verdict.begun,
            passed: verdict.trouble.is_none(),
            trouble: verdict.trouble.unwrap_or_default(),
        }
    }

    /// After a trial: what has not begun is called off, what goes on ends, and people are as before.
    fn make_ready(&mut self, search: &Search, per_second: u64) {
        self.act(search, Action::CallOff(search.sought));
        match search.sought {
            Sought::Registrations => self.clear(search, per_second),
            Sought::Refreshes => {
                self.wait(PATIENCE, |run| run.count(State::Trying) == 0);
                if self.count(State::Out) > 0 {
                    self.restore(search, (per_second / 2).max(1));
                }
            }
            Sought::Calls(_) => {
                self.wait(HANGING_UP, |run| run.bed.simulation().engine().elements().parties().iter().next().is_none());
            }
        }
    }

    /// Gets everybody out, at half that pace where it takes time.
    fn clear(&mut self, search: &Search, per_second: u64) {
        let (how, most) = self.bed.clearing((per_second / 2).max(1));
        self.wait(PATIENCE.min(most), |run| run.count(State::Trying) == 0);
        self.act(search, how);
        self.wait(most, |run| run.count(State::In) + run.count(State::Trying) == 0);
    }

    /// Whoever is not in, or has no refresh to come, registers; whether there was anybody.
    fn restore(&mut self, search: &Search, per_second: u64) -> bool {
        let phones = self.bed.simulation().engine().elements().phones();
        let missing = phones.iter().filter(|phone| phone.is_called_off()).count() as u64;
        if missing > 0 {
            self.act(search, Action::Restore { per_second });
            let most = Duration::seconds(missing.div_ceil(per_second)) + PATIENCE;
            self.wait(most, |run| {
                run.bed.simulation().engine().elements().phones().iter().all(|phone| phone.state() == State::In)
            });
        }
        missing > 0
    }

    /// Runs on, beat by beat, until it is so, but not longer than that.
    fn wait(&mut self, most: Duration, is_so: impl Fn(&Self) -> bool) {
        let latest = self.bed.now() + most;
        while self.bed.now() < latest && !is_so(self) && !(self.stop)() {
            self.go_to(self.bed.now() + self.bed.beat());
        }
    }

    /// So many beats on.
    fn beat(&self, beats: u64) -> Instant {
        let beat = self.bed.beat().0;
        Instant((self.bed.now().0 / beat + beats) * beat)
    }

    fn count(&self, state: State) -> usize {
        self.bed.simulation().engine().elements().phones().iter().filter(|phone| phone.state() == state).count()
    }
}

fn told(found: Found) -> found::Found {
    match found {
        Found::Rate(rate) => found::Found::Rate(rate),
        Found::Nothing => found::Found::Nothing,
        Found::NoLimit => found::Found::NoLimit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenarios::load;

    const FILE: &str = "pbxsim: 1\nlasts: until done\n\
        cluster: { master: { role: master, answers: 230/s, queue: 3 }, far: { answers: 90/s } }\n\
        licences: { master: { PBX-Port12: 500 } }\n\
        links: { between: { latency: 1 ms..9 ms, loss: 0.01% } }\n\
        users: { phone: { count: 300, home: { master: 200, far: 100 }, expires: 2 h } }\n\
        calls: { pairs: { from: phone, to: phone, offered: 1/s, holding: exponential 2 s } }\n\
        timeline:\n\
        - { at: +1 min, search: registrations, from: 40/s, attempts: 300, called: first }\n\
        - { at: first end + 1 min, set: { cluster.far.answers: 60/s }, called: the set }\n\
        - { at: first end + 5 min, search: refreshes, from: 40/s, attempts: 300, called: second,\n    \
            holds: 99% of refreshes take at most 100 ms }\n\
        - { at: second end + 1 min, search: calls, from: 5/s, attempts: 100, called: third }\n\
        - { at: third end + 1 min, sign-out: everyone }\n\
        expect: [rate found of third is at least 1/s, no phone sign-ins are accepted after third]\n";

    fn plan() -> Plan {
        load("f.yaml", FILE, &[], None).unwrap_or_else(|wrong| panic!("{}", wrong.render())).plans.remove(0)
    }

    #[test]
    fn the_run_that_is_measured_makes_the_steps_of_the_searches() {
        let plan = plan();
        let go_on = || false;
        let mut bed = Simulation::new(&plan.layout, plan.settings.clone(), Vec::new(), 5);
        let mut run = Run::new(&plan, &mut bed, &go_on);
        let mut outcomes = Vec::new();
        let schedule = plan.schedule_of(5);
        run.go_to(plan.searches[0].at);
        outcomes.push(run.search(&plan.searches[0]).expect("nobody stops it"));
        let (end, digest) = (run.bed.now(), run.bed.engine().digest());

        let settled = settle(&plan, schedule, 5, &go_on).expect("nobody stops it");
        assert_eq!(settled.plan.searches[0].outcome, outcomes.pop());
        let mut again = Simulation::new(&plan.layout, plan.settings.clone(), settled.schedule, 5);
        again.run_until(end, &mut Scout::idle(&mut run.judge));
        assert_eq!(again.engine().digest(), digest);
    }

    #[test]
    fn instants_behind_a_search_are_true_ones_once_it_has_ended() {
        let plan = plan();
        let settled = settle(&plan, plan.schedule_of(1), 1, &|| false).expect("nobody stops it");
        let [first, second, third] = settled.plan.searches.as_slice() else { panic!("three searches") };
        assert_eq!(first.at, Instant::ZERO + Duration::seconds(60));
        assert_eq!(second.at, first.ends + Duration::seconds(300));
        assert_eq!(third.at, second.ends + Duration::seconds(60));
        assert_eq!(Instant::ZERO + settled.plan.lasts, third.ends + Duration::seconds(60));
        let named = |name: &str| settled.plan.occasions.iter().find(|one| one.name == name).map(|one| one.at);
        assert_eq!(named("the set"), Some(first.ends + Duration::seconds(60)));
        assert!(settled.schedule.is_sorted_by_key(|entry| entry.at));
        assert!(settled.plan.lasts < Duration::seconds(86_400), "{:?}", settled.plan.lasts);
        let refreshed = settled.plan.searches[1].outcome.as_ref().expect("it was made");
        assert!(refreshed.trials[0].at_ns >= second.at.0 && refreshed.holds.is_some());
    }

    #[test]
    fn who_wants_to_stop_gets_no_answer() {
        let plan = plan();
        assert!(settle(&plan, plan.schedule_of(1), 1, &|| true).is_none());
    }
}

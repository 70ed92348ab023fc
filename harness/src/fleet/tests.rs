//! With a real server, and workers that are not what they should be.

use std::sync::atomic::{AtomicBool, Ordering};

use reports::measurements::Measurements;

use super::edition::edition;
use super::fleet::Fleet;
use super::link::{DATA, Link, WORK};
use super::order::{Found, Outcome, Task, json, wrapped};
use super::place::Place;
use super::queue::Queue;
use super::roll_call::{Present, ROLL_CALL, Worker};
use super::server::{Server, wait};
use super::trouble::Trouble;
use crate::run::{self, Item, Progress};

struct Silence;

impl Progress for Silence {
    fn portion(&self) {}
    fn seed(&self) {}
}

fn plan() -> scenarios::plan::Plan {
    let text = "pbxsim: 1\nlasts: 5 s\nusers: { desk: { count: 5 } }\nexpect: [no endpoints are dropped]\n";
    scenarios::load("x.yaml", text, &[], None).map(|mut loaded| loaded.plans.remove(0)).unwrap_or_else(|mistakes| {
        panic!("{}", mistakes.render());
    })
}

fn place(server: &Server) -> Place {
    Place::new(&server.url(), |_| None).unwrap()
}

/// What a run of two seeds ends with, while `other` does what it does.
fn run_beside(server: &Server, other: impl FnOnce(&Link) + Send) -> Result<Vec<Option<Measurements>>, Trouble> {
    let plan = plan();
    let items = [1, 2].map(|seed| Item { plan: &plan, seed });
    let fleet = Fleet::new(&place(server), "test", |_| {}).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| other(&Link::connect(&place(server), "other").unwrap()));
        let measured = run::all(&items, &fleet, &AtomicBool::new(false), &Silence);
        fleet.finish().map(|()| measured)
    })
}

fn answer(link: &Link, task: &Task, worker: &str, digest: u64) {
    let (digest, bytes) = wrapped(&Measurements { seed: task.seed, digest, ..Measurements::default() });
    let result = Found::Measured { digest, elsewhere: None };
    let outcome = Outcome { item: task.item, worker: worker.to_owned(), cpu_ns: 1, result };
    link.store_once(&format!("pbxsim.data.{}.done.{}", task.job, task.item), outcome.to_bytes(&bytes), &|| false)
        .unwrap();
}

fn next_task(link: &Link, queue: &Queue) -> (Task, super::queue::Lent) {
    loop {
        if let Ok(Some(lent)) = queue.take(link) {
            return (Task::from_bytes(&lent.payload).unwrap(), lent);
        }
    }
}

#[test]
fn two_results_of_one_seed_are_a_fault_that_nobody_is_told_as_a_result() {
    let server = Server::start();
    let ended = run_beside(&server, |link| {
        let queue = Queue::open(link, edition(), &|| false).unwrap();
        let (task, lent) = next_task(link, &queue);
        answer(link, &task, "one", 1);
        answer(link, &task, "other", 2);
        lent.done(link);
    });
    let trouble = ended.unwrap_err();
    assert!(matches!(&trouble, Trouble::Disagreement { workers, .. } if workers == "one and other"), "{trouble}");
}

#[test]
fn the_same_result_twice_changes_nothing() {
    let server = Server::start();
    let measured = run_beside(&server, |link| {
        let queue = Queue::open(link, edition(), &|| false).unwrap();
        for _ in 0..2 {
            let (task, lent) = next_task(link, &queue);
            answer(link, &task, "one", 7);
            answer(link, &task, "other", 7);
            lent.done(link);
        }
    });
    let seeds: Vec<u64> = measured.unwrap().into_iter().flatten().map(|measured| measured.seed).collect();
    assert_eq!(seeds, [1, 2]);
}

#[test]
fn a_task_and_an_outcome_that_vanish_are_done_again() {
    let server = Server::start();
    let measured = run_beside(&server, |link| {
        let queue = Queue::open(link, edition(), &|| false).unwrap();
        // One of the two is taken away unanswered: only asking finds that out.
        let (lost, lent) = next_task(link, &queue);
        lent.done(link);
        let (task, lent) = next_task(link, &queue);
        answer(link, &task, "one", 7);
        lent.done(link);
        let (again, lent) = next_task(link, &queue);
        assert_eq!(again, lost);
        answer(link, &again, "one", 7);
        lent.done(link);
    });
    assert_eq!(measured.unwrap().into_iter().flatten().count(), 2);
}

#[test]
fn workers_of_another_version_only_are_said_and_not_waited_for() {
    let server = Server::start();
    let over = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        let (server, over) = (&server, &over);
        scope.spawn(move || {
            let link = Link::connect(&place(server), "other").unwrap();
            let edition = "0_0_9-00000000".to_owned();
            let other = Worker { name: "old".to_owned(), edition, threads: 1, busy: 0, done: 0 };
            link.hear(ROLL_CALL, move |_| Some(json(&Present::Worker(other.clone())))).unwrap();
            while !over.load(Ordering::Relaxed) {
                wait(50);
            }
        });
        let ended = run_beside(server, |_| ());
        over.store(true, Ordering::Relaxed);
        ended
    });
    let trouble = ended.unwrap_err();
    assert!(matches!(&trouble, Trouble::OtherVersion { theirs, .. } if theirs == "0.0.9 (00000000)"), "{trouble}");
    let link = Link::connect(&place(&server), "after").unwrap();
    assert_eq!(link.waiting(), Ok(0), "what nobody can do is not left behind");
}

#[test]
fn what_a_worker_cannot_do_ends_the_command_with_its_reason() {
    let server = Server::start();
    let ended = run_beside(&server, |link| {
        let queue = Queue::open(link, edition(), &|| false).unwrap();
        let (task, lent) = next_task(link, &queue);
        let result = Found::Failed("it is too hot here".to_owned());
        let outcome = Outcome { item: task.item, worker: "one".to_owned(), cpu_ns: 1, result };
        let subject = format!("pbxsim.data.{}.done.{}", task.job, task.item);
        link.store_once(&subject, outcome.to_bytes(&[]), &|| false).unwrap();
        lent.done(link);
    });
    let trouble = ended.unwrap_err().to_string();
    assert!(trouble.ends_with("could not be run: it is too hot here"), "{trouble}");
}

#[test]
fn what_was_stored_first_stays() {
    let server = Server::start();
    let link = Link::connect(&place(&server), "test").unwrap();
    let never = || false;
    assert_eq!(link.store_once("pbxsim.data.j.done.1", b"first".to_vec(), &never), Ok(true));
    assert_eq!(link.store_once("pbxsim.data.j.done.1", b"second".to_vec(), &never), Ok(false));
    assert_eq!(link.stored("pbxsim.data.j.done.1", &never), Ok(Some(b"first".to_vec())));
    let first = link.publish("pbxsim.work.e.j.1", b"x", "j.1.0", &never).unwrap();
    assert_eq!(link.publish("pbxsim.work.e.j.1", b"x", "j.1.0", &never), Ok(first), "the same name is the same task");
    assert_eq!((link.waiting(), link.is_waiting(first, &never)), (Ok(1), Ok(true)));
    link.purge(WORK, "pbxsim.work.e.j.*");
    link.purge(DATA, "pbxsim.data.j.>");
    assert_eq!(link.stored("pbxsim.data.j.done.1", &never), Ok(None));
    assert_eq!((link.waiting(), link.is_waiting(first, &never)), (Ok(0), Ok(false)));
}

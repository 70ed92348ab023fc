//! Workers and servers that die: nothing is lost, nothing counted twice.

use std::thread;

use crate::desk::Desk;
use crate::server::{Server, wait};
use crate::{Peer, worker};

/// Enough work that somebody dies in the middle of it.
const SWEEP: &str = "sweep long.yaml --vary cluster.master.answers=60/s..79/s --seeds 10 --as csv --out x.pbxrun";

fn desk() -> Desk {
    let desk = Desk::empty();
    desk.write(
        "long.yaml",
        &crate::desk::SMALL.replace("count: 20", "count: 4000").replace("lasts: 10 s", "lasts: 8 min"),
    );
    desk
}

#[test]
fn workers_and_the_server_are_killed_in_the_middle_and_the_result_is_the_same() {
    let (desk, mut server) = (desk(), Server::start());
    let here = desk.pbxsim(SWEEP);
    assert_eq!(here.code, Some(0), "{}", here.errors);
    let there = thread::scope(|scope| {
        let (url, desk) = (server.url(), &desk);
        let there = scope.spawn(move || desk.pbxsim(&format!("{SWEEP} --on {url}")));
        let mut workers: Vec<Peer> = (0..2).map(|_| worker(desk, &server)).collect();
        for death in 0..4 {
            wait(600);
            assert!(!there.is_finished(), "nobody dies in the middle of what is done");
            if death % 2 == 0 {
                // Dropped is killed with signal 9.
                workers.remove(0);
                workers.push(worker(desk, &server));
            } else {
                server.kill();
                wait(300);
                server.again();
            }
        }
        there.join().expect("a result")
    });
    assert_eq!((there.code, there.output), (Some(0), here.output), "{}", there.errors);
}

#[test]
fn an_interrupted_command_leaves_nothing_to_do_behind() {
    let (desk, server) = (desk(), Server::start());
    let _worker = worker(&desk, &server);
    let mut sweep = Peer::start(&mut desk.command(&format!("{SWEEP} --on {}", server.url())));
    wait(1500);
    sweep.signal("INT");
    assert_eq!(sweep.end().0, Some(130));
    let view = desk.pbxsim(&format!("workers --on {}", server.url()));
    assert!(view.output.contains("0 runs not done yet"), "{}{}", view.output, view.errors);
    let again = desk.pbxsim(&format!("{SWEEP} --on {}", server.url()));
    assert!(again.errors.contains("points were finished before") || again.code == Some(0), "{}", again.errors);
    assert_eq!(again.output, desk.pbxsim(SWEEP).output);
}

#[test]
fn a_worker_that_is_asked_to_leave_gives_back_what_it_was_at() {
    let (desk, server) = (desk(), Server::start());
    let line = "run long.yaml --seeds 30 --as json";
    let here = desk.pbxsim(line).comparable();
    let there = thread::scope(|scope| {
        let there = scope.spawn(|| desk.pbxsim(&format!("{line} --on {}", server.url())).comparable());
        let mut first = worker(&desk, &server);
        wait(1500);
        first.signal("TERM");
        assert_eq!(first.end().0, Some(0));
        let _second = worker(&desk, &server);
        there.join().expect("a result")
    });
    assert_eq!(there, here);
}

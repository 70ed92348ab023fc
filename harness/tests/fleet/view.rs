//! Who is there and how far they are.

use crate::desk::Desk;
use crate::server::{Server, wait};
use crate::{Peer, worker};

#[test]
fn workers_and_commands_answer_the_roll_call() {
    let (desk, server) = (Desk::new(), Server::start());
    let view = || desk.pbxsim(&format!("workers --on {}", server.url()));
    let nobody = view();
    let expected = format!("0 workers at {}: 0 of 0 threads busy, 0 runs not done yet\n", server.url());
    assert_eq!((nobody.code, nobody.output), (Some(0), expected));
    let mut run = Peer::start(&mut desk.command(&format!("run small.yaml --seeds 3 --on {}", server.url())));
    wait(1500);
    let waiting = view().output;
    assert!(waiting.contains("3 runs not done yet"), "{waiting}");
    assert!(
        waiting.contains("  A small morning, version ") && waiting.contains(": 0 of 3 runs begun are done"),
        "{waiting}"
    );
    let _worker = worker(&desk, &server);
    assert_eq!(run.end().0, Some(0));
    let done = view().output;
    let row = done.lines().nth(2).expect("a worker");
    assert!(row.ends_with("1     0       3"), "{done}");
    assert!(done.lines().all(|line| line.chars().count() <= 80), "{done}");
}

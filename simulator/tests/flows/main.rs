//! Session flows of RFC 3665 section 3, as each of our endpoints sees them, in the RFC's order of messages.
//!
//! Alice and Bob are legs as phones are made of them, at registered devices; between them is the real PBX. What the RFC
//! says comes from its own list of messages; `docs/call-flows.md` says what has no counterpart in a PBX, and why.

mod published;
mod room;

use published::{Published, Seen};
use room::{Person, Room};
use simulator::time::Duration;

/// Seconds that most people here take.
const SOON: Duration = Duration::seconds(2);

/// What both see in the run, and what the RFC says they see.
fn compare(published: &Published, section: &str, room: Room) {
    let [alice, bob] = room.run();
    let expected = [published.seen_by(section, "Alice"), published.seen_by(section, "Bob")];
    assert_eq!(alice, expected[0], "{section}, Alice");
    assert_eq!(bob, expected[1], "{section}, Bob");
}

fn hangs_up(person: Person) -> Person {
    Person { hangs_up_after: Some(SOON), ..person }
}

fn answers(status: u16) -> Person {
    Person { answers: Some((SOON, status)), ..Person::SILENT }
}

fn published() -> Option<Published> {
    Published::read()
}

#[test]
fn a_session_is_established_3_1() {
    // Between the two alone; with a PBX in the middle Alice also hears 100, as in 3.2.
    let Some(published) = published() else { return };
    let mut published = published;
    published.with("3.1", "Alice", 1, Seen::heard("100"));
    compare(&published, "3.1", Room::new(Person::CALLER, hangs_up(answers(200))));
}

#[test]
fn a_session_is_established_after_a_challenge_3_2() {
    let Some(mut published) = published() else { return };
    // A registrar and UAS challenges by 401, a proxy by 407 (RFC 3261 §22.2, §22.3).
    published.replace("3.2", "407", "401");
    let room = Room::new(Person::CALLER, hangs_up(answers(200)));
    compare(&published, "3.2", room.challenged());
}

#[test]
fn whoever_calls_again_by_another_pbx_after_the_first_has_failed_3_4() {
    let Some(mut published) = published() else { return };
    published.replace("3.4", "407", "401");
    let room = Room::new(Person { tries_another: true, ..Person::CALLER }, hangs_up(answers(200)));
    compare(&published, "3.4", room.challenged().with_dead_pbx());
}

#[test]
fn alice_hangs_up_3_5() {
    // The ALG is no more than an element in the path.
    let Some(published) = published() else { return };
    compare(&published, "3.5", Room::new(hangs_up(Person::CALLER), answers(200)));
}

#[test]
fn nobody_answers_and_the_caller_gives_up_3_8() {
    let Some(published) = published() else { return };
    let patience = Some(Duration::seconds(10));
    compare(&published, "3.8", Room::new(Person { patience, ..Person::CALLER }, Person::RINGS));
}

#[test]
fn bob_is_busy_3_9() {
    let Some(published) = published() else { return };
    let busy = Person { answers: Some((Duration::ZERO, 486)), ..Person::SILENT };
    compare(&published, "3.9", Room::new(Person::CALLER, busy));
}

#[test]
fn bobs_device_does_not_respond_3_10() {
    let Some(mut published) = published() else { return };
    // RFC 3261 §16.7 step 6 makes a 408 of Timer B; the proxy of the flow says 480.
    published.replace("3.10", "480", "408");
    compare(&published, "3.10", Room::new(Person::CALLER, Person::SILENT));
}

#[test]
fn bob_is_unavailable_after_it_rang_3_11() {
    let Some(published) = published() else { return };
    compare(&published, "3.11", Room::new(Person::CALLER, answers(480)));
}

#[test]
fn every_flow_is_compared_or_its_absence_explained() {
    let Some(published) = published() else { return };
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/call-flows.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| 3.")?.split(' ').next()).collect();
    let sections = published.sections();
    let sections: Vec<&str> = sections.iter().filter_map(|section| section.strip_prefix("3.")).collect();
    assert_eq!(rows, sections, "one row for each flow, in order");
}

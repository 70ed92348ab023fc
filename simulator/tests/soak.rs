//! Nothing grows and nothing is left behind, however much breaks: the short form of `scripts/soak`.

#[path = "soak/mod.rs"]
mod day;

#[test]
fn after_hours_of_faults_memory_is_what_it_was_and_nothing_is_left() {
    let day = day::day(10_000, 5);
    assert!(day.faults > 50 && day.steps > 200_000, "{day:?}");
    assert_eq!(day.left, [""; 0]);
    let (early, late) = (day.memory_kb[0], *day.memory_kb.iter().max().unwrap());
    // Other tests of this binary would share the process: there is none.
    assert!(late <= early + early / 20, "after the first tenth {early} kB, at most {late} kB later: {day:?}");
}

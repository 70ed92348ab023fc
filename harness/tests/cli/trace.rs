//! `trace`: whom, how it is shown, and that nothing but the recorded run is shown.

use reports::run_file::RunFile;

use crate::desk::Desk;

/// A desk with a run of the small morning.
fn run() -> Desk {
    let desk = Desk::new();
    assert_eq!(desk.pbxsim("run small.yaml --out run.pbxrun").code, Some(0));
    desk
}

#[test]
fn a_ladder_tells_an_endpoints_story() {
    let answer = run().pbxsim("trace run.pbxrun desk-3");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    insta::assert_snapshot!(answer.output);
}

#[test]
fn the_worst_and_the_median_are_found() {
    let desk = run();
    let worst = desk.pbxsim("trace run.pbxrun worst").output;
    assert!(worst.contains(", the worst: in ") && worst.contains("after it was due"), "{worst}");
    let median = desk.pbxsim("trace run.pbxrun median --seed 8").output;
    assert!(median.contains("seed 8") && median.contains(", in the middle: in "), "{median}");
}

#[test]
fn who_is_not_there_is_told_who_is() {
    let desk = run();
    for (line, code, message) in [
        ("trace run.pbxrun desk-21", 2, "error: nobody is called \"desk-21\"; there are desk-1 … desk-20\n"),
        ("trace run.pbxrun desk-x", 2, "error: nobody is called \"desk-x\"; there are desk-1 … desk-20\n"),
        ("trace run.pbxrun desk-2/softphone", 2, "error: desk-2 has no softphone: it has desk-phone\n"),
        ("trace run.pbxrun first-failure", 2, "error: nobody failed in this run\n"),
        ("trace run.pbxrun worst --seed 9", 2, "error: that seed is not in the run file\n  it has 7 … 8\n"),
        ("trace run.pbxrun worst --variant b", 2, "error: the run file has no such result\n  it has no variants\n"),
    ] {
        let answer = desk.pbxsim(line);
        assert_eq!((answer.code, answer.errors.as_str()), (Some(code), message), "{line}");
    }
}

#[test]
fn a_run_that_does_not_repeat_has_no_ladder() {
    let desk = run();
    let path = desk.path().join("run.pbxrun");
    let mut file = RunFile::read(&path).expect("a run file");
    file.results[0].seeds[0].digest ^= 1;
    file.write_atomically(&path).expect("written");
    let answer = desk.pbxsim("trace run.pbxrun worst");
    assert_eq!(answer.code, Some(3));
    assert!(answer.errors.starts_with("error: this pbxsim does not repeat a run of pbxsim "), "{}", answer.errors);
}

#[test]
fn ladders_are_drawings_pages_and_captures_too() {
    let desk = run();
    let svg = desk.pbxsim("trace run.pbxrun worst --as svg").output;
    assert!(svg.starts_with("<?xml version=\"1.0\"") && svg.contains("REGISTER 1"), "{svg}");
    assert_eq!(desk.pbxsim("trace run.pbxrun worst --as html --out ladder.html").code, Some(0));
    assert!(desk.read("ladder.html").contains("Via: SIP/2.0/UDP 10.0.0."));
    for line in ["trace run.pbxrun worst --as pcap --out one.pcapng", "show run.pbxrun --as pcap --out some.pcapng"] {
        assert_eq!(desk.pbxsim(line).code, Some(0), "{line}");
    }
    let size = |name| std::fs::metadata(desk.path().join(name)).expect("a capture").len();
    assert!(size("some.pcapng") > size("one.pcapng"), "the one in the middle is in it as well");
}

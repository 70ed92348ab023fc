//! kill -9 at any point of `run` and `show`: what stands at a final name is whole, and what stood there before still does.

use std::process::Stdio;
use std::time::Duration;

use reports::run_file::RunFile;

use crate::desk::Desk;

/// How often; scripts/kills-run asks for more.
fn times() -> u64 {
    std::env::var("PBXSIM_KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(8)
}

/// Microseconds until the kill: spread over what such a command takes, and beyond.
fn instants(longest_us: u64) -> impl Iterator<Item = u64> {
    let times = times();
    // A multiplier without a common divisor reaches every part of the range in any number of tries.
    (0..times).map(move |i| (i * 7_919 % times * longest_us / times).max(1))
}

/// Starts a command and kills it after a while, if it is still there.
fn killed_after(desk: &Desk, line: &str, us: u64) {
    let mut command = desk.command(line);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("pbxsim starts");
    let (end, waited) = std::sync::mpsc::channel::<()>();
    // Waits without a clock of our own: nobody ever sends.
    let _ = waited.recv_timeout(Duration::from_micros(us));
    drop(end);
    child.kill().expect("killed, or ended by itself");
    child.wait().expect("it has ended");
}

#[test]
fn no_half_file_stands_at_a_final_name() {
    let desk = Desk::new();
    assert_eq!(desk.pbxsim("run small.yaml --seed 1 --out old.pbxrun").code, Some(0));
    let takes_us = 60_000;
    for us in instants(takes_us) {
        killed_after(&desk, "run small.yaml --seeds 40", us);
        killed_after(&desk, "run small.yaml --seeds 40 --out old.pbxrun", us);
        killed_after(&desk, "show old.pbxrun --as html --out page.html", us);
        killed_after(&desk, "trace old.pbxrun worst --as pcap --out trace.pcapng", us);
        for run in desk.runs().iter().filter(|path| path.extension().is_some_and(|it| it == "pbxrun")) {
            let read = RunFile::read(run);
            assert!(read.is_ok(), "{} after {us} µs: {read:?}", run.display());
        }
        let old = RunFile::read(&desk.path().join("old.pbxrun")).expect("the old run or the new one");
        assert!([1, 40].contains(&old.results[0].seeds.len()), "after {us} µs");
        if let Ok(page) = std::fs::read_to_string(desk.path().join("page.html")) {
            assert!(page.trim_end().ends_with("</html>"), "after {us} µs: half a page");
        }
    }
}

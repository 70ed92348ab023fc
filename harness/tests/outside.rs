//! What pbxsim writes for machines is read by readers that are not ours: Python, xmllint and promtool; all of them
//! find the same numbers; tshark reads its captures.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with a run of the rush in which licences are refused, in every format.
fn written() -> TempDir {
    let desk = TempDir::new().expect("a folder");
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/library/rush.yaml");
    let sets = ["--set", "licences.master.PBX-SoftwarePhones12=600", "--set", "cluster.standby.answers=105/s"];
    let run = pbxsim(desk.path(), &[&["run", scenario, "--seeds", "2", "--out", "run.pbxrun"], &sets[..]].concat());
    assert_eq!(run, 1, "too few licences, too slow a standby");
    for format in ["json", "csv", "junit", "openmetrics", "md"] {
        let code = pbxsim(desk.path(), &["show", "run.pbxrun", "--as", format, "--out", &format!("run.{format}")]);
        assert_eq!(code, 0, "showing a run that failed is no failure");
    }
    desk
}

fn pbxsim(folder: &Path, arguments: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pbxsim"));
    let done = command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.expect("pbxsim starts").code().expect("no signal")
}

/// Runs a reader in the folder; what it printed.
fn read_by(folder: &Path, command: &str, arguments: &[&str]) -> String {
    let done = Command::new(command).args(arguments).current_dir(folder).output();
    let done = done.unwrap_or_else(|error| panic!("{command} is missing ({error}): scripts/test installs it"));
    let (said, complained) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{command} {arguments:?}: {said}{complained}");
    said.into_owned()
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside").join(name)
}

#[test]
fn json_csv_junit_and_openmetrics_give_the_same_numbers_to_python() {
    let desk = written();
    let said = read_by(desk.path(), "python3", &[&script("same_numbers.py").to_string_lossy()]);
    assert!(said.contains("refused in every format"), "{said}");
}

#[test]
fn json_is_as_its_schema_says() {
    let desk = written();
    std::fs::write(desk.path().join("busy.yaml"), BUSY).expect("a file");
    let variants = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/library/master-crash.yaml");
    pbxsim(desk.path(), &["run", "busy.yaml", "--out", "busy.pbxrun"]);
    pbxsim(desk.path(), &["run", variants, "--seeds", "1", "--out", "variants.pbxrun"]);
    pbxsim(desk.path(), &["show", "busy.pbxrun", "--as", "json", "--out", "busy.json"]);
    pbxsim(desk.path(), &["show", "variants.pbxrun", "--as", "json", "--out", "variants.json"]);
    pbxsim(desk.path(), &["show", "busy.pbxrun", "variants.pbxrun", "--as", "json", "--out", "files.json"]);
    std::fs::write(desk.path().join("schema.json"), reports::render::json::SCHEMA).expect("a file");
    let said = read_by(desk.path(), "python3", &[&script("schema.py").to_string_lossy()]);
    assert_eq!(said.trim(), "4 results are as the schema says, and none of 3 that are not");
}

#[test]
fn junit_is_valid_by_a_schema_of_its_readers() {
    let desk = written();
    let schema = script("junit.xsd");
    read_by(desk.path(), "xmllint", &["--noout", "--schema", &schema.to_string_lossy(), "run.junit"]);
}

#[test]
fn prometheus_takes_the_metrics_with_their_times() {
    let desk = written();
    read_by(desk.path(), "promtool", &["tsdb", "create-blocks-from", "openmetrics", "run.openmetrics", "blocks"]);
    let blocks = std::fs::read_dir(desk.path().join("blocks")).expect("blocks were made").count();
    assert!(blocks > 0, "no block was made");
}

/// Phones that are challenged, refused and called, so that a capture has every kind of message.
const BUSY: &str = "\
pbxsim: 1
starts: 2026-11-24 09:00
lasts: 20 min
seed: 3
seeds: 1
cluster:
  master: { role: master, answers: 100/s, challenges: true }
licences:
  master: { PBX-Port12: 9 }
users:
  desk: { count: 10, home: master, transport: udp }
calls:
  inside: { from: desk, to: desk, offered: 3 E }
expect:
  - no users are dropped
";

#[test]
fn tshark_reads_captures_without_complaint() {
    let desk = TempDir::new().expect("a folder");
    std::fs::write(desk.path().join("busy.yaml"), BUSY).expect("a file");
    for line in [
        "run busy.yaml --out run.pbxrun",
        "show run.pbxrun --as pcap --out sample.pcapng",
        "trace run.pbxrun desk-6 --as pcap --out desk.pcapng",
    ] {
        assert_eq!(pbxsim(desk.path(), &line.split(' ').collect::<Vec<_>>()), 0, "{line}");
    }
    let read = |file: &str, filter: &str, fields: &[&str]| {
        let fields = fields.iter().flat_map(|field| ["-e", field]);
        let arguments: Vec<&str> = ["-n", "-r", file, "-Y", filter, "-T", "fields"].into_iter().chain(fields).collect();
        read_by(desk.path(), "tshark", &arguments)
    };
    for file in ["sample.pcapng", "desk.pcapng"] {
        let complaints = "_ws.malformed || _ws.expert.severity == \"Error\" || !sip";
        assert_eq!(read(file, complaints, &["frame.number", "_ws.expert.message"]), "", "{file}");
    }
    let methods = read("desk.pcapng", "sip.Method", &["sip.Method"]);
    assert!(["REGISTER", "INVITE", "ACK", "BYE"].iter().all(|method| methods.contains(method)), "{methods}");
    let answers = read("desk.pcapng", "sip.Status-Code", &["sip.Status-Code"]);
    assert!(["200", "401", "486"].iter().all(|status| answers.contains(status)), "{answers}");
    let user = read("desk.pcapng", "sip.auth.digest.response", &["sip.auth.username"]);
    assert_eq!(user.trim().trim_matches('"'), "desk-6", "the challenge is answered");
    let first = read("desk.pcapng", "frame.number == 1", &["frame.time_epoch", "frame.comment"]);
    assert!(first.starts_with("1795510833.9") && first.contains("desk-6: wants in"), "virtual time, remarks: {first}");
}

#[test]
fn sipp_files_have_the_columns_of_sipp_and_the_numbers_of_the_run() {
    let desk = TempDir::new().expect("a folder");
    std::fs::write(desk.path().join("busy.yaml"), BUSY).expect("a file");
    for line in [
        "run busy.yaml --out run.pbxrun",
        "show run.pbxrun --as json --out run.json",
        "show run.pbxrun --as sipp-stat --out stat.csv",
        "show run.pbxrun --as sipp-rtt --out rtt.csv",
    ] {
        assert_eq!(pbxsim(desk.path(), &line.split(' ').collect::<Vec<_>>()), 0, "{line}");
    }
    // Nobody answers: what counts is the header, which it writes at once.
    let port = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let to = format!("127.0.0.1:{port}");
    let sipp = ["-sn", "uac", &to, "-i", "127.0.0.1", "-m", "1", "-timeout", "1s", "-trace_stat", "-stf", "sipp.csv"];
    let done = Command::new("sipp").args(sipp).current_dir(desk.path()).stdin(Stdio::null()).output();
    done.unwrap_or_else(|error| panic!("sipp is missing ({error}): scripts/test installs it"));
    let said = read_by(desk.path(), "python3", &[&script("sipp.py").to_string_lossy()]);
    assert!(said.contains("calls and as many rows as buckets"), "{said}");
}

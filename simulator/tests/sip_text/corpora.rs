//! Messages that the RFCs publish, from the folder that `PBXSIM_CORPORA` names, or `../shared/corpora` beside the repository.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use simulator::sip::text::Fault;
use simulator::sip::text::message::Message;
use simulator::sip::text::name::Name;
use simulator::sip::text::verdict::belongs;

use crate::outcome::{Outcome, of_datagram};
use Outcome::{Drop, Refuse, Take};

/// A message with its name and the verdict that the RFC gives it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) octets: Vec<u8>,
    pub(crate) expected: Outcome,
}

/// A folder of the corpora; `None`, said where nobody can miss it, if it is not here.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PBXSIM_CORPORA").map(PathBuf::from);
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora"));
    let path = root.unwrap_or_else(beside).join(name);
    if path.is_dir() {
        return Some(path);
    }
    // Not a print macro: what a test prints is shown only if it fails.
    let said = writeln!(std::io::stderr(), "NOT CHECKED: no corpus {name} at {}; set PBXSIM_CORPORA", path.display());
    said.expect("standard error is there");
    None
}

fn read(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Section 3 of RFC 4475, at a registrar and B2BUA, over UDP.
const RFC4475: [(&str, Outcome); 49] = [
    // 3.1.1: valid.
    ("wsinv", Take(150)),
    ("intmeth", Refuse(501)),
    ("esc01", Take(150)),
    ("escnull", Take(0)),
    ("esc02", Refuse(501)),
    ("lwsdisp", Take(0)),
    ("longreq", Take(150)),
    ("dblreq", Take(0)),
    ("semiuri", Take(0)),
    ("transports", Take(0)),
    ("mpart01", Refuse(415)),
    ("unreason", Take(154)),
    ("noreason", Take(0)),
    // 3.1.2: invalid.
    ("badinv01", Refuse(400)),
    ("clerr", Refuse(400)),
    ("ncl", Refuse(400)),
    ("scalar02", Refuse(400)),
    ("scalarlg", Drop),
    ("quotbal", Refuse(400)),
    ("ltgtruri", Refuse(400)),
    ("lwsruri", Refuse(400)),
    ("lwsstart", Refuse(400)),
    ("trws", Refuse(400)),
    ("escruri", Refuse(400)),
    ("baddate", Take(150)),
    ("regbadct", Refuse(400)),
    ("badaspec", Refuse(400)),
    ("baddn", Refuse(400)),
    ("badvers", Refuse(505)),
    ("mismatch01", Refuse(400)),
    ("mismatch02", Refuse(501)),
    ("bigcode", Drop),
    // 3.2 to 3.4: to be read, and mostly refused.
    ("badbranch", Refuse(400)),
    ("insuf", Refuse(400)),
    ("unkscm", Refuse(416)),
    ("novelsc", Refuse(416)),
    ("unksm2", Refuse(400)),
    ("bext01", Refuse(420)),
    ("invut", Refuse(415)),
    ("regaut01", Take(0)),
    ("multi01", Refuse(400)),
    ("mcl01", Refuse(400)),
    ("bcast", Take(154)),
    ("zeromf", Take(0)),
    ("cparam01", Take(0)),
    ("cparam02", Take(0)),
    ("regescrt", Take(0)),
    ("sdp01", Refuse(406)),
    ("inv2543", Take(105)),
];

/// RFC 5118: only the address without brackets is refused.
const RFC5118: [(&str, Outcome); 12] = [
    ("ipv6-good", Take(0)),
    ("ipv6-bad", Refuse(400)),
    ("port-ambiguous", Take(0)),
    ("port-unambiguous", Take(0)),
    ("via-received-param-with-delim", Take(0)),
    ("via-received-param-no-delim", Take(0)),
    ("ipv6-in-sdp", Take(251)),
    ("mult-ip-in-header", Take(0)),
    ("mult-ip-in-sdp", Take(189)),
    ("ipv4-mapped-ipv6", Take(245)),
    ("ipv6-bug-abnf-3-colons", Take(0)),
    ("ipv6-correct-abnf-2-colons", Take(0)),
];

/// Messages of RFC 3665 that break the grammar as published: credentials without a comma, two spaces in a status line, a
/// continuation line that is not indented.
const MISPRINTS: [(&str, Outcome); 5] = [
    ("2.1-F03-register", Refuse(400)),
    ("3.9-F06-486-busy-here", Drop),
    ("3.9-F08-486-busy-here", Drop),
    ("3.9-F10-486-busy-here", Drop),
    ("3.10-F04-invite", Refuse(400)),
];

fn tortured(corpus: &str, inside: &str, ending: &str, table: &[(&str, Outcome)]) -> Vec<Case> {
    let Some(folder) = folder(corpus) else { return Vec::new() };
    let case = |(name, expected): &(&str, Outcome)| Case {
        name: format!("{corpus} {name}"),
        octets: read(folder.join(inside).join(format!("{name}.{ending}"))),
        expected: *expected,
    };
    table.iter().map(case).collect()
}

pub(crate) fn rfc4475() -> Vec<Case> {
    tortured("rfc4475", "", "dat", &RFC4475)
}

pub(crate) fn rfc5118() -> Vec<Case> {
    tortured("rfc5118", "wire", "sip", &RFC5118)
}

/// The call flows: as many octets of body as the message says, or as came.
pub(crate) fn flows(corpus: &str) -> Vec<Case> {
    let Some(folder) = folder(corpus) else { return Vec::new() };
    let paths = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "sip")).collect();
    paths.sort();
    let case = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let octets = read(path);
        let misprint = MISPRINTS.iter().find(|(known, _)| *known == name).map(|(_, outcome)| *outcome);
        let head = octets.windows(4).position(|four| four == b"\r\n\r\n").expect("an empty line") + 4;
        Case { name: format!("{corpus} {name}"), expected: misprint.unwrap_or(Take(octets.len() - head)), octets }
    };
    paths.into_iter().map(case).collect()
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    [rfc4475(), rfc5118(), flows("rfc3665"), flows("rfc3261")].into_iter().flatten().collect()
}

/// Checks every case; nothing to do where the corpus is absent.
fn check(cases: &[Case], wanted: usize) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|case| (case, of_datagram(&case.octets)))
        .filter(|(case, outcome)| *outcome != case.expected)
        .map(|(case, outcome)| format!("{}: {outcome:?}, expected {:?}", case.name, case.expected))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases.is_empty() || cases.len() == wanted, "{} cases", cases.len());
}

#[test]
fn rfc_4475_gets_49_of_49_verdicts() {
    check(&rfc4475(), 49);
}

#[test]
fn rfc_4475_is_covered_as_its_list_says() {
    let Some(folder) = folder("rfc4475") else { return };
    let list = fs::read_to_string(folder.join("EXPECT.tsv")).unwrap();
    let rows = list.lines().skip(1).map(|row| row.split('\t').collect::<Vec<_>>());
    let listed: Vec<String> = rows.filter(|row| row[1] != "-").map(|row| row[0].replace(".dat", "")).collect();
    assert_eq!(listed.len(), RFC4475.len());
    assert!(listed.iter().all(|name| RFC4475.iter().any(|(known, _)| known == name)), "{listed:?}");
    assert_eq!(of_datagram(&read(folder.join("test.dat"))), Drop, "in the archive, in no section");
}

#[test]
fn rfc_5118_gets_12_of_12_verdicts() {
    check(&rfc5118(), 12);
}

#[test]
fn rfc_3665_gets_181_of_181_verdicts() {
    check(&flows("rfc3665"), 181);
}

#[test]
fn rfc_3261_gets_14_of_14_verdicts() {
    check(&flows("rfc3261"), 14);
}

#[test]
fn a_response_through_somebody_elses_via_is_dropped_not_sent_on() {
    let cases = rfc4475();
    let Some(case) = cases.iter().find(|case| case.name.ends_with("bcast")) else { return };
    let response = Message::read(&case.octets).unwrap();
    assert_eq!(belongs(&response, |_| true), Err(Fault::NotOurs));
}

#[test]
fn misprinted_credentials_of_rfc_3665_are_read_and_cannot_be_right() {
    let cases = flows("rfc3665");
    let read = cases.iter().map(|case| Message::read(&case.octets)).filter_map(Result::ok);
    let all = read.flat_map(|message| {
        let of = |name| message.credentials(name).collect::<Vec<_>>();
        [of(Name::Authorization), of(Name::ProxyAuthorization)].concat()
    });
    let lengths: Vec<usize> = all.filter_map(Result::ok).map(|one| one.response.raw().len()).collect();
    assert!(cases.is_empty() || lengths.iter().filter(|length| **length != 32).count() == 9, "{lengths:?}");
}

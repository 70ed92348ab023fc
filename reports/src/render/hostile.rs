//! Hostile text in every rendering: injections of all kinds, and every message of the corpora, as names, titles, reasons
//! and headers. No live tag, no formula, no command, no raw control byte comes out.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::ladder as ladders;
use super::page::{self, Sheet};
use super::text::{Options, Style};
use super::{ci, csv, hlog, json, junit, markdown, openmetrics, summary, text};
use crate::ladder::{About, Fate, Ladder, Lane, Message, Note, Step, What};
use crate::measurements::{Moment, Tally, Violation};
use crate::result::RunResult;
use crate::run_file::RunFile;
use crate::sample;

/// Strings that would run, break out or hide in some format.
pub(crate) const HOSTILE: [&str; 26] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'-->]]></style><svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
    "a\u{1b}[2J\u{7}\r\nb",
    "\u{202e}gpj.exe\u{0}",
    "&lt;b&gt; %0a ::error::x",
    "| a | `b` [x](javascript:alert(1)) {#x}",
    "</title></head><body onload=alert(1)>",
    "</script><!--<script>",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+alert(1)//'>",
    "<iframe srcdoc='<script>1</script>'>",
    "<a href=\"javascript:alert(1)\" style=\"position:fixed\">",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=HYPERLINK(\"http://x\",\"y\")",
    "\u{1b}]0;owned\u{7}\u{1b}]8;;http://x\u{1b}\\\u{9b}31m\u{90}q",
    "one\n::set-output name=x::y\n##[error]z\n::stop-commands::t",
    "x\"} 1\n# EOF\npbxsim_up{a=\"b",
    "\"},{\"verdict\":\"pass\",\"x\":{\"y\":\"",
    "]]><failure/><![CDATA[",
    "&#x3c;script&#x3e; &amp;lt;",
    "\u{2028}\u{2029}\u{feff}\u{200b}\u{2066}x\u{2069}",
    "\n# heading\n<!-- comment\n```\n@everyone https://x",
];

/// Made once: it is filled a thousand times here.
static FAILING: LazyLock<RunResult> = LazyLock::new(|| {
    let mut result = sample::failing();
    result.seeds.truncate(2);
    // A few rows of a series are as hostile as all.
    let course = &mut result.seeds[0].course;
    for node in &mut course.nodes {
        let series = [&mut node.registered, &mut node.requests, &mut node.shed, &mut node.longest_wait_ns];
        series.into_iter().for_each(|series| series.truncate(3));
    }
    for stock in &mut course.stocks {
        let [in_use, refused, pool] = [&mut stock.in_use, &mut stock.refused, &mut stock.pool];
        let series = [in_use, refused, pool, &mut stock.booked, &mut stock.stranded, &mut stock.in_grace];
        series.into_iter().for_each(|series| series.truncate(3));
    }
    for site in &mut course.sites {
        [&mut site.in_use, &mut site.refused].into_iter().for_each(|series| series.truncate(3));
    }
    result
});

/// A run in which every name, title and text is hostile.
pub(crate) fn hostile(text: &str) -> RunResult {
    let mut result = FAILING.clone();
    let text = text.to_owned();
    let header = &mut result.header;
    (header.title, header.file, header.source) = (text.clone(), text.clone(), text.clone());
    (header.variant, header.overrides) = (Some(text.clone()), vec![text.clone()]);
    result.expectations.iter_mut().for_each(|expectation| expectation.text.clone_from(&text));
    for run in &mut result.seeds {
        run.tallies[0] = Tally::Nothing(text.clone());
        run.timeline = vec![Moment { at_ns: 5, what: text.clone(), detail: text.clone() }];
        run.occasions[0].name.clone_from(&text);
        run.nodes.iter_mut().for_each(|node| node.node.clone_from(&text));
        run.latencies.iter_mut().for_each(|named| named.label.clone_from(&text));
        let stock = &mut run.stocks[0];
        (stock.feature, stock.node) = (text.clone(), text.clone());
        stock.denials = BTreeMap::from([(text.clone(), 3)]);
        run.course.nodes.iter_mut().for_each(|node| node.node.clone_from(&text));
        for course in &mut run.course.stocks {
            (course.feature, course.node) = (text.clone(), text.clone());
            (course.refusals[0].population, course.refusals[0].reason) = (text.clone(), text.clone());
            course.holders[0].population.clone_from(&text);
        }
        for site in &mut run.course.sites {
            (site.feature, site.node) = (text.clone(), text.clone());
            site.denials = BTreeMap::from([(text.clone(), 3)]);
        }
        run.course.answers.iter_mut().for_each(|answer| answer.reason.clone_from(&text));
    }
    let last_events = vec![text.clone()];
    result.seeds[1].violation = Some(Violation { id: "I1".into(), what: text, at_ns: 1, last_events });
    result
}

/// The corpora's messages, from the folder that `PBXSIM_CORPORA` names, or `../shared/corpora` beside the repository.
fn corpora() -> Vec<String> {
    let root = std::env::var_os("PBXSIM_CORPORA").map(PathBuf::from);
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora"));
    let root = root.unwrap_or_else(beside);
    let (mut folders, mut texts) = (vec![root.clone()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                texts.push(read(&path));
            }
        }
    }
    if texts.is_empty() {
        // Not a print macro: what a test prints is shown only if it fails.
        let said = writeln!(std::io::stderr(), "NOT CHECKED: no corpora at {}; set PBXSIM_CORPORA", root.display());
        said.expect("standard error is there");
    }
    texts.sort();
    texts
}

fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn names_of_any_length_fit_a_page() {
    let long = "<\u{1b}&\">".repeat(20_000);
    let run = RunFile { results: vec![hostile(&long)] };
    for page in [page::render(&run, Sheet::Inside), page::ladder(&hostile_ladder(&long), Sheet::Inside)] {
        is_page(&page);
        assert!(page.contains("The names in it are too long for a page."), "{}", &page[..2_000]);
    }
}

#[test]
fn injections_do_nothing_in_any_rendering() {
    for text in HOSTILE {
        check(text);
        is_page(&page::render(&RunFile { results: vec![hostile(text), hostile(text)] }, Sheet::Beside("report.css")));
    }
}

#[test]
fn messages_of_the_corpora_do_nothing_in_any_rendering() {
    corpora().iter().for_each(|message| check(&message.chars().take(400).collect::<String>()));
}

/// Renders a run and a ladder that are called so in every way there is.
fn check(text: &str) {
    let run = RunFile { results: vec![hostile(text)] };
    let ladder = hostile_ladder(text);
    is_page(&page::with_ladders(&run, &[vec![ladder.clone()]], Sheet::Inside));
    is_page(&page::ladder(&ladder, Sheet::Inside));
    is_picture(&ladders::picture(&ladder));
    is_terminal(&ladders::render(&ladder));
    assert!(ladders::capture(&[ladder]).len() > 200);
    is_terminal(&text::render(&run, &Options::default()));
    is_terminal(&text::render(&run, &Options { style: Style { colour: true }, path: None, next: Vec::new() }));
    is_terminal(&summary::render(&run));
    is_table(&csv::render(&run));
    is_junit(&junit::render(&run));
    is_openmetrics(&openmetrics::render(&run));
    is_markdown(&markdown::render(&run));
    is_terminal(&hlog::render(&run));
    is_terminal(&ci::annotations(&run));
    assert!(
        ci::annotations(&run).lines().all(|line| line.starts_with("::error file=") || line.starts_with("::notice::"))
    );
    for json in [json::render(&run), ci::code_quality(&run)] {
        is_terminal(&json);
        serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    }
}

/// What moves the cursor, recolours, turns or hides text.
fn is_harmful(c: char) -> bool {
    let hides = ('\u{200b}'..='\u{200f}').contains(&c) || ('\u{2028}'..='\u{202e}').contains(&c);
    c.is_control() && c != '\n' || hides || ('\u{2060}'..='\u{2069}').contains(&c) || c == '\u{feff}'
}

/// No harmful character but our own colours.
fn is_terminal(shown: &str) {
    let ours = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[0m"];
    let plain = ours.iter().fold(shown.to_owned(), |text, colour| text.replace(colour, ""));
    assert!(!plain.contains(is_harmful), "{plain:?}");
}

/// Every tag is one of ours, and none has a handler or a script for an address.
fn is_page(page: &str) {
    assert!(page.len() <= page::LARGEST, "{} bytes", page.len());
    is_picture(page);
    for tag in page.split('<').skip(1).filter(|tag| !tag.starts_with("!DOCTYPE html>")) {
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(TAGS.contains(&name.as_str()), "<{tag}");
    }
}

fn is_picture(markup: &str) {
    assert!(!markup.contains(|c| is_harmful(c) && c != '\t'), "{markup:?}");
    for tag in markup.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        assert!(!tag.starts_with("script") && !tag.starts_with("img") && !tag.starts_with("iframe"), "<{tag}>");
        let attributes: String = tag.split('"').step_by(2).collect();
        assert!(!attributes.contains(" on"), "<{tag}>");
        let addresses = tag.split('"').collect::<Vec<_>>();
        let is_address = |pair: &[&str]| pair[0].ends_with("href=") && !pair[1].starts_with(['#', 'r']);
        assert!(!addresses.windows(2).any(is_address), "<{tag}>");
    }
}

/// Fields as RFC 4180 parts them; none is a formula.
fn is_table(csv: &str) {
    assert!(!csv.replace("\r\n", "\n").contains(is_harmful), "{csv:?}");
    for line in csv.split("\r\n").filter(|line| !line.is_empty()) {
        let fields = fields(line);
        assert_eq!(fields.len(), 10, "{line}");
        let is_formula =
            |field: &String| field.starts_with(['=', '+', '-', '@', '\t', '\r']) && field.parse::<f64>().is_err();
        assert!(!fields.iter().any(is_formula), "{line}");
    }
}

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().expect("there is a first").push(c),
        }
    }
    assert!(!quoted, "{line}");
    fields
}

fn is_junit(xml: &str) {
    assert!(!xml.contains(|c| is_harmful(c) && c != '\t') && !xml.contains("]]>"), "{xml:?}");
    for tag in xml.split('<').skip(1) {
        let ours =
            ["?xml", "testsuites", "testsuite", "testcase", "properties", "property", "failure", "error", "skipped"];
        let rest = tag.trim_start_matches('/');
        assert!(ours.iter().chain(&["system-out"]).any(|name| rest.starts_with(name)), "<{tag}");
    }
}

fn is_openmetrics(metrics: &str) {
    assert!(!metrics.contains(is_harmful), "{metrics:?}");
    assert!(metrics.lines().all(|line| line.starts_with("# ") || line.starts_with("pbxsim_")), "{metrics}");
    assert_eq!(metrics.lines().filter(|line| *line == "# EOF").count(), 1);
    assert!(metrics.ends_with("\n# EOF\n"));
}

/// Outside of backticks nothing is markup.
fn is_markdown(markdown: &str) {
    assert!(!markdown.contains(is_harmful), "{markdown:?}");
    let outside: String = markdown.split('`').step_by(2).collect();
    for live in ["<script", "<img", "<svg", "<a ", "<iframe", "](javascript", "\n# heading", "<!--"] {
        assert!(!outside.contains(live), "{live} in {markdown}");
    }
}

/// A ladder with this text for every name, word and message.
fn hostile_ladder(text: &str) -> Ladder {
    let name = || text.to_owned();
    let octets = text.as_bytes().to_vec();
    let fate = Fate::Heard(2_000_000);
    let message = Message { from: 0, to: 1, text: name(), left_ns: 1_000_000, fate, connected: false, octets };
    let note = |lane| Step { at_ns: 2_000_000, what: What::Note(Note { lane, about: About::Licence, text: name() }) };
    Ladder {
        scenario: name(),
        endpoint: name(),
        why: name(),
        lanes: (0..3).map(|i| Lane { name: name(), address: [10, 0, 0, i] }).collect(),
        steps: vec![Step { at_ns: 1_000_000, what: What::Message(message) }, note(0), note(2)],
        ..Ladder::default()
    }
}

const TAGS: [&str; 47] = [
    "a",
    "article",
    "b",
    "body",
    "circle",
    "code",
    "details",
    "div",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "head",
    "header",
    "html",
    "g",
    "li",
    "line",
    "link",
    "main",
    "meta",
    "nav",
    "ol",
    "p",
    "path",
    "pre",
    "rect",
    "section",
    "span",
    "strong",
    "style",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "text",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "br",
];

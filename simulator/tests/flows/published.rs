//! What RFC 3665 publishes: who sends what to whom, in order.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// A message as one endpoint sees it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    /// Whether the endpoint sent it.
    pub(crate) sent: bool,
    /// Method or status.
    pub(crate) what: String,
}

impl Seen {
    pub(crate) fn new(sent: bool, what: &str) -> Self {
        Self { sent, what: what.to_owned() }
    }

    pub(crate) fn heard(what: &str) -> Self {
        Self::new(false, what)
    }
}

/// One line of the RFC's flow.
struct Line {
    section: String,
    what: String,
    from: String,
    to: String,
}

/// The flows, with what we do otherwise for a reason.
pub(crate) struct Published {
    lines: Vec<Line>,
    added: Vec<(String, String, usize, Seen)>,
}

impl Published {
    /// From the folder that `PBXSIM_CORPORA` names, or `../shared/corpora` beside the repository; `None`, said where nobody can
    /// miss it, if it is not here.
    pub(crate) fn read() -> Option<Self> {
        let root = std::env::var_os("PBXSIM_CORPORA").map(PathBuf::from);
        let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora"));
        let path = root.unwrap_or_else(beside).join("rfc3665/MANIFEST.tsv");
        let Ok(text) = fs::read_to_string(&path) else {
            let said = writeln!(std::io::stderr(), "NOT CHECKED: no {}; set PBXSIM_CORPORA", path.display());
            said.expect("standard error is there");
            return None;
        };
        let lines: Vec<Line> = text.lines().filter_map(line).collect();
        assert!(lines.len() > 150, "a flow for every section: {}", lines.len());
        Some(Self { lines, added: Vec::new() })
    }

    /// A status of ours in place of the RFC's.
    pub(crate) fn replace(&mut self, section: &str, theirs: &str, ours: &str) {
        let mut found = false;
        for line in self.lines.iter_mut().filter(|line| line.section == section && line.what == theirs) {
            (line.what, found) = (ours.to_owned(), true);
        }
        assert!(found, "{section} has no {theirs}");
    }

    /// A message more, at that place among those that somebody sees.
    pub(crate) fn with(&mut self, section: &str, who: &str, place: usize, seen: Seen) {
        self.added.push((section.to_owned(), who.to_owned(), place, seen));
    }

    /// Sections with flows of sessions, in order.
    pub(crate) fn sections(&self) -> Vec<String> {
        let mut sections: Vec<String> = self.lines.iter().map(|line| line.section.clone()).collect();
        sections.retain(|section| section.starts_with("3."));
        sections.dedup();
        sections.sort_by_key(|section| section[2..].parse::<u32>().expect("3.NUMBER"));
        sections
    }

    /// What somebody sends and receives in a flow.
    pub(crate) fn seen_by(&self, section: &str, who: &str) -> Vec<Seen> {
        let lines = self.lines.iter().filter(|line| line.section == section && (line.from == who || line.to == who));
        let mut seen: Vec<Seen> = lines.map(|line| Seen::new(line.from == who, &line.what)).collect();
        assert!(!seen.is_empty(), "no flow {section} for {who}");
        for (_, _, place, added) in self.added.iter().filter(|(of, by, ..)| of == section && by == who) {
            seen.insert(*place, added.clone());
        }
        seen
    }
}

/// `file, section, title, "INVITE Alice -> Proxy 1", defect`.
fn line(line: &str) -> Option<Line> {
    let fields: Vec<&str> = line.split('\t').collect();
    let (Some(section), Some(label)) = (fields.get(1), fields.get(3)) else { return None };
    let (before, to) = label.split_once(" -> ")?;
    let what = before.split_whitespace().next()?;
    let from = ["Alice", "Bob"].into_iter().find(|name| before.ends_with(name)).unwrap_or("between");
    Some(Line {
        section: (*section).to_owned(),
        what: what.to_owned(),
        from: from.to_owned(),
        to: to.trim().to_owned(),
    })
}

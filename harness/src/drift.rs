//! `run --expect-summary`: what differs from the summary that was committed.

use std::path::{Path, PathBuf};

use reports::render::{safe, summary};
use reports::run_file::RunFile;
use reports::shell::quoted;
use similar::{ChangeTag, TextDiff};

use crate::complaint::Complaint;

/// A summary that a run is to have.
pub(crate) struct Expected {
    path: PathBuf,
    text: String,
}

impl Expected {
    /// Reads it before anything runs.
    pub(crate) fn read(path: &Path) -> Result<Self, Complaint> {
        let shown = quoted(&path.to_string_lossy());
        let text = std::fs::read_to_string(path).map_err(|error| {
            Complaint::wrong(format!("--expect-summary {shown}: {error}"))
                .hint(format!("to write it, after a run: pbxsim show LAST --as summary --out {shown}"))
        })?;
        if text.lines().next() != Some(summary::HEAD) {
            return Err(Complaint::wrong(format!("--expect-summary {shown}: that is no summary of pbxsim"))
                .hint(format!("its first line would be: {}", summary::HEAD)));
        }
        Ok(Self { path: path.to_path_buf(), text })
    }

    /// What has changed, in words for people; `None`: nothing.
    pub(crate) fn drift(&self, run: &RunFile) -> Option<String> {
        let now = summary::render(run);
        let before = self.text.replace("\r\n", "\n");
        if before == now {
            return None;
        }
        let shown = quoted(&self.path.to_string_lossy());
        let mut lines = vec![String::new(), format!("  Not as in {shown} (-: there, +: now)"), String::new()];
        let diff = TextDiff::from_lines(&before, &now);
        for group in diff.grouped_ops(CONTEXT) {
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    ChangeTag::Equal => ' ',
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                };
                lines.push(format!("  {sign} {}", safe(change.value().trim_end_matches('\n'))));
            }
        }
        lines.push(String::new());
        lines.push(format!("  if that is meant: pbxsim show LAST --as summary --out {shown}"));
        Some(lines.iter().map(|line| format!("{}\n", line.trim_end())).collect())
    }
}

/// Equal lines around a difference.
const CONTEXT: usize = 1;

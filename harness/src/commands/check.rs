//! `pbxsim check`: every mistake of scenario files, with its place. Silent if there is nothing to say.

use std::path::{Path, PathBuf};

use reports::render::ci::Mistake;
use scenarios::{Diagnostics, Severity};

use crate::args::Check;
use crate::commands::{Unfit, read_one, which_scenario};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::{ci, scenario_files, screen};

/// Checks all files.
pub(super) fn check(args: &Check) -> Result<Exit, Complaint> {
    if args.files.is_empty() {
        return Err(which_scenario("check"));
    }
    let (files, unfound) = scenario_files::expand(&args.files);
    unfound.iter().for_each(|complaint| screen::tell(&complaint.to_string()));
    let checked: Vec<Checked> = files.into_iter().map(Checked::new).collect();
    checked.iter().for_each(|one| screen::tell(&one.said()));
    if let Some(system) = args.ci {
        let mistakes: Vec<Mistake> = checked.iter().flat_map(Checked::mistakes).collect();
        ci::tell_mistakes(system, &mistakes)?;
    }
    let is_wrong = !unfound.is_empty() || checked.iter().any(Checked::is_wrong);
    Ok(if is_wrong { Exit::Wrong } else { Exit::Held })
}

/// A file, and what is to be said of it.
struct Checked {
    path: PathBuf,
    found: Result<Diagnostics, Complaint>,
}

impl Checked {
    fn new(path: PathBuf) -> Self {
        let found = match read_one(&path, &[], None) {
            Ok(loaded) => Ok(loaded.warnings),
            Err(Unfit::Wrong(mistakes)) => Ok(mistakes),
            Err(Unfit::Unread(complaint)) => Err(complaint),
        };
        Self { path, found }
    }

    fn is_wrong(&self) -> bool {
        self.found.as_ref().map_or(true, Diagnostics::is_error)
    }

    fn said(&self) -> String {
        match &self.found {
            Err(complaint) => complaint.to_string(),
            Ok(found) if found.is_error() => found.render(),
            Ok(found) if found.is_empty() => String::new(),
            Ok(warnings) => said_of_warnings(&self.path, warnings),
        }
    }

    /// One for each place; a file that cannot be read is one as a whole.
    fn mistakes(&self) -> Vec<Mistake> {
        match &self.found {
            Ok(found) => found.places().map(|place| self.at(&place)).collect(),
            Err(complaint) => vec![Mistake {
                file: self.path.to_string_lossy().into_owned(),
                line: 1,
                column: 1,
                is_error: true,
                message: complaint.to_string().trim_start_matches("error: ").trim_end().to_owned(),
                advice: String::new(),
            }],
        }
    }

    fn at(&self, place: &scenarios::Place<'_>) -> Mistake {
        Mistake {
            file: place.file.to_owned(),
            line: place.line,
            column: place.column,
            is_error: place.severity == Severity::Error,
            message: place.message.to_owned(),
            advice: place.advice.to_owned(),
        }
    }
}

fn said_of_warnings(path: &Path, warnings: &Diagnostics) -> String {
    let count = warnings.count(Severity::Warning);
    let text = warnings.render();
    // The last line counts for a run; here the file is what is judged.
    let (told, _) = text.trim_end().rsplit_once('\n').unwrap_or((&text, ""));
    format!("{told}\n{}: ok, {count} warning{}\n", path.display(), if count == 1 { "" } else { "s" })
}

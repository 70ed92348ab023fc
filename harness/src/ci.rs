//! `run --ci`, `check --ci`: beside the answer, what GitHub and GitLab show at a pull request.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use reports::atomic_file;
use reports::render::ci::{self, Mistake};
use reports::render::{junit, markdown};
use reports::run_file::RunFile;

use crate::args::Ci;
use crate::complaint::Complaint;
use crate::screen;

/// Tells a CI system what came out.
pub(crate) fn tell(system: Ci, run: &RunFile) -> Result<(), Complaint> {
    match system {
        Ci::Github => {
            // Workflow commands are read from standard error as well: an answer for machines stays alone.
            screen::tell(&ci::annotations(run));
            std::env::var_os("GITHUB_STEP_SUMMARY")
                .map_or(Ok(()), |path| append(Path::new(&path), &markdown::render(run)))
        }
        Ci::Gitlab => {
            write(CODE_QUALITY, &ci::code_quality(run))?;
            write(JUNIT, &junit::render(run))
        }
    }
}

/// Tells a CI system what is wrong with scenario files.
pub(crate) fn tell_mistakes(system: Ci, mistakes: &[Mistake]) -> Result<(), Complaint> {
    match system {
        Ci::Github => {
            screen::tell(&ci::mistakes_annotated(mistakes));
            let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|_| !mistakes.is_empty());
            summary.map_or(Ok(()), |path| append(Path::new(&path), &ci::mistakes_listed(mistakes)))
        }
        Ci::Gitlab => write(CODE_QUALITY, &ci::mistakes_as_code_quality(mistakes)),
    }
}

/// Several commands of a step share one summary.
fn append(path: &Path, text: &str) -> Result<(), Complaint> {
    let text = if text.len() <= LARGEST_SUMMARY { text } else { "The results are too long for this summary.\n" };
    let written =
        OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| Complaint::invalid(format!("{} was not written: {error}", path.display())))
}

fn write(name: &str, text: &str) -> Result<(), Complaint> {
    atomic_file::write(Path::new(name), text.as_bytes()).map_err(|error| Complaint::invalid(error.to_string()))
}

const CODE_QUALITY: &str = "gl-code-quality-report.json";
const JUNIT: &str = "junit.xml";
/// GitHub takes 1 MiB.
const LARGEST_SUMMARY: usize = 1_000_000;

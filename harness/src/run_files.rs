//! Run files on disk: where they go by default, which is the last, and which was probably meant.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use reports::atomic_file::WriteError;
use reports::run_file::{ReadError, RunFile};

use crate::clock;
use crate::complaint::Complaint;
use crate::nearest::nearest;
use reports::shell::quoted;

/// Where a run file is to go.
#[derive(Debug)]
pub(crate) enum Destination {
    /// `--out`: exactly there, also over an older run file.
    Exactly(PathBuf),
    /// `runs/TIME-NAME.pbxrun`, never over another.
    Fresh(String),
}

impl Destination {
    /// As the command line says; refuses to replace what is no run file.
    pub(crate) fn new(out: Option<&Path>, scenarios: &[PathBuf]) -> Result<Self, Complaint> {
        let Some(path) = out else { return Ok(Self::Fresh(name_of(scenarios))) };
        let taken = |what: &str| Err(Complaint::wrong(format!("--out {}: {what}", quoted(&path.to_string_lossy()))));
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => taken("that is a folder; name a file in it"),
            Ok(about) if !about.is_file() => taken("that is not a file; leave --out away to write into runs/"),
            Ok(_) if matches!(RunFile::read(path), Err(ReadError::Foreign)) => {
                taken("a file that is no run file stands there; it was not touched")
            }
            _ => Ok(Self::Exactly(path.to_path_buf())),
        }
    }

    /// Writes it; where to.
    pub(crate) fn write(&self, run: &RunFile) -> Result<PathBuf, Complaint> {
        let told = |error: WriteError| Complaint::invalid(error.to_string());
        let path = match self {
            Self::Exactly(path) => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                folder.map_or(Ok(()), fs::create_dir_all).map_err(|error| not_written(path, &error))?;
                run.write_atomically(path).map_err(told)?;
                path.clone()
            }
            Self::Fresh(name) => {
                let folder = Path::new(FOLDER);
                fs::create_dir_all(folder).map_err(|error| not_written(folder, &error))?;
                run.write_new(fresh(&clock::stamp(), name)).map_err(told)?
            }
        };
        tracing::info!(path = %path.display(), "run file written");
        Ok(path)
    }

    /// What `show` calls the file that was written.
    pub(crate) fn name(&self, path: &Path) -> String {
        match self {
            Self::Exactly(_) => path.to_string_lossy().into_owned(),
            Self::Fresh(_) => "LAST".to_owned(),
        }
    }
}

/// The file a word of the command line means: `LAST`, a path, or a name in `runs/`.
pub(crate) fn find(word: &Path) -> Result<PathBuf, Complaint> {
    if word == Path::new("LAST") && !word.exists() {
        let newest = newest_first().into_iter().next();
        return newest
            .ok_or_else(|| Complaint::wrong("there is no run in runs/ here").hint("to make one: pbxsim run FILE"));
    }
    let inside = Path::new(FOLDER).join(word);
    let found = [word, &inside].into_iter().find(|path| path.is_file());
    found.map(Path::to_path_buf).ok_or_else(|| {
        Complaint::wrong(format!("there is no run file {}", word.display())).hint(meant(word).unwrap_or_default())
    })
}

/// All run files of this folder, the newest first.
pub(crate) fn newest_first() -> Vec<PathBuf> {
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let mut files: Vec<(SystemTime, usize, PathBuf)> = entries
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == EXTENSION))
        .filter_map(|entry| {
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            // Within one tick of the clock -10 is newer than -9.
            Some((about.modified().ok()?, entry.file_name().len(), entry.path()))
        })
        .collect();
    files.sort_by(|left, right| right.cmp(left));
    files.into_iter().map(|(_, _, path)| path).collect()
}

/// Reads one; says which and why not.
pub(crate) fn read(path: &Path) -> Result<RunFile, Complaint> {
    RunFile::read(path).map_err(|error| Complaint::wrong(format!("{} cannot be read: {error}", path.display())))
}

/// `rush`, or `rush-and-2-more`.
fn name_of(scenarios: &[PathBuf]) -> String {
    let first = scenarios.first().and_then(|path| path.file_stem()).map(OsStr::to_string_lossy).unwrap_or_default();
    let name: String = first.chars().map(|c| if c.is_control() || c == '/' { '-' } else { c }).take(80).collect();
    match scenarios.len() {
        0 | 1 => name,
        several => format!("{name}-and-{}-more", several - 1),
    }
}

/// Names in `runs/` for a run of that minute, in the order they are tried.
fn fresh(stamp: &str, name: &str) -> impl Iterator<Item = PathBuf> {
    (1..u32::MAX).map(move |number| {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        Path::new(FOLDER).join(format!("{stamp}-{name}{suffix}.{EXTENSION}"))
    })
}

fn not_written(path: &Path, error: &io::Error) -> Complaint {
    Complaint::invalid(format!("{} was not written: {error}", path.display()))
}

fn meant(word: &Path) -> Option<String> {
    let typed = word.file_name()?.to_str()?;
    let folder = word.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folders = folder.map_or_else(|| vec![Path::new("."), Path::new(FOLDER)], |folder| vec![folder]);
    let names: Vec<String> = folders
        .into_iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".pbxrun"))
        .collect();
    let words = names.iter().map(String::as_str).chain(["LAST"]);
    nearest(typed, words).map(|name| format!("did you mean {}?", quoted(name)))
}

/// In the working folder.
const FOLDER: &str = "runs";
const EXTENSION: &str = "pbxrun";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_after_its_files() {
        let files: Vec<PathBuf> = ["a/rush.yaml", "b.yaml", "c.yaml"].into_iter().map(PathBuf::from).collect();
        assert_eq!(name_of(&files[..1]), "rush");
        assert_eq!(name_of(&files), "rush-and-2-more");
    }
}

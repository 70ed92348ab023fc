//! What a sweep has finished, on disk point by point: after an interrupt, or a crash, the same command goes on from there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use reports::result::RunResult;
use reports::run_file;

use crate::complaint::Complaint;

/// The finished points of one sweep.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Opens that of a sweep of this name and `identity` (whatever decides its results), and what is finished in it. The
    /// torn end that a crash leaves is cut off.
    pub(crate) fn open(name: &str, identity: u64) -> Result<(Self, Vec<RunResult>), Complaint> {
        let path = Path::new(FOLDER).join(format!("{name}-{identity:016x}.{EXTENSION}"));
        let trouble = |error: io::Error| Complaint::invalid(format!("{}: {error}", path.display()));
        fs::create_dir_all(FOLDER).map_err(trouble)?;
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(trouble)?,
        };
        let (finished, good) = run_file::recover(&bytes);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(trouble)?;
        file.set_len(good as u64).map_err(trouble)?;
        if good == 0 {
            file.write_all(&run_file::opening()).map_err(trouble)?;
        }
        Ok((Self { path, file }, finished))
    }

    /// Adds a finished point: whole, and there after a crash.
    pub(crate) fn add(&mut self, point: &RunResult) -> Result<(), Complaint> {
        let written = self.file.write_all(&run_file::sections(point)).and_then(|()| self.file.sync_data());
        written.map_err(|error| Complaint::invalid(format!("{} was not written: {error}", self.path.display())))
    }

    /// Takes it away: the sweep is done and its result is elsewhere.
    pub(crate) fn remove(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a finished sweep leaves its journal behind");
        }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// In the working folder.
const FOLDER: &str = "runs";
const EXTENSION: &str = "sweep";

//! A file that is there whole or not at all, whatever happens while it is written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a file cannot be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// No room; whatever stood there before still does.
    #[error("the disk is full: {} was not written", .0.display())]
    DiskFull(PathBuf),
    /// The operating system refuses.
    #[error("{} was not written: {source}", .path.display())]
    Io {
        /// What was to be written.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// More than [`crate::run_file::LARGEST`] bytes.
    #[error("the result is larger than any run file may be ({} bytes)", crate::run_file::LARGEST)]
    TooLarge,
}

/// Writes a temporary file beside `path`, synced, then renames it over `path`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_with(path, &mut |file| file.write_all(bytes))
}

/// The same with what a function writes: if it fails, nothing is there.
pub fn write_with(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), WriteError> {
    let temporary = beside(path);
    let written = fill_synced(&temporary, fill).and_then(|()| fs::rename(&temporary, path));
    if let Err(source) = written {
        // The first error is the one to tell; a leftover is named so that it is seen for what it is.
        let _ = fs::remove_file(&temporary);
        return Err(write_error(path, source));
    }
    sync_folder(path);
    Ok(())
}

/// Writes at the first of these paths where nothing stands, never over anything; where that was.
pub fn write_new(paths: impl IntoIterator<Item = PathBuf>, bytes: &[u8]) -> Result<PathBuf, WriteError> {
    let mut paths = paths.into_iter().peekable();
    let Some(first) = paths.peek().cloned() else { unreachable!("there is at least one path to write to") };
    let temporary = beside(&first);
    let written = write_synced(&temporary, bytes).and_then(|()| place(&temporary, paths));
    // After a link it is a second name of the file, after a rename it is gone, after an error it is left over.
    let _ = fs::remove_file(&temporary);
    let path = written.map_err(|source| write_error(&first, source))?;
    sync_folder(&path);
    Ok(path)
}

/// Gives a file the first of these names that is free.
fn place(temporary: &Path, paths: impl Iterator<Item = PathBuf>) -> io::Result<PathBuf> {
    for path in paths {
        match fs::hard_link(temporary, &path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // Some file systems have no links: there two at the same instant might meet.
            Err(_) if path.symlink_metadata().is_err() => return fs::rename(temporary, &path).map(|()| path),
            Err(_) => {}
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// `.NAME.PROCESS.tmp` in the same folder: a rename must not cross file systems.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fill_synced(path, &mut |file| file.write_all(bytes))
}

fn fill_synced(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    fill(&mut file)?;
    file.flush()?;
    file.get_ref().sync_all()
}

/// Makes the rename last through a power cut, where the system can; the contents are safe either way.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn write_error(path: &Path, source: io::Error) -> WriteError {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => WriteError::DiskFull(path.to_owned()),
        _ => WriteError::Io { path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_takes_the_first_free_name_and_leaves_the_others_alone() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let names = || (1..4).map(|number| folder.path().join(format!("{number}")));
        fs::write(folder.path().join("1"), "old").expect("a file");
        assert_eq!(write_new(names(), b"new").expect("written"), folder.path().join("2"));
        assert_eq!(write_new(names(), b"newer").expect("written"), folder.path().join("3"));
        assert!(write_new(names(), b"newest").is_err(), "no name is free");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a file");
        assert_eq!([read("1"), read("2"), read("3")], ["old", "new", "newer"]);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3, "nothing is left over");
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        let error = write_error(Path::new("x.pbxrun"), io::Error::from(io::ErrorKind::StorageFull));
        assert!(matches!(error, WriteError::DiskFull(_)));
        assert_eq!(error.to_string(), "the disk is full: x.pbxrun was not written");
        if Path::new("/dev/full").exists() {
            let full = write_synced(Path::new("/dev/full"), b"more").expect_err("always full");
            assert!(matches!(write_error(Path::new("x"), full), WriteError::DiskFull(_)));
        }
    }
}

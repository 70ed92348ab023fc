//! Scenario files on disk: finding, reading, and what was probably meant.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use scenarios::Template;

use crate::complaint::Complaint;
use crate::nearest::nearest;
use reports::render::safe;
use reports::shell::quoted;

/// Files as given, folders as the scenarios in them; each file once. What cannot be found is told beside it.
pub(crate) fn expand(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Complaint>) {
    let (mut files, mut complaints, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for path in paths {
        match members(path) {
            Ok(members) => files.extend(members.into_iter().filter(|file| seen.insert(identity(file)))),
            Err(complaint) => complaints.push(complaint),
        }
    }
    (files, complaints)
}

/// The scenarios in a folder, sorted by name: `*.yaml` with a `pbxsim:` key.
pub(crate) fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_yaml(&path) && is_scenario(&path) {
            files.push(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
        }
    }
    files.sort();
    Ok(files)
}

/// The bytes of a file; one that is too large is cut where it is certain to be refused.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Complaint> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(LARGEST + 4).read_to_end(&mut bytes)) {
        Ok(_) => Ok(without_half_a_character(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(missing(path)),
        Err(error) => Err(Complaint::wrong(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// Cutting a file that is too large must not make it look as if it were no text.
fn without_half_a_character(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.len() as u64 > LARGEST
        && let Err(error) = str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    bytes
}

/// `title`, as far as it can be told without reading the file as YAML; harmless to look at.
pub(crate) fn title(path: &Path) -> Option<String> {
    let title = first_lines(path)?.into_iter().find_map(|line| line.strip_prefix("title:").map(str::to_owned))?;
    let title = title.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| title.strip_prefix(quote)?.strip_suffix(quote));
    Some(safe(unquoted.unwrap_or(title)))
}

fn members(path: &Path) -> Result<Vec<PathBuf>, Complaint> {
    if !path.is_dir() {
        return if path.exists() { Ok(vec![path.to_path_buf()]) } else { Err(missing(path)) };
    }
    let files = in_folder(path)
        .map_err(|error| Complaint::wrong(format!("the folder {} cannot be read: {error}", path.display())))?;
    if files.is_empty() {
        let message = format!("no scenario in {}: no *.yaml with a \"pbxsim:\" key", path.display());
        return Err(Complaint::wrong(message));
    }
    Ok(files)
}

/// Two ways to write one path are one file.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// By its name.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn is_scenario(path: &Path) -> bool {
    first_lines(path).is_some_and(|lines| lines.iter().any(|line| line.starts_with("pbxsim:")))
}

fn first_lines(path: &Path) -> Option<Vec<String>> {
    let file = File::open(path).ok().filter(|file| file.metadata().is_ok_and(|about| about.is_file()))?;
    Some(BufReader::new(file.take(LOOKED_AT)).lines().map_while(Result::ok).collect())
}

fn missing(path: &Path) -> Complaint {
    let message = match path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => format!("there is no folder {}", folder.display()),
        None => format!("there is no file {}", path.display()),
    };
    Complaint::wrong(message).hint(meant(path).unwrap_or_default())
}

/// A file with nearly that name in a folder with nearly that name, or the template of that name.
fn meant(path: &Path) -> Option<String> {
    let typed = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let near = match folder {
        None => nearest_file(Path::new("."), typed).map(PathBuf::from),
        Some(folder) if folder.is_dir() => nearest_file(folder, typed).map(|name| folder.join(name)),
        Some(folder) => nearest_folder(folder).and_then(|folder| Some(folder.join(nearest_file(&folder, typed)?))),
    };
    if let Some(near) = near {
        return Some(format!("did you mean {}?", quoted(&near.to_string_lossy())));
    }
    let template = Template::named(path.file_stem().and_then(OsStr::to_str)?)?;
    Some(format!("to begin with that template: pbxsim new {0}.yaml --template {0}", template.name))
}

fn nearest_file(folder: &Path, typed: &str) -> Option<String> {
    let names: Vec<String> = names_in(folder).into_iter().filter(|name| is_yaml(Path::new(name))).collect();
    let words = || names.iter().map(String::as_str);
    let with_extension = format!("{typed}.yaml");
    nearest(typed, words()).or_else(|| nearest(&with_extension, words())).map(str::to_owned)
}

/// Only its last name may be a slip.
fn nearest_folder(folder: &Path) -> Option<PathBuf> {
    let parent = folder.parent()?;
    let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let names: Vec<String> = names_in(here).into_iter().filter(|name| here.join(name).is_dir()).collect();
    nearest(folder.file_name()?.to_str()?, names.iter().map(String::as_str)).map(|name| parent.join(name))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// The language allows no larger file, in bytes.
const LARGEST: u64 = 16 << 20;
/// A key at the top stands within so many bytes, if it is a scenario that people read.
const LOOKED_AT: u64 = 1 << 20;

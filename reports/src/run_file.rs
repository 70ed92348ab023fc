//! The run file `*.pbxrun`: everything every rendering is made from, in sections that describe themselves.
//!
//! Layout: 8 bytes of magic, a version (u32), then sections until the one named `end`: length of the name (u8), name,
//! length of the contents (u64), CRC-32 of all that (u32), contents. Integers are little-endian. Unknown sections are
//! skipped, so that an older pbxsim reads what it knows of a newer file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::atomic_file::{self, WriteError};
use crate::result::{RunResult, Verdict};

/// What one command ran: one result per variant or file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunFile {
    /// In the order they were asked for.
    pub results: Vec<RunResult>,
}

/// Why a run file cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The operating system refuses.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Other magic.
    #[error("it is not a run file of pbxsim")]
    Foreign,
    /// A version that means something else.
    #[error("it was written in version {0} of the format; this pbxsim reads version {VERSION}")]
    Version(u32),
    /// It ends in the middle.
    #[error("it is cut off")]
    CutOff,
    /// A checksum or the contents contradict.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// More than [`LARGEST`] bytes.
    #[error("it is larger than any run file ({LARGEST} bytes)")]
    TooLarge,
}

impl RunFile {
    /// The worst of its results.
    pub fn verdict(&self) -> Verdict {
        Verdict::worst(self.results.iter().map(|result| result.verdict(&result.judge())))
    }

    /// Whether its results are the points of a sweep.
    pub fn is_sweep(&self) -> bool {
        self.results.iter().any(|result| !result.header.point.is_empty())
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WriteError> {
        let mut bytes = opening();
        self.results.iter().for_each(|result| bytes.extend(sections(result)));
        append(&mut bytes, END, &[]);
        if bytes.len() as u64 > LARGEST { Err(WriteError::TooLarge) } else { Ok(bytes) }
    }

    /// Reads the bytes of a file; says what is wrong with them, and never panics.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(foreign_or_cut_off(bytes))?;
        let version = u32::from_le_bytes(take_array(&mut rest)?);
        if version != VERSION {
            return Err(ReadError::Version(version));
        }
        let mut file = Self::default();
        loop {
            let (name, contents) = next_section(&mut rest)?;
            match name {
                END if rest.is_empty() => return Ok(file),
                END => return Err(ReadError::Damaged("something follows its end".to_owned())),
                name => file.take_section(name, contents)?,
            }
        }
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let mut bytes = Vec::new();
        File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            // A large foreign file is foreign in the first place.
            return Err(if bytes.starts_with(MAGIC) { ReadError::TooLarge } else { ReadError::Foreign });
        }
        Self::from_bytes(&bytes)
    }

    /// Writes the file whole or not at all.
    pub fn write_atomically(&self, path: &Path) -> Result<(), WriteError> {
        atomic_file::write(path, &self.to_bytes()?)
    }

    /// The same at the first of these paths where nothing stands; where that was.
    pub fn write_new(&self, paths: impl IntoIterator<Item = PathBuf>) -> Result<PathBuf, WriteError> {
        atomic_file::write_new(paths, &self.to_bytes()?)
    }

    fn take_section(&mut self, name: &[u8], contents: &[u8]) -> Result<(), ReadError> {
        if name == HEADER {
            self.results.push(RunResult { header: parse(contents)?, ..RunResult::default() });
            return Ok(());
        }
        let no_header = || ReadError::Damaged("a section comes before its header".to_owned());
        match name {
            EXPECTATIONS => self.results.last_mut().ok_or_else(no_header)?.expectations = parse(contents)?,
            SEED => self.results.last_mut().ok_or_else(no_header)?.seeds.push(parse(contents)?),
            _ => {}
        }
        Ok(())
    }
}

/// What every run file begins with.
pub fn opening() -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes
}

/// The sections of one result: what is appended to a file that is written result by result.
pub fn sections(result: &RunResult) -> Vec<u8> {
    let mut bytes = Vec::new();
    append(&mut bytes, HEADER, &json(&result.header));
    append(&mut bytes, EXPECTATIONS, &json(&result.expectations));
    result.seeds.iter().for_each(|seed| append(&mut bytes, SEED, &json(seed)));
    bytes
}

/// The whole results at the start of such a file, whatever follows them, and the bytes they take with its opening; none
/// and 0 where not even that is there.
pub fn recover(bytes: &[u8]) -> (Vec<RunResult>, usize) {
    let opening = opening();
    let Some(mut rest) = bytes.strip_prefix(opening.as_slice()) else { return (Vec::new(), 0) };
    let (mut file, mut whole, mut good) = (RunFile::default(), 0, opening.len());
    while let Ok((name, contents)) = next_section(&mut rest) {
        if file.take_section(name, contents).is_err() {
            break;
        }
        let is_whole = |result: &RunResult| result.seeds.len() as u64 == u64::from(result.header.seeds_wanted);
        if file.results.last().is_some_and(is_whole) {
            (whole, good) = (file.results.len(), bytes.len() - rest.len());
        }
    }
    file.results.truncate(whole);
    (file.results, good)
}

fn append(bytes: &mut Vec<u8>, name: &[u8], contents: &[u8]) {
    let mut head = vec![u8::try_from(name.len()).expect("our names are short")];
    head.extend(name);
    head.extend((contents.len() as u64).to_le_bytes());
    let crc = crc32([head.as_slice(), contents]);
    bytes.extend(head);
    bytes.extend(crc.to_le_bytes());
    bytes.extend(contents);
}

fn next_section<'a>(rest: &mut &'a [u8]) -> Result<(&'a [u8], &'a [u8]), ReadError> {
    let whole = *rest;
    let [name_length] = take_array(rest)?;
    let name = take(rest, u64::from(name_length))?;
    let length = u64::from_le_bytes(take_array(rest)?);
    let head = &whole[..whole.len() - rest.len()];
    let crc = u32::from_le_bytes(take_array(rest)?);
    let contents = take(rest, length)?;
    if crc != crc32([head, contents]) {
        return Err(ReadError::Damaged(format!(
            "the checksum of its section {:?} is wrong",
            name.escape_ascii().to_string()
        )));
    }
    Ok((name, contents))
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], ReadError> {
    let length = usize::try_from(length).map_err(|_| ReadError::CutOff)?;
    let (taken, after) = rest.split_at_checked(length).ok_or(ReadError::CutOff)?;
    *rest = after;
    Ok(taken)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ReadError> {
    let (taken, after) = rest.split_first_chunk().ok_or(ReadError::CutOff)?;
    *rest = after;
    Ok(*taken)
}

fn foreign_or_cut_off(bytes: &[u8]) -> ReadError {
    if !bytes.is_empty() && MAGIC.starts_with(bytes) { ReadError::CutOff } else { ReadError::Foreign }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data with text keys is always JSON")
}

fn parse<T: DeserializeOwned>(contents: &[u8]) -> Result<T, ReadError> {
    serde_json::from_slice(contents).map_err(|error| ReadError::Damaged(error.to_string()))
}

/// CRC-32 (ISO-HDLC, as in zlib and PNG), bit by bit from a table.
fn crc32<const N: usize>(parts: [&[u8]; N]) -> u32 {
    let step = |crc: u32, byte: &u8| CRC_TABLE[usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
    !parts.into_iter().flatten().fold(!0, step)
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[i] = crc;
        i += 1;
    }
    table
};

/// Not text at its first byte, a line end that transfers in text mode would change: both show early.
const MAGIC: &[u8] = b"\x89pbxrun\n";
/// Version of the layout; new sections do not change it.
const VERSION: u32 = 1;
const HEADER: &[u8] = b"header";
const EXPECTATIONS: &[u8] = b"expectations";
const SEED: &[u8] = b"seed";
const END: &[u8] = b"end";
/// No run file is larger, in bytes.
pub const LARGEST: u64 = 256 << 20;

#[cfg(test)]
#[path = "run_file/tests.rs"]
mod tests;

//! Bytes on their way: made smaller, named by what they are, and cut where one message cannot hold them.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::link::Link;
use super::trouble::Trouble;

/// Fast: most of what travels is small.
const LEVEL: u8 = 1;
/// Nothing that travels is larger, in bytes: as a run file.
const LARGEST: usize = reports::run_file::LARGEST as usize;

/// Where the bytes of something stored are.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Parcel {
    /// Of the bytes as they travel.
    digest: String,
    /// Messages that hold them.
    parts: usize,
}

/// Makes bytes smaller.
pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, LEVEL)
}

/// The same back.
///
/// # Errors
/// What was not packed, or would be too large.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    decompress_to_vec_with_limit(bytes, LARGEST).map_err(|error| format!("it does not unpack: {error}"))
}

/// Names bytes by what they are: 32 hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

impl Parcel {
    /// Stores bytes for a job, in as many messages as it takes. Storing them twice changes nothing.
    pub(super) fn store(link: &Link, job: &str, bytes: &[u8], stop: &dyn Fn() -> bool) -> Result<Self, Trouble> {
        let parts = bytes.chunks(link.room()).collect::<Vec<_>>();
        let parcel = Self { digest: digest(bytes), parts: parts.len() };
        for (place, part) in parts.into_iter().enumerate() {
            link.store_once(&parcel.subject(job, place), part.to_vec(), stop)?;
        }
        Ok(parcel)
    }

    /// The bytes; `None` if they are not there (any more).
    pub(super) fn fetch(&self, link: &Link, job: &str, stop: &dyn Fn() -> bool) -> Result<Option<Vec<u8>>, Trouble> {
        let mut bytes = Vec::new();
        for place in 0..self.parts {
            let Some(part) = link.stored(&self.subject(job, place), stop)? else { return Ok(None) };
            bytes.extend(part);
            if bytes.len() > LARGEST {
                break;
            }
        }
        if digest(&bytes) == self.digest {
            Ok(Some(bytes))
        } else {
            Err(link.foreign("a parcel does not hold what it says"))
        }
    }

    fn subject(&self, job: &str, place: usize) -> String {
        format!("pbxsim.data.{job}.part.{}.{place}", self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks_and_nothing_else_does() {
        let bytes = b"REGISTER ".repeat(1000);
        let small = packed(&bytes);
        assert!(small.len() < bytes.len() / 20);
        assert_eq!(unpacked(&small), Ok(bytes));
        assert!(unpacked(b"\xff\xff\xff").is_err() && unpacked(&small[..small.len() / 2]).is_err());
    }

    #[test]
    fn bytes_are_named_by_what_they_are() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223", "the first half of FIPS 180's example");
    }
}

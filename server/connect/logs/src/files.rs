//! The files of a log: the one that is written, and those that it was rotated into; each with what it is known by.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use connect::{SourceError, policy};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The first bytes by which a file is told from another that was given its number later.
const HEAD: u64 = 128;
/// What is packed is not followed: it was read before.
const PACKED: [&str; 5] = [".gz", ".bz2", ".xz", ".zst", ".zip"];

/// What a file is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    device: u64,
    number: u64,
    /// So many of its first bytes, and their SHA-256 in hex.
    head: u64,
    hash: String,
}

/// A file as it was seen.
pub(crate) struct Seen {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    pub(crate) length: u64,
    pub(crate) changed: SystemTime,
    /// It is the one that is written, by its name.
    pub(crate) is_written: bool,
    device: u64,
    number: u64,
}

/// The files of a log, those that were written to first before the others.
///
/// # Errors
/// Where the folder cannot be read, or sources may not read it.
pub(crate) fn of_log(path: &Path) -> io::Result<Vec<Seen>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let refused = |error: SourceError| io::Error::new(io::ErrorKind::PermissionDenied, error.sentence);
    policy::places().check(path).map_err(refused)?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path.parent().unwrap_or_else(|| Path::new("/")))? {
        let entry = entry?;
        let other = entry.file_name().to_string_lossy().into_owned();
        if is_of(&name, &other) {
            // One that is gone again was rotated or removed just now.
            match Seen::open(entry.path(), other == name) {
                Ok(Some(seen)) => found.push(seen),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    found.sort_by(|a, b| (a.is_written, a.changed, &a.path).cmp(&(b.is_written, b.changed, &b.path)));
    Ok(found)
}

/// `access.log.1` and `access.log-20240501` are of `access.log`.
fn is_of(name: &str, other: &str) -> bool {
    let Some(rest) = other.strip_prefix(name) else { return false };
    let is_packed = PACKED.iter().any(|packed| rest.ends_with(packed));
    rest.is_empty() || (rest.starts_with(['.', '-']) && !is_packed)
}

impl Seen {
    /// Nothing where it is no file, or leads to one that sources may not read.
    fn open(path: PathBuf, is_written: bool) -> io::Result<Option<Self>> {
        if policy::places().check(&path).is_err() {
            return Ok(None);
        }
        let file = policy::places().open(&path)?;
        let metadata: Metadata = file.metadata()?;
        let changed = metadata.modified()?;
        let (device, number, length) = (metadata.dev(), metadata.ino(), metadata.len());
        Ok(metadata.is_file().then_some(Self { path, file, length, changed, is_written, device, number }))
    }

    /// What it is known by, by as many of its first bytes as there are.
    pub(crate) fn identity(&mut self) -> io::Result<Identity> {
        let head = self.length.min(HEAD);
        Ok(Identity { device: self.device, number: self.number, head, hash: self.hash(head)? })
    }

    /// Whether it is the one that is known, and not shorter than it was read.
    pub(crate) fn is(&mut self, known: &Identity, read: u64) -> io::Result<bool> {
        let same_place = (self.device, self.number) == (known.device, known.number);
        Ok(same_place && self.length >= read.max(known.head) && self.hash(known.head)? == known.hash)
    }

    fn hash(&mut self, head: u64) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&mut self.file).take(head).read_to_end(&mut bytes)?;
        Ok(format!("{:x}", Sha256::digest(&bytes)))
    }
}

impl Identity {
    /// Whether more of its head is to be known, once there is more.
    pub(crate) fn may_grow(&self) -> bool {
        self.head < HEAD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_its_file_and_what_that_was_rotated_into() {
        for (other, is) in [
            ("a.log", true),
            ("a.log.1", true),
            ("a.log-20240501", true),
            ("a.log.2.gz", false),
            ("a.logs", false),
            ("b.log", false),
            ("a.lo", false),
        ] {
            assert_eq!(is_of("a.log", other), is, "{other}");
        }
    }
}

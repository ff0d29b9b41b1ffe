//! The files of a log: the one that is written, and those that it was rotated into; each with what it is known by.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use connect::{SourceError, policy};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The first bytes by which a file is told from another that was given its number later.
const HEAD: u64 = 128;
/// The last bytes that were read of a file, by which it is told from another with the same beginning.
const END: u64 = 128;

/// What a file is known by: its place on the disk, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    device: u64,
    number: u64,
    /// So many of its first bytes, and their SHA-256 in hex.
    head: u64,
    hash: String,
    /// So many bytes before the first that was not read, and their SHA-256 in hex; none in what was kept before they were looked at.
    #[serde(default)]
    end: u64,
    #[serde(default)]
    end_hash: String,
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

/// `access.log.1` and `access.log-20240501` are of `access.log`. What is packed was read before; a copy that somebody made, the position
/// file of another program or the swap file of an editor is no log.
fn is_of(name: &str, other: &str) -> bool {
    let Some(rest) = other.strip_prefix(name) else { return false };
    if rest.is_empty() || rest == ".old" {
        return true;
    }
    let Some(number) = rest.strip_prefix(['.', '-']) else { return false };
    let is_of_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.' | b':' | b'T');
    number.starts_with(|first: char| first.is_ascii_digit()) && number.bytes().all(is_of_number)
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

    /// What it is known by, by as many of its first bytes as there are, once it was read as far as this.
    pub(crate) fn identity(&self, read: u64) -> io::Result<Identity> {
        let head = self.length.min(HEAD);
        let mut is =
            Identity { device: self.device, number: self.number, head, hash: hash(&self.file, 0, head)?, end: 0, end_hash: String::new() };
        is.read_to(&self.file, read)?;
        Ok(is)
    }

    /// Whether it is the one that is known, and not shorter than it was read.
    pub(crate) fn is(&self, known: &Identity, read: u64) -> io::Result<bool> {
        Ok(self.is_at_place_of(known) && self.holds(known, read)?)
    }

    /// Whether it has the place of the one that is known, whatever it holds now.
    pub(crate) fn is_at_place_of(&self, known: &Identity) -> bool {
        (self.device, self.number) == (known.device, known.number)
    }

    /// Whether it holds what the one that is known held, as far as that was read.
    pub(crate) fn holds(&self, known: &Identity, read: u64) -> io::Result<bool> {
        Ok(self.length >= read.max(known.head)
            && hash(&self.file, 0, known.head)? == known.hash
            && (known.end_hash.is_empty() || hash(&self.file, read.saturating_sub(known.end), known.end)? == known.end_hash))
    }

    /// Whether it is a copy of another, or of its beginning while that is being copied.
    pub(crate) fn is_copy_of(&self, other: &Self) -> io::Result<bool> {
        let (head, end) = (self.length.min(HEAD), self.length.min(END));
        Ok(self.length <= other.length
            && bytes_at(&self.file, 0, head)? == bytes_at(&other.file, 0, head)?
            && bytes_at(&self.file, self.length - end, end)? == bytes_at(&other.file, self.length - end, end)?)
    }
}

/// As many bytes of a file as there are, up to `length`.
fn bytes_at(file: &File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    let mut read = 0;
    while read < bytes.len() {
        match file.read_at(&mut bytes[read..], from + read as u64)? {
            0 => break,
            some => read += some,
        }
    }
    bytes.truncate(read);
    Ok(bytes)
}

fn hash(file: &File, from: u64, length: u64) -> io::Result<String> {
    Ok(format!("{:x}", Sha256::digest(bytes_at(file, from, length)?)))
}

impl Identity {
    /// Whether more of its head is to be known, once there is more.
    pub(crate) fn may_grow(&self) -> bool {
        self.head < HEAD
    }

    /// Takes what was read last of a file into what that is known by.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn read_to(&mut self, file: &File, read: u64) -> io::Result<()> {
        self.end = read.min(END);
        self.end_hash = hash(file, read - self.end, self.end)?;
        Ok(())
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
            ("a.log.2024-05-01", true),
            ("a.log-20240501-13", true),
            ("a.log.old", true),
            ("a.log.2.gz", false),
            ("a.log.bak", false),
            ("a.log.pos", false),
            ("a.log.swp", false),
            (".a.log.swp", false),
            ("a.log~", false),
            ("a.log.1.bak", false),
            ("a.logs", false),
            ("b.log", false),
            ("a.lo", false),
        ] {
            assert_eq!(is_of("a.log", other), is, "{other}");
        }
    }
}

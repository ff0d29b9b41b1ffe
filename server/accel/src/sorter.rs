//! Puts pairs into the order of their keys in bounded memory: sorted runs go to files aside, and are merged. Files with a name can be
//! gone on from by another process.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::run::Run;
use crate::{AccelError, Pair};

/// Bytes that are kept in memory before a run is spilled to disk.
const RUN_BYTES: usize = 32 << 20;
const BUFFER: usize = 256 << 10;
/// Bytes of a row of which many are not held at once.
const LARGE: usize = 64 << 10;
/// Bytes that all files together may have in memory while they are merged.
const BUFFERS: usize = 16 << 20;

/// Takes pairs in any order.
pub struct Sorter {
    folder: PathBuf,
    /// What its files are called; without one they are gone with the process, however that ends.
    name: Option<String>,
    run: Run,
    /// Bytes of a run.
    room: usize,
    aside: Vec<Aside>,
    rows: u64,
}

struct Aside {
    file: File,
    name: String,
    sum: u64,
}

/// What a sorter has spilled under names, as a later process needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRuns {
    rows: u64,
    /// The files, each with a checksum of its bytes.
    files: Vec<(String, u64)>,
}

impl Sorter {
    /// # Errors
    /// Where the folder cannot be made.
    pub fn new(folder: &Path) -> Result<Self, AccelError> {
        std::fs::create_dir_all(folder).map_err(|error| AccelError::of_io(&error))?;
        Ok(Self { folder: folder.to_owned(), name: None, run: Run::default(), room: RUN_BYTES, aside: Vec::new(), rows: 0 })
    }

    /// One whose files stay when the process ends. Nobody else in the folder has its name.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn named(folder: &Path, name: &str) -> Result<Self, AccelError> {
        Ok(Self { name: Some(name.to_owned()), ..Self::new(folder)? })
    }

    /// One of so many that fill side by side: together they take the memory of one.
    #[must_use]
    pub fn beside(self, fill: usize) -> Self {
        Self { room: RUN_BYTES / fill.max(1), ..self }
    }

    /// What an earlier process spilled, handing each pair to `see`; nothing where it is not all there as it was written.
    ///
    /// # Errors
    /// Where a file that is whole cannot be read.
    pub fn again(folder: &Path, name: &str, kept: &KeptRuns, mut see: impl FnMut(&[u8])) -> Result<Option<Self>, AccelError> {
        let mut sorter = Self { rows: kept.rows, ..Self::named(folder, name)? };
        for (name, sum) in &kept.files {
            let Ok(file) = File::open(folder.join(name)) else { return Ok(None) };
            let aside = Aside { file, name: name.clone(), sum: *sum };
            if aside.sum_now()? != *sum {
                return Ok(None);
            }
            let mut pairs = BufReader::with_capacity(BUFFER, aside.reader()?);
            let (mut key, mut value) = (Vec::new(), Vec::new());
            while read_pair(&mut pairs, &mut key, &mut value).map_err(|error| AccelError::of_io(&error))? {
                see(&value);
            }
            sorter.aside.push(aside);
        }
        Ok(Some(sorter))
    }

    /// # Errors
    /// Where a run cannot be spilled: most often a full disk.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), AccelError> {
        if self.run.is_empty() {
            self.run.reserve(self.room);
        }
        self.run.push(key, value);
        self.rows += 1;
        if self.run.bytes() >= self.room { self.put_aside() } else { Ok(()) }
    }

    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether nothing had to be spilled yet.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.aside.is_empty()
    }

    /// Puts all of it aside for a later process; nothing where its files have no names.
    ///
    /// # Errors
    /// Where it cannot be spilled.
    pub fn keep(&mut self) -> Result<Option<KeptRuns>, AccelError> {
        if self.name.is_none() {
            return Ok(None);
        }
        if !self.run.is_empty() {
            self.put_aside()?;
        }
        // Many wait side by side until all are there: none of them keeps its room.
        self.run = Run::default();
        let files = self.aside.iter().map(|aside| (aside.name.clone(), aside.sum)).collect();
        Ok(Some(KeptRuns { rows: self.rows, files }))
    }

    fn put_aside(&mut self) -> Result<(), AccelError> {
        self.run.sort();
        let failed = |error: std::io::Error| AccelError::of_io(&error);
        let name = self.name.as_ref().map(|name| format!("{name}-{}", self.aside.len())).unwrap_or_default();
        let file = match &self.name {
            None => tempfile::tempfile_in(&self.folder),
            Some(_) => File::options().read(true).write(true).create(true).truncate(true).open(self.folder.join(&name)),
        };
        let summed = Summed { inner: file.map_err(failed)?, sum: Xxh3Default::new() };
        let mut out = BufWriter::with_capacity(BUFFER, summed);
        for (key, value) in self.run.pairs() {
            write_part(&mut out, key).and_then(|()| write_part(&mut out, value)).map_err(failed)?;
        }
        let summed = out.into_inner().map_err(|error| AccelError::of_io(error.error()))?;
        self.aside.push(Aside { file: summed.inner, name, sum: summed.sum.digest() });
        self.run.clear();
        Ok(())
    }

    /// The pairs in order.
    ///
    /// # Errors
    /// Where what was spilled cannot be read.
    pub fn sorted(self) -> Result<Sorted, AccelError> {
        Sorted::of([self])
    }
}

impl Aside {
    /// From its beginning, whoever read it before.
    fn reader(&self) -> Result<File, AccelError> {
        let mut file = self.file.try_clone().map_err(|error| AccelError::of_io(&error))?;
        file.rewind().map_err(|error| AccelError::of_io(&error))?;
        Ok(file)
    }

    fn sum_now(&self) -> Result<u64, AccelError> {
        let mut summed = Summed { inner: std::io::sink(), sum: Xxh3Default::new() };
        std::io::copy(&mut self.reader()?, &mut summed).map_err(|error| AccelError::of_io(&error))?;
        Ok(summed.sum.digest())
    }
}

/// Sums up what goes through it.
struct Summed<W> {
    inner: W,
    sum: Xxh3Default,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

enum Source {
    File(BufReader<File>),
    /// A sorted run, and how many of it were given.
    Memory(Run, usize),
}

/// The next pair of a source.
struct Head {
    key: Vec<u8>,
    value: Vec<u8>,
    source: Source,
}

impl Head {
    /// The first pair of a source; nothing where it has none.
    fn of(source: Source) -> Result<Option<Self>, AccelError> {
        let mut head = Self { key: Vec::new(), value: Vec::new(), source };
        Ok(head.advance()?.then_some(head))
    }

    /// Goes on to the next; `false` at the end.
    fn advance(&mut self) -> Result<bool, AccelError> {
        let Self { key, value, source } = self;
        match source {
            Source::Memory(run, given) => {
                let Some((next_key, next_value)) = run.pair(*given) else { return Ok(false) };
                *given += 1;
                key.clear();
                key.extend_from_slice(next_key);
                value.clear();
                value.extend_from_slice(next_value);
                Ok(true)
            }
            Source::File(file) => read_pair(file, key, value).map_err(|error| AccelError::of_io(&error)),
        }
    }
}

impl Ord for Head {
    /// The least comes first out of a heap.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key).then_with(|| other.value.cmp(&self.value))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// Pairs in the order of their keys, one at a time.
pub struct Sorted {
    heads: BinaryHeap<Head>,
}

impl Sorted {
    /// The pairs of several sorters in one order.
    ///
    /// # Errors
    /// Where what was spilled cannot be read.
    pub fn of(sorters: impl IntoIterator<Item = Sorter>) -> Result<Self, AccelError> {
        let sorters: Vec<Sorter> = sorters.into_iter().collect();
        let files = sorters.iter().map(|sorter| sorter.aside.len()).sum::<usize>().max(1);
        let buffer = (BUFFERS / files).clamp(4 << 10, BUFFER);
        let mut heads = BinaryHeap::new();
        for mut sorter in sorters {
            sorter.run.sort();
            for aside in &sorter.aside {
                heads.extend(Head::of(Source::File(BufReader::with_capacity(buffer, aside.reader()?)))?);
            }
            heads.extend(Head::of(Source::Memory(sorter.run, 0))?);
        }
        Ok(Self { heads })
    }

    /// The pair that is next, until [`Sorted::advance`] goes past it; nothing at the end.
    #[must_use]
    pub fn head(&self) -> Option<Pair<'_>> {
        self.heads.peek().map(|head| (head.key.as_slice(), head.value.as_slice()))
    }

    /// Gives the value of each pair whose key another has had before it.
    ///
    /// # Errors
    /// Where what was spilled cannot be read.
    pub fn twins(mut self, mut see: impl FnMut(&[u8])) -> Result<(), AccelError> {
        let mut last: Option<Vec<u8>> = None;
        while let Some((key, value)) = self.head() {
            if last.as_deref() == Some(key) {
                see(value);
            } else {
                let last = last.get_or_insert_default();
                last.clear();
                last.extend_from_slice(key);
            }
            self.advance()?;
        }
        Ok(())
    }

    /// # Errors
    /// Where what was spilled cannot be read.
    pub fn advance(&mut self) -> Result<(), AccelError> {
        if let Some(mut head) = self.heads.peek_mut()
            && !head.advance()?
        {
            PeekMut::pop(head);
        }
        Ok(())
    }
}

fn write_part(out: &mut impl Write, part: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(part.len()).map_err(std::io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(part)
}

/// Reads a pair in place of what is there; `false` at the end.
fn read_pair(file: &mut impl Read, key: &mut Vec<u8>, value: &mut Vec<u8>) -> std::io::Result<bool> {
    let is_there = read_part(file, key)?;
    if is_there && !read_part(file, value)? {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(is_there)
}

/// Reads a part in place of what is in `part`; `false` at the end.
fn read_part(file: &mut impl Read, part: &mut Vec<u8>) -> std::io::Result<bool> {
    let mut length = [0; 4];
    match file.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if part.capacity() > LARGE && length <= LARGE {
        // One large row among many must not keep its room to the end.
        *part = Vec::new();
    }
    part.resize(length, 0);
    file.read_exact(part)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_back_in_order_from_memory_and_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path()).unwrap();
        let mut wanted = Vec::new();
        // A step that is prime to the count visits every number once.
        for step in 0..3_000_u32 {
            let number = step * 1_231 % 3_000;
            let pair = (number.to_be_bytes().to_vec(), vec![7; 40_000]);
            wanted.push(pair.0.clone());
            sorter.push(&pair.0, &pair.1).unwrap();
        }
        wanted.sort();
        assert!(!sorter.aside.is_empty(), "nothing was put aside");
        let mut sorted = sorter.sorted().unwrap();
        let mut got = Vec::new();
        while let Some((key, value)) = sorted.head() {
            assert_eq!(value.len(), 40_000);
            got.push(key.to_vec());
            sorted.advance().unwrap();
        }
        assert_eq!(got, wanted);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn another_process_goes_on_from_files_with_names_unless_they_are_spoiled() {
        let folder = tempfile::tempdir().unwrap();
        let pair = |number: u32| (number.to_be_bytes().to_vec(), vec![7; 20_000]);
        let mut sorter = Sorter::named(folder.path(), "part-0").unwrap();
        for number in (0..2_000).rev() {
            sorter.push(&pair(number).0, &pair(number).1).unwrap();
        }
        let kept = sorter.keep().unwrap().unwrap();
        assert!(kept.files.len() > 1, "{} files", kept.files.len());
        assert_eq!(sorter.run.room(), 0, "what waits beside many others keeps no room");
        drop(sorter);
        let mut seen = 0;
        let again = Sorter::again(folder.path(), "part-0", &kept, |_| seen += 1).unwrap().unwrap();
        assert_eq!((seen, again.rows()), (2_000, 2_000));
        let mut other = Sorter::new(folder.path()).unwrap();
        other.push(&pair(2_000).0, &pair(2_000).1).unwrap();
        let mut sorted = Sorted::of([other, again]).unwrap();
        for number in 0..=2_000 {
            assert_eq!(sorted.head().unwrap().0, pair(number).0);
            sorted.advance().unwrap();
        }
        assert!(sorted.head().is_none());
        let file = folder.path().join(&kept.files[0].0);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[5_000] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert!(Sorter::again(folder.path(), "part-0", &kept, |_| {}).unwrap().is_none(), "a flipped bit");
        std::fs::remove_file(file).unwrap();
        assert!(Sorter::again(folder.path(), "part-0", &kept, |_| {}).unwrap().is_none(), "a file that is gone");
    }
}

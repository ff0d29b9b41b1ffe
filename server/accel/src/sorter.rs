//! Puts pairs into the order of their keys in bounded memory: sorted runs go to files aside, and are merged. Files with a name can be
//! gone on from by another process.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use crate::run::Run;
use crate::{AccelError, Pair};

/// Bytes that are kept in memory before a run is put aside.
const RUN_BYTES: usize = 32 << 20;
const BUFFER: usize = 256 << 10;
/// Bytes that all files together may have in memory while they are merged.
const BUFFERS: usize = 16 << 20;

/// Takes pairs in any order.
pub struct Sorter {
    folder: PathBuf,
    /// What its files are called; without one they are gone with the process, however that ends.
    name: Option<String>,
    run: Run,
    aside: Vec<Aside>,
    rows: u64,
}

struct Aside {
    file: File,
    name: String,
    sum: u64,
}

/// What a sorter has put aside under names, as a later process needs it.
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
        Ok(Self { folder: folder.to_owned(), name: None, run: Run::default(), aside: Vec::new(), rows: 0 })
    }

    /// One whose files stay when the process ends. Nobody else in the folder has its name.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn named(folder: &Path, name: &str) -> Result<Self, AccelError> {
        Ok(Self { name: Some(name.to_owned()), ..Self::new(folder)? })
    }

    /// What an earlier process put aside, handing each pair to `see`; nothing where it is not all there as it was written.
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
            while read_part(&mut pairs).map_err(|error| AccelError::of_io(&error))?.is_some() {
                see(&read_part(&mut pairs).map_err(|error| AccelError::of_io(&error))?.unwrap_or_default());
            }
            sorter.aside.push(aside);
        }
        Ok(Some(sorter))
    }

    /// # Errors
    /// Where a run cannot be put aside: most often a full disk.
    pub fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), AccelError> {
        self.run.push(key, value);
        self.rows += 1;
        if self.run.bytes() >= RUN_BYTES { self.put_aside() } else { Ok(()) }
    }

    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether nothing had to be put aside yet.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.aside.is_empty()
    }

    /// Puts all of it aside for a later process; nothing where its files have no names.
    ///
    /// # Errors
    /// Where it cannot be put aside.
    pub fn keep(&mut self) -> Result<Option<KeptRuns>, AccelError> {
        if self.name.is_none() {
            return Ok(None);
        }
        if !self.run.is_empty() {
            self.put_aside()?;
        }
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
    /// Where what was put aside cannot be read.
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

impl Source {
    fn next(&mut self) -> Result<Option<Pair>, AccelError> {
        match self {
            Self::Memory(run, given) => {
                let pair = run.pair(*given).map(|(key, value)| (key.to_vec(), value.to_vec()));
                *given += 1;
                Ok(pair)
            }
            Self::File(file) => {
                let Some(key) = read_part(file).map_err(|error| AccelError::of_io(&error))? else { return Ok(None) };
                let value = read_part(file).map_err(|error| AccelError::of_io(&error))?;
                Ok(Some((key, value.unwrap_or_default())))
            }
        }
    }
}

/// Pairs in the order of their keys, one at a time.
pub struct Sorted {
    sources: Vec<Source>,
    heads: BinaryHeap<Reverse<(Pair, usize)>>,
}

impl Sorted {
    /// The pairs of several sorters in one order.
    ///
    /// # Errors
    /// Where what was put aside cannot be read.
    pub fn of(sorters: impl IntoIterator<Item = Sorter>) -> Result<Self, AccelError> {
        let mut sorters: Vec<Sorter> = sorters.into_iter().collect();
        let files = sorters.iter().map(|sorter| sorter.aside.len()).sum::<usize>().max(1);
        let buffer = (BUFFERS / files).clamp(4 << 10, BUFFER);
        let mut sources: Vec<Source> = Vec::new();
        for sorter in &mut sorters {
            sorter.run.sort();
            for aside in &sorter.aside {
                sources.push(Source::File(BufReader::with_capacity(buffer, aside.reader()?)));
            }
            sources.push(Source::Memory(std::mem::take(&mut sorter.run), 0));
        }
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(pair) = source.next()? {
                heads.push(Reverse((pair, index)));
            }
        }
        Ok(Self { sources, heads })
    }

    /// # Errors
    /// Where what was put aside cannot be read.
    pub fn next_pair(&mut self) -> Result<Option<Pair>, AccelError> {
        let Some(Reverse((pair, index))) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = self.sources[index].next()? {
            self.heads.push(Reverse((next, index)));
        }
        Ok(Some(pair))
    }
}

fn write_part(out: &mut impl Write, part: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(part.len()).map_err(std::io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(part)
}

fn read_part(file: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match file.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut part = vec![0; u32::from_le_bytes(length) as usize];
    file.read_exact(&mut part)?;
    Ok(Some(part))
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
        while let Some((key, value)) = sorted.next_pair().unwrap() {
            assert_eq!(value.len(), 40_000);
            got.push(key);
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
        drop(sorter);
        let mut seen = 0;
        let again = Sorter::again(folder.path(), "part-0", &kept, |_| seen += 1).unwrap().unwrap();
        assert_eq!((seen, again.rows()), (2_000, 2_000));
        let mut other = Sorter::new(folder.path()).unwrap();
        other.push(&pair(2_000).0, &pair(2_000).1).unwrap();
        let mut sorted = Sorted::of([other, again]).unwrap();
        for number in 0..=2_000 {
            assert_eq!(sorted.next_pair().unwrap().unwrap().0, pair(number).0);
        }
        assert!(sorted.next_pair().unwrap().is_none());
        let file = folder.path().join(&kept.files[0].0);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[5_000] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        assert!(Sorter::again(folder.path(), "part-0", &kept, |_| {}).unwrap().is_none(), "a flipped bit");
        std::fs::remove_file(file).unwrap();
        assert!(Sorter::again(folder.path(), "part-0", &kept, |_| {}).unwrap().is_none(), "a file that is gone");
    }
}

//! Puts pairs into the order of their keys in bounded memory: sorted runs go to files aside, and are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{AccelError, Pair};

/// Bytes that are kept in memory before a run is put aside.
const RUN_BYTES: usize = 48 << 20;
const BUFFER: usize = 256 << 10;

/// Takes pairs in any order.
pub struct Sorter {
    folder: PathBuf,
    run: Vec<Pair>,
    run_bytes: usize,
    aside: Vec<File>,
    rows: u64,
}

impl Sorter {
    /// # Errors
    /// Where the folder cannot be made.
    pub fn new(folder: &Path) -> Result<Self, AccelError> {
        std::fs::create_dir_all(folder).map_err(|error| AccelError::of_io(&error))?;
        Ok(Self { folder: folder.to_owned(), run: Vec::new(), run_bytes: 0, aside: Vec::new(), rows: 0 })
    }

    /// # Errors
    /// Where a run cannot be put aside: most often a full disk.
    pub fn push(&mut self, pair: Pair) -> Result<(), AccelError> {
        self.run_bytes += pair.0.len() + pair.1.len() + 64;
        self.run.push(pair);
        self.rows += 1;
        if self.run_bytes >= RUN_BYTES { self.put_aside() } else { Ok(()) }
    }

    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn put_aside(&mut self) -> Result<(), AccelError> {
        self.run.sort_unstable();
        // The file has no name: it is gone with the process, however that ends.
        let file = tempfile::tempfile_in(&self.folder).map_err(|error| AccelError::of_io(&error))?;
        let mut out = BufWriter::with_capacity(BUFFER, file);
        for (key, value) in self.run.drain(..) {
            write_part(&mut out, &key).and_then(|()| write_part(&mut out, &value)).map_err(|error| AccelError::of_io(&error))?;
        }
        let mut file = out.into_inner().map_err(|error| AccelError::of_io(error.error()))?;
        file.rewind().map_err(|error| AccelError::of_io(&error))?;
        self.aside.push(file);
        self.run_bytes = 0;
        Ok(())
    }

    /// The pairs in order.
    ///
    /// # Errors
    /// Where what was put aside cannot be read.
    pub fn sorted(mut self) -> Result<Sorted, AccelError> {
        self.run.sort_unstable();
        let mut sources: Vec<Source> = self.aside.drain(..).map(|file| Source::File(BufReader::with_capacity(BUFFER, file))).collect();
        sources.push(Source::Memory(std::mem::take(&mut self.run).into_iter()));
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(pair) = source.next()? {
                heads.push(Reverse((pair, index)));
            }
        }
        Ok(Sorted { sources, heads })
    }
}

enum Source {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<Pair>),
}

impl Source {
    fn next(&mut self) -> Result<Option<Pair>, AccelError> {
        match self {
            Self::Memory(pairs) => Ok(pairs.next()),
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
            sorter.push(pair).unwrap();
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
}

//! The rows of two sides beside one another, however many they are.

use std::path::Path;

use accel::{AccelError, Sorted, Sorter};

use crate::failed::Failed;

/// A row as either side has it, whole.
#[derive(Default)]
pub(crate) struct Pair {
    pub(crate) key: Vec<u8>,
    pub(crate) theirs: Option<Vec<u8>>,
    pub(crate) ours: Option<Vec<u8>>,
}

/// What stands before a row while both sides are sorted.
pub(crate) const OURS: u8 = 0;
pub(crate) const THEIRS: u8 = 1;

/// Rows of both sides, sorted on the disk where they are many.
pub(crate) struct MergeJoin {
    sorter: Sorter,
    failed: Option<AccelError>,
}

impl MergeJoin {
    /// # Errors
    /// Where nothing can be spilled.
    pub(crate) fn new(scratch: &Path) -> Result<Self, Failed> {
        Ok(Self { sorter: Sorter::new(scratch)?, failed: None })
    }

    pub(crate) fn put(&mut self, key: &[u8], side: u8, row: &[u8]) {
        let pushed = self.sorter.push(key, &[&[side], row].concat());
        self.failed = self.failed.take().or(pushed.err());
    }

    /// # Errors
    /// Where a row could not be spilled.
    pub(crate) fn pairs(self) -> Result<Pairs, Failed> {
        match self.failed {
            Some(error) => Err(error.into()),
            None => Ok(Pairs { sorted: self.sorter.sorted()? }),
        }
    }
}

/// The rows of each key beside one another.
pub(crate) struct Pairs {
    sorted: Sorted,
}

impl Pairs {
    /// # Errors
    /// Where what was spilled cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<Pair>, Failed> {
        let Some((key, _)) = self.sorted.head() else { return Ok(None) };
        let mut pair = Pair { key: key.to_vec(), ..Pair::default() };
        while let Some((_, side)) = self.sorted.head().filter(|(key, _)| *key == pair.key) {
            pair.put(side);
            self.sorted.advance()?;
        }
        Ok(Some(pair))
    }
}

impl Pair {
    fn put(&mut self, side: &[u8]) {
        let Some((side, row)) = side.split_first() else { return };
        *(if *side == THEIRS { &mut self.theirs } else { &mut self.ours }) = Some(row.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of each key, `theirs/ours`.
    fn joined(rows: &[(&str, u8, &str)]) -> Vec<String> {
        let scratch = tempfile::tempdir().unwrap();
        let mut join = MergeJoin::new(scratch.path()).unwrap();
        rows.iter().for_each(|(key, side, row)| join.put(key.as_bytes(), *side, row.as_bytes()));
        let (mut pairs, mut found) = (join.pairs().unwrap(), Vec::new());
        let text = |row: Option<Vec<u8>>| row.map_or_else(|| "none".to_owned(), |row| String::from_utf8(row).unwrap());
        while let Some(Pair { key, theirs, ours }) = pairs.next().unwrap() {
            found.push(format!("{}: {}/{}", String::from_utf8(key).unwrap(), text(theirs), text(ours)));
        }
        found
    }

    #[test]
    fn both_sides_stand_beside_one_another_by_key() {
        assert!(joined(&[]).is_empty());
        assert_eq!(joined(&[("a", OURS, "1")]), ["a: none/1"]);
        let rows = [("c", THEIRS, "3"), ("b", OURS, "2"), ("a", THEIRS, "1"), ("b", THEIRS, "2"), ("ab", OURS, "")];
        assert_eq!(joined(&rows), ["a: 1/none", "ab: none/", "b: 2/2", "c: 3/none"]);
    }

    #[test]
    fn a_key_without_letters_is_a_key() {
        assert_eq!(joined(&[("", THEIRS, "1"), ("", OURS, "2"), ("\0", OURS, "3")]), [": 1/2", "\0: none/3"]);
    }
}

//! A checksum over rows that does not ask for their order: what was read from the source is compared with what is
//! read back from the store.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The sum, modulo 2^64, of a 64-bit hash of each key and row; and how many there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checksum {
    pub rows: u64,
    sum: u64,
}

impl Checksum {
    pub fn add(&mut self, key: &[u8], row: &[u8]) {
        // It looks for what was lost or spoiled on the way, and not for somebody who wants to be mistaken: xxh3 is enough, and twenty
        // times as quick as a cryptographic hash.
        self.sum = self.sum.wrapping_add(xxh3_64_with_seed(row, xxh3_64(key)));
        self.rows += 1;
    }

    /// Of the rows of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, sum: self.sum.wrapping_add(other.sum) }
    }

    /// Enough of the sum to spread what it is of over buckets.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // the low part is meant
    pub fn low(&self) -> usize {
        self.sum as usize
    }

    #[must_use]
    pub fn hex(&self) -> String {
        format!("{:016x}", self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_content_does() {
        let of = |pairs: &[(&[u8], &[u8])]| {
            let mut sum = Checksum::default();
            for (key, row) in pairs {
                sum.add(key, row);
            }
            sum
        };
        assert_eq!(of(&[(b"a", b"1"), (b"b", b"2")]), of(&[(b"b", b"2"), (b"a", b"1")]));
        assert_ne!(of(&[(b"a", b"1")]), of(&[(b"a", b"2")]));
        assert_ne!(of(&[(b"ab", b"c")]), of(&[(b"a", b"bc")]));
    }
}

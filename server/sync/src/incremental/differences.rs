//! What differs between the rows of a table and those of a live version: by sums of many, and row by row.

use accel::Checksum;
use accel::row_json::RowJson;
use model::reconcile::Compared;

use super::merge_join::Pair;

const BUCKETS: usize = 4_096;
/// Rows that are named where some differ.
const EXAMPLES: usize = 5;

/// Rows of both sides, summed up by their keys.
pub(super) struct Buckets(Vec<Checksum>);

impl Buckets {
    pub(super) fn new() -> Self {
        Self(vec![Checksum::default(); BUCKETS])
    }

    pub(super) fn of(key: &[u8]) -> usize {
        let mut sum = Checksum::default();
        sum.add(key, &[]);
        sum.low() % BUCKETS
    }

    pub(super) fn add(&mut self, key: &[u8], row: &[u8]) {
        self.0[Self::of(key)].add(key, row);
    }

    pub(super) fn rows(&self) -> i64 {
        i64::try_from(self.0.iter().map(|bucket| bucket.rows).sum::<u64>()).unwrap_or(i64::MAX)
    }

    /// Which of them are not the same on both sides.
    pub(super) fn differ(&self, other: &Self) -> Vec<bool> {
        self.0.iter().zip(&other.0).map(|(one, other)| one != other).collect()
    }
}

/// Counts rows that differ, and names some of them by their key.
pub(super) fn sum_up(key_json: &RowJson, pairs: Vec<Pair>, found: &mut Compared) {
    for Pair { theirs, ours, .. } in pairs {
        let words = match (&theirs, &ours) {
            (Some(_), None) => {
                found.missing += 1;
                "is only in the source"
            }
            (None, Some(_)) => {
                found.extra += 1;
                "is only in the dataset"
            }
            _ => {
                found.changed += 1;
                "differs"
            }
        };
        let mut text = Vec::new();
        if found.examples.len() < EXAMPLES && theirs.or(ours).is_some_and(|row| key_json.write(&mut text, &row).is_ok()) {
            found.examples.push(format!("{} {words}", String::from_utf8_lossy(&text)));
        }
    }
}

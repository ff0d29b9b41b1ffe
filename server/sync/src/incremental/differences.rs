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

#[cfg(test)]
mod tests {
    use model::{DataType, Value};

    use super::*;
    use crate::build::encoder::Encoder;
    use crate::build::gate::key_json;
    use crate::samples::{batch, spec};

    #[test]
    fn buckets_are_the_same_whatever_the_order_and_differ_where_a_row_does() {
        let of = |rows: &[(u32, &str)]| {
            let mut buckets = Buckets::new();
            rows.iter().for_each(|(key, row)| buckets.add(&key.to_be_bytes(), row.as_bytes()));
            buckets
        };
        let differ = |one: &Buckets, other: &Buckets| one.differ(other).iter().filter(|differ| **differ).count();
        let all: Vec<(u32, &str)> = (0..10_000).map(|key| (key, "row")).collect();
        let reversed: Vec<(u32, &str)> = all.iter().rev().copied().collect();
        assert_eq!((of(&[]).rows(), of(&all).rows()), (0, 10_000));
        assert_eq!(differ(&of(&all), &of(&reversed)), 0);
        // One that is missing, one that is other, one that is told twice.
        assert_eq!(differ(&of(&all), &of(&all[1..])), 1);
        assert_eq!(differ(&of(&[(7, "row")]), &of(&[(7, "other")])), 1);
        assert_eq!(differ(&of(&[(7, "row")]), &of(&[(7, "row"), (7, "row")])), 1);
        let changed = of(&[(7, "row")]).differ(&of(&[(7, "other")]));
        assert!(changed[Buckets::of(&7_u32.to_be_bytes())], "the bucket of the key is the one that differs");
    }

    #[test]
    fn rows_are_counted_by_what_is_wrong_and_five_are_named_by_their_key() {
        let spec = spec(&[("tailnum", DataType::String), ("seats", DataType::Int64)], &["tailnum"]);
        let row = |tailnum: &str, seats: i64| {
            let rows = batch(&spec.written_fields(), &[vec![Value::Text(tailnum.into()), Value::Int(seats)]]);
            Some(Encoder::new(&spec).rows(&rows).encode(0).1)
        };
        let pair = |theirs, ours| Pair { key: Vec::new(), theirs, ours };
        let mut found = Compared::default();
        sum_up(&key_json(&spec), Vec::new(), &mut found);
        assert_eq!(found, Compared::default());
        let pairs = vec![pair(row("N1", 2), None), pair(None, row("N2", 2)), pair(row("N3", 2), row("N3", 3)), pair(row("N4", 2), None)];
        sum_up(&key_json(&spec), pairs, &mut found);
        assert_eq!((found.missing, found.extra, found.changed, found.differ()), (2, 1, 1, 4));
        let says = |index: usize, name: &str, words: &str| found.examples[index].contains(name) && found.examples[index].ends_with(words);
        assert!(says(0, "N1", "is only in the source") && says(1, "N2", "is only in the dataset") && says(2, "N3", "differs"));
        assert!(!found.examples[2].contains("seats"), "the key alone: {}", found.examples[2]);
        sum_up(&key_json(&spec), (0..9).map(|_| pair(row("N5", 1), None)).collect(), &mut found);
        assert_eq!((found.missing, found.examples.len()), (11, 5));
    }
}

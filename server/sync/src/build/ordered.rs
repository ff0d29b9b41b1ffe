//! Rows on their way into the order of their keys, and which of several with one key counts: of a feed what was told last, of a
//! table the one that its mapping says, and else none, for a key names one row alone.

use accel::{Checksum, KeptRuns, Pair, Sorted, Sorter, Trainer, key};
use arrow_array::RecordBatch;
use connect::proto::value_of;
use model::dataset::{Compression, DatasetSpec};
use model::{DataType, Value};

use crate::build::build_source::BuildSource;
use crate::build::checkpoint::Spot;
use crate::build::read::Rows;
use crate::failed::Failed;

/// Which row of a key counts.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// There is one.
    TheOne,
    /// The one that was told last. So many were told so far.
    ToldLast(u64),
    /// The one with the largest value in a column.
    Largest(usize, DataType),
}

/// Bytes before a message that was told: when, and whether there is one.
const TOLD: usize = 9;
/// Bytes after a message that has its value before it: how long that is.
const LENGTH: usize = 2;

impl Counts {
    fn of(from: &BuildSource) -> Self {
        let column = |spec: &DatasetSpec, name: &str| {
            let index = spec.written().position(|field| field.column == name)?;
            Some(Self::Largest(index, spec.field(name)?.data_type))
        };
        match (&from.feed_start, &from.spec.mapping.latest_by) {
            (Some(_), _) => Self::ToldLast(0),
            (None, Some(name)) => column(&from.spec, name).unwrap_or(Self::TheOne),
            (None, None) => Self::TheOne,
        }
    }

    /// What is sorted by beside the key, with the message in it.
    fn pack(&mut self, packed: &mut Vec<u8>, message: Option<&[u8]>, (batch, row): (&RecordBatch, usize)) {
        packed.clear();
        let written = message.unwrap_or_default();
        match self {
            Self::TheOne => packed.extend_from_slice(written),
            Self::ToldLast(told) => {
                *told += 1;
                packed.extend_from_slice(&told.to_be_bytes());
                packed.push(u8::from(message.is_some()));
                packed.extend_from_slice(written);
            }
            Self::Largest(column, data_type) => {
                let value = value_of(batch, *column, row, *data_type);
                // What is empty is less than all else.
                packed.push(u8::from(value != Value::Null));
                let _ = key::push(packed, *data_type, &value);
                key::close(packed);
                let length = u16::try_from(packed.len()).unwrap_or(0).to_be_bytes();
                packed.extend_from_slice(written);
                packed.extend_from_slice(&length);
            }
        }
    }

    /// The message again, where there is one.
    fn unpack(self, packed: &[u8]) -> Option<&[u8]> {
        match self {
            Self::TheOne => Some(packed),
            Self::ToldLast(_) => packed.get(TOLD..).filter(|_| packed.get(TOLD - 1) == Some(&1)),
            Self::Largest(..) => {
                let (packed, length) = packed.split_last_chunk::<LENGTH>()?;
                packed.get(usize::from(u16::from_be_bytes(*length))..)
            }
        }
    }
}

/// Takes rows in any order.
pub(crate) struct Pairs {
    /// Learns of rows that are compressed by what it learns.
    trainer: Option<Trainer>,
    /// One for each part that was read.
    sorters: Vec<Sorter>,
    counts: Counts,
    packed: Vec<u8>,
}

impl Pairs {
    /// # Errors
    /// Where nothing can be spilled.
    pub(crate) fn new(spot: &Spot, from: &BuildSource) -> Result<Self, Failed> {
        Ok(Self::of(Sorter::named(&spot.folder, &spot.name)?.beside(spot.side_by_side), trainer(from), from))
    }

    /// What an earlier try has kept; nothing where it is not all there.
    ///
    /// # Errors
    /// Where a file that is whole cannot be read.
    pub(crate) fn again(spot: &Spot, from: &BuildSource, kept: &KeptRuns) -> Result<Option<Self>, Failed> {
        let (counts, mut trainer) = (Counts::of(from), trainer(from));
        let learn = |packed: &[u8]| {
            if let (Some(trainer), Some(message)) = (&mut trainer, counts.unpack(packed)) {
                trainer.offer(message);
            }
        };
        let sorter = Sorter::again(&spot.folder, &spot.name, kept, learn)?;
        Ok(sorter.map(|sorter| Self::of(sorter, trainer, from)))
    }

    fn of(sorter: Sorter, trainer: Option<Trainer>, from: &BuildSource) -> Self {
        Self { trainer, sorters: vec![sorter], counts: Counts::of(from), packed: Vec::new() }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.sorters.iter().map(Sorter::rows).sum()
    }

    /// What rows are compressed with, learned from some of them; nothing where they are not.
    pub(crate) fn dictionary(&self) -> Vec<u8> {
        self.trainer.as_ref().map(Trainer::train).unwrap_or_default()
    }

    /// # Errors
    /// Where what was spilled cannot be read.
    pub(crate) fn in_order(self, checksum: Checksum) -> Result<InOrder, Failed> {
        let sorted = Sorted::of(self.sorters)?;
        Ok(InOrder { sorted, counts: self.counts, checksum, others: 0, is_given: false, key: Vec::new(), packed: Vec::new() })
    }
}

fn trainer(from: &BuildSource) -> Option<Trainer> {
    (from.spec.compression == Compression::Zstd).then(Trainer::default)
}

impl Rows for Pairs {
    fn row(&mut self, key: &[u8], message: Option<&[u8]>, of: (&RecordBatch, usize)) -> Result<(), Failed> {
        if let (Some(trainer), Some(message)) = (&mut self.trainer, message) {
            trainer.offer(message);
        }
        let packed = match (self.counts, message) {
            (Counts::TheOne, Some(message)) => message,
            _ => {
                self.counts.pack(&mut self.packed, message, of);
                &self.packed
            }
        };
        Ok(self.sorters.last_mut().map_or(Ok(()), |sorter| sorter.push(key, packed))?)
    }

    fn join(&mut self, other: Self) {
        if let (Some(trainer), Some(other)) = (&mut self.trainer, other.trainer) {
            trainer.join(other);
        }
        self.sorters.extend(other.sorters);
    }

    fn keep(&mut self, alone: bool) -> Result<Option<KeptRuns>, Failed> {
        let [sorter] = self.sorters.as_mut_slice() else { return Ok(None) };
        if alone && sorter.is_in_memory() { Ok(None) } else { Ok(sorter.keep()?) }
    }
}

/// Rows in the order of their keys. Where one row of a key counts, the others are left out, and so is one that ended.
pub(crate) struct InOrder {
    sorted: Sorted,
    counts: Counts,
    /// Of all rows; where one of a key counts, as far as they were given.
    pub(crate) checksum: Checksum,
    /// How many rows gave way to another with their key.
    pub(crate) others: i64,
    /// The next of [`Self::sorted`] was given already.
    is_given: bool,
    /// Of several with one key, the one that counts.
    key: Vec<u8>,
    packed: Vec<u8>,
}

impl InOrder {
    /// The next key and its message.
    ///
    /// # Errors
    /// Where what was spilled cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<Pair<'_>>, Failed> {
        if matches!(self.counts, Counts::TheOne) {
            if std::mem::replace(&mut self.is_given, true) {
                self.sorted.advance()?;
            }
            return Ok(self.sorted.head());
        }
        while self.take_one_key()? {
            if let Some(message) = self.counts.unpack(&self.packed) {
                self.checksum.add(&self.key, message);
                return Ok(self.counts.unpack(&self.packed).map(|message| (self.key.as_slice(), message)));
            }
        }
        Ok(None)
    }

    /// Goes past all rows of the next key, and keeps the last; `false` at the end.
    fn take_one_key(&mut self) -> Result<bool, Failed> {
        let Some((key, _)) = self.sorted.head() else { return Ok(false) };
        self.key.clear();
        self.key.extend_from_slice(key);
        self.others -= 1;
        while let Some((_, packed)) = self.sorted.head().filter(|(key, _)| *key == self.key) {
            self.packed.clear();
            self.packed.extend_from_slice(packed);
            self.others += 1;
            self.sorted.advance()?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use model::Field;

    use super::*;
    use crate::samples::batch;

    /// What comes out, as `key=message`, of rows that were told in this order: their key, their message, and a value that may decide.
    fn in_order(counts: Counts, told: &[(&str, Option<&str>, Value)]) -> (Vec<String>, i64) {
        let folder = tempfile::tempdir().unwrap();
        let values: Vec<Vec<Value>> = told.iter().map(|(_, _, value)| vec![value.clone()]).collect();
        let rows = batch(&[Field::plain("changed", DataType::Int64)], &values);
        let sorters = vec![Sorter::new(folder.path()).unwrap()];
        let mut pairs = Pairs { trainer: None, sorters, counts, packed: Vec::new() };
        for (index, (key, message, _)) in told.iter().enumerate() {
            pairs.row(key.as_bytes(), message.map(str::as_bytes), (&rows, index)).unwrap();
        }
        assert_eq!(pairs.rows(), told.len() as u64);
        let mut sorted = pairs.in_order(Checksum::default()).unwrap();
        let mut given = Vec::new();
        while let Some((key, message)) = sorted.next().unwrap() {
            given.push(format!("{}={}", String::from_utf8_lossy(key), String::from_utf8_lossy(message)));
        }
        (given, sorted.others)
    }

    #[test]
    fn rows_come_in_the_order_of_their_keys_and_twins_stay() {
        let of = |told: &[(&str, Option<&str>, Value)]| in_order(Counts::TheOne, told).0;
        assert!(of(&[]).is_empty());
        assert_eq!(of(&[("a", Some("1"), Value::Null)]), ["a=1"]);
        let told = [("b", Some("2"), Value::Null), ("a", Some("1"), Value::Null), ("b", Some("1"), Value::Null)];
        assert_eq!(of(&told), ["a=1", "b=1", "b=2"]);
    }

    #[test]
    fn of_a_feed_the_last_that_was_told_counts_and_one_that_ended_is_gone() {
        let of = |told: &[(&str, Option<&str>, Value)]| in_order(Counts::ToldLast(0), told);
        assert_eq!(of(&[]), (vec![], 0));
        let told = [
            ("b", Some("9"), Value::Null),
            ("a", Some("1"), Value::Null),
            ("b", Some("2"), Value::Null),
            ("c", Some("3"), Value::Null),
            ("c", None, Value::Null),
            ("d", None, Value::Null),
            ("d", Some(""), Value::Null),
        ];
        assert_eq!(of(&told), (vec!["a=1".into(), "b=2".into(), "d=".into()], 3));
        // More than a byte holds are told in their order.
        let many: Vec<(&str, Option<&str>, Value)> =
            (0..300).map(|number| ("a", Some(if number == 299 { "last" } else { "before" }), Value::Null)).collect();
        assert_eq!(of(&many), (vec!["a=last".into()], 299));
    }

    #[test]
    fn of_a_table_the_largest_value_counts_and_an_empty_one_is_less_than_all() {
        let of = |told: &[(&str, Option<&str>, Value)]| in_order(Counts::Largest(0, DataType::Int64), told);
        let told = [
            ("a", Some("two"), Value::Int(2)),
            ("a", Some("ten"), Value::Int(10)),
            ("a", Some("null"), Value::Null),
            ("b", Some("null"), Value::Null),
            ("c", Some("least"), Value::Int(i64::MIN)),
            ("c", Some("null"), Value::Null),
            ("d", Some("minus"), Value::Int(-1)),
            ("d", Some("most"), Value::Int(i64::MAX)),
        ];
        assert_eq!(of(&told), (vec!["a=ten".into(), "b=null".into(), "c=least".into(), "d=most".into()], 4));
    }
}

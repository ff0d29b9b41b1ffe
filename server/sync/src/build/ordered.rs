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

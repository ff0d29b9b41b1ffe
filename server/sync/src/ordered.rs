//! Rows on their way into the order of their keys, and which of several with one key counts: of a feed what was told last, of a
//! table the one that its mapping says, and else none, for a key names one row alone.

use accel::{Checksum, KeptRuns, Pair, Sorted, Sorter, Trainer, key};
use arrow_array::RecordBatch;
use connect::proto::value_of;
use model::dataset::{Compression, DatasetSpec};
use model::{DataType, Value};

use crate::failed::Failed;
use crate::kept::Spot;
use crate::read::{From, Rows};

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
    fn of(from: &From) -> Self {
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
    fn pack(&mut self, message: Option<Vec<u8>>, (batch, row): (&RecordBatch, usize)) -> Vec<u8> {
        match self {
            Self::TheOne => message.unwrap_or_default(),
            Self::ToldLast(told) => {
                *told += 1;
                let mut packed = told.to_be_bytes().to_vec();
                packed.push(u8::from(message.is_some()));
                packed.extend(message.unwrap_or_default());
                packed
            }
            Self::Largest(column, data_type) => {
                let value = value_of(batch, *column, row, *data_type);
                // What is empty is less than all else.
                let mut packed = vec![u8::from(value != Value::Null)];
                let _ = key::push(&mut packed, *data_type, &value);
                key::close(&mut packed);
                let length = u16::try_from(packed.len()).unwrap_or(0).to_be_bytes();
                packed.extend(message.unwrap_or_default());
                packed.extend(length);
                packed
            }
        }
    }

    /// The message again, where there is one.
    fn unpack(self, mut packed: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::TheOne => Some(packed),
            Self::ToldLast(_) => (packed.get(TOLD - 1) == Some(&1)).then(|| packed.split_off(TOLD)),
            Self::Largest(..) => {
                let length = packed.split_off(packed.len().checked_sub(LENGTH)?);
                let before = usize::from(u16::from_be_bytes(length.try_into().ok()?));
                Some(packed.split_off(before))
            }
        }
    }
}

/// Takes rows in any order.
pub(crate) struct Pairs {
    trainer: Trainer,
    compression: Compression,
    /// One for each part that was read.
    sorters: Vec<Sorter>,
    counts: Counts,
}

impl Pairs {
    /// # Errors
    /// Where nothing can be put aside.
    pub(crate) fn new(spot: &Spot, from: &From) -> Result<Self, Failed> {
        Ok(Self::of(Sorter::named(&spot.folder, &spot.name)?, Trainer::default(), from))
    }

    /// What an earlier try has kept; nothing where it is not all there.
    ///
    /// # Errors
    /// Where a file that is whole cannot be read.
    pub(crate) fn again(spot: &Spot, from: &From, kept: &KeptRuns) -> Result<Option<Self>, Failed> {
        let (counts, mut trainer) = (Counts::of(from), Trainer::default());
        let learn = |packed: &[u8]| {
            if let Some(message) = counts.unpack(packed.to_vec()) {
                trainer.offer(&message);
            }
        };
        let sorter = Sorter::again(&spot.folder, &spot.name, kept, learn)?;
        Ok(sorter.map(|sorter| Self::of(sorter, trainer, from)))
    }

    fn of(sorter: Sorter, trainer: Trainer, from: &From) -> Self {
        Self { trainer, compression: from.spec.compression, sorters: vec![sorter], counts: Counts::of(from) }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.sorters.iter().map(Sorter::rows).sum()
    }

    /// What rows are compressed with, learned from some of them; nothing where they are not.
    pub(crate) fn dictionary(&self) -> Vec<u8> {
        if self.compression == Compression::Zstd { self.trainer.train() } else { Vec::new() }
    }

    /// # Errors
    /// Where what was put aside cannot be read.
    pub(crate) fn in_order(self, checksum: Checksum) -> Result<InOrder, Failed> {
        Ok(InOrder { sorted: Sorted::of(self.sorters)?, counts: self.counts, checksum, others: 0, next: None })
    }
}

impl Rows for Pairs {
    fn row(&mut self, key: Vec<u8>, message: Option<Vec<u8>>, of: (&RecordBatch, usize)) -> Result<(), Failed> {
        if let Some(message) = &message {
            self.trainer.offer(message);
        }
        let packed = self.counts.pack(message, of);
        Ok(self.sorters.last_mut().map_or(Ok(()), |sorter| sorter.push(&key, &packed))?)
    }

    fn join(&mut self, other: Self) {
        self.trainer.join(other.trainer);
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
    next: Option<Pair>,
}

impl InOrder {
    /// # Errors
    /// Where what was put aside cannot be read.
    pub(crate) fn next(&mut self) -> Result<Option<Pair>, Failed> {
        if matches!(self.counts, Counts::TheOne) {
            return Ok(self.sorted.next_pair()?);
        }
        loop {
            let first = match self.next.take() {
                Some(pair) => Some(pair),
                None => self.sorted.next_pair()?,
            };
            let Some((key, mut packed)) = first else { return Ok(None) };
            loop {
                match self.sorted.next_pair()? {
                    Some((same, later)) if same == key => {
                        self.others += 1;
                        packed = later;
                    }
                    other => {
                        self.next = other;
                        break;
                    }
                }
            }
            if let Some(message) = self.counts.unpack(packed) {
                self.checksum.add(&key, &message);
                return Ok(Some((key, message)));
            }
        }
    }
}

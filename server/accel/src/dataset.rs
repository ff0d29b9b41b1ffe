//! A dataset version ready to be asked: a store's reader and the codec of its rows.

use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::{AccelError, Checksum, Codec, KvReader, KvStore, Place};

/// One open dataset version. Dropped with the last plan that uses it.
pub struct Dataset {
    reader: Arc<dyn KvReader>,
    codec: Codec,
}

/// What looking up a key gave.
pub enum Found {
    /// The row as protobuf bytes was handed over, or there is none.
    Now(bool),
    /// The store is behind a network: ask with [`Dataset::read`].
    Elsewhere,
}

impl Dataset {
    /// # Errors
    /// Where the version is not in the store, or the store does not answer.
    pub async fn open(store: &dyn KvStore, place: &Place) -> Result<Self, AccelError> {
        let reader = store.open(place).await?;
        let sealed = reader.sealed();
        let codec = Codec::new(sealed.compression, &sealed.dictionary);
        Ok(Self { reader, codec })
    }

    /// Rows in it.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.reader.sealed().rows
    }

    /// Looks a key up where that takes no waiting. A row is handed to `found` as it is stored, without a copy, unless
    /// it is compressed.
    ///
    /// # Errors
    /// Where the row cannot be read.
    pub fn read_now(&self, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Result<Found, AccelError> {
        let mut there = false;
        let mut failed = None;
        let now = self.reader.read_now(key, &mut |value| {
            let Some(value) = value else { return };
            there = true;
            if self.codec.is_none() {
                return found(value);
            }
            let mut row = Vec::with_capacity(value.len() * 4);
            match self.codec.restore(&mut row, value) {
                Ok(()) => found(&row),
                Err(error) => failed = Some(error),
            }
        })?;
        match failed {
            Some(error) => Err(error),
            None if now => Ok(Found::Now(there)),
            None => Ok(Found::Elsewhere),
        }
    }

    /// Looks several keys up where that takes no waiting, in their order; `false` where it would.
    ///
    /// # Errors
    /// Where a row cannot be read.
    pub fn read_many_now(&self, keys: &[Vec<u8>], found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        if self.codec.is_none() {
            return self.reader.read_many_now(keys, found);
        }
        let mut failed = None;
        let mut row = Vec::new();
        let now = self.reader.read_many_now(keys, &mut |value| {
            row.clear();
            match value.map(|value| self.codec.restore(&mut row, value)).transpose() {
                Ok(there) => found(there.map(|()| row.as_slice())),
                Err(error) => failed = Some(error),
            }
        })?;
        failed.map_or(Ok(now), Err)
    }

    /// The rows of several keys, in their order.
    ///
    /// # Errors
    /// Where the store does not answer or a row cannot be read.
    pub async fn read(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Bytes>>, AccelError> {
        let values = self.reader.read(keys).await?;
        if self.codec.is_none() {
            return Ok(values);
        }
        values
            .into_iter()
            .map(|value| {
                let Some(value) = value else { return Ok(None) };
                let mut row = Vec::with_capacity(value.len() * 4);
                self.codec.restore(&mut row, &value)?;
                Ok(Some(Bytes::from(row)))
            })
            .collect()
    }

    /// Reads everything back and sums it up, to compare with what was read from the source. Where it is in this process, side by side in the
    /// parts that some of its keys divide it into.
    ///
    /// # Errors
    /// Where the store does not answer or a row cannot be read.
    pub async fn prove(&self, mut dividers: Vec<Vec<u8>>) -> Result<Checksum, AccelError> {
        dividers.retain(|key| !key.is_empty());
        dividers.sort();
        let from = std::iter::once(None).chain(dividers.iter().cloned().map(Some));
        let until = dividers.iter().cloned().map(Some).chain(std::iter::once(None));
        let mut parts = JoinSet::new();
        for between in from.zip(until) {
            let (reader, codec) = (Arc::clone(&self.reader), self.codec.clone());
            parts.spawn_blocking(move || prove_part(&*reader, &codec, &between));
        }
        // Also after an error, all of them are waited for: what is not read any more may be removed.
        let mut ended = Vec::new();
        while let Some(part) = parts.join_next().await {
            ended.push(part.map_err(AccelError::broken).and_then(std::convert::identity));
        }
        let parts = ended.into_iter().collect::<Result<Option<Vec<Checksum>>, AccelError>>()?;
        let mut sum = Checksum::default();
        match parts {
            Some(parts) => parts.into_iter().for_each(|part| sum = sum.with(part)),
            None => self.visit(&mut |key, row| sum.add(key, row)).await?,
        }
        Ok(sum)
    }

    /// Gives every key and row, in no order that may be relied on.
    ///
    /// # Errors
    /// Where the store does not answer or a row cannot be read.
    pub async fn visit(&self, visit: &mut (dyn FnMut(&[u8], &[u8]) + Send)) -> Result<(), AccelError> {
        let mut row = Vec::new();
        self.reader
            .scan(&mut |key, value| {
                row.clear();
                self.codec.restore(&mut row, value)?;
                visit(key, &row);
                Ok(())
            })
            .await?;
        Ok(())
    }
}

/// The sum of the rows between two keys; nothing where they are not in this process.
fn prove_part(
    reader: &dyn KvReader,
    codec: &Codec,
    (from, until): &(Option<Vec<u8>>, Option<Vec<u8>>),
) -> Result<Option<Checksum>, AccelError> {
    let (mut sum, mut row) = (Checksum::default(), Vec::new());
    let is_here = reader.scan_now((from.as_deref(), until.as_deref()), &mut |key, value| {
        if codec.is_none() {
            sum.add(key, value);
            return Ok(());
        }
        row.clear();
        codec.restore(&mut row, value)?;
        sum.add(key, &row);
        Ok(())
    })?;
    Ok(is_here.then_some(sum))
}

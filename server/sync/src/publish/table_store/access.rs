//! Writing, reading and changing the rows of one dataset version in its table.

use std::collections::HashMap;
use std::sync::Arc;

use accel::{AccelError, Block, Change, KvDelta, KvReader, KvWriter, Sealed, Visit};
use async_trait::async_trait;
use bytes::Bytes;
use connect::sink::{self, Rows};
use connect::{SourceError, SourceErrorKind};

use super::tables::{Tables, of_source};
use crate::source::READ_TIMEOUT;

/// Bytes of rows that wait for being written.
const WAITING_BYTES: usize = 8 << 20;

pub(super) struct TableWriter {
    pub(super) of: Arc<Tables>,
    pub(super) waiting: Vec<Block>,
}

impl TableWriter {
    async fn flush(&mut self) -> Result<(), AccelError> {
        let of = &*self.of;
        let batch = of.batch_of(self.waiting.iter().flat_map(Block::pairs).map(|(_, message)| message))?;
        self.waiting.clear();
        let rows = Rows { table: &of.table, fields: &of.fields, batch: &batch };
        of.within(of.sink.append(&rows)).await.map_err(|error| of.failed(&error))
    }
}

#[async_trait]
impl KvWriter for TableWriter {
    async fn write(&mut self, block: Block) -> Result<(), AccelError> {
        self.waiting.push(block);
        let rows: usize = self.waiting.iter().map(Block::len).sum();
        let bytes: usize = self.waiting.iter().map(Block::bytes).sum();
        if rows >= self.of.sink.portion() || bytes >= WAITING_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn seal(mut self: Box<Self>, sealed: &Sealed) -> Result<(), AccelError> {
        self.flush().await?;
        let of = &*self.of;
        let text = serde_json::to_string(sealed).map_err(|error| of_source(&of.into.source, &unwritable(&error)))?;
        of.run(&sink::seal(of.dialect, &of.into.table, &of.version, &text)).await
    }
}

fn unwritable(error: &serde_json::Error) -> SourceError {
    SourceError::new(SourceErrorKind::Other, "The description of the version cannot be written.").because(error)
}

pub(super) struct TableReader {
    pub(super) of: Arc<Tables>,
    pub(super) sealed: Sealed,
}

#[async_trait]
impl KvReader for TableReader {
    fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    fn read_now(&self, _: &[u8], _: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        Ok(false)
    }

    fn read_many_now(&self, _: &[Vec<u8>], _: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        Ok(false)
    }

    async fn read(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Bytes>>, AccelError> {
        let (of, encoder) = (&*self.of, &self.of.encoder);
        let mut found = HashMap::new();
        for keys in keys.chunks(sink::KEYS) {
            let (condition, binds) = sink::of_keys(&of.key, &of.values_of(keys.iter())?, of.dialect);
            let sql = format!("{} WHERE {condition}", of.select());
            of.ask((sql, binds), (of.fields.clone(), READ_TIMEOUT), |batch| {
                let rows = encoder.rows(batch);
                for row in 0..batch.num_rows() {
                    if let (Some(key), message) = rows.encode(row) {
                        found.insert(key, Bytes::from(message));
                    }
                }
                Ok(())
            })
            .await?;
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    async fn scan(&self, visit: &mut Visit<'_>) -> Result<u64, AccelError> {
        let (of, encoder) = (&*self.of, &self.of.encoder);
        let mut count = 0;
        of.ask((of.select(), Vec::new()), (of.fields.clone(), READ_TIMEOUT), |batch| {
            let rows = encoder.rows(batch);
            for row in 0..batch.num_rows() {
                let (key, message) = rows.encode(row);
                visit(&key.unwrap_or_default(), &message)?;
                count += 1;
            }
            Ok(())
        })
        .await?;
        Ok(count)
    }
}

pub(super) struct TableDelta {
    pub(super) of: Arc<Tables>,
    pub(super) turn: i64,
}

#[async_trait]
impl KvDelta for TableDelta {
    async fn apply(&mut self, changes: Vec<Change>, position: &str) -> Result<(), AccelError> {
        let of = &*self.of;
        let puts = changes.iter().filter_map(|change| match change {
            Change::Put(_, message) => Some(message.as_slice()),
            Change::Delete(_) => None,
        });
        let batch = of.batch_of(puts)?;
        let change = sink::Change {
            mark: sink::mark(of.dialect, &of.into.table, (&of.version, self.turn), position),
            gone: of.values_of(changes.iter().map(Change::key))?,
            key: &of.key,
            put: Rows { table: &of.table, fields: &of.fields, batch: &batch },
        };
        match of.within(of.sink.change(&change)).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(AccelError::taken_over()),
            Err(error) => Err(of.failed(&error)),
        }
    }
}

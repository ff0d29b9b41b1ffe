//! The delta of the embedded store: a second LMDB environment beside the sealed base, with locks, one writer and any number
//! of readers, in this process or others. Rows and how far they go are of one transaction.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use heed::types::{Bytes as Raw, Str};
use heed::{Database, Env, EnvFlags, EnvOpenOptions, RoTxn, RwTxn, WithoutTls};

use crate::lmdb::{bounds, of_heed, open_env};
use crate::{AccelError, AccelErrorKind, Between, Change, KvDelta, Visit};

/// Address space of one delta; the file takes only what is written.
const MAP: usize = 64 << 30;
const MAX_READERS: u32 = 1_024;
const FOLDER: &str = "delta";
const TURN: &str = "turn";
const POSITION: &str = "position";
/// The first byte of what is stored under a key.
const GONE: u8 = 0;
const THERE: u8 = 1;

pub(crate) struct DeltaEnv {
    env: Env<WithoutTls>,
    rows: Database<Raw, Raw>,
    marks: Database<Str, Raw>,
}

/// A row of the delta.
pub(crate) enum Changed<'t> {
    To(&'t [u8]),
    Gone,
}

impl DeltaEnv {
    /// Opens the delta of the version in `folder`, and makes it where there is none.
    pub(crate) fn open(folder: &Path) -> Result<Self, AccelError> {
        let path = folder.join(FOLDER);
        std::fs::create_dir_all(&path).map_err(|error| AccelError::of_io(&error))?;
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        options.map_size(MAP).max_dbs(2).max_readers(MAX_READERS);
        let env = open_env(&options, &path, EnvFlags::NO_READ_AHEAD)?;
        // Readers that were killed would keep old pages for ever.
        env.clear_stale_readers().map_err(|error| of_heed(&error))?;
        let mut txn = env.write_txn().map_err(|error| of_heed(&error))?;
        let rows = env.create_database(&mut txn, Some("rows")).map_err(|error| of_heed(&error))?;
        let marks = env.create_database(&mut txn, Some("marks")).map_err(|error| of_heed(&error))?;
        txn.commit().map_err(|error| of_heed(&error))?;
        Ok(Self { env, rows, marks })
    }

    pub(crate) fn read_txn(&self) -> Result<RoTxn<'_, WithoutTls>, AccelError> {
        self.env.read_txn().map_err(|error| of_heed(&error))
    }

    /// What became of a key, where anything did.
    pub(crate) fn find<'t>(&self, txn: &'t RoTxn<'_, WithoutTls>, key: &[u8]) -> Result<Option<Changed<'t>>, AccelError> {
        if key.is_empty() {
            return Ok(None);
        }
        Ok(self.rows.get(txn, key).map_err(|error| of_heed(&error))?.and_then(changed))
    }

    pub(crate) fn is_empty(&self, txn: &RoTxn<'_, WithoutTls>) -> Result<bool, AccelError> {
        self.rows.is_empty(txn).map_err(|error| of_heed(&error))
    }

    /// Visits every row between two keys that was put.
    pub(crate) fn visit_put(&self, txn: &RoTxn<'_, WithoutTls>, between: Between<'_>, visit: &mut Visit<'_>) -> Result<(), AccelError> {
        for pair in self.rows.range(txn, &bounds(between)).map_err(|error| of_heed(&error))? {
            let (key, stored) = pair.map_err(|error| of_heed(&error))?;
            if let Some(Changed::To(value)) = changed(stored) {
                visit(key, value)?;
            }
        }
        Ok(())
    }

    fn turn(&self, txn: &RwTxn<'_>) -> Result<i64, AccelError> {
        let bytes = self.marks.get(txn, TURN).map_err(|error| of_heed(&error))?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_le_bytes))
    }
}

fn changed(stored: &[u8]) -> Option<Changed<'_>> {
    match stored.split_first()? {
        (&THERE, value) => Some(Changed::To(value)),
        _ => Some(Changed::Gone),
    }
}

/// The one that may write.
pub(crate) struct LmdbDelta {
    delta: Arc<DeltaEnv>,
    turn: i64,
}

impl LmdbDelta {
    pub(crate) fn take(delta: Arc<DeltaEnv>, turn: i64) -> Result<(Self, Option<String>), AccelError> {
        let mut txn = delta.env.write_txn().map_err(|error| of_heed(&error))?;
        if delta.turn(&txn)? > turn {
            return Err(AccelError::taken_over());
        }
        delta.marks.put(&mut txn, TURN, &turn.to_le_bytes()).map_err(|error| of_heed(&error))?;
        let position = delta.marks.get(&txn, POSITION).map_err(|error| of_heed(&error))?;
        let position = position.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        txn.commit().map_err(|error| of_heed(&error))?;
        Ok((Self { delta, turn }, position))
    }
}

fn full_or(error: &heed::Error) -> AccelError {
    match error {
        heed::Error::Mdb(heed::MdbError::MapFull) => {
            AccelError::new(AccelErrorKind::Full, "Incremental sync has reached its limit of changed rows. Build the dataset again.")
                .because(error)
        }
        error => of_heed(error),
    }
}

#[async_trait]
impl KvDelta for LmdbDelta {
    async fn apply(&mut self, changes: Vec<Change>, position: &str) -> Result<(), AccelError> {
        let mut txn = self.delta.env.write_txn().map_err(|error| of_heed(&error))?;
        if self.delta.turn(&txn)? != self.turn {
            return Err(AccelError::taken_over());
        }
        let mut stored = Vec::new();
        for change in &changes {
            stored.clear();
            match change {
                Change::Put(_, value) => {
                    stored.push(THERE);
                    stored.extend_from_slice(value);
                }
                Change::Delete(_) => stored.push(GONE),
            }
            self.delta.rows.put(&mut txn, change.key(), &stored).map_err(|error| full_or(&error))?;
        }
        self.delta.marks.put(&mut txn, POSITION, position.as_bytes()).map_err(|error| of_heed(&error))?;
        txn.commit().map_err(|error| full_or(&error))
    }
}

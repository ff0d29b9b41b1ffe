//! The embedded store: one LMDB environment for each dataset version, in a folder of its own. While it is built it is
//! written front to back; once sealed it is opened read-only and without locks, because nobody writes it any more.

use std::collections::HashMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use bytes::Bytes;
use heed::types::Bytes as Raw;
use heed::{Database, Env, EnvFlags, EnvOpenOptions, PutFlags, RwTxn, WithoutTls};
use tokio::task::JoinHandle;

use crate::lmdb_delta::{Changed, DeltaEnv, LmdbDelta};
use crate::{AccelError, AccelErrorKind, Between, Block, KvDelta, KvReader, KvStore, KvWriter, Place, Sealed, Visit};

/// Address space that a build may grow into; the file takes only what is written.
const BUILD_MAP: usize = 1 << 40;
/// More than the readers of a delta take in a lock file, of 64 bytes each.
const LOCK_BYTES: u64 = 128 << 10;
/// Bytes after which the disk is set to work while more are written, so that little is left for the end.
const SYNC_BYTES: usize = 64 << 20;
const SEAL: &str = "sealed.json";
/// As LMDB calls it.
const DATA: &str = "data.mdb";

/// Data versions under one folder: `<folder>/<dataset>/<version>/`.
pub struct Lmdb {
    folder: PathBuf,
    /// LMDB must not be opened twice in one process, so open versions are shared.
    open: Mutex<HashMap<Place, Weak<LmdbReader>>>,
    deltas: Mutex<HashMap<Place, Weak<DeltaEnv>>>,
}

impl Lmdb {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::default(), deltas: Mutex::default() }
    }

    fn path(&self, place: &Place) -> PathBuf {
        self.folder.join(&place.dataset).join(&place.version)
    }

    fn delta_of(&self, place: &Place) -> Result<Arc<DeltaEnv>, AccelError> {
        let mut deltas = self.deltas.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = deltas.get(place).and_then(Weak::upgrade) {
            return Ok(known);
        }
        deltas.retain(|_, delta| delta.strong_count() > 0);
        let delta = Arc::new(DeltaEnv::open(&self.path(place))?);
        deltas.insert(place.clone(), Arc::downgrade(&delta));
        Ok(delta)
    }
}

#[async_trait]
impl KvStore for Lmdb {
    async fn create(&self, place: &Place, _rows: u64) -> Result<Box<dyn KvWriter>, AccelError> {
        self.remove(place).await?;
        let path = self.path(place);
        std::fs::create_dir_all(&path).map_err(|error| AccelError::of_io(&error))?;
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        options.map_size(BUILD_MAP).max_dbs(0);
        let env = open_env(&options, &path, EnvFlags::NO_SYNC | EnvFlags::NO_LOCK | EnvFlags::NO_READ_AHEAD)?;
        let mut txn = env.write_txn().map_err(|error| of_heed(&error))?;
        let rows = env.create_database::<Raw, Raw>(&mut txn, None).map_err(|error| of_heed(&error))?;
        txn.commit().map_err(|error| of_heed(&error))?;
        Ok(Box::new(LmdbWriter { env, rows, path, unsynced: 0, syncing: None }))
    }

    async fn open(&self, place: &Place) -> Result<Arc<dyn KvReader>, AccelError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(place).and_then(Weak::upgrade) {
            return Ok(known);
        }
        open.retain(|_, reader| reader.strong_count() > 0);
        let mut reader = LmdbReader::open(&self.path(place))?;
        if reader.sealed.synced_from.is_some() {
            reader.delta = Some(self.delta_of(place)?);
        }
        let reader = Arc::new(reader);
        open.insert(place.clone(), Arc::downgrade(&reader));
        Ok(reader)
    }

    async fn delta(&self, place: &Place, turn: i64) -> Result<(Box<dyn KvDelta>, Option<String>), AccelError> {
        let (delta, position) = LmdbDelta::take(self.delta_of(place)?, turn)?;
        Ok((Box::new(delta), position))
    }

    async fn remove(&self, place: &Place) -> Result<(), AccelError> {
        // Readers that still have it open keep the file's pages until they are gone.
        match std::fs::remove_dir_all(self.path(place)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(AccelError::of_io(&error)),
        }
    }
}

#[allow(unsafe_code)]
pub(crate) fn open_env(options: &EnvOpenOptions<WithoutTls>, path: &Path, flags: EnvFlags) -> Result<Env<WithoutTls>, AccelError> {
    let mut options = options.clone();
    if !flags.contains(EnvFlags::NO_LOCK) {
        make_lock_file(path).map_err(|error| AccelError::of_io(&error))?;
    }
    // Safe here: the folder is ours alone, a version is written by one build and sealed before anybody opens it, and
    // from then on no file in it changes, which is what a map without locks asks for. Its delta is opened with locks.
    unsafe {
        options.flags(flags);
        options.open(path)
    }
    .map_err(|error| of_heed(&error))
}

/// LMDB only says how long its lock file is, and writes it by a map: on a full disk that would end the process. So its bytes are written
/// first, where a full disk is an error.
fn make_lock_file(path: &Path) -> std::io::Result<()> {
    // What is there stays: another process may be using it.
    let mut file = std::fs::File::options().append(true).create(true).open(path.join("lock.mdb"))?;
    let missing = LOCK_BYTES.saturating_sub(file.metadata()?.len());
    std::io::Write::write_all(&mut file, &vec![0; usize::try_from(missing).unwrap_or_default()])
}

pub(crate) fn of_heed(error: &heed::Error) -> AccelError {
    match error {
        heed::Error::Io(error) => AccelError::of_io(error),
        heed::Error::Mdb(heed::MdbError::MapFull) => {
            AccelError::new(AccelErrorKind::Full, "The dataset is larger than the limit of the embedded store. Choose Redis as the store.")
                .because(error)
        }
        heed::Error::Mdb(heed::MdbError::KeyExist) => {
            AccelError::new(AccelErrorKind::Other, "The rows are out of order or have a key twice. Build the dataset again.").because(error)
        }
        other => AccelError::broken(other),
    }
}

struct LmdbWriter {
    env: Env<WithoutTls>,
    rows: Database<Raw, Raw>,
    path: PathBuf,
    /// Bytes that no sync was begun for.
    unsynced: usize,
    syncing: Option<JoinHandle<std::io::Result<()>>>,
}

impl LmdbWriter {
    /// Lets the disk take what is written so far, beside what is written next. That it failed is seen when all is synced.
    fn begin_sync(&mut self) {
        if self.unsynced < SYNC_BYTES || self.syncing.as_ref().is_some_and(|syncing| !syncing.is_finished()) {
            return;
        }
        self.unsynced = 0;
        let file = self.path.join(DATA);
        self.syncing = Some(tokio::task::spawn_blocking(move || std::fs::File::open(file)?.sync_data()));
    }
}

#[async_trait]
impl KvWriter for LmdbWriter {
    async fn write(&mut self, block: Block) -> Result<(), AccelError> {
        let mut txn: RwTxn<'_> = self.env.write_txn().map_err(|error| of_heed(&error))?;
        for (key, value) in block.pairs() {
            self.rows.put_with_flags(&mut txn, PutFlags::APPEND, key, value).map_err(|error| of_heed(&error))?;
        }
        txn.commit().map_err(|error| of_heed(&error))?;
        self.unsynced += block.bytes();
        self.begin_sync();
        Ok(())
    }

    async fn seal(mut self: Box<Self>, sealed: &Sealed) -> Result<(), AccelError> {
        if let Some(syncing) = self.syncing.take() {
            syncing.await.map_err(AccelError::broken)?.map_err(|error| AccelError::of_io(&error))?;
        }
        self.env.force_sync().map_err(|error| of_heed(&error))?;
        if sealed.synced_from.is_some() {
            drop(DeltaEnv::open(&self.path)?);
        }
        let text = serde_json::to_vec(sealed).map_err(AccelError::broken)?;
        let (part, whole) = (self.path.join("sealed.part"), self.path.join(SEAL));
        let write = || {
            std::fs::write(&part, text)?;
            std::fs::File::open(&part)?.sync_all()?;
            std::fs::rename(&part, &whole)?;
            std::fs::File::open(&self.path)?.sync_all()
        };
        write().map_err(|error| AccelError::of_io(&error))
    }
}

struct LmdbReader {
    env: Env<WithoutTls>,
    rows: Database<Raw, Raw>,
    sealed: Sealed,
    delta: Option<Arc<DeltaEnv>>,
}

impl LmdbReader {
    fn open(path: &Path) -> Result<Self, AccelError> {
        let missing = || {
            AccelError::new(
                AccelErrorKind::Missing,
                "The rows of this dataset version are not on this node. Build the dataset again, or roll back to an earlier version.",
            )
        };
        let text = std::fs::read(path.join(SEAL)).map_err(|error| missing().because(error))?;
        let sealed: Sealed = serde_json::from_slice(&text).map_err(AccelError::broken)?;
        let size = std::fs::metadata(path.join(DATA)).map_err(|error| missing().because(error))?.len();
        let page = 1_u64 << 20;
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        options.map_size(usize::try_from(size.next_multiple_of(page)).unwrap_or(BUILD_MAP)).max_dbs(0);
        // Look-ups are at random, so reading ahead would only push other pages out.
        let env = open_env(&options, path, EnvFlags::READ_ONLY | EnvFlags::NO_LOCK | EnvFlags::NO_READ_AHEAD)?;
        let txn = env.read_txn().map_err(|error| of_heed(&error))?;
        let rows = env.open_database::<Raw, Raw>(&txn, None).map_err(|error| of_heed(&error))?.ok_or_else(missing)?;
        drop(txn);
        Ok(Self { env, rows, sealed, delta: None })
    }

    fn value<'t>(&self, txn: &'t heed::RoTxn<'_, WithoutTls>, key: &[u8]) -> Result<Option<&'t [u8]>, AccelError> {
        // LMDB has no empty keys.
        if key.is_empty() {
            return Ok(None);
        }
        self.rows.get(txn, key).map_err(|error| of_heed(&error))
    }
}

#[async_trait]
impl KvReader for LmdbReader {
    fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    fn read_now(&self, key: &[u8], found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        if let Some(delta) = &self.delta {
            let txn = delta.read_txn()?;
            match delta.find(&txn, key)? {
                Some(Changed::To(value)) => {
                    found(Some(value));
                    return Ok(true);
                }
                Some(Changed::Gone) => {
                    found(None);
                    return Ok(true);
                }
                None => {}
            }
        }
        let txn = self.env.read_txn().map_err(|error| of_heed(&error))?;
        found(self.value(&txn, key)?);
        Ok(true)
    }

    fn read_many_now(&self, keys: &[Vec<u8>], found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        let changes = self.delta.as_ref().map(|delta| Ok::<_, AccelError>((delta, delta.read_txn()?))).transpose()?;
        let txn = self.env.read_txn().map_err(|error| of_heed(&error))?;
        for key in keys {
            let changed = changes.as_ref().map(|(delta, txn)| delta.find(txn, key)).transpose()?.flatten();
            found(match changed {
                Some(Changed::To(value)) => Some(value),
                Some(Changed::Gone) => None,
                None => self.value(&txn, key)?,
            });
        }
        Ok(true)
    }

    async fn read(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Bytes>>, AccelError> {
        let mut values = Vec::with_capacity(keys.len());
        self.read_many_now(keys, &mut |value| values.push(value.map(Bytes::copy_from_slice)))?;
        Ok(values)
    }

    fn scan_now(&self, between: Between<'_>, visit: &mut Visit<'_>) -> Result<bool, AccelError> {
        let changes = self.delta.as_ref().map(|delta| Ok::<_, AccelError>((delta, delta.read_txn()?))).transpose()?;
        let mut changed = None;
        if let Some((delta, txn)) = &changes
            && !delta.is_empty(txn)?
        {
            changed = Some((delta, txn));
        }
        let txn = self.env.read_txn().map_err(|error| of_heed(&error))?;
        for pair in self.rows.range(&txn, &bounds(between)).map_err(|error| of_heed(&error))? {
            let (key, value) = pair.map_err(|error| of_heed(&error))?;
            if changed.map(|(delta, txn)| delta.find(txn, key)).transpose()?.flatten().is_none() {
                visit(key, value)?;
            }
        }
        if let Some((delta, txn)) = changed {
            delta.visit_put(txn, between, visit)?;
        }
        Ok(true)
    }

    async fn scan(&self, visit: &mut Visit<'_>) -> Result<u64, AccelError> {
        let mut rows = 0;
        self.scan_now((None, None), &mut |key, value| {
            rows += 1;
            visit(key, value)
        })?;
        Ok(rows)
    }
}

/// The first of two keys is among what is between them.
pub(crate) fn bounds<'a>((from, until): Between<'a>) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
    (from.map_or(Bound::Unbounded, Bound::Included), until.map_or(Bound::Unbounded, Bound::Excluded))
}

//! Where accelerated data lives: key-value stores behind one trait, and the codecs of keys and rows.
//!
//! A **dataset version** is one complete build of a dataset: written in key order, sealed, and only read from then on.
//! To add a store: a module that implements [`KvStore`], [`KvWriter`] and [`KvReader`], a line in [`Stores`], and its
//! line in the conformance suite (`tests/conformance.rs`), which is the same for all.

mod any_decimal;
mod block;
mod checksum;
mod codec;
mod columnar;
mod dataset;
mod delta;
mod error;
pub mod key;
mod lmdb;
mod lmdb_delta;
pub mod mask;
mod redis_delta;
mod redis_link;
mod redis_store;
pub mod row_json;
mod run;
mod sorter;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use model::dataset::{Compression, StoreKind};
use serde::{Deserialize, Serialize};

pub use block::Block;
pub use checksum::Checksum;
pub use codec::{Codec, MAX_VALUE, Trainer};
pub use columnar::{Columnar, ColumnarWriter};
pub use dataset::{Dataset, Found};
pub use delta::{Change, Changes, KvDelta};
pub use error::{AccelError, AccelErrorKind};
pub use lmdb::Lmdb;
/// A command of Redis, for those who use its [`Link`].
pub use redis::Cmd;
pub use redis_link::{Link, RedisConfig};
pub use redis_store::RedisStore;
pub use sorter::{KeptRuns, Sorted, Sorter};

/// A key and its value.
pub type Pair<'a> = (&'a [u8], &'a [u8]);

/// Which dataset version: the ids of its dataset and of itself. Both are UUIDs of ours, safe in paths and prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    pub dataset: String,
    pub version: String,
}

/// What a reader must know of a sealed version, kept beside its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Sealed {
    pub rows: u64,
    pub compression: Compression,
    /// The trained dictionary of zstd; empty for the others.
    #[serde(default)]
    pub dictionary: Vec<u8>,
    /// Where in its source the changes begin that it does not hold; nothing where it is not followed.
    #[serde(rename = "followed_from", default, skip_serializing_if = "Option::is_none")]
    pub synced_from: Option<String>,
}

/// A store of dataset versions.
#[async_trait]
pub trait KvStore: Send + Sync {
    /// Begins a version beside whatever is live. `rows` is how many will come.
    async fn create(&self, place: &Place, rows: u64) -> Result<Box<dyn KvWriter>, AccelError>;
    /// Opens a sealed version; one that was never sealed is not there.
    async fn open(&self, place: &Place) -> Result<Arc<dyn KvReader>, AccelError>;
    /// Takes the changes of a sealed version over for writing, and says how far they go where there are any; see [`Changes::take`].
    async fn delta(&self, place: &Place, turn: i64) -> Result<(Box<dyn KvDelta>, Option<String>), AccelError>;
    /// Drops a version, sealed or not. One that is not there is dropped already.
    async fn remove(&self, place: &Place) -> Result<(), AccelError>;
}

/// Writes one version. Without [`KvWriter::seal`], what it wrote is never served.
#[async_trait]
pub trait KvWriter: Send {
    /// Appends pairs; they come in the order of their keys, over all calls.
    async fn write(&mut self, block: Block) -> Result<(), AccelError>;
    /// Gives up: what it wrote can be removed then, and nothing comes after. To be called unless it is sealed.
    async fn abandon(self: Box<Self>) {}
    /// Makes it durable and readable.
    async fn seal(self: Box<Self>, sealed: &Sealed) -> Result<(), AccelError>;
}

/// Two keys, where there is an end on either side.
pub type Between<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

/// Is shown pairs.
pub type Visit<'a> = dyn for<'k, 'v> FnMut(&'k [u8], &'v [u8]) -> Result<(), AccelError> + Send + 'a;

/// Reads one sealed version, as what changed since has made it.
#[async_trait]
pub trait KvReader: Send + Sync {
    fn sealed(&self) -> &Sealed;
    /// Reads at once where the rows are in this process, and says so; a store behind a network gives `false` and
    /// leaves `found` alone.
    fn read_now(&self, key: &[u8], found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError>;
    /// The same for several keys, in their order, of one state of the store.
    fn read_many_now(&self, keys: &[Vec<u8>], found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError>;
    /// The values of several keys, in their order.
    async fn read(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Bytes>>, AccelError>;
    /// Every pair between two keys, the first of them among them, where the rows are in this process; a store behind a network gives `false`
    /// and leaves `visit` alone. For proving a build on several cores.
    fn scan_now(&self, _between: Between<'_>, _visit: &mut Visit<'_>) -> Result<bool, AccelError> {
        Ok(false)
    }
    /// Every pair, in no order that may be relied on, in portions; for proving a build.
    async fn scan(&self, visit: &mut Visit<'_>) -> Result<u64, AccelError>;
}

/// The stores of one node.
#[derive(Clone)]
pub struct Stores {
    embedded: Arc<dyn KvStore>,
    columnar: Columnar,
    redis: Option<Arc<dyn KvStore>>,
    link: Option<Link>,
    folder: PathBuf,
}

impl Stores {
    /// Embedded data under `folder`; Redis where the operator has named one.
    #[must_use]
    pub fn new(folder: PathBuf, link: Option<Link>) -> Self {
        let redis = link.clone().map(|link| Arc::new(RedisStore::new(link)) as Arc<dyn KvStore>);
        let columnar = Columnar::new(folder.join("columnar"));
        Self { embedded: Arc::new(Lmdb::new(folder.clone())), columnar, redis, link, folder }
    }

    /// The store of rows that are looked up by their key.
    ///
    /// # Errors
    /// Where the operator has named no Redis; for columnar datasets, which are asked in SQL.
    pub fn of(&self, kind: StoreKind) -> Result<&Arc<dyn KvStore>, AccelError> {
        match kind {
            StoreKind::Embedded => Ok(&self.embedded),
            StoreKind::Redis => self.redis.as_ref().ok_or_else(AccelError::no_redis),
            StoreKind::Columnar => Err(AccelError::not_by_key()),
            StoreKind::Table => Err(AccelError::in_a_database()),
        }
    }

    #[must_use]
    pub fn columnar(&self) -> &Columnar {
        &self.columnar
    }

    /// Whether datasets can be kept there.
    ///
    /// # Errors
    /// Where the operator has named no Redis.
    pub fn offers(&self, kind: StoreKind) -> Result<(), AccelError> {
        if kind.is_served() { self.of(kind).map(drop) } else { Ok(()) }
    }

    /// Drops a version of a store of this node or the operator's Redis. One that is not there is dropped already.
    ///
    /// # Errors
    /// Where the store does not answer, or it cannot be removed.
    pub async fn remove(&self, kind: StoreKind, place: &Place) -> Result<(), AccelError> {
        if kind == StoreKind::Columnar { self.columnar.remove(place) } else { self.of(kind)?.remove(place).await }
    }

    /// The operator's Redis, for what is not a dataset: caches.
    #[must_use]
    pub fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// A folder for what a build puts aside while it sorts.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.folder.join("scratch")
    }
}

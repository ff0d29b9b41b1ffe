//! What a build reads from.

use std::sync::Arc;

use connect::Connection;
use model::dataset::{DatasetSpec, StoreKind};
use model::dialect::Dialect;
use model::load_limits::Tier;
use model::rejected::RejectedLimit;
use store::DataVersionRow;

use crate::source::Deleted;

/// What is read, for which dataset version.
pub(crate) struct BuildSource {
    pub(crate) spec: DatasetSpec,
    pub(crate) row: DataVersionRow,
    pub(crate) connection: Arc<dyn Connection>,
    pub(crate) dialect: Dialect,
    pub(crate) tier: Tier,
    pub(crate) deleted: Deleted,
    /// Where the changes begin that this may not see, where they are followed.
    pub(crate) synced_from: Option<String>,
    /// Where a source that tells its changes itself is begun.
    pub(crate) feed_start: Option<String>,
    pub(crate) rejected: RejectedLimit,
}

impl BuildSource {
    /// Whether its table can be read in parts: a change stream has one order, and so has a file.
    pub(crate) fn is_divisible(&self) -> bool {
        self.feed_start.is_none() && self.spec.store != StoreKind::Columnar
    }

    /// Whether a key comes once, so that all that is read is written.
    pub(crate) fn has_each_key_once(&self) -> bool {
        self.feed_start.is_none() && self.spec.mapping.latest_by.is_none()
    }
}

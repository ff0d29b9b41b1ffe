//! What the writer and its readers share: the entries that are not written yet, and what is counted.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::entry::RequestEntry;

#[derive(Default)]
pub(crate) struct Shared {
    open: Mutex<Vec<Arc<RequestEntry>>>,
    pub(crate) kept: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) lost: AtomicU64,
    pub(crate) stopped: AtomicBool,
}

/// What a request log has counted since its process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Entries that were taken.
    pub kept: u64,
    /// Entries that there was no room for.
    pub dropped: u64,
    /// Entries that were taken and could not be written.
    pub lost: u64,
    /// Whether the last segment could not be written.
    pub stopped: bool,
}

impl Shared {
    pub(crate) fn push(&self, entry: Arc<RequestEntry>) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    pub(crate) fn open(&self) -> Vec<Arc<RequestEntry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn clear(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Vec::new();
    }

    pub(crate) fn figures(&self) -> Figures {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let stopped = self.stopped.load(Ordering::Relaxed);
        Figures { kept: load(&self.kept), dropped: load(&self.dropped), lost: load(&self.lost), stopped }
    }
}

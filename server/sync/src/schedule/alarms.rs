//! What of datasets somebody should look at, as this worker saw it last: for `/metrics`, where monitoring makes alarms of it.

use std::sync::{Mutex, PoisonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmKind {
    /// Its last run failed for good.
    RunFailed,
    /// Its last run is, or was, over later than its job says.
    RunLate,
    /// More rows differ from its source than its job allows.
    Differs,
    /// It could not be compared.
    NotCompared,
    /// What follows its table does not go on.
    IncrementalStopped,
    /// The view of its database does not show what is live.
    NotShown,
    /// Its stored definition, or that of its job, cannot be read: nothing is built of it.
    NotReadable,
}

impl AlarmKind {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::RunFailed => "run-failed",
            Self::RunLate => "run-late",
            Self::Differs => "differs",
            Self::NotCompared => "not-compared",
            Self::IncrementalStopped => "not-followed",
            Self::NotShown => "not-shown",
            Self::NotReadable => "not-readable",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    pub domain: String,
    pub dataset: String,
    pub environment: String,
    pub kind: AlarmKind,
}

/// Those that there are.
#[derive(Debug, Default)]
pub struct Alarms(Mutex<Vec<Alarm>>);

impl Alarms {
    #[must_use]
    pub fn now(&self) -> Vec<Alarm> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on there are these.
    pub(crate) fn are(&self, found: Vec<Alarm>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
}

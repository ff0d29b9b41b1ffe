//! What a store can do wrong, in words of ours. The library's own text is for the log alone.

use model::{ErrorCode, Problem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccelErrorKind {
    /// It does not answer.
    Unreachable,
    /// It took longer than it may.
    Timeout,
    /// No room is left.
    Full,
    /// The version is not there.
    Missing,
    /// What it holds cannot be read.
    Broken,
    /// Somebody else writes it by now.
    TakenOver,
    /// The operator has not set it up.
    Config,
    Other,
}

/// A plain sentence for a person, and the cause for the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{sentence}")]
pub struct AccelError {
    pub kind: AccelErrorKind,
    pub sentence: String,
    pub cause: String,
}

impl AccelError {
    #[must_use]
    pub fn new(kind: AccelErrorKind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into(), cause: String::new() }
    }

    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = cause.to_string();
        self
    }

    pub(crate) fn no_redis() -> Self {
        Self::new(AccelErrorKind::Config, "Redis is not configured. Ask the operator to set SLUICE_REDIS_URL.")
    }

    pub(crate) fn not_by_key() -> Self {
        let sentence = "A columnar dataset has no key lookup. Query it in SQL, through a source of datasets.";
        Self::new(AccelErrorKind::Config, sentence)
    }

    pub(crate) fn in_a_database() -> Self {
        Self::new(AccelErrorKind::Config, "This dataset is stored in a table of a database. Query it in that database.")
    }

    pub(crate) fn not_synced() -> Self {
        Self::new(AccelErrorKind::Config, "This dataset version was not built for incremental sync. Build the dataset again.")
    }

    /// A writer whose turn is over.
    #[must_use]
    pub fn taken_over() -> Self {
        Self::new(AccelErrorKind::TakenOver, "Another worker has taken over this incremental sync.")
    }

    pub(crate) fn moved() -> Self {
        let sentence = "Another worker has taken over this incremental sync, or Redis has lost its last writes. The sync continues from the stored position.";
        Self::new(AccelErrorKind::TakenOver, sentence)
    }

    pub(crate) fn broken(cause: impl std::fmt::Display) -> Self {
        Self::new(AccelErrorKind::Broken, "A stored row cannot be read. Build the dataset again, or roll back to an earlier version.")
            .because(cause)
    }

    /// An error of the file system, where a full disk has a sentence of its own.
    /// What a file of ours could not do.
    #[must_use]
    pub fn of_io(error: &std::io::Error) -> Self {
        const NO_SPACE: i32 = 28;
        const QUOTA: i32 = 122;
        const FILE_TOO_BIG: i32 = 27;
        match error.raw_os_error() {
            Some(NO_SPACE | QUOTA | FILE_TOO_BIG) => {
                Self::new(AccelErrorKind::Full, "The disk is full. Free some space, or drop standby versions, then build again.")
                    .because(error)
            }
            _ => Self::new(AccelErrorKind::Other, "The data folder cannot be read or written. The log has the cause.").because(error),
        }
    }

    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self.kind {
            AccelErrorKind::Unreachable | AccelErrorKind::Full | AccelErrorKind::Missing | AccelErrorKind::Config => {
                ErrorCode::StoreUnavailable
            }
            AccelErrorKind::Timeout => ErrorCode::StoreTimeout,
            AccelErrorKind::Broken | AccelErrorKind::TakenOver | AccelErrorKind::Other => ErrorCode::Internal,
        }
    }

    /// As a person gets it; the cause has been logged by whoever calls this.
    #[must_use]
    pub fn problem(&self, dataset: &str) -> Problem {
        Problem::new(self.code(), format!("{dataset}: {}", self.sentence))
    }
}

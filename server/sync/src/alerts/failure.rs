//! Why a notice could not be sent.

/// Why an attempt failed, as people are told.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: String,
    /// Another attempt would fail as well.
    pub(super) is_last: bool,
}

impl Failure {
    pub(super) fn retried(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_last: false }
    }

    pub(super) fn last(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_last: true }
    }
}

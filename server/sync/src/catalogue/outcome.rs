//! Why there is no sample: it cannot be read, or not yet.

use connect::{SourceError, SourceErrorKind};
use store::StoreError;

use crate::failed::Failed;

#[derive(Debug)]
pub(crate) enum NotSampled {
    /// The source may not be read now, for a reason that a person is told.
    Later(String),
    Failed(Failed),
}

impl NotSampled {
    pub(crate) fn of_source(source: &str, error: &SourceError) -> Self {
        tracing::info!(source, cause = error.cause, "a table was not profiled: {error}");
        let sentence = format!("{source}: {}", error.sentence);
        match error.kind {
            SourceErrorKind::Busy | SourceErrorKind::NoSlot => Self::Later(sentence),
            _ => Self::Failed(Failed { code: error.code(), ..Failed::new(sentence) }),
        }
    }
}

impl From<Failed> for NotSampled {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<StoreError> for NotSampled {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// The library of sketches refuses sizes alone, and those are ours.
pub(crate) fn of_sketch(error: &datasketches::error::Error) -> Failed {
    tracing::error!(cause = %error, "a sketch of a column failed");
    Failed::for_now("The values of a column could not be counted, because of a fault in Sluice. Tell the operator: the log has the cause.")
}

//! What a person is told where the metadata fails a request. The cause is logged here, once.

use model::{ErrorCode, Problem};

use crate::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken => Self::new(ErrorCode::Conflict, "There is one of this name already. Choose another name."),
            StoreError::Stale => Self::new(
                ErrorCode::Conflict,
                "Somebody else changed this in the meantime. Load it again; what you have typed is still here.",
            ),
            other => match other.unreadable() {
                Some(sentence) => {
                    tracing::error!(cause = %other, "a stored definition cannot be read");
                    Self::new(ErrorCode::Internal, sentence)
                }
                None => {
                    tracing::error!(cause = %other, "the metadata store failed a request");
                    Self::new(
                        ErrorCode::Internal,
                        "The metadata store does not answer just now. APIs that are live go on answering. Try again in a moment.",
                    )
                }
            },
        }
    }
}

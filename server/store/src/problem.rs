//! What a person is told where the metadata fails a request. The cause is logged here, once.

use model::{ErrorCode, Problem};

use crate::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken => Self::new(ErrorCode::Conflict, "An object with this name already exists. Choose another name."),
            StoreError::Stale => Self::new(
                ErrorCode::Conflict,
                "Someone else has changed this object in the meantime. Load it again; your changes are still here.",
            ),
            other => match other.unreadable() {
                Some(sentence) => {
                    tracing::error!(cause = %other, "a stored definition cannot be read");
                    Self::new(ErrorCode::Internal, sentence)
                }
                None => {
                    tracing::error!(cause = %other, "the metadata database failed a request");
                    Self::new(
                        ErrorCode::Internal,
                        "The metadata database does not respond. Live APIs are not affected. Try again in a moment.",
                    )
                }
            },
        }
    }
}

//! What can fail. A query cannot: only the disk can.

use std::fmt;

use tantivy::TantivyError;

/// Why the index cannot be read or written. It is a cause for the log.
#[derive(Debug)]
pub enum SearchFailure {
    /// Of the index.
    Index(Box<TantivyError>),
    /// Of its folder.
    Folder(std::io::Error),
    /// A document that cannot be written or read.
    Document(serde_json::Error),
}

impl fmt::Display for SearchFailure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(error) => write!(out, "the index: {error}"),
            Self::Folder(error) => write!(out, "the folder of the index: {error}"),
            Self::Document(error) => write!(out, "a document of the index: {error}"),
        }
    }
}

impl std::error::Error for SearchFailure {}

impl From<TantivyError> for SearchFailure {
    fn from(error: TantivyError) -> Self {
        Self::Index(Box::new(error))
    }
}

impl From<std::io::Error> for SearchFailure {
    fn from(error: std::io::Error) -> Self {
        Self::Folder(error)
    }
}

impl From<serde_json::Error> for SearchFailure {
    fn from(error: serde_json::Error) -> Self {
        Self::Document(error)
    }
}

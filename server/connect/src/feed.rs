//! Changes of a table as its source tells them, one after another and without end: the messages of a topic.

use std::time::Duration;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use model::Field;
use model::table::TableRef;

use crate::{SourceError, SourceErrorKind};

/// What is wanted of a table, and from where on.
#[derive(Debug, Clone)]
pub struct FeedOf<'a> {
    pub table: &'a TableRef,
    /// The columns of [`Portion::rows`], in their order. What a row does not have is empty.
    pub fields: Vec<Field>,
    /// The columns that name a row: all that is known of one that is deleted.
    pub key: &'a [String],
    /// As [`Portion::position`] was; empty to begin at `start`.
    pub position: &'a str,
    /// `earliest` or nothing, `latest`, a time as RFC 3339, or a position as the source writes it.
    pub start: &'a str,
}

/// Gives what comes, again and again.
#[async_trait]
pub trait Feed: Send {
    /// What has come, as soon as something has; nothing once `wait` is over.
    ///
    /// # Errors
    /// Where the source does not answer for longer than it may, or what is next is not there any more.
    async fn next(&mut self, wait: Duration) -> Result<Portion, SourceError>;

    /// Reads once more what was spoiled, as rows are read now, in the order in which it was told. Its position is of no meaning.
    ///
    /// # Errors
    /// Where what it takes to read them is not at hand.
    async fn again(&mut self, spoiled: Vec<Spoiled>) -> Result<Portion, SourceError>;
}

/// Some of it, in order.
#[derive(Debug)]
pub struct Portion {
    pub rows: RecordBatch,
    /// Which rows are deleted, one for each: of those only the key counts.
    pub deleted: Vec<bool>,
    /// What each row was made of.
    pub origins: Vec<Origin>,
    /// What could not be read as a row.
    pub spoiled: Vec<Spoiled>,
    /// Where the next portion begins.
    pub position: String,
    /// All that was there when it was opened has been given.
    pub whole: bool,
    /// There is nothing more at this moment.
    pub at_end: bool,
}

/// What a row was made of, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub part: i32,
    pub at: i64,
    pub key: Option<Vec<u8>>,
    /// Nothing where it deletes what its key names.
    pub bytes: Option<Vec<u8>>,
}

impl Origin {
    /// It cannot be taken, and why.
    #[must_use]
    pub fn spoiled(&self, reason: String) -> Spoiled {
        Spoiled { place: format!("partition {}, offset {}", self.part, self.at), reason, key: self.key.clone(), bytes: self.bytes.clone() }
    }

    /// As it was kept, where its place is one of a feed.
    #[must_use]
    pub fn of(spoiled: Spoiled) -> Option<Self> {
        let (part, at) = spoiled.place.strip_prefix("partition ")?.split_once(", offset ")?;
        Some(Self { part: part.parse().ok()?, at: at.parse().ok()?, key: spoiled.key, bytes: spoiled.bytes })
    }
}

/// Something that is not a row, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoiled {
    /// Where it stands in its source: the same each time that it is read.
    pub place: String,
    /// Why it is none, as a sentence.
    pub reason: String,
    /// The key of a message, where it has one of its own.
    pub key: Option<Vec<u8>>,
    /// Nothing where it deletes what its key names.
    pub bytes: Option<Vec<u8>>,
}

pub(crate) fn tells_nothing() -> SourceError {
    SourceError::new(SourceErrorKind::Config, "This source has no change stream. Choose a cursor column for incremental sync.")
}

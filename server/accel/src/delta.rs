//! What changed in a dataset version since it was sealed: an ordered delta with one writer, over a base that stays as it was.
//! How far the changes go is written with them, so that each counts once however often its writer dies.

use std::borrow::Cow;

use async_trait::async_trait;

use crate::{AccelError, Codec, KvStore, Place};

/// One change by its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The row is so from now on, whether it was there or not.
    Put(Vec<u8>, Vec<u8>),
    /// There is no such row any more.
    Delete(Vec<u8>),
}

impl Change {
    #[must_use]
    pub fn key(&self) -> &[u8] {
        match self {
            Self::Put(key, _) | Self::Delete(key) => key,
        }
    }
}

/// Writes the changes of one version.
#[async_trait]
pub trait KvDelta: Send {
    /// Writes changes, one for a key, values as they are stored, and then how far they go. After an error the position is
    /// the one before, or this one with all of its changes; to write them again changes nothing.
    ///
    /// # Errors
    /// [`crate::AccelErrorKind::TakenOver`] where somebody else writes by now.
    async fn apply(&mut self, changes: Vec<Change>, position: &str) -> Result<(), AccelError>;
}

/// A version's delta with the codec of its rows.
pub struct Changes {
    delta: Box<dyn KvDelta>,
    codec: Codec,
}

impl Changes {
    /// Takes a sealed version over for writing: whoever had a lower `turn` writes no more. Gives how far its changes go.
    ///
    /// # Errors
    /// Where the version is not there or was not made to be followed, somebody with a higher turn has it, or the store does
    /// not answer.
    pub async fn take(store: &dyn KvStore, place: &Place, turn: i64) -> Result<(Self, String), AccelError> {
        let sealed = store.open(place).await?.sealed().clone();
        let from = sealed.synced_from.ok_or_else(AccelError::not_synced)?;
        let (delta, position) = store.delta(place, turn).await?;
        let codec = Codec::new(sealed.compression, &sealed.dictionary);
        Ok((Self { delta, codec }, position.unwrap_or(from)))
    }

    /// As [`KvDelta::apply`], with rows that are not compressed yet, in the order in which they changed.
    ///
    /// # Errors
    /// As there; and where a row is too large.
    pub async fn apply(&mut self, mut changes: Vec<Change>, position: &str) -> Result<(), AccelError> {
        // In the order of the keys, where neighbours share pages; of one key, what came last is what it is.
        changes.reverse();
        changes.sort_by(|a, b| a.key().cmp(b.key()));
        changes.dedup_by(|later, kept| later.key() == kept.key());
        let stored = |change| match change {
            Change::Put(key, row) => {
                let smaller = match self.codec.compress(&row)? {
                    Cow::Borrowed(_) => None,
                    Cow::Owned(smaller) => Some(smaller),
                };
                Ok(Change::Put(key, smaller.unwrap_or(row)))
            }
            delete @ Change::Delete(_) => Ok(delete),
        };
        let changes = changes.into_iter().map(stored).collect::<Result<_, _>>()?;
        self.delta.apply(changes, position).await
    }
}

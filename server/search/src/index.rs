//! The folder of the index: opened at start, written by one thread, read by many.

use std::num::NonZero;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;

use model::asset_document::AssetDocument;
use serde::{Deserialize, Serialize};
use tantivy::merge_policy::LogMergePolicy;
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, Searcher, Term};

use crate::schema::{FORMAT, Fields};
use crate::{SearchFailure, document};

/// Threads that write, and the memory of each, in bytes: a full one becomes a segment.
const MAX_THREADS: usize = 4;
const MEMORY: usize = 60_000_000;
/// A segment is written anew once so much of it is of documents that were replaced.
const MAX_DELETED: f32 = 0.3;

/// What the index says about itself with each commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    format: u32,
    /// The metadata that it was made of.
    origin: String,
    /// Up to which revision of it.
    revision: i64,
}

/// The index of one node. Searches do not wait for changes.
pub struct Index {
    fields: Fields,
    reader: IndexReader,
    writer: Mutex<IndexWriter>,
    origin: String,
    standing: RwLock<Option<Standing>>,
}

impl Index {
    /// Opens the index in a folder. What cannot be read, has another format, or was made of other metadata is deleted and begun anew.
    ///
    /// # Errors
    /// Where the folder cannot be read or written, or another process has it open.
    pub fn open(folder: &Path, origin: &str) -> Result<Self, SearchFailure> {
        std::fs::create_dir_all(folder)?;
        match Self::open_kept(folder, origin) {
            Ok(Some(index)) => return Ok(index),
            Ok(None) => {}
            Err(SearchFailure::Index(error)) if matches!(*error, tantivy::TantivyError::LockFailure(..)) => {
                return Err(SearchFailure::Index(error));
            }
            Err(error) => tracing::warn!(cause = %error, "the index of the catalogue cannot be read and is built anew"),
        }
        std::fs::remove_dir_all(folder)?;
        std::fs::create_dir_all(folder)?;
        let index = tantivy::Index::create_in_dir(folder, Fields::new().1)?;
        Self::over(&index, origin, None)
    }

    /// The index that is there, where it may go on.
    fn open_kept(folder: &Path, origin: &str) -> Result<Option<Self>, SearchFailure> {
        if std::fs::read_dir(folder)?.next().is_none() {
            return Ok(None);
        }
        let index = tantivy::Index::open_in_dir(folder)?;
        let Some(payload) = index.load_metas()?.payload else { return Ok(None) };
        let standing: Standing = serde_json::from_str(&payload)?;
        if standing.format != FORMAT || standing.origin != origin || index.schema() != Fields::new().1 {
            return Ok(None);
        }
        Self::over(&index, origin, Some(standing)).map(Some)
    }

    fn over(index: &tantivy::Index, origin: &str, standing: Option<Standing>) -> Result<Self, SearchFailure> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        let writer: IndexWriter = index.writer_with_num_threads(threads, threads * MEMORY)?;
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(MAX_DELETED);
        writer.set_merge_policy(Box::new(merging));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (fields, origin) = (Fields::new().0, origin.to_owned());
        Ok(Self { fields, reader, writer: Mutex::new(writer), origin, standing: RwLock::new(standing) })
    }

    /// The revision of the metadata up to which changes are in the index. Nothing while it is built for the first time.
    #[must_use]
    pub fn revision(&self) -> Option<i64> {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|standing| standing.revision)
    }

    /// Takes in documents, in the place of those of the same assets, and takes out those of assets that are gone. They are seen with the
    /// next [`Index::commit`].
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn change(&self, changed: &[AssetDocument], gone: &[String]) -> Result<(), SearchFailure> {
        let writer = self.writer();
        // Nothing is there yet that a first build would replace.
        if self.revision().is_some() {
            for id in changed.iter().map(|asset| &asset.id).chain(gone) {
                writer.delete_term(Term::from_field_text(self.fields.id, id));
            }
        }
        for asset in changed {
            writer.add_document(document::of(asset, &self.fields)?)?;
        }
        Ok(())
    }

    /// Makes what was changed durable and seen: all changes up to a revision are in the index now.
    ///
    /// # Errors
    /// Where it cannot be written. What was seen before is seen still.
    pub fn commit(&self, revision: i64) -> Result<(), SearchFailure> {
        let standing = Standing { format: FORMAT, origin: self.origin.clone(), revision };
        let mut writer = self.writer();
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(&standing)?);
        commit.commit()?;
        self.reader.reload()?;
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = Some(standing);
        Ok(())
    }

    /// Forgets all documents: what follows is a first build.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn clear(&self) -> Result<(), SearchFailure> {
        let mut writer = self.writer();
        writer.delete_all_documents()?;
        writer.commit()?;
        self.reader.reload()?;
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// A writer that another thread has left in the middle of a change goes on: what it had is not committed.
    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

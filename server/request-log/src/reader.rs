//! Searches the log of this node, newest first: what is not written yet, and then the segments that can have what is looked for.

use std::path::PathBuf;
use std::sync::Arc;

use model::clock::Millis;
use serde::{Deserialize, Serialize};

use crate::entry::RequestEntry;
use crate::folder::{Segment, segments};
use crate::search::{Cursor, Row, Search};
use crate::segment;
use crate::shared::Shared;

/// Segments that one search opens; the next page goes on behind them.
const MOST_SEGMENTS: usize = 300;

/// Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    folder: PathBuf,
    shared: Arc<Shared>,
    node: Arc<str>,
}

/// What a search gives.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// The newest one first.
    pub entries: Vec<RequestEntry>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// Segments that cannot be read.
    pub unreadable: Vec<String>,
    /// Segments that were opened, and those of them whose rows were read.
    #[serde(skip)]
    pub opened: usize,
    #[serde(skip)]
    pub read: usize,
}

impl Reader {
    pub(crate) fn new(folder: PathBuf, shared: Arc<Shared>, node: &str) -> Self {
        Self { folder, shared, node: node.into() }
    }

    /// The node whose log it is.
    #[must_use]
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Searches. It reads files, so it belongs on a thread that may wait.
    #[must_use]
    pub fn search(&self, search: &Search) -> Found {
        let mut found = Found::default();
        // These first: a segment that is closed meanwhile is then in both, and in neither never.
        let open = self.shared.open();
        found.entries.extend(open.iter().filter(|entry| search.takes(&Row::of(entry))).map(|entry| (**entry).clone()));
        let mut ended_at = None;
        for segment in segments(&self.folder).iter().filter(|segment| search.may_be_between(segment.first, segment.last)) {
            found.keep_newest(search.limit);
            if found.entries.get(search.limit).is_some_and(|entry| entry.at > segment.last) {
                break;
            }
            if found.opened == MOST_SEGMENTS {
                ended_at = Some(segment.last);
                break;
            }
            found.add(segment, search);
        }
        found.keep_newest(search.limit);
        found.cut(search.limit, ended_at);
        found
    }
}

impl Found {
    fn add(&mut self, segment: &Segment, search: &Search) {
        self.opened += 1;
        match segment::search(&segment.path, search) {
            Ok(Some(entries)) => {
                self.read += 1;
                self.entries.extend(entries);
            }
            Ok(None) => {}
            // It was old, and was removed meanwhile.
            Err(_) if !segment.path.exists() => {}
            Err(cause) => {
                let segment = segment.name();
                tracing::warn!(segment, cause, "a segment of the request log cannot be read");
                self.unreadable.push(segment);
            }
        }
    }

    /// The newest entries, and one more.
    pub(crate) fn keep_newest(&mut self, limit: usize) {
        self.entries.sort_by(|a, b| (b.at, &b.request_id).cmp(&(a.at, &a.request_id)));
        self.entries.dedup_by(|a, b| a.at == b.at && a.request_id == b.request_id);
        self.entries.truncate(limit + 1);
    }

    /// Takes the one more away, or, where the search ended before a segment, all that may belong behind entries of that.
    fn cut(&mut self, limit: usize, ended_at: Option<Millis>) {
        if let Some(last) = ended_at {
            self.entries.retain(|entry| entry.at > last);
            // Before the first id of the next millisecond stands all of this one.
            self.next = Some(Cursor { at: last + 1, request_id: String::new() });
        }
        if self.entries.len() > limit {
            self.entries.truncate(limit);
            self.next = self.entries.last().map(Cursor::of);
        }
    }
}

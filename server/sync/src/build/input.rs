//! What a build reads, whichever way its source gives it: the answer to one question, or a feed up to where it was when it was
//! opened.

use std::time::Duration;

use arrow_array::RecordBatch;
use connect::batch::schema_of;
use connect::{BatchStream, Feed, FeedOf, Origin, Portion, SnapshotRead, SourceError, Spoiled};
use futures::TryStreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::build::build_source::BuildSource;
use crate::failed::Failed;
use crate::source::{key_of_table, statement};

/// How long a feed may have nothing before it is asked again.
const WAIT: Duration = Duration::from_secs(1);

pub(crate) enum Input {
    Answer { rows: BatchStream, rejected: mpsc::UnboundedReceiver<Spoiled> },
    Feed { portions: mpsc::Receiver<Result<Portion, SourceError>>, reading: JoinHandle<()>, position: String, whole: bool },
}

/// Portions that were read ahead: the next is read and taken apart while one is looked at.
const AHEAD: usize = 1;

/// Some rows.
pub(crate) struct Chunk {
    pub(crate) rows: RecordBatch,
    /// Which of them are deleted; nothing where none can be.
    pub(crate) deleted: Vec<bool>,
    /// What each was made of, of a feed.
    pub(crate) origins: Vec<Origin>,
    pub(crate) spoiled: Vec<Spoiled>,
}

impl Input {
    /// The rows that meet a condition, or all where it is empty; as they are at a moment, or now.
    ///
    /// # Errors
    /// Where the source does not answer.
    pub(crate) async fn open(from: &BuildSource, moment: Option<&dyn SnapshotRead>, condition: &str) -> Result<Self, Failed> {
        let spec = &from.spec;
        let failed = |error: SourceError| Failed::of_source(spec, &error);
        let Some(start) = &from.feed_start else {
            let mut statement = statement(spec, from.dialect);
            if !condition.is_empty() {
                statement.sql.push_str(&format!(" WHERE {condition}"));
            }
            let (sender, rejected) = mpsc::unbounded_channel();
            let answer = match moment {
                Some(moment) => moment.query(statement).await,
                None => from.connection.query_rejecting(statement, sender).await,
            };
            return answer.map(|rows| Self::Answer { rows, rejected }).map_err(failed);
        };
        let key = key_of_table(spec);
        let of = FeedOf { table: &spec.table, fields: spec.mapping.fields(spec), key: &key, position: "", start };
        let feed = from.connection.feed(of).await.map_err(failed)?;
        let (sender, portions) = mpsc::channel(AHEAD);
        let runtime = tokio::runtime::Handle::current();
        // On a thread of its own: to take messages apart must not stand in the way of calls.
        let reading = tokio::task::spawn_blocking(move || runtime.block_on(read_ahead(feed, sender)));
        Ok(Self::Feed { portions, reading, position: String::new(), whole: false })
    }

    /// The next rows; nothing at the end.
    ///
    /// # Errors
    /// Where the source fails.
    pub(crate) async fn next(&mut self, from: &BuildSource) -> Result<Option<Chunk>, Failed> {
        let failed = |error: SourceError| Failed::of_source(&from.spec, &error);
        match self {
            Self::Answer { rows, rejected } => {
                let rows = rows.try_next().await.map_err(failed)?;
                let spoiled: Vec<Spoiled> = std::iter::from_fn(|| rejected.try_recv().ok()).collect();
                // Behind the last batch, what is left of them.
                let none = || (!spoiled.is_empty()).then(|| RecordBatch::new_empty(schema_of(&from.spec.mapping.fields(&from.spec))));
                let rows = rows.or_else(none);
                Ok(rows.map(|rows| Chunk { rows, deleted: Vec::new(), origins: Vec::new(), spoiled }))
            }
            Self::Feed { whole: true, .. } => Ok(None),
            Self::Feed { portions, reading, position, whole } => {
                let Some(portion) = portions.recv().await else {
                    // It reads until all is given or something goes wrong, unless it dies.
                    return Err(reading.await.map_or_else(Failed::of_join, |()| Failed::broke_off()));
                };
                let portion = portion.map_err(failed)?;
                *position = portion.position;
                *whole = portion.whole;
                Ok(Some(Chunk { rows: portion.rows, deleted: portion.deleted, origins: portion.origins, spoiled: portion.spoiled }))
            }
        }
    }

    /// Where what comes after it begins, of a feed.
    pub(crate) fn position(self) -> Option<String> {
        match self {
            Self::Answer { .. } => None,
            Self::Feed { position, .. } => Some(position),
        }
    }
}

/// Reads until all that was there when it was opened is given, or nobody takes it any more.
async fn read_ahead(mut feed: Box<dyn Feed>, sender: mpsc::Sender<Result<Portion, SourceError>>) {
    loop {
        let portion = feed.next(WAIT).await;
        let is_last = portion.as_ref().map_or(true, |portion| portion.whole);
        if sender.send(portion).await.is_err() || is_last {
            return;
        }
    }
}

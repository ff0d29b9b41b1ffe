//! What a source gives, counted on its way to whoever reads it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow_array::RecordBatch;
use async_trait::async_trait;
use futures::{Stream, StreamExt};
use model::table::TableRef;

use crate::meters::{Asked, Meter};
use crate::notes::{Notes, Part, SourceLabel};
use crate::slots::Slot;
use crate::{BatchStream, Feed, Portion, SnapshotRead, SourceError, Spoiled, Statement};

/// Rows, and the slot that they hold until they are over; those of a snapshot hold none.
pub(crate) struct CountedRows {
    pub(crate) rows: BatchStream,
    pub(crate) slot: Option<Slot>,
    pub(crate) asked: Asked,
}

impl Stream for CountedRows {
    type Item = Result<RecordBatch, SourceError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.rows.poll_next_unpin(context);
        if let Poll::Ready(step) = &next {
            self.asked.saw(step.as_ref());
        }
        if let Poll::Ready(None | Some(Err(_))) = next {
            self.slot = None;
        }
        next
    }
}

/// A state of a source whose statements are counted.
pub(crate) struct CountedSnapshot {
    pub(crate) inner: Arc<dyn SnapshotRead>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) label: Arc<SourceLabel>,
}

#[async_trait]
impl SnapshotRead for CountedSnapshot {
    fn readers(&self) -> usize {
        self.inner.readers()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn divide(&self, table: &TableRef, parts: usize) -> Result<Vec<String>, SourceError> {
        self.inner.divide(table, parts).await
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let mut asked = Asked::of(&self.meter, Notes::traced().begin(Part::Statement, &self.label));
        match self.inner.query(statement).await {
            Ok(rows) => Ok(CountedRows { rows, slot: None, asked }.boxed()),
            Err(error) => {
                asked.failed(&error);
                Err(error)
            }
        }
    }

    async fn is_as_it_was(&self, table: &TableRef, condition: &str, name: &str, rows: i64) -> Result<bool, SourceError> {
        self.inner.is_as_it_was(table, condition, name, rows).await
    }
}

/// A change stream whose rows and errors are counted. It is no statement.
pub(crate) struct CountedFeed {
    pub(crate) inner: Box<dyn Feed>,
    pub(crate) meter: Arc<Meter>,
}

#[async_trait]
impl Feed for CountedFeed {
    async fn next(&mut self, wait: Duration) -> Result<Portion, SourceError> {
        let next = self.inner.next(wait).await;
        match &next {
            Ok(portion) => self.meter.rows(portion.rows.num_rows()),
            Err(error) => self.meter.failed(error),
        }
        next
    }

    async fn again(&mut self, spoiled: Vec<Spoiled>) -> Result<Portion, SourceError> {
        self.inner.again(spoiled).await
    }
}

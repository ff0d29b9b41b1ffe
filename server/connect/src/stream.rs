//! What the connectors share when they send rows: when to stop, and from a driver's rows to batches.

use std::future::Future;
use std::time::Duration;

use arrow_array::RecordBatch;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use model::{Field, Value};
use sqlx::{Column as _, Row};
use tokio::sync::mpsc;

use crate::batch::BatchBuilder;
use crate::{BatchStream, SourceError, SourceErrorKind, Statement};

/// Where batches go, at most two ahead of the reader.
pub type Sender = mpsc::Sender<Result<RecordBatch, SourceError>>;

/// How long after the last row that was asked for the end of a statement may come.
const END_COMES_IN: Duration = Duration::from_millis(50);

/// Where batches are put, and where they come out.
#[must_use]
pub fn channel() -> (Sender, BatchStream) {
    let (sender, mut receiver) = mpsc::channel(2);
    (sender, futures::stream::poll_fn(move |context| receiver.poll_recv(context)).boxed())
}

/// How sending ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself: the connection can be used again.
    Done,
    /// The statement may still run on the server, or has rows left that nobody asked for.
    Abandoned,
}

/// Sends until the work is done, its time is over, or the reader is gone. What went wrong has been sent.
pub async fn send_while_wanted(sender: &Sender, timeout: Duration, work: impl Future<Output = Result<Ended, SourceError>>) -> Ended {
    let failed = tokio::select! {
        sent = work => match sent {
            Ok(ended) => return ended,
            // The rest is not read: it may be as large.
            Err(error) if error.kind == SourceErrorKind::TooLarge => (error, Ended::Abandoned),
            Err(error) => (error, Ended::Done),
        },
        () = tokio::time::sleep(timeout) => (SourceError::late(), Ended::Abandoned),
        () = sender.closed() => return Ended::Abandoned,
    };
    let _ = sender.send(Err(failed.0)).await;
    failed.1
}

/// Sends a driver's rows as batches, at most as many as were asked for. `size` tells the bytes of a cell before it is
/// copied, where the driver can.
///
/// # Errors
/// What the driver says, through `failed`; a cell that is not of its field's type; a field that is not there.
pub(crate) async fn send_batches<R: Row>(
    mut rows: BoxStream<'_, Result<R, sqlx::Error>>,
    statement: &Statement,
    sender: &Sender,
    size: impl Fn(&R, usize) -> usize,
    cell: impl Fn(&R, usize) -> Result<Value, SourceError>,
    failed: impl Fn(&sqlx::Error) -> SourceError,
) -> Result<Ended, SourceError> {
    let mut batch = BatchBuilder::of(statement);
    let mut order: Option<Vec<usize>> = None;
    let mut left = statement.max_rows;
    while left > 0 {
        let Some(row) = rows.try_next().await.map_err(|error| failed(&error))? else { break };
        left -= 1;
        let order = match &order {
            Some(known) => known,
            None => order.insert(positions(&row, &statement.fields)?),
        };
        for (index, position) in order.iter().enumerate() {
            batch.check_size(index, size(&row, *position))?;
            batch.append(index, cell(&row, *position)?)?;
        }
        if batch.is_full() && sender.send(batch.finish()).await.is_err() {
            return Ok(Ended::Abandoned);
        }
    }
    if batch.rows() > 0 && sender.send(batch.finish()).await.is_err() {
        return Ok(Ended::Abandoned);
    }
    // Where there is one more row, or none in a while, a connection would have to read to the end of them all before
    // anybody else could use it.
    let over = left > 0 || matches!(tokio::time::timeout(END_COMES_IN, rows.try_next()).await, Ok(Ok(None)));
    Ok(if over { Ended::Done } else { Ended::Abandoned })
}

/// Where each field of the answer stands in a row.
fn positions<R: Row>(row: &R, fields: &[Field]) -> Result<Vec<usize>, SourceError> {
    let of = |field: &Field| row.columns().iter().position(|column| column.name() == field.name);
    fields.iter().map(|field| of(field).ok_or_else(|| missing(&field.name))).collect()
}

/// A field of the answer is not among what the statement gives any more.
#[must_use]
pub fn missing(field: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Missing, format!("The answer has no column {field} any more."))
}

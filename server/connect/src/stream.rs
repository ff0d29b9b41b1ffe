//! What the connectors share when they send rows: when to stop, how the end is told, and from a driver's rows to batches.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Poll, ready};
use std::time::Duration;

use arrow_array::RecordBatch;
use fail::fail_point;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use model::{Field, Value};
use sqlx::{Column as _, Either, Row};
use tokio::sync::mpsc;

use crate::batch::BatchBuilder;
use crate::{BatchStream, SourceError, SourceErrorKind, Statement};

/// Rows, or what went wrong with them; nothing is the end. A reader that dies tells no end, and must not be taken for one that has read all.
type Step = Option<Result<RecordBatch, SourceError>>;

/// How long after the last row that was asked for the end of a statement may come.
const END_COMES_IN: Duration = Duration::from_millis(50);

/// Where a reader puts batches, at most two ahead of whoever takes them.
pub struct Sender {
    steps: mpsc::Sender<Step>,
    /// Rows that were put there.
    rows: AtomicU64,
}

/// Nobody takes the batches any more.
#[derive(Debug)]
pub struct Unread;

impl Sender {
    /// Puts a batch, or what went wrong, where it is taken.
    ///
    /// # Errors
    /// Where nobody takes it.
    pub async fn send(&self, batch: Result<RecordBatch, SourceError>) -> Result<(), Unread> {
        fail_point!("reader.batch");
        let rows = batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
        self.steps.send(Some(batch)).await.map_err(|_| Unread)?;
        self.rows.fetch_add(rows, Ordering::Relaxed);
        Ok(())
    }

    /// Waits until nobody takes batches any more.
    pub async fn closed(&self) {
        self.steps.closed().await;
    }

    /// Rows that were sent so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Tells whether somebody still takes batches; nobody does once this is dropped.
    pub(crate) fn wanted(&self) -> impl Fn() -> bool + Send + 'static + use<> {
        let steps = self.steps.downgrade();
        move || steps.upgrade().is_some_and(|steps| !steps.is_closed())
    }
}

/// Where batches are put, and where they come out. They end where [`spawn`] says so; without that they end in an error.
#[must_use]
pub fn channel() -> (Sender, BatchStream) {
    let (steps, mut receiver) = mpsc::channel::<Step>(2);
    let (mut rows, mut is_over) = (0, false);
    let stream = futures::stream::poll_fn(move |context| {
        if is_over {
            return Poll::Ready(None);
        }
        let step = ready!(receiver.poll_recv(context)).unwrap_or_else(|| Some(Err(SourceError::ended_early(rows))));
        match &step {
            Some(Ok(batch)) => rows += batch.num_rows() as u64,
            Some(Err(_)) | None => is_over = true,
        }
        Poll::Ready(step)
    });
    (Sender { steps, rows: AtomicU64::new(0) }, stream.boxed())
}

/// Reads in a task of its own, which gives its sender back once it has sent all, or what went wrong. Only then the end is told.
pub fn spawn(reading: impl Future<Output = Sender> + Send + 'static) {
    tokio::spawn(async move {
        let sender = reading.await;
        let _ = sender.steps.send(None).await;
    });
}

/// How sending ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself: the connection can be used again.
    Done,
    /// The statement may still run on the server, or has rows left that nobody asked for.
    Abandoned,
}

/// Sends until the work is done, its time is over, or the reader is gone. What went wrong has been sent. Work for single requests is given
/// pinned: it would be held here as often as it is passed on.
pub async fn send_while_wanted(sender: &Sender, timeout: Duration, work: impl Future<Output = Result<Ended, SourceError>>) -> Ended {
    let failed = tokio::select! {
        sent = caught(sender, work) => match sent {
            Ok(ended) => return ended,
            // The rest is not read: it may be as large, or the driver is in a state that nobody knows.
            Err(error) if matches!(error.kind, SourceErrorKind::TooLarge | SourceErrorKind::Broken) => (error, Ended::Abandoned),
            Err(error) => (error, Ended::Done),
        },
        () = tokio::time::sleep(timeout) => (SourceError::late(), Ended::Abandoned),
        () = sender.closed() => return Ended::Abandoned,
    };
    let _ = sender.send(Err(failed.0)).await;
    failed.1
}

/// Waits for what sends. Where it panics, that is an error as any other.
pub(crate) async fn caught(sender: &Sender, work: impl Future<Output = Result<Ended, SourceError>>) -> Result<Ended, SourceError> {
    let sent = FutureExt::catch_unwind(AssertUnwindSafe(work)).await;
    sent.unwrap_or_else(|panic| Err(SourceError::died(&*panic, sender.rows())))
}

/// What a driver says: a row, or that a statement has come to its end.
pub(crate) type DriverRows<'a, E, R> = BoxStream<'a, Result<Either<E, R>, sqlx::Error>>;

/// Sends a driver's rows as batches, at most as many as were asked for. `size` tells the bytes of a cell before it is
/// copied, where the driver can.
///
/// # Errors
/// What the driver says, through `failed`; a cell that is not of its field's type, or that the driver panics over; a field that is not
/// there; rows that end where the driver has not said that they do.
pub(crate) async fn send_batches<E, R: Row>(
    rows: DriverRows<'_, E, R>,
    statement: &Statement,
    sender: &Sender,
    size: impl Fn(&R, usize) -> usize,
    cell: impl Fn(&R, usize) -> Result<Value, SourceError>,
    failed: impl Fn(&sqlx::Error) -> SourceError,
) -> Result<Ended, SourceError> {
    let mut batch = BatchBuilder::of(statement);
    let sending = send_rows(rows, &mut batch, (statement, sender), size, cell, failed);
    let sent = FutureExt::catch_unwind(AssertUnwindSafe(sending)).await;
    sent.unwrap_or_else(|panic| Err(batch.died(&*panic, sender.rows())))
}

async fn send_rows<E, R: Row>(
    mut rows: DriverRows<'_, E, R>,
    batch: &mut BatchBuilder,
    (statement, sender): (&Statement, &Sender),
    size: impl Fn(&R, usize) -> usize,
    cell: impl Fn(&R, usize) -> Result<Value, SourceError>,
    failed: impl Fn(&sqlx::Error) -> SourceError,
) -> Result<Ended, SourceError> {
    let mut order: Option<Vec<usize>> = None;
    let (mut left, mut is_whole) = (statement.max_rows, false);
    while left > 0 {
        let row = match rows.try_next().await.map_err(|error| failed(&error))? {
            Some(Either::Right(row)) => row,
            Some(Either::Left(_)) => {
                is_whole = true;
                continue;
            }
            None if is_whole => break,
            // What reads for the driver is gone.
            None => return Err(SourceError::ended_early(sender.rows() + batch.rows() as u64)),
        };
        left -= 1;
        let order = match &order {
            Some(known) => known,
            None => order.insert(positions(&row, &statement.fields)?),
        };
        batch.begin_row();
        fail_point!("reader.row");
        for (index, position) in order.iter().enumerate() {
            if !batch.leaves_out(index, size(&row, *position))? {
                batch.append(index, cell(&row, *position)?)?;
            }
        }
        batch.end_row();
        if batch.is_full() && sender.send(batch.finish()).await.is_err() {
            return Ok(Ended::Abandoned);
        }
    }
    if batch.rows() > 0 && sender.send(batch.finish()).await.is_err() {
        return Ok(Ended::Abandoned);
    }
    // Where there is one more row, or none in a while, a connection would have to read to the end of them all before
    // anybody else could use it.
    let over = left > 0 || tokio::time::timeout(END_COMES_IN, is_at_end(&mut rows)).await.unwrap_or(false);
    Ok(if over { Ended::Done } else { Ended::Abandoned })
}

async fn is_at_end<E, R>(rows: &mut DriverRows<'_, E, R>) -> bool {
    loop {
        match rows.try_next().await {
            Ok(Some(Either::Left(_))) => {}
            other => return matches!(other, Ok(None)),
        }
    }
}

/// Where each field of the answer stands in a row.
fn positions<R: Row>(row: &R, fields: &[Field]) -> Result<Vec<usize>, SourceError> {
    let of = |field: &Field| row.columns().iter().position(|column| column.name() == field.name);
    fields.iter().map(|field| of(field).ok_or_else(|| missing(&field.name))).collect()
}

/// A field of the answer is not among what the statement gives any more.
#[must_use]
pub fn missing(field: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Missing, format!("The result has no column {field} any more."))
}

#[cfg(test)]
mod tests {
    use model::DataType;

    use super::*;

    fn batch(rows: usize) -> RecordBatch {
        let mut batch = BatchBuilder::new(&[Field::plain("n", DataType::Int64)]);
        (0..rows).for_each(|n| batch.append(0, Value::Int(i64::try_from(n).unwrap())).unwrap());
        batch.finish().unwrap()
    }

    #[tokio::test]
    async fn rows_end_where_their_reader_says_so_and_not_where_it_dies() {
        let (sender, stream) = channel();
        spawn(async move {
            sender.send(Ok(batch(3))).await.unwrap();
            sender
        });
        assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap().len(), 1);

        let (sender, mut stream) = channel();
        spawn(async move {
            sender.send(Ok(batch(3))).await.unwrap();
            if sender.rows() == 3 {
                panic!("the driver is at its end");
            }
            sender
        });
        assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 3);
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind, SourceErrorKind::Broken);
        assert!(error.sentence.contains("after 3 rows"), "{error}");
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn what_panics_while_it_sends_is_told_with_its_cause() {
        let (sender, stream) = channel();
        spawn(async move {
            let dies = async {
                sender.send(Ok(batch(2))).await.unwrap();
                if sender.rows() == 2 {
                    panic!("the driver is at its end");
                }
                Ok(Ended::Done)
            };
            assert_eq!(send_while_wanted(&sender, Duration::from_secs(5), dies).await, Ended::Abandoned);
            sender
        });
        let error = stream.try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!((error.kind, error.cause.as_str()), (SourceErrorKind::Broken, "the driver is at its end"));
        assert!(error.sentence.contains("after 2 rows"), "{error}");
    }

    #[tokio::test]
    async fn a_task_that_is_ended_from_without_is_no_end_either() {
        let (sender, stream) = channel();
        let task = tokio::spawn(async move {
            sender.send(Ok(batch(2))).await.unwrap();
            std::future::pending::<()>().await;
            sender
        });
        tokio::task::yield_now().await;
        task.abort();
        assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap_err().kind, SourceErrorKind::Broken);
    }
}

//! What the SQL connectors share when they send rows: when to stop, and where each field stands in a row.

use std::future::Future;
use std::time::Duration;

use arrow_array::RecordBatch;
use futures::StreamExt;
use model::Field;
use sqlx::{Column as _, Row};
use tokio::sync::mpsc;

use crate::{BatchStream, SourceError, SourceErrorKind};

/// Where batches go, at most two ahead of the reader.
pub(crate) type Sender = mpsc::Sender<Result<RecordBatch, SourceError>>;

pub(crate) fn channel() -> (Sender, BatchStream) {
    let (sender, mut receiver) = mpsc::channel(2);
    (sender, futures::stream::poll_fn(move |context| receiver.poll_recv(context)).boxed())
}

/// How sending ended.
pub(crate) enum Ended {
    /// By itself: the connection can be used again.
    Done,
    /// The statement may still run on the server: it took too long, or nobody waits for its rows any more.
    Abandoned,
}

/// Sends until the work is done, its time is over, or the reader is gone. What went wrong has been sent.
pub(crate) async fn send_while_wanted(sender: &Sender, timeout: Duration, work: impl Future<Output = Result<(), SourceError>>) -> Ended {
    tokio::select! {
        sent = work => {
            if let Err(error) = sent {
                let _ = sender.send(Err(error)).await;
            }
            Ended::Done
        }
        () = tokio::time::sleep(timeout) => {
            let sentence = "It took longer than this API allows. Narrow the question, or raise the time-out.";
            let _ = sender.send(Err(SourceError::new(SourceErrorKind::Timeout, sentence))).await;
            Ended::Abandoned
        }
        () = sender.closed() => Ended::Abandoned,
    }
}

/// Where each field of the answer stands in a row.
pub(crate) fn positions<R: Row>(row: &R, fields: &[Field]) -> Result<Vec<usize>, SourceError> {
    let of = |field: &Field| row.columns().iter().position(|column| column.name() == field.name);
    let missing = |field: &Field| SourceError::new(SourceErrorKind::Missing, format!("The answer has no column {} any more.", field.name));
    fields.iter().map(|field| of(field).ok_or_else(|| missing(field))).collect()
}

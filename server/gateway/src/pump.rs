//! A stream that is sent to a caller runs in a task of its own, a little ahead of the caller. Where the caller takes
//! nothing for a while, the task ends, and what it held of the source is free again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

use crate::plan::Plan;

/// How long a caller may take nothing of a response before the response is ended.
pub(crate) const WRITE_STALL: Duration = Duration::from_secs(15);
/// The most bytes of one piece, so that a slow caller is known to take something.
pub(crate) const PIECE: usize = 64 << 10;
/// Pieces that may wait for the caller.
const AHEAD: usize = 2;

/// Sends what a stream gives; `stalled` makes the last item for a caller that took nothing for too long, who must not
/// take the response for a whole one.
pub(crate) fn pumped<T: Send + 'static>(
    plan: &Arc<Plan>,
    items: impl Stream<Item = T> + Send + 'static,
    stalled: fn() -> T,
) -> BoxStream<'static, T> {
    let (sender, receiver) = mpsc::channel::<Option<T>>(AHEAD);
    let plan = plan.clone();
    tokio::spawn(async move {
        let mut items = pin!(items);
        loop {
            let next = tokio::select! {
                next = items.next() => next,
                () = sender.closed() => return,
            };
            let is_end = next.is_none();
            match tokio::time::timeout(WRITE_STALL, sender.send(next)).await {
                Ok(Ok(())) if !is_end => {}
                Ok(_) => return,
                Err(_) => {
                    tracing::warn!(api = plan.path, "a response was ended: its caller took nothing of it for {} s", WRITE_STALL.as_secs());
                    return;
                }
            }
        }
    });
    // `None` in the channel is the end; a channel that closes without it is a stream that was ended.
    futures::stream::unfold(Some(receiver), move |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Some(item)) => Some((item, Some(receiver))),
            Some(None) => None,
            None => Some((stalled(), None)),
        }
    })
    .boxed()
}

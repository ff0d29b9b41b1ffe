//! A stream that is sent to a caller runs in a task of its own, a little ahead of the caller. Where the caller takes
//! nothing for a while, the task ends, and what it held of the source is free again.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use connect::error::panic_text;
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt};
use tokio::sync::mpsc;

use crate::plan::Plan;

/// How long a caller may take nothing of a response before the response is ended.
pub(crate) const WRITE_STALL: Duration = Duration::from_secs(15);
/// The most bytes of one piece, so that a slow caller is known to take something.
pub(crate) const PIECE: usize = 64 << 10;
/// Pieces that may wait for the caller.
const AHEAD: usize = 2;

/// Why a response ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Its caller took nothing for too long.
    Stalled,
    /// What makes it died.
    Died,
}

enum Step<T> {
    Item(T),
    End,
    Died,
}

/// Sends what a stream gives; `cut` makes the last item of a response that ends before its end, whose caller must not take
/// it for a whole one.
pub(crate) fn pumped<T: Send + 'static>(
    plan: &Arc<Plan>,
    items: impl Stream<Item = T> + Send + 'static,
    cut: fn(Cut) -> T,
) -> BoxStream<'static, T> {
    let (sender, receiver) = mpsc::channel::<Step<T>>(AHEAD);
    let plan = plan.clone();
    tokio::spawn(async move {
        if let Err(panic) = FutureExt::catch_unwind(AssertUnwindSafe(pump(&plan, items, &sender))).await {
            tracing::error!(api = plan.path, cause = panic_text(&*panic), "a response panicked");
            let _ = tokio::time::timeout(WRITE_STALL, sender.send(Step::Died)).await;
        }
    });
    // A channel that closes without the end is a stream that was ended.
    futures::stream::unfold(Some(receiver), move |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Step::Item(item)) => Some((item, Some(receiver))),
            Some(Step::End) => None,
            Some(Step::Died) => Some((cut(Cut::Died), None)),
            None => Some((cut(Cut::Stalled), None)),
        }
    })
    .boxed()
}

async fn pump<T>(plan: &Plan, items: impl Stream<Item = T>, sender: &mpsc::Sender<Step<T>>) {
    let mut items = pin!(items);
    loop {
        let next = tokio::select! {
            next = items.next() => next.map_or(Step::End, Step::Item),
            () = sender.closed() => return,
        };
        let is_end = matches!(next, Step::End);
        match tokio::time::timeout(WRITE_STALL, sender.send(next)).await {
            Ok(Ok(())) if !is_end => {}
            Ok(_) => return,
            Err(_) => {
                tracing::warn!(api = plan.path, "a response was ended: its caller took nothing of it for {} s", WRITE_STALL.as_secs());
                return;
            }
        }
    }
}

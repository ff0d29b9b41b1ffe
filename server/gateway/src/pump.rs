//! A stream that is sent to a caller runs in a task of its own, a little ahead of the caller. Where the caller takes
//! nothing for a while, the task ends, and what it held of the source is free again. So it does where the caller takes
//! little and others wait for the source.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use connect::Consumer;
use connect::error::panic_text;
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::plan::Plan;

/// How long a caller may take nothing of a response before the response is ended.
pub(crate) const WRITE_STALL: Duration = Duration::from_secs(15);
/// The most bytes of one piece, so that a slow caller is known to take something.
pub(crate) const PIECE: usize = 64 << 10;
/// Pieces that may wait for the caller.
const AHEAD: usize = 2;
/// Over this time it is looked how much a caller takes,
const WINDOW: Duration = Duration::from_secs(2);
/// and this many pieces are little: 256 KiB a second.
const LITTLE: u32 = 8;
/// How often it is looked, while the caller is waited for, whether others wait for the source.
const LOOK: Duration = Duration::from_millis(200);

/// Why a response ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Its caller took nothing for too long, or little while others waited.
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
/// it for a whole one. The slot of the source is the consumer's.
pub(crate) fn pumped<T: Send + 'static>(
    (plan, consumer): (&Arc<Plan>, Consumer),
    items: impl Stream<Item = T> + Send + 'static,
    cut: fn(Cut) -> T,
) -> BoxStream<'static, T> {
    let (sender, receiver) = mpsc::channel::<Step<T>>(AHEAD);
    let plan = plan.clone();
    tokio::spawn(async move {
        if let Err(panic) = FutureExt::catch_unwind(AssertUnwindSafe(pump(&plan, consumer, items, &sender))).await {
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

async fn pump<T>(plan: &Plan, consumer: Consumer, items: impl Stream<Item = T>, sender: &mpsc::Sender<Step<T>>) {
    let mut items = pin!(items);
    let mut pace = Pace::of(consumer);
    loop {
        let next = tokio::select! {
            next = items.next() => next.map_or(Step::End, Step::Item),
            () = sender.closed() => return,
        };
        let is_end = matches!(next, Step::End);
        match pace.reserved(plan, sender).await {
            Ok(Some(place)) => place.send(next),
            Ok(None) => return,
            Err(why) => {
                tracing::warn!(api = plan.path, "a response was ended: the client read {why}");
                return;
            }
        }
        if is_end {
            return;
        }
    }
}

/// How much a caller takes.
struct Pace {
    consumer: Consumer,
    since: Instant,
    pieces: u32,
    waited: Duration,
    /// In the last whole window.
    was_slow: bool,
}

impl Pace {
    fn of(consumer: Consumer) -> Self {
        Self { consumer, since: Instant::now(), pieces: 0, waited: Duration::ZERO, was_slow: false }
    }

    /// Room for one more piece, once the caller has taken one; nothing where it is gone.
    ///
    /// # Errors
    /// What it took, where that is too little.
    async fn reserved<'a, T>(
        &mut self,
        plan: &Plan,
        sender: &'a mpsc::Sender<Step<T>>,
    ) -> Result<Option<mpsc::Permit<'a, Step<T>>>, &'static str> {
        self.pieces += 1;
        if let Ok(place) = sender.try_reserve() {
            return Ok(Some(place));
        }
        let began = Instant::now();
        loop {
            let before = Instant::now();
            let place = tokio::time::timeout(LOOK, sender.reserve()).await;
            self.waited += before.elapsed();
            self.look();
            match place {
                Ok(place) => return Ok(place.ok()),
                Err(_) if began.elapsed() >= WRITE_STALL => return Err("nothing for 15 s"),
                Err(_) if self.was_slow && plan.is_pressed(self.consumer) => {
                    return Err("little while other requests waited for the source");
                }
                Err(_) => {}
            }
        }
    }

    /// Ends a window that is over.
    fn look(&mut self) {
        let elapsed = self.since.elapsed();
        if elapsed >= WINDOW {
            // Where the source itself is slow, its caller is not to blame.
            self.was_slow = self.waited * 2 >= elapsed && self.pieces < LITTLE;
            *self = Self { was_slow: self.was_slow, ..Self::of(self.consumer) };
        }
    }
}

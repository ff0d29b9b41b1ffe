//! How much longer somebody is waited for who sends or takes bytes.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::bounds::BYTES_PER_SECOND;

/// Time that runs out while nothing comes. Bytes earn more of it, never more than the whole: so a byte now and then keeps
/// nobody waiting for long, and a slow line is no reason to be cut off.
pub(super) struct Patience {
    whole: Duration,
    left: Duration,
    /// Since when nothing has come, where somebody waits.
    since: Option<Instant>,
    /// Made at the first wait: most requests have none.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    pub(super) fn new(whole: Duration) -> Self {
        Self { whole, left: whole, since: None, sleep: None }
    }

    /// Ready when the time has run out. Wakes the task at that moment.
    pub(super) fn poll_over(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.since.is_none() {
            let now = Instant::now();
            self.since = Some(now);
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().reset(now + self.left),
                None => self.sleep = Some(Box::pin(sleep_until(now + self.left))),
            }
        }
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().poll(context),
            None => Poll::Pending,
        }
    }

    /// As many bytes have come, or gone.
    pub(super) fn earn(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        if self.left < self.whole {
            let earned = Duration::from_micros((bytes as u64).saturating_mul(1_000_000) / BYTES_PER_SECOND);
            self.left = self.whole.min(self.left + earned);
        }
    }

    /// It is not the peer who is waited for now.
    pub(super) fn rest(&mut self) {
        self.since = None;
        self.left = self.whole;
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[tokio::test]
    async fn bytes_earn_time_and_never_more_than_the_whole() {
        let whole = Duration::from_millis(100);
        let mut patience = Patience::new(whole);
        let context = &mut Context::from_waker(Waker::noop());
        assert!(patience.poll_over(context).is_pending());
        tokio::time::sleep(Duration::from_millis(60)).await;
        patience.earn(1);
        assert!(patience.left < Duration::from_millis(50), "one byte earns next to nothing");
        patience.earn(1 << 20);
        assert_eq!(patience.left, whole);
        assert!(patience.poll_over(context).is_pending());
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert!(patience.poll_over(context).is_ready());
        patience.rest();
        assert!(patience.poll_over(context).is_pending());
    }
}

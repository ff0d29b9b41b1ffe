//! How long a run waits for the metadata that is away: until it is back, where the run cannot go on without it; hardly at all, where it can.

use std::time::{Duration, Instant};

use store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::failed::Failed;

const AGAIN: Duration = Duration::from_secs(1);
/// The longest that is waited for what is not needed, and how long it is not asked for after that.
const BRIEFLY: Duration = Duration::from_secs(2);
const LEFT_ALONE: Duration = Duration::from_secs(10);

impl Worker {
    /// Asks the metadata, again and again while it is away.
    ///
    /// # Errors
    /// Where it answers with an error, or the run is to stop meanwhile.
    pub(crate) async fn ask_patiently<T, A>(&self, stop: &CancellationToken, ask: impl Fn() -> A) -> Result<T, Failed>
    where
        A: Future<Output = Result<T, StoreError>>,
    {
        loop {
            match ask().await {
                Err(error) if error.is_away() => tracing::warn!(cause = %error, "a run waits for the metadata"),
                answer => return Ok(answer?),
            }
            tokio::select! {
                () = stop.cancelled() => return Err(Failed::broke_off()),
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }
}

/// Asks for what is not needed to go on.
#[derive(Default)]
pub(crate) struct Briefly {
    left_alone_until: Option<Instant>,
}

impl Briefly {
    /// The metadata's answer; nothing where it is away, or was a moment ago.
    pub(crate) async fn ask<T>(&mut self, answer: impl Future<Output = Result<T, StoreError>>) -> Option<Result<T, StoreError>> {
        if self.left_alone_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let answer = tokio::time::timeout(BRIEFLY, answer).await.ok().filter(|answer| !answer.as_ref().is_err_and(StoreError::is_away));
        self.left_alone_until = answer.is_none().then(|| Instant::now() + LEFT_ALONE);
        answer
    }
}

//! Waiting for the metadata where a run needs it to go on: what it has read is worth more than an answer at once.

use std::time::Duration;

use store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::failed::Failed;

const AGAIN: Duration = Duration::from_secs(1);

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

//! Connections that their server has closed while they were idle, as it does where it is restarted. All that is sent to a source only
//! reads, so a statement of which nothing has come may be sent once more over another connection.

use std::future::Future;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool};

use crate::{SourceError, SourceErrorKind};

/// How often a connection is asked for where the server breaks it off while it is made.
const TRIES: usize = 3;
/// How long to wait between two of them.
const PAUSE: Duration = Duration::from_millis(50);

/// A connection; one more where a server that is on its way down has broken it off.
///
/// # Errors
/// What the pool says, through `failed`.
pub(crate) async fn acquire<DB: Database>(
    pool: &Pool<DB>,
    failed: impl Fn(&sqlx::Error) -> SourceError,
) -> Result<PoolConnection<DB>, SourceError> {
    let mut tries = 1;
    loop {
        // It holds all that making a connection takes, 4 KB, and is moved with whatever waits for it.
        match Box::pin(pool.acquire()).await.map_err(|error| failed(&error)) {
            Err(error) if error.kind == SourceErrorKind::Dropped && tries < TRIES => tries += 1,
            acquired => return acquired,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Closes the connections that nobody uses: where one was found closed by the server, they are as well.
pub(crate) fn close_idle<DB: Database>(pool: &Pool<DB>) {
    while let Some(connection) = pool.try_acquire() {
        drop(connection.detach());
    }
}

/// Asks, and once more where the connection was found closed; `close` closes the idle ones before.
///
/// # Errors
/// What was said the last time.
pub(crate) async fn once_more<T, F: Future<Output = Result<T, SourceError>>>(
    close: impl Fn(),
    ask: impl Fn() -> F,
) -> Result<T, SourceError> {
    match ask().await {
        Err(error) if error.kind == SourceErrorKind::Dropped => {
            say(&error);
            close();
            ask().await
        }
        answered => answered,
    }
}

/// For the log: what is done about a closed connection, its caller does not see.
pub(crate) fn say(error: &SourceError) {
    tracing::info!(cause = error.cause, "a connection was found closed by its server, and the idle ones are given up");
}

//! How a gateway learns of changes: told at once by its own process, and asking each second in case.

use std::sync::Arc;
use std::time::Duration;

use control::{Caller, Control};
use gateway::Gateway;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// How often the key sets of issuers are fetched, and the least time between two fetches.
const ISSUERS_EVERY: Duration = Duration::from_secs(300);
const ISSUERS_AT_MOST: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_secs(1);
/// Polls between two reports of a node that has nothing new to say.
const REPORT_EVERY: u32 = 10;

/// Keeps a gateway at the newest revision until it is told to stop. When the metadata is away, it goes on serving.
pub(crate) async fn follow(control: Control, gateway: Gateway, node: String, stop: CancellationToken) {
    let system = Caller::system();
    let mut changes = control.changes();
    let mut silent = REPORT_EVERY;
    let mut away = false;
    loop {
        match bring_up_to_date(&control, &gateway, &system).await {
            Ok(changed) => {
                if away {
                    tracing::info!("the metadata database responds again");
                }
                away = false;
                silent += 1;
                if changed || silent >= REPORT_EVERY {
                    silent = 0;
                    let _ = control.report_node(&system, &node, gateway.revision(), &gateway.broken()).await;
                }
            }
            Err(reason) => {
                if !away {
                    tracing::error!("the gateway keeps revision {}: {reason}", gateway.revision());
                }
                away = true;
            }
        }
        tokio::select! {
            () = stop.cancelled() => break,
            _ = changes.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
    let _ = control.forget_node(&system, &node).await;
}

async fn bring_up_to_date(control: &Control, gateway: &Gateway, system: &Caller) -> Result<bool, String> {
    let revision = control.revision(system).await.map_err(|problem| problem.detail)?;
    if revision == gateway.revision() {
        return Ok(false);
    }
    let snapshot = control.snapshot(system).await.map_err(|problem| problem.detail)?;
    gateway.load(snapshot).await?;
    Ok(true)
}

/// Passes the news of a change on to a worker.
pub(crate) async fn wake(mut changes: watch::Receiver<i64>, worker: Arc<Notify>) {
    while changes.changed().await.is_ok() {
        worker.notify_one();
    }
}

/// Writes refused requests into the audit log until it is told to stop.
pub(crate) async fn audit_refusals(control: Control, stop: CancellationToken) {
    let system = Caller::system();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            written = control.audit_next_refusal(&system) => {
                if let Err(problem) = written {
                    tracing::warn!("a refused request could not be written into the audit log: {problem}");
                }
            }
        }
    }
}

/// Keeps the key sets of issuers fresh: now and then, and soon after a token names a key that is not known.
pub(crate) async fn refresh_issuers(control: Control, gateway: Gateway, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = gateway.unknown_token_key() => {}
            () = tokio::time::sleep(ISSUERS_EVERY) => {}
        }
        if let Err(problem) = control.refresh_issuers(&Caller::system()).await {
            tracing::warn!("the keys of issuers could not be refreshed: {problem}");
        }
        // A flood of foreign tokens must not become a flood of fetches.
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ISSUERS_AT_MOST) => {}
        }
    }
}

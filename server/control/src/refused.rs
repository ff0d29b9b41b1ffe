//! Requests that were refused for want of a role or a scope: told to the audit log, which takes a bounded number of them.

use model::audit::AuditAction;
use model::{Action, Problem};
use store::Change;
use tokio::sync::{Mutex, mpsc};

use crate::identity::Refusals;
use crate::{Caller, Control};

/// Refusals that wait to be written. More than these are let go: a flood must not take memory.
const WAITING: usize = 64;

/// One refused request.
#[derive(Debug)]
pub(crate) struct RefusedRequest {
    pub(crate) email: String,
    pub(crate) action: Action,
    pub(crate) domain: String,
    pub(crate) request_id: String,
}

/// From the callers who are refused to the one who writes.
pub(crate) struct RefusedRequests {
    sender: mpsc::Sender<RefusedRequest>,
    waiting: Mutex<mpsc::Receiver<RefusedRequest>>,
    rows: Refusals,
}

impl Default for RefusedRequests {
    fn default() -> Self {
        let (sender, waiting) = mpsc::channel(WAITING);
        Self { sender, waiting: Mutex::new(waiting), rows: Refusals::default() }
    }
}

impl RefusedRequests {
    /// Where a caller reports what was refused.
    pub(crate) fn sender(&self) -> mpsc::Sender<RefusedRequest> {
        self.sender.clone()
    }
}

impl Control {
    /// Waits for the next refused request, and writes it into the audit log as far as that takes it. Run in a loop.
    ///
    /// # Errors
    /// For the program itself; where the metadata does not answer. The refusal is lost then; the request was refused all
    /// the same.
    pub async fn audit_next_refusal(&self, caller: &Caller) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let Some(refused) = self.refused.waiting.lock().await.recv().await else { return Ok(()) };
        let now = self.host.now();
        let Some(unlisted) = self.refused.rows.list(now) else { return Ok(()) };
        let place = if refused.domain.is_empty() { String::new() } else { format!(" in {}", refused.domain) };
        let before = if unlisted == 0 { String::new() } else { format!("; {unlisted} refusals before this one are not listed") };
        let after = format!("{}{place}{before}", refused.action.words());
        let change = Change { actor: refused.email.clone(), at: now, request_id: refused.request_id };
        let mut tx = self.store.write(change).await?;
        // Of no domain: for admins alone, as whoever asks may name any domain.
        self.note(&mut tx, AuditAction::RequestRefused, ("", &refused.email), None, Some(after)).await?;
        self.commit(tx).await
    }
}

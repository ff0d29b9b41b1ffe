//! The outbox: what was sent to whom, and what could not be.

use std::collections::HashMap;

use model::audit::AuditAction;
use model::view::NoticeView;
use model::{Action, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::{Caller, Control};

/// Notices that are given at once.
const NOTICES: i64 = 200;

/// Which notices.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeQuery {
    /// Those alone that could not be sent.
    #[serde(default)]
    pub dead: bool,
}

impl Control {
    /// The latest notices of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn notices(&self, caller: &Caller, query: NoticeQuery) -> Result<Vec<NoticeView>, Problem> {
        let domains: Vec<String> = self.domains(caller).await?.into_iter().map(|domain| domain.name).collect();
        let names: HashMap<String, String> = self.store.receivers().await?.into_iter().map(|row| (row.id, row.name)).collect();
        let mut views = Vec::new();
        for row in self.store.notices(&domains, query.dead, NOTICES).await? {
            let notice = row.decoded()?;
            views.push(NoticeView {
                receiver: names.get(&row.receiver_id).cloned().unwrap_or_default(),
                id: row.id,
                domain: row.domain,
                notice,
                state: row.state,
                created_at: row.created_at,
                attempts: row.attempts,
                next_at: row.next_at,
                reason: row.reason,
                done_at: row.done_at,
            });
        }
        Ok(views)
    }

    /// Sends a notice again that was given up.
    ///
    /// # Errors
    /// Where the domain has no such notice.
    pub async fn retry_notice(&self, caller: &Caller, domain: &str, id: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditReceiver, domain)?;
        let mut tx = self.write(caller).await?;
        tx.retry_notice(domain, id).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found("notice that could not be sent"),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::NoticeRetried, (domain, domain), None, Some(id.to_owned())).await?;
        self.commit(tx).await
    }
}

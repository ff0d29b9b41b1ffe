//! Keys: shown once, kept as hashes, looked up by their public part.

use model::audit::AuditAction;
use model::clock::DAY;
use model::number::grouped;
use model::snapshot::Environment;
use model::view::NewKey;
use model::{Action, Problem};
use store::{KeyRow, StoreError};

use super::MAX_DAYS;
use crate::identity::{hash_secret, new_secret};
use crate::{Caller, Control};

impl Control {
    /// Makes a key for one environment; its secret is shown this once. Without `days` it does not expire.
    ///
    /// # Errors
    /// Days out of bounds.
    pub async fn new_key(
        &self,
        caller: &Caller,
        domain: &str,
        app: &str,
        environment: Environment,
        days: Option<i64>,
    ) -> Result<NewKey, Problem> {
        let app = self.visible_app(caller, domain, app).await?;
        caller.authorise(Action::EditApp, domain)?;
        if days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            return Err(Problem::field("days", format!("Give between 1 and {} days. Leave empty for no expiry.", grouped(MAX_DAYS))));
        }
        let now = self.host.now();
        let mut public = [0; 8];
        self.host.fill_random(&mut public);
        let id: String = public.iter().map(|byte| format!("{byte:02x}")).collect();
        let secret = format!("slk_{id}_{}", new_secret(&*self.host));
        let row = KeyRow {
            id: id.clone(),
            app_id: app.id,
            environment: environment.key().into(),
            hash: hash_secret(&secret),
            created_by: caller.email().into(),
            created_at: now,
            expires_at: days.map(|days| now + days * DAY),
            revoked_at: None,
        };
        let mut tx = self.write(caller).await?;
        tx.insert_key(&row).await?;
        let path = format!("{domain}/{}", app.name);
        self.note(&mut tx, AuditAction::KeyMade, (domain, &path), None, Some(format!("{id} for {}", environment.key()))).await?;
        self.commit(tx).await?;
        Ok(NewKey { id, secret })
    }

    /// Revokes a key, at once and for good.
    ///
    /// # Errors
    /// Where the app has no such key, or it is revoked already.
    pub async fn revoke_key(&self, caller: &Caller, domain: &str, app: &str, id: &str) -> Result<(), Problem> {
        let app = self.visible_app(caller, domain, app).await?;
        caller.authorise(Action::EditApp, domain)?;
        let mut tx = self.write(caller).await?;
        tx.revoke_key(&app.id, id).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found("key"),
            other => Problem::from(other),
        })?;
        let path = format!("{domain}/{}", app.name);
        self.note(&mut tx, AuditAction::KeyRevoked, (domain, &path), Some(id.to_owned()), None).await?;
        self.commit(tx).await
    }
}

//! Issuers of signed tokens (JWT): a shared secret made here and shown once, or the public keys of an identity
//! provider, given or fetched from its address.

use std::collections::BTreeMap;

use connect::address;
use model::audit::AuditAction;
use model::snapshot::{Environment, SnapshotIssuer, issuer_place};
use model::view::{IssuerView, NewIssuer};
use model::{Action, ErrorCode, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{AppRow, IssuerRow, StoreError};

use crate::failure::{from_json, stored};
use crate::identity::new_secret;
use crate::{Caller, Control};

const MAX_TEXT: usize = 300;
const MAX_KEYS: usize = 64 << 10;

/// What a form asks of a new issuer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerInput {
    pub environment: Environment,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` that its tokens must name.
    pub audience: String,
    /// A JSON Web Key Set, or empty.
    #[serde(default)]
    pub jwks: String,
    /// Where the set is fetched from, or empty. With neither, a shared secret is made.
    #[serde(default)]
    pub jwks_url: String,
    /// Parameters that a caller with such a token cannot choose.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
}

impl IssuerInput {
    fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        for (field, text) in [("issuer", &self.issuer), ("audience", &self.audience)] {
            if text.trim().is_empty() || text.len() > MAX_TEXT {
                errors.push(FieldError::new(field, format!("Enter between 1 and {MAX_TEXT} characters, exactly as in the tokens.")));
            }
        }
        if !self.jwks.is_empty() && !is_key_set(&self.jwks) {
            errors.push(FieldError::new("jwks", "Enter a JSON Web Key Set: {\"keys\": [{…}, …]}."));
        }
        if self.jwks_url.len() > MAX_TEXT {
            errors.push(FieldError::new("jwks_url", format!("At most {MAX_TEXT} characters.")));
        } else if !self.jwks_url.is_empty()
            && let Err(error) = address::check_secure(&self.jwks_url)
        {
            errors.push(FieldError::new("jwks_url", error.sentence));
        }
        if !self.jwks.is_empty() && !self.jwks_url.is_empty() {
            errors.push(FieldError::new("jwks_url", "Enter the keys or their address, not both."));
        }
        errors
    }
}

fn is_key_set(text: &str) -> bool {
    text.len() <= MAX_KEYS
        && serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|set| set["keys"].as_array().is_some_and(|keys| keys.iter().all(|key| key["kty"].is_string())))
}

impl Control {
    /// Lets tokens of an issuer stand for an app. Without keys of its own, a secret for HS256 is made and shown this once.
    ///
    /// # Errors
    /// Fields out of bounds; an address that gives no key set.
    pub async fn new_issuer(&self, caller: &Caller, domain: &str, app: &str, input: &IssuerInput) -> Result<NewIssuer, Problem> {
        let app = self.visible_app(caller, domain, app).await?;
        caller.authorise(Action::EditApp, domain)?;
        let errors = input.errors();
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let id = self.host.id();
        let own_keys = !input.jwks.is_empty() || !input.jwks_url.is_empty();
        let jwks = if input.jwks_url.is_empty() { input.jwks.clone() } else { self.fetched_keys(&input.jwks_url).await? };
        let secret = (!own_keys).then(|| new_secret(&*self.host));
        let row = IssuerRow {
            id: id.clone(),
            app_id: app.id.clone(),
            environment: input.environment.key().into(),
            issuer: input.issuer.trim().into(),
            audience: input.audience.trim().into(),
            secret: secret.as_ref().map_or(Ok(Vec::new()), |secret| self.seal_bytes(secret.as_bytes(), &issuer_place(&id)))?,
            jwks,
            jwks_url: input.jwks_url.clone(),
            fixed: serde_json::to_string(&input.fixed).map_err(|error| from_json(&error))?,
            created_by: caller.email().into(),
            created_at: self.host.now(),
        };
        let mut tx = self.write(caller).await?;
        tx.insert_issuer(&row).await?;
        self.note(&mut tx, AuditAction::IssuerMade, (domain, &format!("{domain}/{}", app.name)), None, Some(issuer_text(&row))).await?;
        self.commit(tx).await?;
        Ok(NewIssuer { id, secret })
    }

    /// Tokens of an issuer stand for the app no longer, at once.
    ///
    /// # Errors
    /// Where the app has no such issuer.
    pub async fn delete_issuer(&self, caller: &Caller, domain: &str, app: &str, id: &str) -> Result<(), Problem> {
        let app = self.visible_app(caller, domain, app).await?;
        caller.authorise(Action::EditApp, domain)?;
        let known = self.store.issuers().await?;
        let before = known.iter().find(|row| row.id == id && row.app_id == app.id).map(issuer_text);
        let mut tx = self.write(caller).await?;
        tx.delete_issuer(&app.id, id).await.map_err(|error| match error {
            StoreError::Stale => Problem::not_found("issuer"),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::IssuerRemoved, (domain, &format!("{domain}/{}", app.name)), before, None).await?;
        self.commit(tx).await
    }

    /// Fetches the key sets that have an address again, and writes those that have changed.
    ///
    /// # Errors
    /// For the program itself; where the metadata does not answer. A set that cannot be fetched stays as it is.
    pub async fn refresh_issuers(&self, caller: &Caller) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        for row in self.store.issuers().await? {
            if row.jwks_url.is_empty() {
                continue;
            }
            match self.fetched_keys(&row.jwks_url).await {
                Ok(keys) if keys != row.jwks => {
                    let mut tx = self.write(caller).await?;
                    tx.set_issuer_keys(&row.id, &keys).await?;
                    self.note(&mut tx, AuditAction::IssuerKeysChanged, ("", &row.issuer), None, None).await?;
                    self.commit(tx).await?;
                }
                Ok(_) => {}
                Err(problem) => tracing::warn!(issuer = row.issuer, "the keys could not be fetched: {problem}"),
            }
        }
        Ok(())
    }

    async fn fetched_keys(&self, url: &str) -> Result<String, Problem> {
        let text = self.ports.fetch.fetch(url, MAX_KEYS).await.map_err(|cause| {
            tracing::warn!(host = address::host_of(url), cause, "a key set could not be fetched");
            Problem::field("jwks_url", "The key set could not be fetched. Check the address, then try again.")
        })?;
        if is_key_set(&text) {
            return Ok(text);
        }
        Err(Problem::new(
            ErrorCode::Invalid,
            "The content at this address is not a JSON Web Key Set: {\"keys\": [{…}, …]}. Check the address.",
        ))
    }

    pub(super) fn issuers_of_app(app: &AppRow, issuers: &[IssuerRow]) -> Result<Vec<IssuerView>, Problem> {
        let view = |row: &IssuerRow| -> Result<IssuerView, Problem> {
            Ok(IssuerView {
                id: row.id.clone(),
                environment: row.decoded_environment()?,
                issuer: row.issuer.clone(),
                audience: row.audience.clone(),
                shared_secret: !row.secret.is_empty(),
                jwks_url: address::shown(&row.jwks_url),
                fixed: fixed_of(row)?,
                created_by: row.created_by.clone(),
                created_at: row.created_at,
            })
        };
        issuers.iter().filter(|row| row.app_id == app.id).map(view).collect()
    }

    pub(crate) async fn snapshot_issuers(&self, apps: &[AppRow]) -> Result<Vec<SnapshotIssuer>, Problem> {
        let issuers = self.store.issuers().await?;
        let of = |row: IssuerRow| {
            let app = apps.iter().find(|app| app.id == row.app_id)?;
            // An issuer that cannot be read is left out, and told in the log: without its fixed parameters its tokens would open more than
            // they may.
            let fixed = fixed_of(&row).ok()?;
            let environment = row.decoded_environment().map_err(Problem::from).ok()?;
            Some(SnapshotIssuer {
                id: row.id,
                app: format!("{}/{}", app.domain, app.name),
                app_id: row.app_id,
                environment,
                issuer: row.issuer,
                audience: row.audience,
                secret: row.secret,
                jwks: row.jwks,
                fixed,
            })
        };
        Ok(issuers.into_iter().filter_map(of).collect())
    }
}

/// An issuer as the audit log keeps it: whose tokens, proved by which keys, with what their bearers cannot choose. Never with its secret.
fn issuer_text(row: &IssuerRow) -> String {
    let keys = match (row.jwks_url.as_str(), row.jwks.as_str()) {
        ("", "") => "a shared secret".to_owned(),
        ("", _) => "given".to_owned(),
        (url, _) => format!("from {}", address::shown(url)),
    };
    format!("{} for {} in {}\nkeys: {keys}\nfixed: {}", row.issuer, row.audience, row.environment, row.fixed)
}

fn fixed_of(row: &IssuerRow) -> Result<BTreeMap<String, String>, Problem> {
    stored(&row.fixed, &format_args!("the fixed parameters of the issuer {}", row.issuer))
}

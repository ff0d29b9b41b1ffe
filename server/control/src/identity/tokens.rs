//! Personal tokens for `/admin/v1`: a person's own authority, without a browser.

use model::Problem;
use model::clock::DAY;
use model::view::{NewToken, TokenView};
use store::TokenRow;

use super::{can_be_secret, hash_secret, new_secret};
use crate::failure::from_store;
use crate::{Caller, Control};

const MAX_DAYS: i64 = 365;

impl Control {
    /// Who a token belongs to; `None` where it has expired or never was.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn caller_by_token(&self, secret: &str, request_id: &str) -> Result<Option<Caller>, Problem> {
        if !can_be_secret(secret) {
            return Ok(None);
        }
        let found = self.store.token_by_hash(&hash_secret(secret)).await.map_err(|error| from_store(&error))?;
        let now = self.host.now();
        match found.filter(|token| token.expires_at > now) {
            Some(token) => self.caller_of(&token.user_id, None, request_id).await,
            None => Ok(None),
        }
    }

    /// The caller's own tokens.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenView>, Problem> {
        let rows = self.store.tokens_of(&caller.user_id).await.map_err(|error| from_store(&error))?;
        Ok(rows
            .into_iter()
            .map(|row| TokenView { id: row.id, name: row.name, created_at: row.created_at, expires_at: row.expires_at })
            .collect())
    }

    /// Makes a token; its secret is shown this once.
    ///
    /// # Errors
    /// A name that is empty or too long, or days out of bounds.
    pub async fn new_token(&self, caller: &Caller, name: &str, days: i64) -> Result<NewToken, Problem> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Problem::field("name", "Say what the token is for, in at most 100 characters."));
        }
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(Problem::field("days", format!("Between 1 and {MAX_DAYS} days.")));
        }
        let now = self.host.now();
        let secret = format!("slt_{}", new_secret(&*self.host));
        let row = TokenRow {
            id: self.host.id(),
            hash: hash_secret(&secret),
            user_id: caller.user_id.clone(),
            name: name.to_owned(),
            created_at: now,
            expires_at: now + days * DAY,
        };
        let mut tx = self.write(caller).await?;
        tx.insert_token(&row).await.map_err(|error| from_store(&error))?;
        self.note(&mut tx, "token.made", ("", caller.email()), None, Some(name.to_owned())).await?;
        self.commit(tx).await?;
        Ok(NewToken { id: row.id, secret })
    }

    /// Revokes one of the caller's own tokens.
    ///
    /// # Errors
    /// Where there is no such token of theirs.
    pub async fn revoke_token(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        let mut tx = self.write(caller).await?;
        tx.delete_token(&caller.user_id, id).await.map_err(|_| Problem::not_found("token"))?;
        self.note(&mut tx, "token.revoked", ("", caller.email()), Some(id.to_owned()), None).await?;
        self.commit(tx).await
    }
}

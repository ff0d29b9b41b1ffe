//! Personal tokens for `/admin/v1`: a person's own authority, without a browser.

use model::audit::AuditAction;
use model::clock::DAY;
use model::view::{NewToken, TokenView};
use model::{ErrorCode, Problem, Scope};
use store::TokenRow;

use super::{can_be_secret, hash_secret, new_secret};
use crate::{Caller, Control};

/// The longest life of a personal token.
pub const MAX_TOKEN_DAYS: i64 = 365;

impl Control {
    /// Who a token belongs to; `None` where it has expired or never was.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn caller_by_token(&self, secret: &str, request_id: &str) -> Result<Option<Caller>, Problem> {
        if !can_be_secret(secret) {
            return Ok(None);
        }
        let found = self.store.token_by_hash(&hash_secret(secret)).await?;
        let now = self.host.now();
        match found.filter(|token| token.expires_at > now) {
            Some(token) => {
                let caller = self.caller_of(&token.user_id, None, request_id).await?;
                Ok(caller.map(|caller| caller.with_scopes(Scope::read_list(&token.scopes))))
            }
            None => Ok(None),
        }
    }

    /// The caller's own tokens.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn tokens(&self, caller: &Caller) -> Result<Vec<TokenView>, Problem> {
        let rows = self.store.tokens_of(&caller.user_id).await?;
        Ok(rows
            .into_iter()
            .map(|row| TokenView {
                scopes: Scope::read_list(&row.scopes),
                id: row.id,
                name: row.name,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
            .collect())
    }

    /// Makes a token; its secret is shown this once. Without `scopes`, the token has all that the caller has.
    ///
    /// # Errors
    /// A name that is empty or too long, days out of bounds, scopes that the asking token does not have itself.
    pub async fn new_token(&self, caller: &Caller, name: &str, days: i64, scopes: Option<&[Scope]>) -> Result<NewToken, Problem> {
        caller.require_scope(Scope::Write)?;
        let scopes = given_scopes(caller, scopes)?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Problem::field("name", "Enter what the token is for, in at most 100 characters."));
        }
        if !(1..=MAX_TOKEN_DAYS).contains(&days) {
            return Err(Problem::field("days", format!("Give between 1 and {MAX_TOKEN_DAYS} days.")));
        }
        let now = self.host.now();
        let secret = format!("slt_{}", new_secret(&*self.host));
        let row = TokenRow {
            id: self.host.id(),
            hash: hash_secret(&secret),
            user_id: caller.user_id.clone(),
            name: name.to_owned(),
            scopes: Scope::write_list(&scopes),
            created_at: now,
            expires_at: now + days * DAY,
        };
        let mut tx = self.write(caller).await?;
        tx.insert_token(&row).await?;
        self.note(&mut tx, AuditAction::TokenMade, ("", caller.email()), None, Some(format!("{name}: {}", row.scopes))).await?;
        self.commit(tx).await?;
        Ok(NewToken { id: row.id, secret })
    }

    /// Revokes one of the caller's own tokens.
    ///
    /// # Errors
    /// Where there is no such token of theirs.
    pub async fn revoke_token(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        caller.require_scope(Scope::Write)?;
        let mut tx = self.write(caller).await?;
        tx.delete_token(&caller.user_id, id).await.map_err(|_| Problem::not_found("token"))?;
        self.note(&mut tx, AuditAction::TokenRevoked, ("", caller.email()), Some(id.to_owned()), None).await?;
        self.commit(tx).await
    }
}

/// The scopes of a new token, each once, always with `read`.
fn given_scopes(caller: &Caller, scopes: Option<&[Scope]>) -> Result<Vec<Scope>, Problem> {
    let Some(scopes) = scopes else { return Ok(caller.scopes().to_vec()) };
    if let Some(scope) = scopes.iter().find(|scope| !caller.scopes().contains(scope)) {
        let detail = format!("A token cannot create a token with more scopes than its own. This token does not have {}.", scope.key());
        return Err(Problem::new(ErrorCode::Forbidden, detail));
    }
    let mut scopes = [&[Scope::Read][..], scopes].concat();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

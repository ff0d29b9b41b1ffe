//! Sessions: opaque, kept on the server, listed and revoked by their owner.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::clock::{DAY, MINUTE, Millis};
use model::view::SessionView;
use model::{ErrorCode, Problem, Role, Scope};
use store::UserRow;

use super::{can_be_secret, hash_secret};
use crate::{Caller, Control};

/// How long a session lasts.
pub const SESSION_LIFE: Millis = 14 * DAY;
/// How often its last use is written down.
const SEEN_EVERY: Millis = 5 * MINUTE;

/// What shows that a form is of a session, as no page ever carries it.
type FormToken = [u8; 32];

fn differing(one: FormToken, other: FormToken) -> FormToken {
    std::array::from_fn(|at| one[at] ^ other[at])
}

/// The token in what a form carries: a mask, and how the token differs from it.
fn unmasked(given: &str) -> Option<FormToken> {
    let bytes = URL_SAFE_NO_PAD.decode(given).ok()?;
    let (mask, masked) = bytes.split_first_chunk::<32>()?;
    Some(differing(*mask, masked.try_into().ok()?))
}

impl Control {
    /// Who a session's secret belongs to; `None` where it has ended or never was.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn caller_by_session(&self, secret: &str, request_id: &str) -> Result<Option<Caller>, Problem> {
        if !can_be_secret(secret) {
            return Ok(None);
        }
        let hash = hash_secret(secret);
        let found = self.store.session_by_hash(&hash).await?;
        let now = self.host.now();
        let Some(session) = found.filter(|session| session.expires_at > now) else { return Ok(None) };
        // On a full disk, whoever is signed in reads on: that is how they learn of it.
        if now - session.seen_at > SEEN_EVERY
            && let Err(error) = self.store.touch_session(&session.id, now).await
        {
            tracing::debug!(cause = %error, "the last use of a session cannot be written");
        }
        let caller = self.caller_of(&session.user_id, Some(session.id), request_id).await?;
        Ok(caller.map(|caller| caller.in_session(hash)))
    }

    pub(super) async fn caller_of(&self, user_id: &str, session_id: Option<String>, request_id: &str) -> Result<Option<Caller>, Problem> {
        let user = self.store.user(user_id).await?;
        let Some(user) = user.filter(|user| user.active != 0) else { return Ok(None) };
        let roles = self.roles_by_domain(&user).await?;
        let who = (user.id.clone(), user.email.clone(), user.is_admin != 0);
        Ok(Some(Caller::new(who, roles, session_id, request_id).reporting_to(self.refused.sender())))
    }

    async fn roles_by_domain(&self, user: &UserRow) -> Result<BTreeMap<String, Vec<Role>>, Problem> {
        let rows = self.store.roles_of(&user.id).await?;
        let mut roles: BTreeMap<String, Vec<Role>> = BTreeMap::new();
        for row in rows {
            // A role that a newer program has given lets nobody do anything here, and stays where it is stored.
            if let Some(role) = Role::from_key(&row.role) {
                roles.entry(row.domain).or_default().push(role);
            }
        }
        Ok(roles)
    }

    /// What the forms of the caller's session carry: made of the session under the master key, so that no other page can
    /// know it. It looks different each time, so that the length of a compressed page says nothing of it. Empty for callers
    /// without a session, who send no forms.
    #[must_use]
    pub fn form_token(&self, caller: &Caller) -> String {
        caller.session_hash.as_deref().map(|hash| self.masked_form_token(hash)).unwrap_or_default()
    }

    /// The same by the secret of a session, for pages that are drawn before it is known whose it is. Whoever has the secret has
    /// the session; of one that has ended, the token opens nothing.
    #[must_use]
    pub fn form_token_of(&self, secret: &str) -> String {
        self.masked_form_token(&hash_secret(secret))
    }

    fn form_token_of_hash(&self, hash: &str) -> FormToken {
        self.vault.derived(&format!("form token/{hash}"))
    }

    fn masked_form_token(&self, hash: &str) -> String {
        let mut mask = FormToken::default();
        self.host.fill_random(&mut mask);
        URL_SAFE_NO_PAD.encode([mask, differing(mask, self.form_token_of_hash(hash))].concat())
    }

    /// Lets by a form that was drawn for the session that sends it.
    ///
    /// # Errors
    /// `forbidden` for any other.
    pub fn check_form_token(&self, caller: &Caller, given: &str) -> Result<(), Problem> {
        let wanted = caller.session_hash.as_deref().map(|hash| self.form_token_of_hash(hash));
        // Hashes are compared: how early they differ says nothing of what was wanted.
        let hashed = |token: FormToken| hash_secret(&URL_SAFE_NO_PAD.encode(token));
        if wanted.zip(unmasked(given)).is_some_and(|(wanted, given)| hashed(wanted) == hashed(given)) {
            return Ok(());
        }
        Err(Problem::new(
            ErrorCode::Forbidden,
            "This form does not belong to your session. Load the page again, and submit the form again.",
        ))
    }

    /// The caller's own sessions, the last used first.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn sessions(&self, caller: &Caller) -> Result<Vec<SessionView>, Problem> {
        let rows = self.store.sessions_of(&caller.user_id).await?;
        Ok(rows
            .into_iter()
            .map(|row| SessionView {
                current: caller.session_id.as_deref() == Some(&row.id),
                id: row.id,
                agent: row.agent,
                created_at: row.created_at,
                seen_at: row.seen_at,
            })
            .collect())
    }

    /// Ends one of the caller's own sessions.
    ///
    /// # Errors
    /// Where there is no such session of theirs.
    pub async fn end_session(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        caller.require_scope(Scope::Write)?;
        match self.store.close_session(&caller.user_id, id).await? {
            true => Ok(()),
            false => Err(Problem::not_found("session")),
        }
    }

    /// Signs the caller out of the session that asks.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Problem> {
        if let Some(id) = &caller.session_id {
            self.store.close_session(&caller.user_id, id).await?;
        }
        Ok(())
    }
}

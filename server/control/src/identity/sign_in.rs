//! Signing in: by password, or as one of the demo's people.

use model::clock::{MINUTE, Millis};
use model::{ErrorCode, Problem};
use store::{SessionRow, UserRow};

use super::{SESSION_LIFE, hash_secret, new_secret, password};
use crate::failure::from_store;
use crate::{Control, Visitor};

/// After this many failures within the window, an address waits.
const MAX_FAILURES: i64 = 5;
const WINDOW: Millis = 15 * MINUTE;

/// A new session: the secret goes into the browser's cookie and is kept nowhere else.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub secret: String,
    pub expires_at: Millis,
}

impl Control {
    /// Opens a session for a person and their password.
    ///
    /// # Errors
    /// One sentence for a wrong address and a wrong password alike; `too-many-requests` after five failures.
    pub async fn sign_in(&self, visitor: &Visitor, email: &str, password: &str) -> Result<SignedIn, Problem> {
        let email = email.trim().to_lowercase();
        let now = self.host.now();
        let failures = self.store.failed_sign_ins(&email, now - WINDOW).await.map_err(|error| from_store(&error))?;
        if failures >= MAX_FAILURES {
            return Err(Problem::new(
                ErrorCode::TooManyRequests,
                "Too many failed tries for this address. Wait 15 minutes, or ask an admin for a new link.",
            ));
        }
        let user = self.store.user_by_email(&email).await.map_err(|error| from_store(&error))?;
        let active = user.filter(|user| user.active != 0);
        let hash = active.as_ref().and_then(|user| user.password_hash.clone());
        let right = password::matches(hash, password.to_owned()).await?;
        match active.filter(|_| right) {
            Some(user) => {
                self.store.forget_failed_sign_ins(&email).await.map_err(|error| from_store(&error))?;
                self.open_session(visitor, &user).await
            }
            None => {
                self.store.note_failed_sign_in(&email, now).await.map_err(|error| from_store(&error))?;
                Err(Problem::new(ErrorCode::Unauthenticated, "This address and password do not belong together. Check both."))
            }
        }
    }

    /// Opens a session as one of the demo's people, without a password.
    ///
    /// # Errors
    /// Outside the demo there is nobody of that kind.
    pub async fn sign_in_demo(&self, visitor: &Visitor, email: &str) -> Result<SignedIn, Problem> {
        let user = match self.settings.demo && email.ends_with("@demo") {
            true => self.store.user_by_email(email).await.map_err(|error| from_store(&error))?,
            false => None,
        };
        match user {
            Some(user) if user.active != 0 => self.open_session(visitor, &user).await,
            _ => Err(Problem::new(ErrorCode::Forbidden, "The demo's people can sign in to a demo alone.")),
        }
    }

    /// Whether the sign-in page offers the demo's people.
    #[must_use]
    pub fn demo_offered(&self, _visitor: &Visitor) -> bool {
        self.settings.demo
    }

    pub(super) async fn open_session(&self, visitor: &Visitor, user: &UserRow) -> Result<SignedIn, Problem> {
        let now = self.host.now();
        let secret = new_secret(&*self.host);
        let row = SessionRow {
            id: self.host.id(),
            hash: hash_secret(&secret),
            user_id: user.id.clone(),
            agent: visitor.agent.chars().take(200).collect(),
            created_at: now,
            seen_at: now,
            expires_at: now + SESSION_LIFE,
        };
        self.store.open_session(&row).await.map_err(|error| from_store(&error))?;
        tracing::info!(user = user.email, "somebody signed in");
        Ok(SignedIn { secret, expires_at: row.expires_at })
    }
}

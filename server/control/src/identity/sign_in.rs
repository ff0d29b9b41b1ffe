//! Signing in: by password, or as one of the demo's people. Bounds and limits come before anything that costs.

use model::audit::AuditAction;
use model::clock::{MINUTE, Millis};
use model::{ErrorCode, Problem};
use store::{Change, SessionRow, UserRow};

use super::{SESSION_LIFE, hash_secret, new_secret, password};
use crate::{Control, Visitor};

/// The longest e-mail address that there is.
pub(super) const MAX_EMAIL: usize = 254;

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
    /// One sentence for a wrong address and a wrong password alike; `too-many-requests` after too many failures of an
    /// address, or while too many people sign in at once.
    pub async fn sign_in(&self, visitor: &Visitor, email: &str, password: &str) -> Result<SignedIn, Problem> {
        if email.len() > MAX_EMAIL {
            return Err(Problem::field("email", format!("At most {MAX_EMAIL} characters.")));
        }
        password::check_size(password)?;
        let email = email.trim().to_lowercase();
        let attempt = self.attempts.reserve(visitor.address, &email, self.host.now()).map_err(|wait| {
            self.refusals.count();
            too_many(wait)
        })?;
        let checked = self.person_with(&email, password).await;
        match checked {
            Ok(Some(user)) => {
                self.attempts.succeeded(&attempt);
                self.open_session(visitor, &user, "by password").await
            }
            Ok(None) => {
                self.note_refusal(visitor, &email).await;
                Err(Problem::new(ErrorCode::Unauthenticated, "Email address or password is wrong. Check both."))
            }
            Err(problem) => {
                self.attempts.unchecked(&attempt);
                Err(problem)
            }
        }
    }

    /// The person with this e-mail and password; `None` where the two do not belong together.
    async fn person_with(&self, email: &str, password: &str) -> Result<Option<UserRow>, Problem> {
        let user = self.store.for_visitors().user_by_email(email).await?;
        let active = user.filter(|user| user.active != 0);
        let hash = active.as_ref().and_then(|user| user.password_hash.clone());
        let right = self.hasher.matches(hash, password.to_owned()).await?;
        Ok(active.filter(|_| right))
    }

    /// Opens a session as one of the demo's people, without a password.
    ///
    /// # Errors
    /// Outside the demo there is nobody of that kind.
    pub async fn sign_in_demo(&self, visitor: &Visitor, email: &str) -> Result<SignedIn, Problem> {
        let user = match self.settings.demo && email.len() <= MAX_EMAIL && email.ends_with("@demo") {
            true => self.store.for_visitors().user_by_email(email).await?,
            false => None,
        };
        match user {
            Some(user) if user.active != 0 => self.open_session(visitor, &user, "as a demo user").await,
            _ => Err(Problem::new(ErrorCode::Forbidden, "Demo users exist only in the demo. Start it with sluice demo.")),
        }
    }

    /// Whether the sign-in page offers the demo's people.
    #[must_use]
    pub fn demo_offered(&self, _visitor: &Visitor) -> bool {
        self.settings.demo
    }

    /// Opens a session and writes down how, in one transaction.
    pub(super) async fn open_session(&self, visitor: &Visitor, user: &UserRow, how: &str) -> Result<SignedIn, Problem> {
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
        let change = Change { actor: user.email.clone(), at: now, request_id: visitor.request_id.clone() };
        let mut tx = self.store.for_visitors().write(change).await?;
        tx.open_session(&row).await?;
        let after = format!("{how}, from {}", visitor.place());
        self.note(&mut tx, AuditAction::SessionOpened, ("", &user.email), None, Some(after)).await?;
        self.commit(tx).await?;
        tracing::info!(user = user.email, "somebody signed in");
        Ok(SignedIn { secret, expires_at: row.expires_at })
    }

    /// Writes a refused sign-in into the audit log, as far as that takes it. The refusal itself never waits for the log.
    async fn note_refusal(&self, visitor: &Visitor, email: &str) {
        let now = self.host.now();
        let Some(unlisted) = self.refusals.list(now) else { return };
        let before = if unlisted == 0 { String::new() } else { format!("; {unlisted} refusals before this one are not listed") };
        let after = format!("wrong email address or password, from {}{before}", visitor.place());
        let change = Change { actor: "visitor".into(), at: now, request_id: visitor.request_id.clone() };
        let written = async {
            let mut tx = self.store.for_visitors().write(change).await?;
            self.note(&mut tx, AuditAction::SessionRefused, ("", email), None, Some(after)).await?;
            self.commit(tx).await
        };
        if let Err(problem) = written.await {
            tracing::warn!(cause = %problem, "a refused sign-in could not be written into the audit log");
        }
    }
}

fn too_many(wait: Millis) -> Problem {
    let minutes = (wait + MINUTE - 1) / MINUTE;
    Problem::new(
        ErrorCode::TooManyRequests,
        format!("Too many failed sign-ins. Try again in {minutes} min, or ask an admin for a new invitation link."),
    )
}

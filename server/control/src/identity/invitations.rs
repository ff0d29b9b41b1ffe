//! One-time links: the first admin's, printed at the first start, and those that admins make for others.

use model::audit::AuditAction;
use model::clock::{DAY, Millis};
use model::view::NewLink;
use model::{Action, ErrorCode, Problem};
use store::{InvitationRow, UserRow};

use super::{SignedIn, can_be_secret, hash_secret, new_secret, password};
use crate::{Caller, Control, Visitor};

const LINK_LIFE: Millis = 3 * DAY;

impl Control {
    /// The link that makes the first admin; `None` once there is anybody.
    ///
    /// # Errors
    /// Only the program itself and admins may ask.
    pub async fn first_admin_link(&self, caller: &Caller) -> Result<Option<NewLink>, Problem> {
        caller.authorise(Action::Administer, "")?;
        let people = self.store.users().await?;
        if !people.is_empty() {
            return Ok(None);
        }
        self.new_link(caller, None).await.map(Some)
    }

    /// A link with which a person chooses a (new) password.
    ///
    /// # Errors
    /// For admins alone; the person must exist.
    pub async fn password_link(&self, caller: &Caller, user_id: &str) -> Result<NewLink, Problem> {
        caller.authorise(Action::Administer, "")?;
        let user = self.store.user(user_id).await?;
        let user = user.ok_or_else(|| Problem::not_found("person"))?;
        self.new_link(caller, Some(&user)).await
    }

    async fn new_link(&self, caller: &Caller, user: Option<&UserRow>) -> Result<NewLink, Problem> {
        let secret = new_secret(&*self.host);
        let now = self.host.now();
        let user_id = user.map(|user| user.id.clone());
        let row = InvitationRow { hash: hash_secret(&secret), user_id: user_id.clone(), created_at: now, expires_at: now + LINK_LIFE };
        let mut tx = self.write(caller).await?;
        tx.drop_invitations(user_id.as_deref()).await?;
        tx.insert_invitation(&row).await?;
        let subject = user.map_or("the first admin", |user| user.email.as_str());
        self.note(&mut tx, AuditAction::LinkMade, ("", subject), None, None).await?;
        self.commit(tx).await?;
        Ok(NewLink { path: format!("/join/{secret}"), expires_at: row.expires_at })
    }

    /// Whose link it is: an address, or an empty text for the first admin's. `None` where it has been used.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn link_owner(&self, _visitor: &Visitor, secret: &str) -> Result<Option<String>, Problem> {
        let Some(link) = self.open_link(secret).await? else { return Ok(None) };
        let Some(user_id) = link.user_id else { return Ok(Some(String::new())) };
        let user = self.store.for_visitors().user(&user_id).await?;
        Ok(user.map(|user| user.email))
    }

    async fn open_link(&self, secret: &str) -> Result<Option<InvitationRow>, Problem> {
        if !can_be_secret(secret) {
            return Ok(None);
        }
        let found = self.store.for_visitors().invitation(&hash_secret(secret)).await?;
        Ok(found.filter(|link| link.expires_at > self.host.now()))
    }

    /// Uses a link: sets the password (and makes the first admin), and signs in.
    ///
    /// # Errors
    /// A link that was used or is too old, an address that is none, a password that is too short.
    pub async fn join(&self, visitor: &Visitor, secret: &str, email: &str, new_password: &str) -> Result<SignedIn, Problem> {
        let gone = || Problem::new(ErrorCode::NotFound, "Invitation link invalid or expired. Ask an admin for a new link.");
        let link = self.open_link(secret).await?.ok_or_else(gone)?;
        password::check(new_password)?;
        let hash = self.hasher.hash(&*self.host, new_password.to_owned()).await?;
        let user = match &link.user_id {
            Some(id) => {
                let user = self.store.for_visitors().user(id).await?;
                user.filter(|user| user.active != 0).ok_or_else(gone)?
            }
            None => self.new_user_row(email, true)?,
        };
        let acting = Caller::new((user.id.clone(), user.email.clone(), true), Default::default(), None, &visitor.request_id);
        let mut tx = self.write(&acting).await?;
        tx.take_invitation(&link.hash).await.map_err(|_| gone())?;
        if link.user_id.is_none() {
            tx.insert_user(&user).await?;
        }
        tx.set_password(&user.id, &hash).await?;
        self.note(&mut tx, AuditAction::PersonJoined, ("", &user.email), None, None).await?;
        self.commit(tx).await?;
        self.attempts.forget(visitor.address, &user.email);
        self.open_session(visitor, &user, "by invitation link").await
    }
}

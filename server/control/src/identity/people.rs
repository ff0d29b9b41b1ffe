//! People and their roles, for admins and for the owners of domains.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::list::{ListPage, ListQuery};
use model::view::{Membership, NewLink, UserView};
use model::{Action, ErrorCode, Problem, Role};
use store::{MemberRow, Tx, UserRow};

use super::password;
use super::sign_in::MAX_EMAIL;
use crate::listing::Listing;
use crate::{Caller, Control};

/// How the list of people is searched, filtered and sorted.
const PEOPLE: Listing<UserRow> = Listing {
    texts: |user| vec![user.email.as_str()],
    orders: &[("person", |a, b| a.email.cmp(&b.email)), ("state", |a, b| standing(a).cmp(standing(b)))],
    filters: &[("state", |user, state| standing(user) == state), ("admin", |user, admin| (user.is_admin != 0) == (admin == "yes"))],
};

/// Whether somebody may sign in, and has done so once.
fn standing(user: &UserRow) -> &'static str {
    match (user.active != 0, user.password_hash.is_some()) {
        (false, _) => "deactivated",
        (true, false) => "invited",
        (true, true) => "active",
    }
}

fn user_views(users: Vec<UserRow>, members: &[MemberRow]) -> Result<Vec<UserView>, Problem> {
    let view = |user: UserRow| -> Result<UserView, Problem> {
        let mine: Vec<MemberRow> = members.iter().filter(|row| row.user_id == user.id).cloned().collect();
        Ok(UserView {
            roles: memberships(&mine, std::slice::from_ref(&user))?,
            id: user.id,
            email: user.email,
            is_admin: user.is_admin != 0,
            active: user.active != 0,
            joined: user.password_hash.is_some(),
        })
    };
    users.into_iter().map(view).collect()
}

impl Control {
    /// Everybody, with their roles.
    ///
    /// # Errors
    /// For admins alone.
    pub async fn people(&self, caller: &Caller) -> Result<Vec<UserView>, Problem> {
        caller.authorise(Action::Administer, "")?;
        let (users, members) = (self.store.users().await?, self.store.members().await?);
        user_views(users, &members)
    }

    /// One page of everybody.
    ///
    /// # Errors
    /// For admins alone.
    pub async fn list_people(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<UserView>, Problem> {
        caller.authorise(Action::Administer, "")?;
        let ListPage { rows, extent } = PEOPLE.page(self.store.users().await?, query);
        Ok(ListPage { rows: user_views(rows, &self.store.members().await?)?, extent })
    }

    /// Makes a person, and the link with which they choose a password.
    ///
    /// # Errors
    /// For admins alone; an address that is none, or is taken.
    pub async fn new_person(&self, caller: &Caller, email: &str, is_admin: bool) -> Result<NewLink, Problem> {
        caller.authorise(Action::Administer, "")?;
        let user = self.new_user_row(email, is_admin)?;
        let mut tx = self.write(caller).await?;
        tx.insert_user(&user).await.map_err(|error| match error {
            store::StoreError::Taken => Problem::field("email", "A person with this email address already exists."),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::PersonMade, ("", &user.email), None, Some(format!("admin: {is_admin}"))).await?;
        self.commit(tx).await?;
        self.password_link(caller, &user.id).await
    }

    pub(super) fn new_user_row(&self, email: &str, is_admin: bool) -> Result<UserRow, Problem> {
        let email = email.trim().to_lowercase();
        let parts: Vec<&str> = email.split('@').collect();
        let plain = |part: &&str| !part.is_empty() && !part.contains(char::is_whitespace);
        if parts.len() != 2 || !parts.iter().all(plain) || email.len() > MAX_EMAIL {
            return Err(Problem::field("email", "Enter an email address, such as name@company.example."));
        }
        Ok(UserRow { id: self.host.id(), email, password_hash: None, is_admin: is_admin.into(), active: 1, created_at: self.host.now() })
    }

    /// Sets whether a person is an admin, and whether they may sign in at all. Nobody locks themselves out. A change
    /// ends the person's sessions, tokens and links: what was stolen under the old rights is worth nothing under the new ones.
    ///
    /// # Errors
    /// For admins alone.
    pub async fn set_person(&self, caller: &Caller, user_id: &str, is_admin: bool, active: bool) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let user = self.store.user(user_id).await?;
        let user = user.ok_or_else(|| Problem::not_found("person"))?;
        if user.id == caller.user_id && !(is_admin && active) {
            return Err(Problem::new(ErrorCode::Conflict, "You cannot remove your own rights. Ask another admin."));
        }
        let words = |admin: bool, active: bool| Some(format!("admin: {admin}, active: {active}"));
        let mut tx = self.write(caller).await?;
        tx.set_user_state(user_id, is_admin, active).await?;
        let before = words(user.is_admin != 0, user.active != 0);
        let changed = before != words(is_admin, active);
        self.note(&mut tx, AuditAction::PersonSet, ("", &user.email), before, words(is_admin, active)).await?;
        if changed {
            self.end_access(&mut tx, "", &user, "the person's state changed").await?;
            tx.drop_invitations(Some(user_id)).await?;
        }
        self.commit(tx).await
    }

    /// Sets the roles of a person, by address, in a domain; none takes them out of it. A change is in force at the next
    /// request, because sessions and tokens hold no rights of their own. It also ends the person's sessions and tokens
    /// where the caller answers for all that these may do, see `answers_for_all`.
    ///
    /// # Errors
    /// For the domain's owners and admins.
    pub async fn set_roles(&self, caller: &Caller, domain: &str, email: &str, roles: &[Role]) -> Result<(), Problem> {
        caller.authorise(Action::EditMembers, domain)?;
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::not_found(format!("domain {domain}")))?;
        let user = self.store.user_by_email(&email.trim().to_lowercase()).await?;
        let user =
            user.ok_or_else(|| Problem::field("email", "No person has this email address. An admin has to add the person first."))?;
        let held = self.store.roles_of(&user.id).await?;
        // All of them are replaced: one that cannot be read must not be lost.
        let mut before = held.iter().filter(|row| row.domain == domain).map(role_of).collect::<Result<Vec<Role>, Problem>>()?;
        before.sort_unstable();
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        roles.dedup();
        let ends = before != roles && answers_for_all(caller, domain, &user, &held);
        let [before, keys] = [&before, &roles].map(|roles| roles.iter().map(|role| role.key()).collect::<Vec<&str>>());
        let mut tx = self.write(caller).await?;
        tx.set_roles(&user.id, domain, &keys).await?;
        let (before, after) = (before.join(", "), keys.join(", "));
        self.note(&mut tx, AuditAction::RolesSet, (domain, &user.email), Some(before), Some(after)).await?;
        if ends {
            self.end_access(&mut tx, domain, &user, "the roles in this domain changed").await?;
        }
        self.commit(tx).await
    }

    /// Ends every session and token of a person, and writes down who did so and why.
    async fn end_access(&self, tx: &mut Tx, domain: &str, user: &UserRow, why: &str) -> Result<(), Problem> {
        tx.end_access(&user.id).await?;
        let after = format!("Every session and token ended, because {why}.");
        self.note(tx, AuditAction::PersonAccessEnded, (domain, &user.email), None, Some(after)).await
    }

    /// Sets a password, for the command line and the demo; people choose theirs with a link.
    ///
    /// # Errors
    /// For the program itself and admins.
    pub async fn set_password(&self, caller: &Caller, email: &str, new_password: &str) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        password::check(new_password)?;
        let user = self.store.user_by_email(email).await?;
        let user = user.ok_or_else(|| Problem::not_found("person"))?;
        let hash = self.hasher.hash(&*self.host, new_password.to_owned()).await?;
        let mut tx = self.write(caller).await?;
        tx.set_password(&user.id, &hash).await?;
        self.note(&mut tx, AuditAction::PasswordSet, ("", &user.email), None, None).await?;
        self.commit(tx).await
    }
}

/// Whether the caller answers for everything that a person may do: an admin does, and an owner of the only domain that the
/// person has a role in. The owner of one domain must not sign people out of the others, time and again.
fn answers_for_all(caller: &Caller, domain: &str, user: &UserRow, held: &[MemberRow]) -> bool {
    let only_here = user.is_admin == 0 && !held.is_empty() && held.iter().all(|row| row.domain == domain);
    caller.is_admin() || only_here
}

/// Rows as memberships, one for each person and domain.
///
/// # Errors
/// A role that this program does not know.
pub(super) fn memberships(rows: &[MemberRow], users: &[UserRow]) -> Result<Vec<Membership>, Problem> {
    let mut grouped: BTreeMap<(String, String), Vec<Role>> = BTreeMap::new();
    for row in rows {
        grouped.entry((row.domain.clone(), row.user_id.clone())).or_default().push(role_of(row)?);
    }
    let memberships = grouped
        .into_iter()
        .filter_map(|((domain, user_id), mut roles)| {
            let user = users.iter().find(|user| user.id == user_id)?;
            roles.sort_unstable();
            Some(Membership { user_id, email: user.email.clone(), domain, roles })
        })
        .collect();
    Ok(memberships)
}

fn role_of(row: &MemberRow) -> Result<Role, Problem> {
    Ok(row.decoded_role()?)
}

//! Who asks, and what they may do. Authority is a parameter of every use case, so it cannot be forgotten.

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::{Action, ErrorCode, Problem, Role, Scope};
use tokio::sync::mpsc;

use crate::refused::RefusedRequest;

/// The longest name of a domain that is reported: what was sent in its place may be anything.
const MAX_DOMAIN: usize = 63;

/// Somebody who is signed in, for the length of one request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub(crate) user_id: String,
    email: String,
    is_admin: bool,
    roles: BTreeMap<String, Vec<Role>>,
    pub(crate) session_id: Option<String>,
    /// The hash of the session's secret, of which the token of its forms is made.
    pub(crate) session_hash: Option<String>,
    /// What a token may do of what its person may; all of them for a session and for the program itself.
    scopes: Vec<Scope>,
    /// Where refusals are reported; nowhere for the program itself.
    refusals: Option<mpsc::Sender<RefusedRequest>>,
    request_id: String,
}

/// Somebody who is not signed in: the sign-in page's visitor.
#[derive(Debug, Clone, Default)]
pub struct Visitor {
    pub request_id: String,
    /// The browser, as it names itself; shown in the list of sessions.
    pub agent: String,
    /// The other end of the connection. `None` is this process itself.
    pub address: Option<IpAddr>,
}

impl Visitor {
    /// Where the visitor is, as the audit log names it.
    pub(crate) fn place(&self) -> String {
        self.address.map_or_else(|| "this process".to_owned(), |address| address.to_canonical().to_string())
    }
}

impl Caller {
    pub(crate) fn new(
        (user_id, email, is_admin): (String, String, bool),
        roles: BTreeMap<String, Vec<Role>>,
        session_id: Option<String>,
        request_id: &str,
    ) -> Self {
        let (scopes, request_id) = (Scope::ALL.to_vec(), request_id.to_owned());
        Self { user_id, email, is_admin, roles, session_id, session_hash: None, scopes, refusals: None, request_id }
    }

    /// The same person, whose refusals are reported.
    pub(crate) fn reporting_to(mut self, refusals: mpsc::Sender<RefusedRequest>) -> Self {
        self.refusals = Some(refusals);
        self
    }

    /// The same person in the session of this hash.
    pub(crate) fn in_session(mut self, hash: String) -> Self {
        self.session_hash = Some(hash);
        self
    }

    /// Reports a refusal, where there is room for it: the refusal itself waits for nothing.
    fn report(&self, action: Action, domain: &str) {
        if let Some(refusals) = &self.refusals {
            let domain = domain.chars().take(MAX_DOMAIN).collect();
            let (email, request_id) = (self.email.clone(), self.request_id.clone());
            let _ = refusals.try_send(RefusedRequest { email, action, domain, request_id });
        }
    }

    /// The same person with a token of these scopes.
    pub(crate) fn with_scopes(mut self, scopes: Vec<Scope>) -> Self {
        self.scopes = scopes;
        self
    }

    pub(crate) fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Every token may read, so that what it may change can be found.
    fn has_scope(&self, scope: Scope) -> bool {
        scope == Scope::Read || self.scopes.contains(&scope)
    }

    /// Lets by what is of no domain: a person's own tokens and sessions.
    pub(crate) fn require_scope(&self, scope: Scope) -> Result<(), Problem> {
        if self.has_scope(scope) { Ok(()) } else { Err(scope_missing(scope)) }
    }

    /// The program itself, for what it does by its own at start and in the background.
    #[must_use]
    pub fn system() -> Self {
        Self::new((String::new(), "sluice".into(), true), BTreeMap::new(), None, "")
    }

    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.is_admin
    }

    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    #[must_use]
    pub fn roles(&self) -> &BTreeMap<String, Vec<Role>> {
        &self.roles
    }

    #[must_use]
    pub fn can(&self, action: Action, domain: &str) -> bool {
        self.has_scope(Scope::of(action)) && self.has_role(action, domain)
    }

    fn has_role(&self, action: Action, domain: &str) -> bool {
        self.is_admin || self.roles.get(domain).is_some_and(|roles| roles.iter().any(|role| action.allowed_to(*role)))
    }

    /// Whether the caller may do something in any domain at all.
    #[must_use]
    pub fn can_anywhere(&self, action: Action) -> bool {
        let anywhere = self.is_admin || self.roles.keys().any(|domain| self.has_role(action, domain));
        self.has_scope(Scope::of(action)) && anywhere
    }

    /// Lets an action by, or says who could do it. A domain that the caller may not even see does not exist for them.
    ///
    /// # Errors
    /// `not-found` for a foreign domain, `forbidden` for a role or a token's scope that is missing.
    pub fn authorise(&self, action: Action, domain: &str) -> Result<(), Problem> {
        if self.can(action, domain) {
            return Ok(());
        }
        self.report(action, domain);
        if action != Action::Administer && !self.can(Action::See, domain) {
            return Err(Problem::not_found(format!("domain {domain}")));
        }
        if self.has_role(action, domain) {
            return Err(scope_missing(Scope::of(action)));
        }
        let who: Vec<&str> = action.roles().iter().map(|role| role.key()).collect();
        let who = if who.is_empty() { "an admin".to_owned() } else { format!("{} or an admin", with_article(&who)) };
        let place = if domain.is_empty() { String::new() } else { format!(" in {domain}") };
        Err(Problem::new(ErrorCode::Forbidden, format!("You may not {}{place}. Ask {who}.", action.words())))
    }
}

fn scope_missing(scope: Scope) -> Problem {
    let detail = format!("This token does not have the scope {0}. Make a token with {0} under your account.", scope.key());
    Problem::new(ErrorCode::Forbidden, detail)
}

fn with_article(roles: &[&str]) -> String {
    let named: Vec<String> =
        roles.iter().map(|role| if role.starts_with(['a', 'o']) { format!("an {role}") } else { format!("a {role}") }).collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> Caller {
        let roles = BTreeMap::from([("travel".to_owned(), vec![Role::Builder])]);
        Caller::new(("1".into(), "b@demo".into(), false), roles, None, "r")
    }

    #[test]
    fn a_foreign_domain_does_not_exist_and_a_missing_role_is_said() {
        assert!(builder().authorise(Action::EditApi, "travel").is_ok());
        assert_eq!(builder().authorise(Action::See, "finance").unwrap_err().code, ErrorCode::NotFound);
        let refused = builder().authorise(Action::Decide, "travel").unwrap_err();
        assert_eq!(refused.detail, "You may not approve or reject requests in travel. Ask an approver or an admin.");
        assert_eq!(builder().authorise(Action::Administer, "").unwrap_err().code, ErrorCode::Forbidden);
    }

    #[test]
    fn a_token_does_no_more_than_its_scopes_whatever_its_person_may() {
        let reader = builder().with_scopes(vec![Scope::Read]);
        assert!(reader.authorise(Action::See, "travel").is_ok() && !reader.can_anywhere(Action::EditApi));
        let refused = reader.authorise(Action::EditApi, "travel").unwrap_err();
        assert_eq!(refused.detail, "This token does not have the scope write. Make a token with write under your account.");
        assert_eq!(reader.authorise(Action::EditApi, "finance").unwrap_err().code, ErrorCode::NotFound);
        let admin = Caller::system().with_scopes(vec![Scope::Read, Scope::Write]);
        assert_eq!(admin.authorise(Action::Administer, "").unwrap_err().code, ErrorCode::Forbidden);
        assert!(admin.authorise(Action::EditApi, "travel").is_ok());
    }
}

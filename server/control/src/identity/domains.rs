//! Domains: lines of business, each with its own people, sources, APIs and apps.

use model::audit::AuditAction;
use model::name::check_name;
use model::view::DomainView;
use model::{Action, FieldError, Problem};
use store::DomainRow;

use super::people::memberships;
use crate::{Caller, Control};

impl Control {
    /// The domains that the caller may see, with their people.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn domains(&self, caller: &Caller) -> Result<Vec<DomainView>, Problem> {
        let domains = self.store.domains().await?;
        let users = self.store.users().await?;
        let members = self.store.members().await?;
        let members = memberships(&members, &users)?;
        Ok(domains
            .into_iter()
            .filter(|domain| caller.can(Action::See, &domain.name))
            .map(|domain| DomainView {
                members: members.iter().filter(|member| member.domain == domain.name).cloned().collect(),
                name: domain.name,
                title: domain.title,
            })
            .collect())
    }

    /// Makes a domain.
    ///
    /// # Errors
    /// For admins alone; a name that may not be used, or is.
    pub async fn new_domain(&self, caller: &Caller, name: &str, title: &str) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let mut errors = Vec::new();
        if let Err(message) = check_name(name) {
            errors.push(FieldError::new("name", message));
        }
        if title.chars().count() > 100 {
            errors.push(FieldError::new("title", "At most 100 characters."));
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let row = DomainRow { name: name.into(), title: title.trim().into(), created_at: self.host.now() };
        let mut tx = self.write(caller).await?;
        tx.insert_domain(&row).await.map_err(|error| match error {
            store::StoreError::Taken => Problem::field("name", "A domain with this name already exists. Choose another name."),
            other => Problem::from(other),
        })?;
        self.note(&mut tx, AuditAction::DomainMade, (name, name), None, Some(row.title)).await?;
        self.commit(tx).await
    }

    /// Renames what people read; the name in addresses stays.
    ///
    /// # Errors
    /// For admins alone.
    pub async fn set_domain_title(&self, caller: &Caller, name: &str, title: &str) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        if title.chars().count() > 100 {
            return Err(Problem::field("title", "At most 100 characters."));
        }
        let before = self.store.domain(name).await?;
        let before = before.ok_or_else(|| Problem::not_found(format!("domain {name}")))?;
        let mut tx = self.write(caller).await?;
        tx.set_domain_title(name, title.trim()).await?;
        self.note(&mut tx, AuditAction::DomainRenamed, (name, name), Some(before.title), Some(title.trim().to_owned())).await?;
        self.commit(tx).await
    }
}

//! What rules, objectives and maintenance windows share: they are named definitions of a domain.

use model::alert::{NotificationPolicy, Selector};
use model::audit::AuditAction;
use model::name::check_name;
use model::view::SubjectKind;
use model::{Action, FieldError, Problem};
use observe::SeriesKind;
use store::{AlertDefinitionKind, AlertDefinitionRow, StoreError, Tx};

use crate::{Caller, Control};

/// A definition as it was sent.
pub(crate) struct Sent<'a> {
    pub(crate) kind: AlertDefinitionKind,
    pub(crate) domain: &'a str,
    pub(crate) name: &'a str,
    /// As JSON.
    pub(crate) definition: String,
    /// The edit that was seen; nothing for a new one.
    pub(crate) edit: Option<i64>,
}

/// How a kind is called, and what the audit log says of it.
fn words(kind: AlertDefinitionKind) -> (&'static str, AuditAction, AuditAction) {
    match kind {
        AlertDefinitionKind::Rule => ("alert rule", AuditAction::AlertRuleSet, AuditAction::AlertRuleDeleted),
        AlertDefinitionKind::Objective => ("objective", AuditAction::ObjectiveSet, AuditAction::ObjectiveDeleted),
        AlertDefinitionKind::Window => ("maintenance window", AuditAction::MaintenanceSet, AuditAction::MaintenanceDeleted),
    }
}

impl Control {
    /// Those of a kind that the caller may see.
    pub(crate) async fn visible_definitions(&self, caller: &Caller, kind: AlertDefinitionKind) -> Result<Vec<AlertDefinitionRow>, Problem> {
        let all = self.store.alert_definitions(kind).await?;
        Ok(all.into_iter().filter(|row| caller.can(Action::See, &row.domain)).collect())
    }

    /// Makes a definition, or changes the one that was seen. Whoever calls has authorised and checked it.
    pub(super) async fn save_definition(&self, caller: &Caller, sent: Sent<'_>) -> Result<(), Problem> {
        self.check_place(sent.domain, sent.name).await?;
        let mut tx = self.write(caller).await?;
        self.write_definition(&mut tx, caller, sent).await?;
        self.commit(tx).await
    }

    /// A name that may be used, in a domain that there is.
    pub(crate) async fn check_place(&self, domain: &str, name: &str) -> Result<(), Problem> {
        check_name(name).map_err(|message| Problem::field("name", message))?;
        let there = self.store.domain(domain).await?;
        there.map(drop).ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))
    }

    pub(crate) async fn write_definition(&self, tx: &mut Tx, caller: &Caller, sent: Sent<'_>) -> Result<(), Problem> {
        let (word, set, _) = words(sent.kind);
        let before = self.store.alert_definition(sent.kind, (sent.domain, sent.name)).await?;
        let mut row = AlertDefinitionRow {
            id: self.host.id(),
            kind: sent.kind.key().into(),
            domain: sent.domain.into(),
            name: sent.name.into(),
            definition: sent.definition,
            edit: 1,
            updated_by: caller.email().into(),
            updated_at: self.host.now(),
        };
        match (&before, sent.edit) {
            (Some(before), Some(edit)) => {
                (row.id, row.edit) = (before.id.clone(), edit);
                tx.change_alert_definition(&row).await?;
            }
            (None, Some(_)) => return Err(Problem::not_found(format!("{word} {}/{}", sent.domain, sent.name))),
            (_, None) => tx.insert_alert_definition(&row).await.map_err(|error| match error {
                StoreError::Taken => {
                    let message = format!("This name is taken by another {word} of the domain {}. Choose another name.", sent.domain);
                    Problem::field("name", message)
                }
                other => Problem::from(other),
            })?,
        }
        let subject = format!("{}/{}", row.domain, row.name);
        self.note(tx, set, (&row.domain, &subject), before.map(|before| before.definition), Some(row.definition.clone())).await
    }

    /// Deletes a definition. Its alerts end at the next evaluation.
    pub(super) async fn delete_definition(
        &self,
        caller: &Caller,
        kind: AlertDefinitionKind,
        (domain, name): (&str, &str),
    ) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        let (word, _, deleted) = words(kind);
        let row = self.store.alert_definition(kind, (domain, name)).await?;
        let row = row.ok_or_else(|| Problem::not_found(format!("{word} {domain}/{name}")))?;
        let mut tx = self.write(caller).await?;
        tx.delete_alert_definition(&row.id).await?;
        self.note(&mut tx, deleted, (domain, &format!("{domain}/{name}")), Some(row.definition), None).await?;
        self.commit(tx).await
    }

    /// What of a policy and an object a form cannot know to be wrong: receivers and objects that are not there.
    pub(crate) async fn missing(&self, domain: &str, policy: &NotificationPolicy, watch: &Selector) -> Result<Vec<FieldError>, Problem> {
        let mut errors = Vec::new();
        let receivers = self.store.receivers().await?;
        for (index, name) in policy.receivers.iter().enumerate() {
            if !receivers.iter().any(|row| row.domain == domain && row.name == *name) {
                let message = format!("Domain {domain} has no receiver {name}. Create the receiver first.");
                errors.push(FieldError::new(format!("notify.receivers.{index}"), message));
            }
        }
        if let Some(path) = &watch.path
            && !self.is_there(domain, watch.kind, path).await?
        {
            errors.push(FieldError::new("path", format!("There is no {} {path}. Choose another one.", watch.kind.key())));
        }
        Ok(errors)
    }

    async fn is_there(&self, domain: &str, kind: SubjectKind, path: &str) -> Result<bool, Problem> {
        let name = path.split_once('/').map_or(path, |(_, name)| name);
        Ok(match kind {
            SubjectKind::Api => self.store.api(domain, name).await?.is_some(),
            SubjectKind::Dataset | SubjectKind::Job => self.store.dataset(domain, name).await?.is_some(),
            SubjectKind::Source => self.store.source(path).await?.is_some_and(|source| source.domain == domain),
            SubjectKind::Compartment => model::snapshot::Priority::ALL.into_iter().any(|priority| priority.key() == name),
            SubjectKind::App => self.store.app(domain, name).await?.is_some(),
            SubjectKind::Node => self.figures.known(SeriesKind::Node).await?.iter().any(|(series, _)| series.object == path),
            SubjectKind::Domain => path == domain,
            SubjectKind::AppApi => false,
        })
    }
}

//! Alert rules, objectives, maintenance windows and receivers as documents.

use model::alert::{NotificationPolicy, Selector};
use model::document::Document;
use model::{FieldError, Problem};
use serde::Serialize;
use store::{AlertDefinitionKind, AlertDefinitionRow};

use super::apply::{PlannedChange, Work, at};
use super::planned_alert::PlannedAlert;
use crate::alerts::{ReceiverInput, Sent};
use crate::failure::from_json;
use crate::{Caller, Control};

/// A document of an alert as it is checked: its place, and who it tells of what.
struct Checked<'a> {
    kind: AlertDefinitionKind,
    place: (&'a str, &'a str),
    errors: Vec<FieldError>,
    tells: Option<(&'a NotificationPolicy, Selector)>,
}

impl Control {
    pub(super) async fn plan_alerts(&self, documents: &[Document], work: &mut Work) -> Result<(), Problem> {
        for (index, document) in documents.iter().enumerate() {
            let placed = |problem| at(index, problem);
            let planned = match document {
                Document::Source(_) | Document::Dataset(_) | Document::Api(_) => continue,
                Document::Receiver(of) => {
                    let input = ReceiverInput { edit: None, channel: of.channel.clone(), new_secret: false };
                    self.plan_receiver((&of.domain, &of.name), input).await.map_err(placed)?
                }
                Document::AlertRule(of) => {
                    let (kind, place) = (AlertDefinitionKind::Rule, (of.domain.as_str(), of.name.as_str()));
                    let tells = Some((&of.rule.notify, of.rule.watch.clone()));
                    let checked = Checked { kind, place, errors: of.rule.errors(&of.domain), tells };
                    self.plan_definition(&checked, &of.rule, documents).await.map_err(placed)?
                }
                Document::Objective(of) => {
                    let (kind, place) = (AlertDefinitionKind::Objective, (of.domain.as_str(), of.name.as_str()));
                    let tells = Some((&of.objective.notify, Selector::one(&of.objective.subject)));
                    let checked = Checked { kind, place, errors: of.objective.errors(&of.domain), tells };
                    self.plan_definition(&checked, &of.objective, documents).await.map_err(placed)?
                }
                Document::MaintenanceWindow(of) => {
                    let (kind, place) = (AlertDefinitionKind::Window, (of.domain.as_str(), of.name.as_str()));
                    let checked = Checked { kind, place, errors: self.window_errors(&of.window), tells: None };
                    self.plan_definition(&checked, &of.window, documents).await.map_err(placed)?
                }
            };
            let effect = match &planned {
                None => "keep",
                Some(PlannedAlert::Definition { edit: None, .. } | PlannedAlert::Receiver { before: None, .. }) => "make",
                Some(_) => "change",
            };
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            work.alerts.extend(planned);
        }
        Ok(())
    }

    /// Nothing where the definition is the same already.
    async fn plan_definition(
        &self,
        checked: &Checked<'_>,
        definition: &impl Serialize,
        documents: &[Document],
    ) -> Result<Option<PlannedAlert>, Problem> {
        let (domain, name) = checked.place;
        let mut errors = checked.errors.clone();
        if let (true, Some((policy, watch))) = (errors.is_empty(), &checked.tells) {
            errors.extend(self.missing_beside((domain, policy, watch), documents).await?);
        }
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        self.check_place(domain, name).await?;
        let text = serde_json::to_string(definition).map_err(|error| from_json(&error))?;
        let known: Option<AlertDefinitionRow> = self.store.alert_definition(checked.kind, (domain, name)).await?;
        if known.as_ref().is_some_and(|row| row.definition == text) {
            return Ok(None);
        }
        let (place, edit) = ((domain.to_owned(), name.to_owned()), known.map(|row| row.edit));
        Ok(Some(PlannedAlert::Definition { kind: checked.kind, place, definition: text, edit }))
    }

    async fn plan_receiver(&self, (domain, name): (&str, &str), input: ReceiverInput) -> Result<Option<PlannedAlert>, Problem> {
        let before = self.store.receiver(domain, name).await?;
        if let Some(row) = &before
            && row.decoded()? == input.channel
        {
            return Ok(None);
        }
        self.check_place(domain, name).await?;
        Self::refuse_channel(&input.channel)?;
        let input = ReceiverInput { edit: before.as_ref().map(|row| row.edit), ..input };
        Ok(Some(PlannedAlert::Receiver { place: (domain.to_owned(), name.to_owned()), input, before }))
    }

    /// Receivers and objects that are neither there nor among the documents.
    async fn missing_beside(
        &self,
        (domain, policy, watch): (&str, &NotificationPolicy, &Selector),
        documents: &[Document],
    ) -> Result<Vec<FieldError>, Problem> {
        let is_made = |name: &String| {
            documents.iter().any(|document| matches!(document, Document::Receiver(of) if of.domain == domain && of.name == *name))
        };
        let receivers = policy.receivers.iter().filter(|name| !is_made(name)).cloned().collect();
        let policy = NotificationPolicy { receivers, ..policy.clone() };
        let is_planned = watch.path.as_ref().is_some_and(|path| {
            documents.iter().any(|document| match document {
                Document::Source(of) => of.name == *path,
                Document::Dataset(of) => format!("{}/{}", of.domain, of.name) == *path,
                Document::Api(of) => format!("{}/{}", of.domain, of.name) == *path,
                _ => false,
            })
        });
        let watch = if is_planned { Selector::all(watch.kind, watch.environment) } else { watch.clone() };
        self.missing(domain, &policy, &watch).await
    }

    pub(super) async fn write_planned_alert(&self, tx: &mut store::Tx, caller: &Caller, planned: PlannedAlert) -> Result<(), Problem> {
        match planned {
            PlannedAlert::Definition { kind, place, definition, edit } => {
                let sent = Sent { kind, domain: &place.0, name: &place.1, definition, edit };
                self.write_definition(tx, caller, sent).await
            }
            PlannedAlert::Receiver { place, input, before } => {
                // The secret of a new webhook is not shown here: its owner makes another one.
                self.write_receiver(tx, caller, (&place.0, &place.1), (&input, before)).await.map(drop)
            }
        }
    }
}

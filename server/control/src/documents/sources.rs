//! Sources as documents: made or changed, with what they bear of all runs together.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::document::{Document, SourceDocument};
use model::load_limits::SourceLoad;
use model::snapshot::Environment;
use model::view::RequestKind;
use model::{Action, ErrorCode, FieldError, Problem};
use store::SourceRow;

use super::apply::{PlannedChange, Work, at};
use crate::failure::{from_json, settings};
use crate::sources::{BindingInput, PreparedSource, Resolved, SourceInput, load_errors, load_query_error};
use crate::{Caller, Control};

impl Control {
    pub(super) async fn plan_sources(&self, caller: &Caller, documents: &[Document]) -> Result<Work, Problem> {
        let mut work = Work::default();
        for (index, document) in documents.iter().enumerate() {
            let Document::Source(source) = document else { continue };
            let known = self.store.source(&source.name).await?;
            let input = source_input(source, known.as_ref().map(|row| row.edit));
            let unchanged = match &known {
                Some(row) if caller.can(Action::See, &row.domain) => {
                    let bindings = self.store.bindings_of(&row.id).await?;
                    let view = self.source_view(row, &bindings, SourceLoad::default())?;
                    let waiting = self.waiting_settings(row).await?;
                    let same = |(environment, binding): (&Environment, &BindingInput)| {
                        let is_asked = *environment == Environment::Prod && waiting.as_ref() == Some(&binding.config);
                        binding.secrets.values().all(String::is_empty)
                            && (is_asked || view.bindings.get(environment).is_some_and(|known| known.config == binding.config))
                    };
                    row.domain == input.domain
                        && view.about == input.about
                        && view.driver == input.driver
                        && input.bindings.iter().all(same)
                }
                _ => false,
            };
            let mut effect = match (unchanged, &known) {
                (true, _) => "keep",
                (false, Some(_)) => "change",
                (false, None) => "make",
            };
            if !unchanged {
                let mut prepared = self.prepare_source(caller, &input).await.map_err(|problem| at(index, problem))?;
                self.hold_back(&mut prepared).await.map_err(|problem| at(index, problem))?;
                if prepared.held.is_some() {
                    effect = "send for review";
                }
                if documents.iter().any(|document| asks(document, &source.name)) {
                    self.note_asked(caller, &prepared).await?;
                }
                work.sources.push(prepared);
            }
            work.plan.changes.push(PlannedChange { subject: document.subject(), effect: effect.into() });
            // Of the domain that it is in, whatever the document says.
            if let (Some(row), Some(_)) = (&known, &source.load) {
                self.visible_source(caller, &row.name).await.map_err(|problem| at(index, problem))?;
                caller.authorise(Action::EditSource, &row.domain).map_err(|problem| at(index, problem))?;
            }
            work.known_sources.extend(known);
            self.plan_load(source, &mut work).await.map_err(|problem| at(index, problem))?;
        }
        Ok(work)
    }

    /// What else is in the documents is checked on the settings that they give, in a dry run too: that is a test of them, and the audit
    /// log says so whatever comes of it.
    async fn note_asked(&self, caller: &Caller, prepared: &PreparedSource) -> Result<(), Problem> {
        let row = &prepared.row;
        let after = format!("Requested by apply.\n{}", prepared.after);
        let mut tx = self.write(caller).await?;
        self.note(&mut tx, AuditAction::SourceTested, (&row.domain, &row.name), None, Some(after)).await?;
        self.commit(tx).await
    }

    /// The settings that wait for a decision, where there are any: documents that ask for them again change nothing.
    async fn waiting_settings(&self, source: &SourceRow) -> Result<Option<BTreeMap<String, String>>, Problem> {
        let open = self.open_change(RequestKind::Binding, &source.id).await?;
        open.map(|(_, held)| settings(&source.name, Environment::Prod.key(), &held.definition)).transpose()
    }

    /// The load limits of a source, where they differ from before.
    async fn plan_load(&self, source: &SourceDocument, work: &mut Work) -> Result<(), Problem> {
        let Some(load) = &source.load else { return Ok(()) };
        let before = self.store.load_limits(&source.name).await?;
        if before.unwrap_or_default() == *load {
            return Ok(());
        }
        let mut errors = load_errors(load);
        if errors.is_empty() && !load.load_query.trim().is_empty() {
            let resolved = self.resolve_planned(&work.sources, (&source.domain, &source.name), Environment::Prod).await?;
            errors.extend(load_query_error(&resolved, &load.load_query).await);
        }
        if !errors.is_empty() {
            let placed = errors.into_iter().map(|error| FieldError::new(format!("load_limits.{}", error.field), error.message));
            return Err(Problem::fields(placed.collect()));
        }
        work.loads.push((source.name.clone(), serde_json::to_string(load).map_err(|error| from_json(&error))?));
        if let Some(change) = work.plan.changes.last_mut().filter(|change| change.effect == "keep") {
            change.effect = "change".into();
        }
        Ok(())
    }

    /// A source of the same apply, or a stored one of the domain.
    pub(super) async fn resolve_planned(
        &self,
        planned: &[PreparedSource],
        (domain, name): (&str, &str),
        environment: Environment,
    ) -> Result<Resolved, Problem> {
        let Some(source) = planned.iter().find(|source| source.row.name == name) else {
            return self.resolve_in((domain, name), environment).await;
        };
        let binding = source.bindings.iter().find(|binding| binding.environment == environment.key());
        let binding =
            binding.ok_or_else(|| Problem::new(ErrorCode::Conflict, format!("{name} has no binding for {}.", environment.key())))?;
        self.open_binding(&source.row, binding, environment)
    }
}

/// Whether a document is checked by asking a source.
fn asks(document: &Document, source: &str) -> bool {
    match document {
        Document::Source(of) => of.name == source && of.load.as_ref().is_some_and(|load| !load.load_query.trim().is_empty()),
        Document::Dataset(of) => of.source == source || of.into.as_ref().is_some_and(|into| into.source == source),
        Document::Api(of) => of.spec.source == source,
        Document::Receiver(_) | Document::AlertRule(_) | Document::Objective(_) | Document::MaintenanceWindow(_) => false,
    }
}

fn source_input(source: &SourceDocument, edit: Option<i64>) -> SourceInput {
    SourceInput {
        name: source.name.clone(),
        domain: source.domain.clone(),
        driver: source.driver.clone(),
        about: source.about.clone(),
        edit,
        bindings: source
            .bindings
            .iter()
            .map(|(environment, binding)| (*environment, BindingInput { config: binding.config.clone(), secrets: binding.secrets.clone() }))
            .collect(),
    }
}

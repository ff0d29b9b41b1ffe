//! Sources, datasets and live APIs as YAML, for files and git. Secrets never leave.

use model::document::{
    AlertRuleDocument, ApiDocument, BindingDocument, DatasetDocument, Document, MaintenanceDocument, ObjectiveDocument, ReceiverDocument,
    SourceDocument,
};
use model::documentation::DocumentationMark;
use model::gates::Gates;
use model::job::JobSpec;
use model::load_limits::SourceLoad;
use model::{Action, ErrorCode, Problem};
use store::AlertDefinitionKind;

use crate::failure::api_spec;
use crate::{Caller, Control};

impl Control {
    /// The sources, the datasets and the newest approved versions of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn export(&self, caller: &Caller) -> Result<String, Problem> {
        let mut documents = Vec::new();
        for source in self.sources(caller).await? {
            // With its load limits, which lists leave out.
            let source = self.source(caller, &source.name).await?;
            let bindings = source
                .bindings
                .into_iter()
                .map(|(environment, binding)| (environment, BindingDocument { config: binding.config, secrets: Default::default() }))
                .collect();
            documents.push(Document::Source(SourceDocument {
                name: source.name,
                domain: source.domain,
                driver: source.driver,
                about: source.about,
                bindings,
                load: Some(source.load).filter(|load| *load != SourceLoad::default()),
            }));
        }
        for dataset in self.datasets(caller).await? {
            let spec = dataset.spec;
            documents.push(Document::Dataset(DatasetDocument {
                name: dataset.name,
                domain: dataset.domain,
                source: spec.source,
                table: spec.table,
                key: spec.key,
                store: spec.store,
                compression: spec.compression,
                into: spec.into,
                mapping: Some(spec.mapping.written()).filter(|mapping| !mapping.is_plain()),
                gates: Some(spec.gates).filter(|gates| *gates != Gates::default()),
                job: Some(dataset.job.spec).filter(|job| *job != JobSpec::default()),
            }));
        }
        let inventory = self.inventory().await?;
        let public = self.store.public_documentation().await?;
        for api in inventory.apis.iter().filter(|api| caller.can(Action::See, &api.domain)) {
            let newest = inventory.versions.iter().find(|version| version.api_id == api.id && version.state == "approved");
            let Some(version) = newest else { continue };
            documents.push(Document::Api(ApiDocument {
                name: api.name.clone(),
                domain: api.domain.clone(),
                documentation: public
                    .iter()
                    .find(|row| row.api_id == api.id)
                    .map(|row| DocumentationMark { public: true, contact: row.contact.clone() }),
                spec: api_spec(api, version)?,
            }));
        }
        self.export_alerts(caller, &mut documents).await?;
        let mut text = String::new();
        for document in &documents {
            text.push_str("---\n");
            text.push_str(&super::yaml(document).map_err(|error| {
                tracing::error!(cause = %error, "a document cannot be written");
                Problem::new(ErrorCode::Internal, "A document could not be written. The log has the cause.")
            })?);
        }
        Ok(text)
    }

    /// Receivers first, which rules name. Addresses of webhooks may hold secrets of others, so they go to those alone who may change them.
    async fn export_alerts(&self, caller: &Caller, documents: &mut Vec<Document>) -> Result<(), Problem> {
        for of in self.receivers(caller).await?.into_iter().filter(|of| caller.can(Action::EditReceiver, &of.domain)) {
            documents.push(Document::Receiver(ReceiverDocument { name: of.name, domain: of.domain, channel: of.channel }));
        }
        for of in self.alert_rules(caller).await? {
            documents.push(Document::AlertRule(AlertRuleDocument { name: of.name, domain: of.domain, rule: of.rule }));
        }
        for row in self.visible_definitions(caller, AlertDefinitionKind::Objective).await? {
            let objective = row.objective()?;
            documents.push(Document::Objective(ObjectiveDocument { name: row.name, domain: row.domain, objective }));
        }
        for of in self.maintenance_windows(caller).await? {
            documents.push(Document::MaintenanceWindow(MaintenanceDocument { name: of.name, domain: of.domain, window: of.window }));
        }
        Ok(())
    }
}

//! Sources and live APIs as YAML, for files and git. Secrets never leave.

use model::document::{ApiDocument, BindingDocument, Document, SourceDocument};
use model::{Action, ErrorCode, Problem};

use crate::failure::from_json;
use crate::{Caller, Control};

impl Control {
    /// The sources and the newest approved versions of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn export(&self, caller: &Caller) -> Result<String, Problem> {
        let mut documents = Vec::new();
        for source in self.sources(caller).await?.into_iter().filter(|source| caller.can(Action::See, &source.domain)) {
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
            }));
        }
        let inventory = self.inventory().await?;
        for api in inventory.apis.iter().filter(|api| caller.can(Action::See, &api.domain)) {
            let newest = inventory.versions.iter().find(|version| version.api_id == api.id && version.state == "approved");
            let Some(version) = newest else { continue };
            documents.push(Document::Api(ApiDocument {
                name: api.name.clone(),
                domain: api.domain.clone(),
                spec: serde_json::from_str(&version.spec).map_err(|error| from_json(&error))?,
            }));
        }
        let mut text = String::new();
        for document in &documents {
            text.push_str("---\n");
            text.push_str(&super::yaml(document).map_err(|error| {
                tracing::error!(cause = %error, "a document cannot be written");
                Problem::new(ErrorCode::Internal, "A document could not be written. The log has the reason.")
            })?);
        }
        Ok(text)
    }
}

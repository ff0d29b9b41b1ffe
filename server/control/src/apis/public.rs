//! Documentation that everybody can read: an owner marks an API, and whoever has no account gets what a consumer needs to
//! know of the version that is live in prod. [`Documentation`] and the OpenAPI document know nothing of how an API is made.

use model::audit::AuditAction;
use model::documentation::{Documentation, DocumentationMark, PublicDocumentation};
use model::openapi::openapi;
use model::ready_calls::{ANY_KEY, Place};
use model::snapshot::Environment;
use model::{Action, ApiSpec, ErrorCode, Problem};
use serde_json::Value as Json;
use store::{ApiRow, PublicDocumentationRow, Tx};

use crate::failure::api_spec;
use crate::{Caller, Control, Visitor};

/// An API that is marked, as it is live.
struct Found {
    number: i64,
    spec: ApiSpec,
    contact: String,
}

impl Control {
    /// Says whether everybody can read the documentation of an API, and where readers ask for access.
    ///
    /// # Errors
    /// For the domain's owners; a text that is too long.
    pub async fn set_public_documentation(
        &self,
        caller: &Caller,
        domain: &str,
        name: &str,
        mark: &DocumentationMark,
    ) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::PublishDocumentation, domain)?;
        let errors = mark.errors();
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let mut tx = self.write(caller).await?;
        self.put_mark(&mut tx, &api, mark).await?;
        self.commit(tx).await
    }

    pub(crate) async fn mark_of(&self, api: &ApiRow) -> Result<DocumentationMark, Problem> {
        let row = self.store.public_documentation_of(&api.id).await?;
        Ok(row.map(|row| DocumentationMark { public: true, contact: row.contact }).unwrap_or_default())
    }

    pub(crate) async fn put_mark(&self, tx: &mut Tx, api: &ApiRow, mark: &DocumentationMark) -> Result<(), Problem> {
        let (before, after) = (self.mark_of(api).await?, mark.kept());
        if after.public {
            tx.put_public_documentation(&PublicDocumentationRow { api_id: api.id.clone(), contact: after.contact.clone() }).await?;
        } else {
            tx.delete_public_documentation(&api.id).await?;
        }
        let path = format!("{}/{}", api.domain, api.name);
        self.note(tx, AuditAction::ApiDocumentation, (&api.domain, &path), Some(words(&before)), Some(words(&after))).await
    }

    /// The documentation of an API, for somebody who is not signed in.
    ///
    /// # Errors
    /// `not-found` where there is no such API, where it is not marked and where it is not live: nothing tells these apart.
    pub async fn public_documentation(&self, _visitor: &Visitor, domain: &str, name: &str) -> Result<PublicDocumentation, Problem> {
        let Found { number, spec, contact } = self.marked(domain, name).await?;
        let settings = self.settings();
        let place = Place { http: &settings.public_url, grpc: &settings.grpc_addr, domain, name, key: ANY_KEY };
        Ok(PublicDocumentation { documentation: Documentation::of(place, number, &spec), contact })
    }

    /// The same as an OpenAPI document.
    ///
    /// # Errors
    /// As for the documentation.
    pub async fn public_openapi(&self, _visitor: &Visitor, domain: &str, name: &str) -> Result<Json, Problem> {
        let Found { number, spec, .. } = self.marked(domain, name).await?;
        Ok(openapi(domain, name, number, &spec, &self.settings().public_url))
    }

    async fn marked(&self, domain: &str, name: &str) -> Result<Found, Problem> {
        self.marked_and_live(domain, name).await?.ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, "There is no public documentation at this address. Sign in to see the APIs of your domains.")
        })
    }

    async fn marked_and_live(&self, domain: &str, name: &str) -> Result<Option<Found>, Problem> {
        let store = self.store.for_visitors();
        let Some(api) = store.api(domain, name).await? else { return Ok(None) };
        let Some(mark) = store.public_documentation_of(&api.id).await? else { return Ok(None) };
        let releases = store.releases_of(&api.id).await?;
        let Some(release) = releases.iter().find(|release| release.environment == Environment::Prod.key()) else { return Ok(None) };
        let Some(version) = store.version(&release.version_id).await? else { return Ok(None) };
        Ok(Some(Found { number: version.number, spec: api_spec(&api, &version)?, contact: mark.contact }))
    }
}

/// For the audit log.
fn words(mark: &DocumentationMark) -> String {
    match (mark.public, mark.contact.as_str()) {
        (false, _) => "not public".into(),
        (true, "") => "public".into(),
        (true, contact) => format!("public\ncontact: {contact}"),
    }
}

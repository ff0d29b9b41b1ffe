//! Which version is live: going back to an earlier one, and what gateways report.

use std::collections::BTreeMap;

use model::audit::AuditAction;
use model::snapshot::Environment;
use model::spec::ApiKind;
use model::view::RequestState;
use model::{Action, ErrorCode, Problem};
use store::NodeRow;

use crate::apis::Beside;
use crate::failure::{api_spec, from_json};
use crate::{Caller, Control};

impl Control {
    /// Makes an earlier approved version live again, at once.
    ///
    /// # Errors
    /// For owners; where the version was never approved for this environment, or is live already.
    pub async fn rollback(&self, caller: &Caller, domain: &str, name: &str, environment: Environment, number: i64) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::Rollback, domain)?;
        let inventory = self.inventory().await?;
        let version = inventory.versions.iter().find(|version| version.api_id == api.id && version.number == number);
        let version = version.ok_or_else(|| Problem::not_found(format!("version {number}")))?;
        let approved = inventory.requests.iter().any(|request| {
            request.version_id == version.id && request.environment == environment.key() && request.state == RequestState::Approved.key()
        });
        if !approved {
            return Err(Problem::new(
                ErrorCode::Conflict,
                format!("Version {number} was not approved for {}. Submit it for review instead.", environment.key()),
            ));
        }
        if inventory.live(&api.id, environment).is_some_and(|live| live.id == version.id) {
            return Err(Problem::new(ErrorCode::Conflict, format!("Version {number} is already live.")));
        }
        let spec = api_spec(&api, version)?;
        self.refuse_without_data(domain, &spec, environment).await?;
        self.refuse_without_steps(&Beside { domain, environment, planned: &[] }, &spec).await?;
        let mut tx = self.write(caller).await?;
        self.write_release(&mut tx, caller, &api, &version.id, environment).await?;
        self.commit(tx).await
    }

    /// Takes an API out of an environment, at once; a version may be made live again.
    ///
    /// # Errors
    /// For owners; where it is not live; where Unions call it, which are named.
    pub async fn retire(&self, caller: &Caller, domain: &str, name: &str, environment: Environment) -> Result<(), Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::Rollback, domain)?;
        let inventory = self.inventory().await?;
        let live = inventory.live(&api.id, environment);
        let live = live.ok_or_else(|| Problem::new(ErrorCode::Conflict, format!("The API is not live in {}.", environment.key())))?;
        let mut callers = Vec::new();
        for other in inventory.apis.iter().filter(|other| other.domain == domain && other.kind == ApiKind::Union.key()) {
            let Some(version) = inventory.live(&other.id, environment) else { continue };
            let spec = api_spec(other, version)?;
            if spec.union().is_some_and(|body| body.steps.iter().any(|step| step.apis().any(|called| called == name))) {
                callers.push(format!("{domain}/{}", other.name));
            }
        }
        if !callers.is_empty() {
            let detail = format!(
                "The Unions {} call this API in {}. Retire them first, or replace their step.",
                callers.join(", "),
                environment.key()
            );
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        let mut tx = self.write(caller).await?;
        tx.delete_release(&api.id, environment.key()).await?;
        let before = format!("{} in {}", live.id, environment.key());
        self.note(&mut tx, AuditAction::ApiRetired, (domain, &format!("{domain}/{name}")), Some(before), None).await?;
        self.commit(tx).await
    }

    /// The revision of the metadata, for a gateway's poll.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn revision(&self, caller: &Caller) -> Result<i64, Problem> {
        caller.authorise(Action::Administer, "")?;
        Ok(self.store.revision().await?)
    }

    /// A gateway's report: the revision that it serves, and the APIs that it cannot.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn report_node(&self, caller: &Caller, id: &str, revision: i64, broken: &BTreeMap<String, String>) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let row = NodeRow {
            id: id.to_owned(),
            revision,
            broken: serde_json::to_string(broken).map_err(|error| from_json(&error))?,
            seen_at: self.host.now(),
        };
        Ok(self.store.report_node(&row).await?)
    }
    /// Forgets a node that ends, so that others see at once that it is gone.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn forget_node(&self, caller: &Caller, id: &str) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        Ok(self.store.forget_node(id).await?)
    }
}

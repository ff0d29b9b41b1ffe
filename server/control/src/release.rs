//! Which version is live: going back to an earlier one, and the snapshot that gateways serve from.

use std::collections::BTreeMap;

use model::snapshot::{Environment, SNAPSHOT_FORMAT, Snapshot, SnapshotApi, SnapshotGrant, SnapshotKey, SnapshotSource};
use model::view::RequestState;
use model::{Action, ErrorCode, Problem};
use store::NodeRow;

use crate::failure::{from_json, from_store};
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
                format!("Version {number} was never approved for {}. Send it for review instead.", environment.key()),
            ));
        }
        if inventory.live(&api.id, environment).is_some_and(|live| live.id == version.id) {
            return Err(Problem::new(ErrorCode::Conflict, format!("Version {number} is live already.")));
        }
        let mut tx = self.write(caller).await?;
        self.write_release(&mut tx, caller, &api, &version.id, environment).await?;
        self.commit(tx).await
    }

    /// Everything that a gateway needs, at one revision.
    ///
    /// # Errors
    /// For the program itself; where the metadata does not answer.
    pub async fn snapshot(&self, caller: &Caller) -> Result<Snapshot, Problem> {
        caller.authorise(Action::Administer, "")?;
        let failed = |error: store::StoreError| from_store(&error);
        // Read first: what follows can only be newer, and a newer revision brings another snapshot.
        let revision = self.store.revision().await.map_err(failed)?;
        let inventory = self.inventory().await?;
        Ok(Snapshot {
            format: SNAPSHOT_FORMAT,
            revision,
            sources: self.snapshot_sources().await?,
            apis: snapshot_apis(&inventory)?,
            keys: self.snapshot_keys().await?,
            grants: self
                .store
                .grants()
                .await
                .map_err(failed)?
                .into_iter()
                .map(|row| SnapshotGrant { app_id: row.app_id, api_id: row.api_id, expires_at: row.expires_at })
                .collect(),
        })
    }

    async fn snapshot_sources(&self) -> Result<Vec<SnapshotSource>, Problem> {
        let sources = self.store.sources().await.map_err(|error| from_store(&error))?;
        let bindings = self.store.bindings().await.map_err(|error| from_store(&error))?;
        Ok(bindings
            .into_iter()
            .filter_map(|binding| {
                let source = sources.iter().find(|source| source.id == binding.source_id)?;
                Some(SnapshotSource {
                    name: source.name.clone(),
                    domain: source.domain.clone(),
                    environment: Environment::from_key(&binding.environment)?,
                    driver: source.driver.clone(),
                    config: binding.config,
                    secret: binding.secret,
                })
            })
            .collect())
    }

    async fn snapshot_keys(&self) -> Result<Vec<SnapshotKey>, Problem> {
        let apps = self.store.apps().await.map_err(|error| from_store(&error))?;
        let keys = self.store.keys().await.map_err(|error| from_store(&error))?;
        Ok(keys
            .into_iter()
            .filter(|key| key.revoked_at.is_none())
            .filter_map(|key| {
                let app = apps.iter().find(|app| app.id == key.app_id)?;
                Some(SnapshotKey {
                    id: key.id,
                    hash: key.hash,
                    app: format!("{}/{}", app.domain, app.name),
                    app_id: key.app_id,
                    environment: Environment::from_key(&key.environment)?,
                    expires_at: key.expires_at,
                })
            })
            .collect())
    }

    /// The revision of the metadata, for a gateway's poll.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn revision(&self, caller: &Caller) -> Result<i64, Problem> {
        caller.authorise(Action::Administer, "")?;
        self.store.revision().await.map_err(|error| from_store(&error))
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
        self.store.report_node(&row).await.map_err(|error| from_store(&error))
    }
}

/// Every version that may be called: the live one, and those approved that a caller may pin.
fn snapshot_apis(inventory: &crate::apis::Inventory) -> Result<Vec<SnapshotApi>, Problem> {
    let mut apis = Vec::new();
    for request in inventory.requests.iter().filter(|request| request.state == RequestState::Approved.key()) {
        let (Some(api), Some(version), Some(environment)) =
            (inventory.api(&request.api_id), inventory.version(&request.version_id), Environment::from_key(&request.environment))
        else {
            continue;
        };
        apis.push(SnapshotApi {
            id: api.id.clone(),
            domain: api.domain.clone(),
            name: api.name.clone(),
            environment,
            version: version.number,
            live: inventory.live(&api.id, environment).is_some_and(|live| live.id == version.id),
            priority: Default::default(),
            spec: serde_json::from_str(&version.spec).map_err(|error| from_json(&error))?,
        });
    }
    Ok(apis)
}

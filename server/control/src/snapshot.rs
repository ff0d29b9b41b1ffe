//! The snapshot that gateways serve from. It is kept between two questions: the audit log says what has changed since,
//! and only that is read again, so that a release among ten thousand APIs costs what one API costs.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use model::clock::SECOND;
use model::hidden;
use model::snapshot::{
    SNAPSHOT_FORMAT, Snapshot, SnapshotApi, SnapshotDataset, SnapshotGrant, SnapshotKey, SnapshotOrigins, SnapshotSource,
};
use model::view::RequestState;
use model::{Action, Problem};
use store::{ApiRow, ReleaseRow, RequestRow, StoreError, SwitchesRow, VersionRow};
use tokio::sync::Mutex;

use crate::failure::{api_spec, hidden_fields, origins};
use crate::live::{rate_of, switches_of};
use crate::stale::Stale;
use crate::{Caller, Control};

/// With more changes than this at once, everything is read again.
const MANY_CHANGES: i64 = 200;
/// Gateways that have reported within this time share the limits.
const GATEWAY_SEEN: i64 = 30 * SECOND;

/// The newest snapshot that was made.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<Snapshot>>);

impl Control {
    /// Everything that a gateway needs, at one revision.
    ///
    /// # Errors
    /// For the program itself; where the metadata does not answer.
    pub async fn snapshot(&self, caller: &Caller) -> Result<Snapshot, Problem> {
        caller.authorise(Action::Administer, "")?;
        let mut kept = self.kept.0.lock().await;
        // Read first: what follows can only be newer, and a newer revision brings another snapshot.
        let revision = self.store.revision().await?;
        let stale = match kept.as_ref() {
            Some(known) => self.stale_since(known.revision).await?,
            None => Stale { everything: true, ..Stale::default() },
        };
        let mut next = match kept.take() {
            Some(known) if !stale.everything => known,
            _ => self.everything().await?,
        };
        if !stale.everything {
            self.refresh(&mut next, &stale).await?;
        }
        next.revision = revision;
        next.gateways = self.gateways().await?;
        *kept = Some(next.clone());
        Ok(next)
    }

    async fn stale_since(&self, revision: i64) -> Result<Stale, Problem> {
        let rows = self.store.audit_since(revision, MANY_CHANGES).await?;
        let mut stale = Stale { everything: rows.len() as i64 == MANY_CHANGES, ..Stale::default() };
        for row in &rows {
            stale.note(row);
        }
        Ok(stale)
    }

    async fn everything(&self) -> Result<Snapshot, Problem> {
        let apis = self.store.apis().await?;
        let rows = ApiRows {
            versions: self.store.versions().await?,
            requests: self.store.requests().await?,
            releases: self.store.releases().await?,
            switches: self.store.switches().await?,
        };
        let mut next = Snapshot { format: SNAPSHOT_FORMAT, apis: rows.of_all(&apis)?, ..Snapshot::default() };
        next.apis.sort_by(|a, b| a.place().cmp(&b.place()));
        let all = Stale { sources: true, datasets: true, callers: true, grants: true, compartments: true, ..Stale::default() };
        self.refresh(&mut next, &all).await?;
        Ok(next)
    }

    async fn refresh(&self, next: &mut Snapshot, stale: &Stale) -> Result<(), Problem> {
        for path in &stale.apis {
            let Some((domain, name)) = path.split_once('/') else { continue };
            let Some(api) = self.store.api(domain, name).await? else { continue };
            let rows = ApiRows {
                versions: self.store.versions_of(&api.id).await?,
                requests: self.store.requests_of(&api.id).await?,
                releases: self.store.releases_of(&api.id).await?,
                switches: self.store.switches_of(&api.id).await?.into_iter().collect(),
            };
            replace(next, domain, name, rows.of_all(std::slice::from_ref(&api))?);
        }
        if stale.sources {
            next.sources = self.snapshot_sources().await?;
        }
        if stale.datasets {
            next.datasets = self.live_datasets().await?.into_iter().map(Arc::<SnapshotDataset>::new).collect();
        }
        if stale.callers {
            let apps = self.store.apps().await?;
            next.keys = self.snapshot_keys(&apps).await?.into();
            next.issuers = self.snapshot_issuers(&apps).await?;
            next.origins = origins_of(&apps)?;
        }
        // A new version can call a hidden column something else.
        let renamed = !stale.apis.is_empty() && next.grants.iter().any(|grant| !grant.hidden.is_empty());
        if stale.grants || renamed {
            let grants = self.snapshot_grants().await?;
            // The same allocation tells gateways that nothing has changed.
            if *next.grants != *grants {
                next.grants = grants.into();
            }
        }
        if stale.compartments {
            next.compartments = self.snapshot_compartments().await?;
        }
        Ok(())
    }

    /// At least this one.
    async fn gateways(&self) -> Result<u32, Problem> {
        let nodes = self.store.nodes(self.host.now() - GATEWAY_SEEN).await?;
        Ok(u32::try_from(nodes.len()).unwrap_or(u32::MAX).max(1))
    }

    async fn snapshot_sources(&self) -> Result<Vec<Arc<SnapshotSource>>, Problem> {
        let sources = self.store.sources().await?;
        let bindings = self.store.bindings().await?;
        let mut all = Vec::with_capacity(bindings.len());
        for binding in bindings {
            let Some(source) = sources.iter().find(|source| source.id == binding.source_id) else { continue };
            let Some(environment) = if_readable(binding.decoded_environment()) else { continue };
            all.push(Arc::new(SnapshotSource {
                name: source.name.clone(),
                domain: source.domain.clone(),
                environment,
                driver: source.driver.clone(),
                config: binding.config,
                secret: binding.secret,
            }));
        }
        Ok(all)
    }

    async fn snapshot_keys(&self, apps: &[store::AppRow]) -> Result<Vec<SnapshotKey>, Problem> {
        let keys = self.store.keys().await?;
        let mut all = Vec::with_capacity(keys.len());
        for key in keys.into_iter().filter(|key| key.revoked_at.is_none()) {
            let Some(app) = apps.iter().find(|app| app.id == key.app_id) else { continue };
            let Some(environment) = if_readable(key.decoded_environment()) else { continue };
            all.push(SnapshotKey {
                environment,
                id: key.id,
                hash: key.hash,
                app: format!("{}/{}", app.domain, app.name),
                app_id: key.app_id,
                expires_at: key.expires_at,
            });
        }
        Ok(all)
    }

    async fn snapshot_grants(&self) -> Result<Vec<SnapshotGrant>, Problem> {
        let rows = self.store.grants().await?;
        let hiding: BTreeSet<&str> = rows.iter().filter(|row| row.hidden != "[]").map(|row| row.api_id.as_str()).collect();
        let mut versions = HashMap::with_capacity(hiding.len());
        for api in hiding {
            versions.insert(api.to_owned(), self.specs_of(api).await?);
        }
        let mut grants = Vec::with_capacity(rows.len());
        for row in rows {
            let fields = hidden_fields(&row)?;
            let versions = versions.get(&row.api_id).map(Vec::as_slice).unwrap_or_default();
            grants.push(SnapshotGrant {
                limit: rate_of(row.per_second, row.burst),
                hidden: hidden::closed(&fields, versions),
                app_id: row.app_id,
                api_id: row.api_id,
                expires_at: row.expires_at,
            });
        }
        Ok(grants)
    }
}

/// What could be read. A binding, a key or a release that cannot is told in the log and left out: nothing is served by it, and the gateways
/// go on with all else.
fn if_readable<T>(read: Result<T, StoreError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(cause = %error, "a row is left out of the snapshot")).ok()
}

/// Of the apps that name some.
fn origins_of(apps: &[store::AppRow]) -> Result<Vec<SnapshotOrigins>, Problem> {
    let naming = apps.iter().filter(|app| app.origins != "[]");
    naming.map(|app| Ok(SnapshotOrigins { app_id: app.id.clone(), origins: origins(app)? })).collect()
}

/// Puts the versions of one API in the place of those that were there.
fn replace(next: &mut Snapshot, domain: &str, name: &str, mut versions: Vec<Arc<SnapshotApi>>) {
    let order = |api: &Arc<SnapshotApi>| (api.domain.as_str(), api.name.as_str()).cmp(&(domain, name));
    let start = next.apis.partition_point(|api| order(api).is_lt());
    let end = next.apis.partition_point(|api| order(api).is_le());
    versions.sort_by(|a, b| a.place().cmp(&b.place()));
    next.apis.splice(start..end, versions);
}

/// What APIs are made of, read together.
struct ApiRows {
    versions: Vec<VersionRow>,
    requests: Vec<RequestRow>,
    releases: Vec<ReleaseRow>,
    switches: Vec<SwitchesRow>,
}

impl ApiRows {
    /// Every version that may be called: the live one, and those approved that a caller may pin.
    fn of_all(&self, apis: &[ApiRow]) -> Result<Vec<Arc<SnapshotApi>>, Problem> {
        let by_id: HashMap<&str, &ApiRow> = apis.iter().map(|api| (api.id.as_str(), api)).collect();
        let versions: HashMap<&str, &VersionRow> = self.versions.iter().map(|version| (version.id.as_str(), version)).collect();
        let live: HashMap<(&str, &str), &str> = self
            .releases
            .iter()
            .map(|release| ((release.api_id.as_str(), release.environment.as_str()), release.version_id.as_str()))
            .collect();
        let switches: HashMap<&str, &SwitchesRow> = self.switches.iter().map(|row| (row.api_id.as_str(), row)).collect();
        let mut all = Vec::with_capacity(self.requests.len());
        let mut placed = HashSet::new();
        for request in self.requests.iter().filter(|request| request.state == RequestState::Approved.key()) {
            let place = (by_id.get(request.object_id.as_str()), versions.get(request.version_id.as_str()));
            let (Some(api), Some(version)) = place else { continue };
            let Some(environment) = if_readable(request.decoded_environment()) else { continue };
            // A version that was asked for twice is there once.
            if !placed.insert((version.id.as_str(), environment)) {
                continue;
            }
            all.push(Arc::new(SnapshotApi {
                id: api.id.clone(),
                domain: api.domain.clone(),
                name: api.name.clone(),
                environment,
                version: version.number,
                live: live.get(&(api.id.as_str(), environment.key())) == Some(&version.id.as_str()),
                switches: switches_of(switches.get(api.id.as_str()).copied())?,
                spec: api_spec(api, version)?,
            }));
        }
        Ok(all)
    }
}

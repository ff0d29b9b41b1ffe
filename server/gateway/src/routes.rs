//! What a snapshot becomes: maps that a call is looked up in, swapped as one pointer.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use model::snapshot::{Environment, SNAPSHOT_FORMAT, Snapshot, SnapshotApi, SnapshotDataset, SnapshotSource};

use crate::keys::{App, Grant, KnownKey};
use crate::limits::{Bucket, Buckets};
use crate::meter::Meter;
use crate::plan::{OpenDataset, Plan};
use crate::tokens::Issuer;
use crate::view::View;
use crate::{Gateway, disk};

/// One revision, ready to answer.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) revision: i64,
    /// By path: `travel/plane`.
    pub(crate) apis: HashMap<Box<str>, Entry, RandomState>,
    /// gRPC services that are live somewhere, with the path of each.
    pub(crate) services: HashMap<Arc<str>, Arc<Plan>, RandomState>,
    pub(crate) keys: HashMap<String, KnownKey, RandomState>,
    pub(crate) issuers: Vec<Arc<Issuer>>,
    /// By the places of app and API in this snapshot.
    pub(crate) grants: HashMap<(u32, u32), Grant, RandomState>,
    /// Paths whose newest version does not compile, with the reason of each.
    pub(crate) broken: BTreeMap<String, String>,
    datasets: HashMap<(String, Environment), OpenDataset, RandomState>,
    buckets: Buckets,
}

/// One API in all its environments and versions.
pub(crate) struct Entry {
    pub(crate) index: u32,
    id: String,
    live: [Option<Arc<Plan>>; 2],
    versions: Vec<(Environment, i64, Arc<Plan>)>,
    /// Calls of everybody together.
    pub(crate) bucket: Option<Arc<Bucket>>,
    /// Calls of its compartment.
    pub(crate) compartment: Option<Arc<Bucket>>,
    meters: [Arc<Meter>; 2],
}

impl Entry {
    pub(crate) fn plan(&self, environment: Environment, version: Option<i64>) -> Option<&Arc<Plan>> {
        match version {
            None => self.live[environment as usize].as_ref(),
            Some(number) => self.versions.iter().find(|(of, known, _)| *of == environment && *known == number).map(|(.., plan)| plan),
        }
    }

    pub(crate) fn any_live(&self) -> Option<&Arc<Plan>> {
        self.plan(Environment::Prod, None).or_else(|| self.plan(Environment::Test, None))
    }

    pub(crate) fn meter(&self, environment: Environment) -> &Arc<Meter> {
        &self.meters[environment as usize]
    }

    fn plans(&self) -> impl Iterator<Item = &Arc<Plan>> {
        self.live.iter().flatten().chain(self.versions.iter().map(|(.., plan)| plan))
    }
}

impl Gateway {
    /// Compiles a snapshot off the request path and swaps it in. An API whose plan does not compile keeps its last
    /// good one and is marked; the others are not touched by it.
    ///
    /// # Errors
    /// A snapshot of a layout that this program does not know.
    pub async fn load(&self, snapshot: Snapshot) -> Result<(), String> {
        if snapshot.format != SNAPSHOT_FORMAT {
            return Err(format!("the snapshot has format {}, this program reads {SNAPSHOT_FORMAT}", snapshot.format));
        }
        let before = self.routes.load_full();
        let next = self.compile_all(&before, &snapshot).await;
        self.routes.store(Arc::new(next));
        self.revisions.send_replace(snapshot.revision);
        if let Some(file) = self.snapshot_file.clone() {
            // After the swap: nobody waits for the disk.
            disk::write_soon(&self.on_disk, file, snapshot);
        }
        Ok(())
    }

    async fn compile_all(&self, before: &Routes, snapshot: &Snapshot) -> Routes {
        let mut next = Routes { revision: snapshot.revision, ..Routes::default() };
        let unopened = self.open_datasets(&mut next, before, snapshot).await;
        let sources: HashMap<(&str, Environment), &Arc<SnapshotSource>, RandomState> =
            snapshot.sources.iter().map(|source| ((source.name.as_str(), source.environment), source)).collect();
        for api in &snapshot.apis {
            let plan = match known_plan(&next, before, api, &sources) {
                Some(plan) => Ok(plan),
                None => self.compile(&next, &unopened, api, &sources, before.revision > 0 && api.live).await,
            };
            place(&mut next, before, api, plan);
        }
        self.place_callers(&mut next, before, snapshot);
        self.place_limits(&mut next, before, snapshot);
        next
    }

    /// Opens what is not open yet; gives the reasons of those that cannot be.
    async fn open_datasets(&self, next: &mut Routes, before: &Routes, snapshot: &Snapshot) -> HashMap<(String, Environment), String> {
        let mut unopened = HashMap::new();
        for about in &snapshot.datasets {
            let key = (format!("{}/{}", about.domain, about.name), about.environment);
            let opened = match before.datasets.get(&key).filter(|open| same_rows(&open.about, about)) {
                Some(open) => Ok(open.clone()),
                None => OpenDataset::open(&self.stores, about).await,
            };
            match opened {
                Ok(open) => drop(next.datasets.insert(key, open)),
                Err(reason) => {
                    // What it had goes on, where it had something.
                    if let Some(open) = before.datasets.get(&key) {
                        next.datasets.insert(key.clone(), open.clone());
                    }
                    unopened.insert(key, reason);
                }
            }
        }
        unopened
    }

    async fn compile(
        &self,
        next: &Routes,
        unopened: &HashMap<(String, Environment), String>,
        api: &Arc<SnapshotApi>,
        sources: &HashMap<(&str, Environment), &Arc<SnapshotSource>, RandomState>,
        try_it: bool,
    ) -> Result<Arc<Plan>, String> {
        let plan = match api.spec.serve_from.dataset() {
            Some(name) => {
                let key = (format!("{}/{name}", api.domain), api.environment);
                match next.datasets.get(&key) {
                    Some(open) => Plan::from_dataset(api.clone(), open.clone())?,
                    None => {
                        let missing = || format!("Dataset {name} has no live data version in {}.", api.environment.key());
                        return Err(unopened.get(&key).cloned().unwrap_or_else(missing));
                    }
                }
            }
            None => {
                let source = sources
                    .get(&(api.spec.source.as_str(), api.environment))
                    .ok_or_else(|| format!("{} has no binding for {}.", api.spec.source, api.environment.key()))?;
                Plan::from_source(api.clone(), (*source).clone(), &self.pools, &self.vault)?
            }
        };
        if try_it {
            plan.try_out().await?;
        }
        Ok(Arc::new(plan))
    }

    fn place_callers(&self, next: &mut Routes, before: &Routes, snapshot: &Snapshot) {
        let mut apps: HashMap<&str, App, RandomState> = HashMap::default();
        let names = snapshot.keys.iter().map(|key| (key.app_id.as_str(), key.app.as_str()));
        for (id, name) in names.chain(snapshot.issuers.iter().map(|issuer| (issuer.app_id.as_str(), issuer.app.as_str()))) {
            let index = u32::try_from(apps.len()).unwrap_or(u32::MAX);
            apps.entry(id).or_insert_with(|| App { index, name: name.into() });
        }
        next.keys = snapshot
            .keys
            .iter()
            .filter_map(|key| Some((key.id.clone(), KnownKey::new(key, apps.get(key.app_id.as_str())?.clone())?)))
            .collect();
        for about in &snapshot.issuers {
            let Some(app) = apps.get(about.app_id.as_str()) else { continue };
            let known = before.issuers.iter().find(|issuer| issuer.about == *about && issuer.app.index == app.index);
            match known.map_or_else(|| Issuer::new(about.clone(), app.clone(), &self.vault).map(Arc::new), |known| Ok(known.clone())) {
                Ok(issuer) => next.issuers.push(issuer),
                Err(cause) => tracing::error!(issuer = about.issuer, cause, "the keys of an issuer cannot be read"),
            }
        }
        let entries: HashMap<&str, &Entry, RandomState> = next.apis.values().map(|entry| (entry.id.as_str(), entry)).collect();
        let mut grants = HashMap::with_capacity_and_hasher(snapshot.grants.len(), RandomState::default());
        for grant in snapshot.grants.iter() {
            let (Some(app), Some(entry)) = (apps.get(grant.app_id.as_str()), entries.get(grant.api_id.as_str())) else { continue };
            let bucket = grant
                .limit
                .map(|rate| next.buckets.get(&before.buckets, format!("grant {} {}", grant.app_id, grant.api_id), rate, snapshot.gateways));
            let views = if grant.hidden.is_empty() { Vec::new() } else { views_without(entry, &grant.hidden) };
            grants.insert((app.index, entry.index), Grant { expires_at: grant.expires_at, bucket, hidden: grant.hidden.clone(), views });
        }
        next.grants = grants;
    }

    fn place_limits(&self, next: &mut Routes, before: &Routes, snapshot: &Snapshot) {
        let mut compartments: HashMap<(&str, &str), Arc<Bucket>, RandomState> = HashMap::default();
        for of in &snapshot.compartments {
            let owner = format!("compartment {}/{}", of.domain, of.priority.key());
            let bucket = next.buckets.get(&before.buckets, owner, of.limit, snapshot.gateways);
            compartments.insert((of.domain.as_str(), of.priority.key()), bucket);
        }
        for (path, entry) in &mut next.apis {
            let Some(api) = entry.plans().next().map(|plan| plan.api.clone()) else { continue };
            if let Some(rate) = api.switches.limit {
                entry.bucket = Some(next.buckets.get(&before.buckets, format!("api {}", api.id), rate, snapshot.gateways));
            }
            let domain = path.split('/').next().unwrap_or_default();
            entry.compartment = compartments.get(&(domain, api.switches.priority.key())).cloned();
        }
    }

    /// Starts from the snapshot on disk, for when the metadata store is away. Whether there was one.
    pub async fn load_from_disk(&self) -> bool {
        let Some(file) = &self.snapshot_file else { return false };
        match disk::read(file).await {
            Ok(snapshot) => self.load(snapshot).await.is_ok(),
            Err(_) => false,
        }
    }

    /// The APIs that are not served as they should be, with the reason of each.
    #[must_use]
    pub fn broken(&self) -> BTreeMap<String, String> {
        self.routes.load().broken.clone()
    }
}

/// The same rows under the same numbers: open files may be kept.
fn same_rows(open: &SnapshotDataset, about: &SnapshotDataset) -> bool {
    open.version_id == about.version_id && open.register == about.register
}

/// The plan of the snapshot before, where nothing that it was made of has changed.
fn known_plan(
    next: &Routes,
    before: &Routes,
    api: &Arc<SnapshotApi>,
    sources: &HashMap<(&str, Environment), &Arc<SnapshotSource>, RandomState>,
) -> Option<Arc<Plan>> {
    let entry = before.apis.get(path_of(api).as_str())?;
    let plan = entry.plan(api.environment, Some(api.version))?;
    // A live version and a pinned one are the same plan.
    let same_api = Arc::ptr_eq(&plan.api, api) || (plan.api.spec == api.spec && plan.api.switches == api.switches && plan.api.id == api.id);
    let same_rows = match &plan.backend {
        crate::plan::Backend::Source(backend) => {
            sources.get(&(api.spec.source.as_str(), api.environment)).is_some_and(|source| **source == backend.source)
        }
        crate::plan::Backend::Dataset(open) => next
            .datasets
            .get(&(format!("{}/{}", open.about.domain, open.about.name), api.environment))
            .is_some_and(|now| Arc::ptr_eq(&now.data, &open.data)),
    };
    (same_api && same_rows).then(|| plan.clone())
}

fn path_of(api: &SnapshotApi) -> String {
    format!("{}/{}", api.domain, api.name)
}

/// Puts a version into its place, or marks its API where it cannot be served.
fn place(next: &mut Routes, before: &Routes, api: &Arc<SnapshotApi>, plan: Result<Arc<Plan>, String>) {
    let path = path_of(api);
    let index = u32::try_from(next.apis.len()).unwrap_or(u32::MAX);
    let last = before.apis.get(path.as_str());
    let entry = next.apis.entry_ref(path.as_str()).or_insert_with(|| Entry {
        index,
        id: api.id.clone(),
        live: [None, None],
        versions: Vec::new(),
        bucket: None,
        compartment: None,
        meters: last.map_or_else(Default::default, |entry| entry.meters.clone()),
    });
    match plan {
        Ok(plan) => {
            if api.live {
                entry.live[api.environment as usize] = Some(plan.clone());
            }
            entry.versions.push((api.environment, api.version, plan));
        }
        Err(reason) if api.live => {
            entry.live[api.environment as usize] = last.and_then(|entry| entry.plan(api.environment, None)).cloned();
            next.broken.insert(path, reason);
        }
        Err(_) => {}
    }
    // Any live plan of an API says what it is called.
    if let Some(live) = entry.any_live().filter(|_| api.live) {
        next.services.insert(live.service.clone(), live.clone());
    }
}

/// What an app sees of each plan of an API once some fields are hidden from it.
fn views_without(entry: &Entry, hidden: &[String]) -> Vec<(usize, Arc<View>)> {
    entry
        .plans()
        .map(|plan| {
            let spec = &plan.api.spec;
            let shown = (0..spec.fields.len()).filter(|index| !hidden.contains(&spec.fields[*index].name)).collect();
            (Arc::as_ptr(plan) as usize, Arc::new(View::new(spec, shown, &plan.stored())))
        })
        .collect()
}

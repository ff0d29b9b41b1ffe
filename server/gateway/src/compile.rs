//! Compiles a snapshot off the request path and swaps it in. What has not changed since the snapshot before is taken
//! over, so that a release among ten thousand APIs costs little more than the one.

use std::cmp::Ordering;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use model::snapshot::{Environment, SNAPSHOT_FORMAT, Snapshot, SnapshotApi, SnapshotCompartment, SnapshotDataset, SnapshotSource};

use accel::Place;
use connect::live_catalog::Shown;
use model::dataset::{SHELF_DRIVER, StoreKind};
use model::union::Step;

use crate::callers::{callers_of, grants_of};
use crate::limits::Bucket;
use crate::plan::{Backend, OpenDataset, Plan};
use crate::routes::{Entry, Routes, Shares};
use crate::{Gateway, disk};

type Sources<'a> = HashMap<(&'a str, Environment), &'a Arc<SnapshotSource>, RandomState>;
type Unopened = HashMap<(String, Environment), String>;

/// What the plans of a snapshot are made from.
struct Materials<'a> {
    before: &'a Routes,
    snapshot: &'a Snapshot,
    sources: Sources<'a>,
    /// Why datasets could not be opened.
    unopened: Unopened,
}

impl Gateway {
    /// Compiles a snapshot and swaps it in. An API whose plan does not compile keeps its last good one and is marked;
    /// the others are not touched by it.
    ///
    /// # Errors
    /// A snapshot of a layout that this program does not know.
    pub async fn load(&self, mut snapshot: Snapshot) -> Result<(), String> {
        if snapshot.format != SNAPSHOT_FORMAT {
            return Err(format!("the snapshot has format {}, this program reads {SNAPSHOT_FORMAT}", snapshot.format));
        }
        if !snapshot.apis.is_sorted_by(|a, b| a.place() <= b.place()) {
            snapshot.apis.sort_by(|a, b| a.place().cmp(&b.place()));
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

    /// Starts from the snapshot on disk, for when the metadata store is away. Whether there was one.
    pub async fn load_from_disk(&self) -> bool {
        let Some(file) = &self.snapshot_file else { return false };
        match disk::read(file).await {
            Ok(snapshot) => self.load(snapshot).await.is_ok(),
            Err(_) => false,
        }
    }

    async fn compile_all(&self, before: &Routes, snapshot: &Snapshot) -> Routes {
        let paths = with_unions(snapshot, touched(before, snapshot));
        let mut next = Routes {
            revision: snapshot.revision,
            apis: before.apis.clone(),
            services: before.services.clone(),
            callers: callers_of(before, snapshot, &self.vault),
            broken: before.broken.clone(),
            snapshot: snapshot.clone(),
            next_index: before.next_index,
            shares: shares(before, snapshot),
            ..Routes::default()
        };
        self.show_columnar(snapshot);
        let unopened = self.open_datasets(&mut next, before, snapshot).await;
        let sources = snapshot.sources.iter().map(|source| ((source.name.as_str(), source.environment), source)).collect();
        let materials = Materials { before, snapshot, sources, unopened };
        let mut compiled = Vec::with_capacity(paths.len());
        for path in paths {
            let versions = versions_of(snapshot, path);
            remove(&mut next, path);
            if let Some(first) = versions.first() {
                compiled.push(self.place(&mut next, &materials, first, versions).await);
            }
        }
        next.grants = grants_of(before, &next, &self.meters, &compiled);
        next
    }

    /// Columnar datasets are the tables of a source: from now on these are.
    fn show_columnar(&self, snapshot: &Snapshot) {
        let shown = |about: &Arc<SnapshotDataset>| {
            let place = Place { dataset: about.id.clone(), version: about.version_id.clone() };
            let columns = about.register.iter().filter(|field| !field.retired);
            Some(Shown {
                domain: about.domain.clone(),
                environment: about.environment,
                name: about.name.clone(),
                file: self.stores.columnar().file(&place)?,
                key: about.key.clone(),
                columns: columns.map(|field| (field.column.clone(), field.data_type)).collect(),
            })
        };
        self.live_catalog.show(snapshot.datasets.iter().filter(|about| about.store == StoreKind::Columnar).filter_map(shown).collect());
    }

    /// Opens what is not open yet; gives the reasons of those that cannot be.
    async fn open_datasets(&self, next: &mut Routes, before: &Routes, snapshot: &Snapshot) -> Unopened {
        let mut unopened = HashMap::new();
        for about in snapshot.datasets.iter().filter(|about| about.store.is_served()) {
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

    /// Compiles the versions of one API and puts them into their places, or marks it where they cannot be served.
    async fn place(&self, next: &mut Routes, from: &Materials<'_>, about: &SnapshotApi, versions: &[Arc<SnapshotApi>]) -> Arc<Entry> {
        let path: Arc<str> = path_of(about).into();
        // Another one of the same name has nothing of the one before it.
        let last = from.before.apis.get(&path).filter(|last| last.id == about.id);
        let index = last.map_or(next.next_index, |last| last.index);
        next.next_index = next.next_index.max(index.saturating_add(1));
        let mut entry = Entry {
            index,
            id: about.id.clone(),
            live: [None, None],
            versions: Vec::new(),
            bucket: about
                .switches
                .limit
                .map(|rate| Bucket::renewed(last.and_then(|last| last.bucket.as_ref()), rate, from.snapshot.gateways)),
            compartment: next.shares.get(&(about.domain.clone(), about.switches.priority)).cloned(),
            meters: self.meters.of_api(&path, &about.id, about.spec.kind()),
        };
        for api in versions {
            let plan = match known_plan(next, from, api) {
                Some(plan) => Ok(plan),
                None => self.compile(next, from, api, from.before.revision > 0 && api.live).await,
            };
            match plan {
                Ok(plan) => {
                    if api.live {
                        entry.live[api.environment as usize] = Some(plan.clone());
                    }
                    entry.versions.push((api.environment, api.version, plan));
                }
                Err(reason) if api.live => {
                    entry.live[api.environment as usize] = last.and_then(|last| last.plan(api.environment, None)).cloned();
                    next.broken.insert(path.to_string(), reason);
                }
                Err(_) => {}
            }
        }
        // Any live plan of an API says what it is called.
        if let Some(live) = entry.any_live() {
            next.services.insert(live.service.clone(), live.clone());
        }
        let entry = Arc::new(entry);
        next.apis.insert(path, entry.clone());
        entry
    }

    async fn compile(&self, next: &Routes, from: &Materials<'_>, api: &Arc<SnapshotApi>, try_it: bool) -> Result<Arc<Plan>, String> {
        let plan = match api.spec.serve_from.dataset() {
            Some(name) => {
                let key = (format!("{}/{name}", api.domain), api.environment);
                match next.datasets.get(&key) {
                    Some(open) => Plan::from_dataset(api.clone(), open.clone())?,
                    None => {
                        let missing = || format!("Dataset {name} has no live version in {}.", api.environment.key());
                        return Err(from.unopened.get(&key).cloned().unwrap_or_else(missing));
                    }
                }
            }
            None if api.spec.union().is_some() => Plan::from_union(api.clone(), &|name| live_beside(next, api, name).cloned())?,
            None => {
                let source = from
                    .sources
                    .get(&(api.spec.source.as_str(), api.environment))
                    .ok_or_else(|| format!("{} has no binding for {}.", api.spec.source, api.environment.key()))?;
                let plan = Plan::from_source(api.clone(), (*source).clone(), &self.pools, &self.vault)?;
                plan.resting_on(columnar_versions(from.snapshot, source))
            }
        };
        if try_it {
            plan.try_out().await?;
        }
        Ok(Arc::new(plan))
    }
}

/// The paths of the APIs that have to be compiled: all of them where something has changed that any may rest on; else
/// those that differ, and those that could not be served before.
fn touched<'a>(before: &'a Routes, snapshot: &'a Snapshot) -> Vec<(&'a str, &'a str)> {
    let known = &before.snapshot;
    let same_ground = known.sources == snapshot.sources
        && known.datasets == snapshot.datasets
        && known.compartments == snapshot.compartments
        && known.gateways == snapshot.gateways;
    let mut paths = if same_ground {
        let broken = before.broken.keys().filter_map(|path| path.split_once('/'));
        let mut paths = differing(&known.apis, &snapshot.apis);
        paths.extend(broken);
        paths
    } else {
        known.apis.iter().chain(&snapshot.apis).map(|api| (api.domain.as_str(), api.name.as_str())).collect()
    };
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// With the Unions that rest on what is touched, each behind all that it rests on.
fn with_unions<'a>(snapshot: &'a Snapshot, mut paths: Vec<(&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let mut left: Vec<&SnapshotApi> = snapshot.apis.iter().map(Arc::as_ref).filter(|api| api.spec.union().is_some()).collect();
    let of = |api: &'a SnapshotApi| (api.domain.as_str(), api.name.as_str());
    let unions: HashSet<_, RandomState> = left.iter().map(|api| of(api)).collect();
    let mut wanted: HashSet<_, RandomState> = paths.iter().copied().collect();
    let mut placed: HashSet<_, RandomState> = HashSet::default();
    paths.retain(|path| !unions.contains(path));
    // Depth is bounded by the check, so this is over soon; a knot that slipped through is left where it stands.
    while !left.is_empty() {
        let names: HashSet<_, RandomState> = left.iter().map(|api| of(api)).collect();
        let waits = |api: &SnapshotApi| {
            let mut apis = api.spec.union().into_iter().flat_map(|union| &union.steps).flat_map(Step::apis);
            apis.any(|name| names.contains(&(api.domain.as_str(), name)) && name != api.name)
        };
        let (rest, ready): (Vec<&SnapshotApi>, Vec<&SnapshotApi>) = left.iter().copied().partition(|api| waits(api));
        let stuck = ready.is_empty();
        for api in if stuck { &rest } else { &ready } {
            let mut apis = api.spec.union().into_iter().flat_map(|union| &union.steps).flat_map(Step::apis);
            if wanted.contains(&of(api)) || apis.any(|name| wanted.contains(&(api.domain.as_str(), name))) {
                wanted.insert(of(api));
                // Versions of one API stand beside each other.
                if placed.insert(of(api)) {
                    paths.push(of(api));
                }
            }
        }
        left = if stuck { Vec::new() } else { rest };
    }
    paths
}

/// Walks two lists in order. A version that both share is the same allocation, so that nothing of it is looked at.
fn differing<'a>(known: &'a [Arc<SnapshotApi>], now: &'a [Arc<SnapshotApi>]) -> Vec<(&'a str, &'a str)> {
    let (mut known, mut now) = (known.iter().peekable(), now.iter().peekable());
    let mut paths = Vec::new();
    loop {
        let order = match (known.peek(), now.peek()) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => {
                known.next();
                now.next();
                continue;
            }
            (Some(a), Some(b)) => a.place().cmp(&b.place()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return paths,
        };
        let old = if order.is_le() { known.next() } else { None };
        let new = if order.is_ge() { now.next() } else { None };
        paths.extend(old.into_iter().chain(new).map(|api| (api.domain.as_str(), api.name.as_str())));
    }
}

/// The versions of one API in a list that is in order.
fn versions_of<'a>(snapshot: &'a Snapshot, path: (&str, &str)) -> &'a [Arc<SnapshotApi>] {
    let name = |api: &Arc<SnapshotApi>| (api.domain.as_str(), api.name.as_str()).cmp(&path);
    let start = snapshot.apis.partition_point(|api| name(api).is_lt());
    let end = snapshot.apis.partition_point(|api| name(api).is_le());
    &snapshot.apis[start..end]
}

fn remove(next: &mut Routes, (domain, name): (&str, &str)) {
    let path = format!("{domain}/{name}");
    next.broken.remove(&path);
    if let Some(gone) = next.apis.remove(path.as_str())
        && let Some(plan) = gone.any_live()
    {
        next.services.remove(&plan.service);
    }
}

/// The buckets of the compartments; a compartment keeps its own while its rate is the same.
fn shares(before: &Routes, snapshot: &Snapshot) -> Shares {
    let bucket = |of: &SnapshotCompartment| {
        let owner = (of.domain.clone(), of.priority);
        let bucket = Bucket::renewed(before.shares.get(&owner), of.limit, snapshot.gateways);
        (owner, bucket)
    };
    snapshot.compartments.iter().map(bucket).collect()
}

/// The same rows under the same numbers: open files may be kept.
fn same_rows(open: &SnapshotDataset, about: &SnapshotDataset) -> bool {
    open.version_id == about.version_id && open.register == about.register
}

/// The plan of the snapshot before, where nothing that it was made of has changed.
fn known_plan(next: &Routes, from: &Materials<'_>, api: &Arc<SnapshotApi>) -> Option<Arc<Plan>> {
    let entry = from.before.apis.get(path_of(api).as_str())?;
    let plan = entry.plan(api.environment, Some(api.version))?;
    // A live version and a pinned one are the same plan.
    let same_api = Arc::ptr_eq(&plan.api, api) || (plan.api.spec == api.spec && plan.api.switches == api.switches && plan.api.id == api.id);
    let same_rows = match &plan.backend {
        Backend::Source(backend) => {
            let source = from.sources.get(&(api.spec.source.as_str(), api.environment));
            source.is_some_and(|source| **source == backend.source && columnar_versions(from.snapshot, source) == backend.rests_on)
        }
        Backend::Union(union) => union.made_with().all(|(name, with)| match (with, live_beside(next, api, name)) {
            (Some(with), Some(now)) => Arc::ptr_eq(with, now),
            (with, now) => with.is_none() && now.is_none(),
        }),
        Backend::Dataset(open) => next
            .datasets
            .get(&(format!("{}/{}", open.about.domain, open.about.name), api.environment))
            .is_some_and(|now| Arc::ptr_eq(&now.data, &open.data)),
    };
    (same_api && same_rows).then(|| plan.clone())
}

/// The live dataset versions that are the tables of a source of datasets; nothing for other sources.
fn columnar_versions(snapshot: &Snapshot, source: &SnapshotSource) -> String {
    if source.driver != SHELF_DRIVER {
        return String::new();
    }
    let same = |about: &&Arc<SnapshotDataset>| {
        about.store == StoreKind::Columnar && about.domain == source.domain && about.environment == source.environment
    };
    snapshot.datasets.iter().filter(same).map(|about| about.version_id.as_str()).collect::<Vec<_>>().join(" ")
}

/// The live plan of another API of the same domain.
fn live_beside<'a>(next: &'a Routes, api: &SnapshotApi, name: &str) -> Option<&'a Arc<Plan>> {
    next.apis.get(format!("{}/{name}", api.domain).as_str())?.plan(api.environment, None)
}

fn path_of(api: &SnapshotApi) -> String {
    format!("{}/{}", api.domain, api.name)
}

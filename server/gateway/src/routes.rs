//! What a snapshot becomes: maps that a call is looked up in, swapped as one pointer.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use model::clock::Millis;
use model::snapshot::{Environment, SNAPSHOT_FORMAT, Snapshot, SnapshotApi, SnapshotKey, SnapshotSource};

use crate::plan::Plan;
use crate::{Gateway, disk};

/// An environment, a path such as `travel/plane`, and the version where one is pinned.
pub(crate) type RouteKey = (Environment, String, Option<i64>);

/// One revision, ready to answer.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) revision: i64,
    pub(crate) plans: HashMap<RouteKey, Arc<Plan>>,
    /// Paths that exist in some environment, for a 404 that tells the truth.
    pub(crate) paths: HashSet<String>,
    pub(crate) keys: HashMap<String, SnapshotKey>,
    /// App and API, with the end of the grant.
    pub(crate) grants: HashMap<(String, String), Option<Millis>>,
    /// Paths whose newest version does not compile, with the reason of each.
    pub(crate) broken: BTreeMap<String, String>,
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
        let mut next = Routes { revision: snapshot.revision, ..Routes::default() };
        for api in &snapshot.apis {
            let source = snapshot.sources.iter().find(|source| source.name == api.spec.source && source.environment == api.environment);
            self.place(&mut next, &before, api, source).await;
        }
        next.keys = snapshot.keys.iter().map(|key| (key.id.clone(), key.clone())).collect();
        next.grants = snapshot.grants.iter().map(|grant| ((grant.app_id.clone(), grant.api_id.clone()), grant.expires_at)).collect();
        self.routes.store(Arc::new(next));
        if let Some(file) = &self.snapshot_file
            && let Err(error) = disk::write(file, &snapshot).await
        {
            tracing::warn!(cause = %error, "the last snapshot could not be kept on disk");
        }
        Ok(())
    }

    async fn place(&self, next: &mut Routes, before: &Routes, api: &SnapshotApi, source: Option<&SnapshotSource>) {
        let path = format!("{}/{}", api.domain, api.name);
        let pinned = (api.environment, path.clone(), Some(api.version));
        let live = (api.environment, path.clone(), None);
        next.paths.insert(path.clone());
        let known = before.plans.get(&pinned).filter(|plan| Some(&plan.source) == source && plan.api.spec == api.spec);
        let plan = match (known, source) {
            (Some(known), _) => Ok(known.clone()),
            (None, Some(source)) => self.compile_and_try(api, source, before.revision > 0 && api.live).await,
            (None, None) => Err(format!("{} has no binding for {}.", api.spec.source, api.environment.key())),
        };
        match plan {
            Ok(plan) => {
                if api.live {
                    next.plans.insert(live, plan.clone());
                }
                next.plans.insert(pinned, plan);
            }
            Err(reason) if api.live => {
                if let Some(last_good) = before.plans.get(&live) {
                    next.plans.insert(live, last_good.clone());
                }
                next.broken.insert(path, reason);
            }
            Err(_) => {}
        }
    }

    async fn compile_and_try(&self, api: &SnapshotApi, source: &SnapshotSource, try_it: bool) -> Result<Arc<Plan>, String> {
        let plan = Plan::compile(api.clone(), source.clone(), &self.pools, &self.vault)?;
        if try_it {
            plan.try_out().await?;
        }
        Ok(Arc::new(plan))
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

//! Those who may call, compiled from a snapshot: keys, issuers of tokens, and grants by the places of app and API.

use std::sync::Arc;

use connect::vault::Vault;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use model::snapshot::Snapshot;

use crate::keys::{App, Grant, KnownKey};
use crate::limits::Bucket;
use crate::routes::{Entry, Routes};
use crate::tokens::Issuer;
use crate::view::View;

/// Keys and issuers, with the apps that they stand for.
#[derive(Default)]
pub(crate) struct Callers {
    pub(crate) keys: HashMap<String, KnownKey, RandomState>,
    pub(crate) issuers: Vec<Arc<Issuer>>,
    /// By id. An app keeps its place for as long as this process runs.
    apps: HashMap<String, App, RandomState>,
}

/// What apps may do.
#[derive(Default)]
pub(crate) struct Grants {
    /// By the places of app and API.
    pub(crate) by_place: HashMap<(u32, u32), Grant, RandomState>,
    /// APIs that show some app less than the others: their views belong to plans.
    pub(crate) narrowed: HashSet<u32, RandomState>,
}

impl Callers {
    /// Those of the snapshot before, where nothing about them has changed.
    pub(crate) fn of(before: &Routes, snapshot: &Snapshot, vault: &Vault) -> Arc<Self> {
        if Arc::ptr_eq(&before.snapshot.keys, &snapshot.keys) && before.snapshot.issuers == snapshot.issuers {
            return before.callers.clone();
        }
        let known = &before.callers;
        let mut apps = known.apps.clone();
        let names = snapshot.keys.iter().map(|key| (&key.app_id, key.app.as_str()));
        for (id, name) in names.chain(snapshot.issuers.iter().map(|issuer| (&issuer.app_id, issuer.app.as_str()))) {
            let next = u32::try_from(apps.len()).unwrap_or(u32::MAX);
            let index = apps.get(id).map_or(next, |app| app.index);
            apps.insert(id.clone(), App { index, id: id.as_str().into(), name: name.into() });
        }
        let keys =
            snapshot.keys.iter().filter_map(|key| Some((key.id.clone(), KnownKey::new(key, apps.get(&key.app_id)?.clone())?))).collect();
        let mut issuers = Vec::with_capacity(snapshot.issuers.len());
        for about in &snapshot.issuers {
            let Some(app) = apps.get(&about.app_id) else { continue };
            let same = known.issuers.iter().find(|issuer| issuer.about == *about);
            match same.map_or_else(|| Issuer::new(about.clone(), app.clone(), vault).map(Arc::new), |same| Ok(same.clone())) {
                Ok(issuer) => issuers.push(issuer),
                Err(cause) => tracing::error!(issuer = about.issuer, cause, "the keys of an issuer cannot be read"),
            }
        }
        Arc::new(Self { keys, issuers, apps })
    }
}

impl Grants {
    /// Those of the snapshot before, where neither they, nor who calls, nor an API that they depend on has changed.
    /// `touched` are the APIs of `next` that were compiled anew.
    pub(crate) fn of(before: &Routes, next: &Routes, snapshot: &Snapshot, touched: &[Arc<Entry>]) -> Arc<Self> {
        let known = &before.grants;
        let needed = |entry: &Arc<Entry>| entry.index >= before.next_index || known.narrowed.contains(&entry.index);
        if Arc::ptr_eq(&before.snapshot.grants, &snapshot.grants)
            && Arc::ptr_eq(&before.callers, &next.callers)
            && before.snapshot.gateways == snapshot.gateways
            && !touched.iter().any(needed)
        {
            return known.clone();
        }
        let entries: HashMap<&str, &Entry, RandomState> = next.apis.values().map(|entry| (entry.id.as_str(), &**entry)).collect();
        let mut grants =
            Self { by_place: HashMap::with_capacity_and_hasher(snapshot.grants.len(), RandomState::default()), ..Self::default() };
        for grant in snapshot.grants.iter() {
            let (Some(app), Some(entry)) = (next.callers.apps.get(&grant.app_id), entries.get(grant.api_id.as_str())) else { continue };
            let place = (app.index, entry.index);
            let bucket = grant.limit.map(|rate| {
                let last = known.by_place.get(&place).and_then(|grant| grant.bucket.as_ref());
                Bucket::renewed(last, rate, snapshot.gateways)
            });
            let views = if grant.hidden.is_empty() { Vec::new() } else { views_without(entry, &grant.hidden) };
            if !grant.hidden.is_empty() {
                grants.narrowed.insert(entry.index);
            }
            grants.by_place.insert(place, Grant { expires_at: grant.expires_at, bucket, hidden: grant.hidden.clone(), views });
        }
        Arc::new(grants)
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

//! Those who may call, compiled from a snapshot. What a change does not touch is shared with the snapshot before.

use std::sync::Arc;

use connect::vault::Vault;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use model::hidden::Hidden;
use model::snapshot::Snapshot;
use model::spec::ApiKind;

use crate::limits::Bucket;
use crate::plan::Plan;
use crate::registry::Registry;
use crate::routes::{Entry, Routes};
use crate::union::hidden_of;
use crate::view::View;
use crate::who::{App, Callers, Grant, Grants, Issuer, KnownKey};

/// Those of the snapshot before, where nothing about them has changed.
pub(crate) fn callers_of(before: &Routes, snapshot: &Snapshot, vault: &Vault) -> Arc<Callers> {
    if Arc::ptr_eq(&before.snapshot.keys, &snapshot.keys)
        && before.snapshot.issuers == snapshot.issuers
        && before.snapshot.origins == snapshot.origins
    {
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
    let keys = snapshot.keys.iter().filter_map(|key| Some((key.id.clone(), KnownKey::new(key, apps.get(&key.app_id)?.clone())?))).collect();
    let mut issuers = Vec::with_capacity(snapshot.issuers.len());
    for about in &snapshot.issuers {
        let Some(app) = apps.get(&about.app_id) else { continue };
        let same = known.issuers.iter().find(|issuer| issuer.about == *about);
        match same.map_or_else(|| Issuer::new(about.clone(), app.clone(), vault).map(Arc::new), |same| Ok(same.clone())) {
            Ok(issuer) => issuers.push(issuer),
            Err(cause) => tracing::error!(issuer = about.issuer, cause, "the keys of an issuer cannot be read"),
        }
    }
    let mut origins: HashMap<String, Vec<u32>, RandomState> = HashMap::default();
    for of_app in &snapshot.origins {
        let Some(app) = apps.get(&of_app.app_id) else { continue };
        of_app.origins.iter().for_each(|origin| origins.entry(origin.clone()).or_default().push(app.index));
    }
    Arc::new(Callers { keys, issuers, origins, apps })
}

/// Those of the snapshot before, where neither they, nor who calls, nor an API that they depend on has changed.
/// `touched` are the APIs of `next` that were compiled again.
pub(crate) fn grants_of(before: &Routes, next: &Routes, meters: &Registry, touched: &[Arc<Entry>]) -> Arc<Grants> {
    let (known, snapshot) = (&before.grants, &next.snapshot);
    // What is hidden of any API is hidden inside of the Unions that call it.
    let inherits = |entry: &Arc<Entry>| !known.narrowed.is_empty() && entry.plans().any(|plan| plan.kind == ApiKind::Union);
    let needed = |entry: &Arc<Entry>| entry.index >= before.next_index || known.narrowed.contains(&entry.index) || inherits(entry);
    if Arc::ptr_eq(&before.snapshot.grants, &snapshot.grants)
        && Arc::ptr_eq(&before.callers, &next.callers)
        && before.snapshot.gateways == snapshot.gateways
        && !touched.iter().any(needed)
    {
        return known.clone();
    }
    let entries: HashMap<&str, (&Arc<str>, &Arc<Entry>), RandomState> =
        next.apis.iter().map(|(path, entry)| (entry.id.as_str(), (path, entry))).collect();
    let mut grants =
        Grants { by_place: HashMap::with_capacity_and_hasher(snapshot.grants.len(), RandomState::default()), ..Grants::default() };
    let of_apps: HashMap<(&str, &str), &[String], RandomState> = snapshot
        .grants
        .iter()
        .filter(|grant| !grant.hidden.is_empty())
        .map(|grant| ((grant.app_id.as_str(), grant.api_id.as_str()), grant.hidden.as_slice()))
        .collect();
    for grant in snapshot.grants.iter() {
        let (Some(app), Some((path, entry))) = (next.callers.apps.get(&grant.app_id), entries.get(grant.api_id.as_str())) else { continue };
        let place = (app.index, entry.index);
        let last = known.by_place.get(&place);
        let bucket = grant.limit.map(|rate| Bucket::renewed(last.and_then(|grant| grant.bucket.as_ref()), rate, snapshot.gateways));
        let meter = last.map_or_else(|| meters.of_grant(&app.name, path), |grant| grant.meter.clone());
        // What an ended grant hides stays hidden inside of Unions.
        let of_api = |api: &str| of_apps.get(&(grant.app_id.as_str(), api)).map(|hidden| hidden.to_vec()).unwrap_or_default();
        let views = if of_apps.is_empty() { None } else { views_without(entry, &grant.hidden, &of_api) };
        if views.is_some() {
            grants.narrowed.insert(entry.index);
        }
        grants.by_place.insert(place, Grant { expires_at: grant.expires_at, bucket, views, meter });
    }
    Arc::new(grants)
}

/// What an app sees of each plan of an API that it may call, once something is hidden from it; `None` where nothing is.
/// `of_api` gives what is hidden from it of another API, by the API's id.
fn views_without(entry: &Entry, own: &[String], of_api: &dyn Fn(&str) -> Vec<String>) -> Option<Vec<(usize, Arc<View>)>> {
    let hidden: Vec<_> = entry.plans().map(|plan| (plan, hidden_of(plan, own, of_api))).collect();
    if own.is_empty() && hidden.iter().all(|(_, hidden)| hidden.is_empty()) {
        return None;
    }
    let open = hidden.into_iter().filter(|(plan, hidden)| hidden.closes(&plan.api.spec).is_none());
    let view = |(plan, hidden): (&Arc<Plan>, Hidden)| {
        (Arc::as_ptr(plan) as usize, Arc::new(View::without(&plan.api.spec, hidden, &plan.stored())))
    };
    Some(open.map(view).collect())
}

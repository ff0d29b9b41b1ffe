//! The meters of all APIs and grants that this process has had. An API that is retired, and a grant that is revoked, keep theirs: a counter
//! that vanished would be an end for those who read it, and one that came back smaller a new beginning. Nothing here is asked while a
//! request is answered.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::snapshot::Environment;
use model::spec::ApiKind;

use crate::figures::{ApiFigures, AppFigures};
use crate::metrics::{AppMeter, Meter};

/// By path and id: another API of the same path has meters of its own, and both have one line.
type Apis = BTreeMap<(Arc<str>, String), OfApi>;
/// By the paths of app and API.
type Grants = BTreeMap<(Arc<str>, Arc<str>), Arc<AppMeter>>;

#[derive(Default)]
pub(crate) struct Registry {
    apis: Mutex<Apis>,
    grants: Mutex<Grants>,
}

struct OfApi {
    kind: ApiKind,
    meters: [Arc<Meter>; 2],
}

impl Registry {
    /// The meters of an API, by environment.
    pub(crate) fn of_api(&self, path: &Arc<str>, id: &str, kind: ApiKind) -> [Arc<Meter>; 2] {
        let mut apis = lock(&self.apis);
        let known = apis.entry((path.clone(), id.to_owned())).or_insert_with(|| OfApi { kind, meters: Default::default() });
        known.kind = kind;
        known.meters.clone()
    }

    pub(crate) fn of_grant(&self, app: &Arc<str>, api: &Arc<str>) -> Arc<AppMeter> {
        lock(&self.grants).entry((app.clone(), api.clone())).or_default().clone()
    }

    /// Those of APIs that were called, in the order of paths and environments.
    pub(crate) fn api_figures(&self) -> Vec<ApiFigures> {
        let mut all: BTreeMap<(Arc<str>, Environment), ApiFigures> = BTreeMap::new();
        for (path, environment, kind, meter) in self.used() {
            let figures = meter.read();
            match all.entry((path.clone(), environment)) {
                Entry::Occupied(mut known) => known.get_mut().figures.merge(&figures),
                Entry::Vacant(place) => {
                    place.insert(ApiFigures { api: path, kind, environment, figures, breaker_open: None });
                }
            }
        }
        all.into_values().collect()
    }

    /// The histograms are read without the lock.
    fn used(&self) -> Vec<(Arc<str>, Environment, ApiKind, Arc<Meter>)> {
        let apis = lock(&self.apis);
        let meters = apis.iter().flat_map(|((path, _), of)| {
            Environment::ALL.into_iter().map(move |environment| (path, environment, of.kind, &of.meters[environment as usize]))
        });
        let used = meters.filter(|(.., meter)| meter.is_used());
        used.map(|(path, environment, kind, meter)| (path.clone(), environment, kind, meter.clone())).collect()
    }

    /// Those of apps and the APIs that they called.
    pub(crate) fn app_figures(&self) -> Vec<AppFigures> {
        let grants = lock(&self.grants);
        let figures = grants.iter().flat_map(|((app, api), meter)| {
            Environment::ALL.into_iter().filter_map(move |environment| {
                let (ok, errors) = meter.read(environment);
                let is_used = ok > 0 || !errors.is_empty();
                is_used.then(|| AppFigures { app: app.clone(), api: api.clone(), environment, ok, errors })
            })
        });
        figures.collect()
    }
}

fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use model::ErrorCode;

    use super::*;
    use crate::metrics::Spent;

    #[test]
    fn an_api_that_comes_back_goes_on_and_another_of_its_path_is_added() {
        let registry = Registry::default();
        let path: Arc<str> = "travel/plane".into();
        let count = |id: &str, environment: Environment| {
            registry.of_api(&path, id, ApiKind::Kv)[environment as usize].count(None, Spent::in_gateway(1), 0);
        };
        registry.of_api(&Arc::from("travel/silent"), "c", ApiKind::Sql);
        count("a", Environment::Prod);
        count("a", Environment::Prod);
        count("b", Environment::Prod);
        count("b", Environment::Test);
        let figures: Vec<_> = registry.api_figures().into_iter().map(|of| (of.api.to_string(), of.environment, of.figures.ok)).collect();
        assert_eq!(figures, [("travel/plane".to_owned(), Environment::Test, 1), ("travel/plane".to_owned(), Environment::Prod, 3)]);
    }

    #[test]
    fn a_grant_that_is_given_again_goes_on() {
        let registry = Registry::default();
        let [app, api]: [Arc<str>; 2] = ["travel/site", "travel/plane"].map(Arc::from);
        registry.of_grant(&app, &api).count(Environment::Prod, None);
        registry.of_grant(&app, &api).count(Environment::Prod, Some(ErrorCode::TooManyRequests));
        registry.of_grant(&app, &Arc::from("travel/other"));
        let figures = registry.app_figures();
        assert_eq!((figures.len(), figures[0].ok, figures[0].errors.as_slice()), (1, 1, &[(ErrorCode::TooManyRequests, 1)][..]));
    }
}

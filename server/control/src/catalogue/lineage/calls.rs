//! Which apps may call which APIs, and which have: by grants, and by the requests of the past 30 days.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::catalogue::{AssetPath, EdgeKind, LineageEdge};
use model::hidden::{self, Hidden};
use model::{ApiSpec, Problem};
use store::{ApiRow, GrantRow};

use crate::Control;
use crate::failure::hidden_fields;

/// What one app has of one API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Call {
    /// The grant, where there is one that has not ended.
    pub(super) is_granted: bool,
    /// Requests of the past 30 days in prod; nothing where they are not known.
    pub(super) requests: Option<u64>,
    /// The fields that the app gets, where the grant hides others.
    pub(super) fields: Option<BTreeSet<String>>,
}

/// All of them, by the API and the app.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls {
    all: BTreeMap<(AssetPath, AssetPath), Call>,
    /// Requests of each API by whatever app.
    apis: HashMap<AssetPath, u64>,
    /// Whether the figures could be read.
    is_counted: bool,
}

impl Calls {
    /// The apps of an API, and what they have of it. An app that has neither a grant any more nor called is none of them.
    pub(super) fn of_api(&self, api: &AssetPath) -> impl Iterator<Item = (&AssetPath, &Call)> {
        self.all.iter().filter(move |((of, _), _)| of == api).map(|((_, app), call)| (app, call))
    }

    pub(super) fn of_app(&self, app: &AssetPath) -> impl Iterator<Item = (&AssetPath, &Call)> {
        self.all.iter().filter(move |((_, of), _)| of == app).map(|((api, _), call)| (api, call))
    }

    pub(super) fn between(&self, api: &AssetPath, app: &AssetPath) -> Option<&Call> {
        self.all.get(&(api.clone(), app.clone()))
    }

    /// The requests of an API; nothing where the figures could not be read.
    pub(super) fn requests(&self, api: &AssetPath) -> Option<u64> {
        self.is_counted.then(|| self.apis.get(api).copied().unwrap_or(0))
    }

    /// The edges from an API to its apps: of its fields where an app does not get all of them.
    pub(super) fn edges(&self, api: &AssetPath) -> Vec<LineageEdge> {
        let mut edges = Vec::new();
        for (app, call) in self.of_api(api) {
            let edge = |from: AssetPath| LineageEdge { from, to: app.clone(), how: EdgeKind::Call, by: app.clone() };
            edges.push(edge(api.clone()));
            edges.extend(call.fields.iter().flatten().map(|field| edge(api.column(field))));
        }
        edges
    }
}

impl Control {
    /// Who calls what, now.
    pub(super) async fn calls(&self) -> Result<Calls, Problem> {
        let (apis, apps, now) = (self.store.apis().await?, self.store.apps().await?, self.host.now());
        let api_rows: HashMap<&str, &ApiRow> = apis.iter().map(|api| (api.id.as_str(), api)).collect();
        let app_paths: HashMap<&str, AssetPath> =
            apps.iter().map(|app| (app.id.as_str(), AssetPath::app(&app.domain, &app.name))).collect();
        let mut calls = Calls::default();
        for grant in self.store.grants().await?.into_iter().filter(|grant| grant.expires_at.is_none_or(|end| end > now)) {
            let (Some(api), Some(app)) = (api_rows.get(grant.api_id.as_str()), app_paths.get(grant.app_id.as_str())) else { continue };
            let fields = self.fields_of_grant(api, &grant).await?;
            let call = Call { is_granted: true, requests: None, fields };
            calls.all.insert((AssetPath::api(&api.domain, &api.name), app.clone()), call);
        }
        // Lineage is shown without figures that cannot be read.
        if let Ok((of_apis, of_apps)) = self.prod_requests_of_month().await {
            let known: BTreeSet<AssetPath> = apis.iter().map(|api| AssetPath::api(&api.domain, &api.name)).collect();
            calls.count((&of_apis, &of_apps), &known);
        }
        Ok(calls)
    }

    /// The fields of the live version that an app gets; nothing where it gets all of them.
    async fn fields_of_grant(&self, api: &ApiRow, grant: &GrantRow) -> Result<Option<BTreeSet<String>>, Problem> {
        let fields = hidden_fields(grant)?;
        if fields.is_empty() {
            return Ok(None);
        }
        let versions = self.specs_of(&api.id).await?;
        let closed = hidden::closed(&fields, &versions);
        let releases = self.store.releases_of(&api.id).await?;
        let mut shown = BTreeSet::new();
        for release in &releases {
            let Some(version) = self.store.version(&release.version_id).await? else { continue };
            let Ok(spec) = ApiSpec::read_stored(&version.spec) else { continue };
            let hidden = Hidden::of(&spec, &closed);
            let fields = spec.fields.iter().enumerate().filter(|(index, _)| !hidden.fields.contains(index));
            shown.extend(fields.map(|(_, field)| field.name.clone()));
        }
        Ok(Some(shown))
    }
}

impl Calls {
    /// Adds what was counted: of each API, and of each app and API, by their paths in the figures.
    fn count(&mut self, (of_apis, of_apps): (&HashMap<String, u64>, &HashMap<String, u64>), known: &BTreeSet<AssetPath>) {
        self.is_counted = true;
        self.all.values_mut().for_each(|call| call.requests = Some(0));
        for (path, requests) in of_apis {
            if let Some((domain, name)) = path.split_once('/') {
                self.apis.insert(AssetPath::api(domain, name), *requests);
            }
        }
        for (pair, requests) in of_apps.iter().filter(|(_, requests)| **requests > 0) {
            let parts = pair.split_once(' ').and_then(|(app, api)| Some((app.split_once('/')?, api.split_once('/')?)));
            let Some(((app_domain, app), (api_domain, api))) = parts else { continue };
            let (api, app) = (AssetPath::api(api_domain, api), AssetPath::app(app_domain, app));
            // Figures stay for longer than what they are of.
            if known.contains(&api) {
                self.all.entry((api, app)).or_default().requests = Some(*requests);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_calls_what_it_may_call_and_what_it_has_called() {
        let (plane, late) = (AssetPath::api("t", "plane"), AssetPath::api("t", "late"));
        let (board, desk) = (AssetPath::app("t", "board"), AssetPath::app("o", "desk"));
        let mut calls = Calls::default();
        let fields = Some(BTreeSet::from(["seats".to_owned()]));
        calls.all.insert((plane.clone(), board.clone()), Call { is_granted: true, requests: None, fields });
        let of_apis = HashMap::from([("t/plane".to_owned(), 9)]);
        let of_apps = HashMap::from([("o/desk t/late".to_owned(), 7), ("o/desk t/gone".to_owned(), 3), ("o/desk t/plane".to_owned(), 0)]);
        assert_eq!(calls.requests(&plane), None);
        calls.count((&of_apis, &of_apps), &BTreeSet::from([plane.clone(), late.clone()]));
        assert_eq!((calls.requests(&plane), calls.requests(&late)), (Some(9), Some(0)));
        assert_eq!(calls.between(&plane, &board).unwrap().requests, Some(0));
        assert_eq!(
            calls.of_app(&desk).map(|(api, call)| (api.to_string(), call.is_granted)).collect::<Vec<_>>(),
            [("api:t/late".into(), false)]
        );
        let edges: Vec<String> = calls.edges(&plane).iter().map(|edge| format!("{} {}", edge.from, edge.to)).collect();
        assert_eq!(edges, ["api:t/plane app:t/board", "column:api:t/plane#seats app:t/board"]);
    }
}

//! Requests of the test console: any definition, through the same stack from the parameters on, with all that it did.

use std::sync::Arc;
use std::time::Instant;

use connect::{Connection, Consumer, Notes};
use model::snapshot::{SnapshotApi, SnapshotDataset, SnapshotSource};
use model::view::{TryAnswer, TryStep};
use model::{ErrorCode, Problem};

use crate::Gateway;
use crate::answer::{Stamp, good, problem};
use crate::encode::body_of;
use crate::metrics::Meter;
use crate::parameters::{self, Given, Giver};
use crate::plan::{Backend, OpenDataset, Plan};
use crate::request_id::RequestId;
use crate::stack::Admitted;
use crate::timings::{Timings, micros_since};

/// A definition and the values to call it with.
pub struct TrialRequest {
    pub api: SnapshotApi,
    /// Unions have none.
    pub source: Option<SnapshotSource>,
    /// The dataset that it is served from, where it is.
    pub dataset: Option<SnapshotDataset>,
    pub parameters: Vec<(String, String)>,
    /// Who tries it, for the way of the request.
    pub caller: String,
    pub request_id: String,
}

impl Gateway {
    /// Runs one trial. A definition that does not compile is a response too.
    pub async fn trial(&self, request: TrialRequest) -> TryAnswer {
        let TrialRequest { api, source, dataset, parameters, caller, request_id } = request;
        let started = Instant::now();
        let plan = match self.trial_plan(api, source, dataset).await {
            Ok(plan) => Arc::new(plan),
            Err(reason) => return of_problem(&Problem::new(ErrorCode::PlanBroken, reason), &request_id),
        };
        let given = Given::Query(parameters);
        let mut timings = Timings::default();
        let meter = Arc::new(Meter::default());
        let consumer = Consumer::person(&caller);
        let admitted =
            Admitted { view: &plan.view, plan: &plan, app: None, fixed: None, budget: None, meter: &meter, app_meter: None, consumer };
        let answered = self.answer(&admitted, &given, &mut timings).await;
        let took_us = micros_since(started);
        let rows = answered.as_ref().ok().map(|answered| answered.rows.rows.len() as u64);
        let steps = steps_of(&plan, &caller, &timings, &given);
        let (sql, query_plan) = explained(&plan, &given, self.giver(&admitted, &Notes::default())).await;
        let id = RequestId::new(self.clock.request_id(self.clock.now()));
        let headers = http::HeaderMap::new();
        let cache = answered.as_ref().ok().and_then(|answered| answered.cache);
        let stamp = Stamp {
            request_id: &id,
            request: &headers,
            plan: Some(&plan),
            budget: None,
            cache,
            retry_after: None,
            took: micros_since(started),
        };
        let response = match answered.and_then(|answered| body_of(&admitted, &answered)) {
            Ok(body) => good(&stamp, body, Some(&timings)),
            Err(found) => problem(&stamp, &found),
        };
        TryAnswer {
            status: response.status().as_u16(),
            headers: headers_of(response.headers(), &request_id),
            body: String::from_utf8_lossy(response.body().bytes()).into_owned(),
            steps,
            took_us,
            rows,
            plan: query_plan,
            sql,
            graph: timings.graph,
            sha256: String::new(),
            calls: Vec::new(),
        }
    }

    async fn trial_plan(&self, api: SnapshotApi, source: Option<SnapshotSource>, dataset: Option<SnapshotDataset>) -> Result<Plan, String> {
        let api = Arc::new(api);
        if api.spec.union().is_some() {
            let routes = self.routes.load_full();
            let live = |name: &str| routes.apis.get(format!("{}/{name}", api.domain).as_str())?.plan(api.environment, None).cloned();
            return Plan::from_union(api.clone(), &live);
        }
        match (api.spec.serve_from.dataset(), dataset) {
            (None, _) => match source {
                Some(source) => Plan::from_source(api, Arc::new(source), &self.pools, &self.vault),
                None => Err("The API has no source. Choose a source.".into()),
            },
            (Some(_), Some(dataset)) => Plan::from_dataset(api, OpenDataset::open(&self.stores, &Arc::new(dataset)).await?),
            (Some(name), None) => Err(format!("Dataset {name} has no live version in this environment. Build the dataset first.")),
        }
    }
}

/// As the caller would see them; the request's own id is the portal's.
fn headers_of(headers: &http::HeaderMap, request_id: &str) -> Vec<(String, String)> {
    let text = |name: &http::HeaderName, value: &http::HeaderValue| match name.as_str() {
        "x-request-id" if !request_id.is_empty() => request_id.to_owned(),
        _ => value.to_str().unwrap_or_default().to_owned(),
    };
    headers.iter().map(|(name, value)| (name.to_string(), text(name, value))).collect()
}

/// The way of the request: who and the grant stand for the person who tries; the rest is timed.
fn steps_of(plan: &Plan, caller: &str, timings: &Timings, given: &Given) -> Vec<TryStep> {
    let took = |step: &str| timings.steps.iter().find(|(name, _)| *name == step).map(|(_, micros)| *micros);
    let given = match given {
        Given::Query(pairs) => pairs.len(),
        Given::Body(body) => body.values.len(),
    };
    let mut steps = vec![
        TryStep { name: "Caller".into(), note: caller.into(), took_us: 0 },
        TryStep { name: "Grant".into(), note: format!("a member of {}", plan.api.domain), took_us: 0 },
    ];
    if let Some(micros) = took("parameters") {
        steps.push(TryStep { name: "Parameters".into(), note: format!("{given} given"), took_us: micros });
    }
    if let Some(micros) = took("source") {
        let (name, note) = match &plan.backend {
            Backend::Source(backend) => (backend.source.name.clone(), format!("in {}", backend.source.environment.key())),
            Backend::Dataset(open) => (open.about.name.clone(), format!("dataset version {}", open.about.version)),
            Backend::Union(union) => ("Steps".to_owned(), format!("{} APIs", union.steps.len())),
        };
        steps.push(TryStep { name, note, took_us: micros });
    }
    steps
}

async fn explained(plan: &Plan, given: &Given, giver: Giver<'_>) -> (String, model::table::QueryPlan) {
    let Backend::Source(backend) = &plan.backend else { return Default::default() };
    let Ok(call) = parameters::read(plan, given, giver) else { return Default::default() };
    let rendered = backend.statements.render(&plan.api.spec, &call.arguments, call.wanted.page, &call.wanted.after);
    let Ok(rendered) = rendered else { return Default::default() };
    let explained = backend.connection.explain(&rendered.sql, &rendered.binds).await.unwrap_or_default();
    (rendered.sql, explained)
}

fn of_problem(problem: &Problem, request_id: &str) -> TryAnswer {
    let problem = problem.clone().with_request(request_id);
    TryAnswer {
        status: problem.status,
        headers: vec![("content-type".into(), "application/problem+json".into())],
        body: serde_json::to_string(&problem).unwrap_or_default(),
        steps: Vec::new(),
        took_us: 0,
        rows: None,
        plan: Default::default(),
        sql: String::new(),
        graph: Vec::new(),
        sha256: String::new(),
        calls: Vec::new(),
    }
}

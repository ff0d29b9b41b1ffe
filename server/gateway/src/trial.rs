//! Calls of the test console: any definition, through the same stack from the parameters on, with all that it did.

use std::time::Instant;

use model::snapshot::{SnapshotApi, SnapshotSource};
use model::statement::Page;
use model::view::{TryAnswer, TryStep};
use model::{ErrorCode, Problem};

use crate::Gateway;
use crate::answer::{answer, server_timing};
use crate::parameters::{self, Given};
use crate::plan::Plan;
use crate::stack::{Served, Timings, run};

/// A definition and the values to call it with.
pub struct TrialRequest {
    pub api: SnapshotApi,
    pub source: SnapshotSource,
    pub parameters: Vec<(String, String)>,
    /// Who tries it, for the way of the call.
    pub caller: String,
    pub request_id: String,
}

impl Gateway {
    /// Runs one trial. A definition that does not compile is an answer too.
    pub async fn trial(&self, request: TrialRequest) -> TryAnswer {
        let TrialRequest { api, source, parameters, caller, request_id } = request;
        let started = Instant::now();
        let plan = match Plan::compile(api, source, &self.pools, &self.vault) {
            Ok(plan) => plan,
            Err(reason) => return of_problem(&Problem::new(ErrorCode::PlanBroken, reason), &request_id),
        };
        let given = Given::Query(parameters);
        let mut timings = Timings::default();
        let result = run(&plan, &given, &mut timings).await;
        let took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let rows = result.as_ref().ok().map(|executed| executed.rows);
        let steps = steps_of(&plan, &caller, &timings, &given);
        let (sql, query_plan) = explained(&plan, &given).await;
        let timing = server_timing(&timings);
        let served = Served { plan: Some(std::sync::Arc::new(plan)), result, timings };
        let response = answer(served, &request_id, None);
        let mut headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .filter(|(name, _)| name.as_str() != "server-timing")
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        headers.push(("server-timing".into(), timing));
        let status = response.status().as_u16();
        let bytes =
            http_body_util::BodyExt::collect(response.into_body()).await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        TryAnswer {
            status,
            headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            steps,
            took_us,
            rows,
            plan: query_plan,
            sql,
            curl: String::new(),
        }
    }
}

/// The way of the call: who and the grant stand for the person who tries; the rest is timed.
fn steps_of(plan: &Plan, caller: &str, timings: &Timings, given: &Given) -> Vec<TryStep> {
    let took = |step: &str| timings.steps.iter().find(|(name, _)| *name == step).map(|(_, micros)| *micros);
    let given = match given {
        Given::Query(pairs) => pairs.len(),
        Given::Body(object) => object.len(),
    };
    let mut steps = vec![
        TryStep { name: "Who".into(), note: caller.into(), took_us: 0 },
        TryStep { name: "Grant".into(), note: format!("a member of {}", plan.api.domain), took_us: 0 },
    ];
    if let Some(micros) = took("parameters") {
        steps.push(TryStep { name: "Parameters".into(), note: format!("{given} given"), took_us: micros });
    }
    if let Some(micros) = took("source") {
        steps.push(TryStep { name: plan.source.name.clone(), note: format!("in {}", plan.source.environment.key()), took_us: micros });
    }
    steps
}

async fn explained(plan: &Plan, given: &Given) -> (String, model::table::QueryPlan) {
    let Ok(call) = parameters::read(plan, given) else { return (String::new(), Default::default()) };
    let page = Page { limit: call.page.limit, offset: call.page.offset };
    let rendered = plan.template.render(&plan.api.spec, &call.arguments, page);
    let explained = plan.connection.explain(&rendered.sql, &rendered.binds).await.unwrap_or_default();
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
        curl: String::new(),
    }
}

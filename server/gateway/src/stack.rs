//! The request stack, in its order. One line a step; the why stands beside each.

use std::time::Instant;

use http::HeaderMap;
use model::Problem;
use model::snapshot::Environment;

use crate::execute::{self, Executed};
use crate::parameters::{self, Given};
use crate::plan::Plan;
use crate::routes::Routes;
use crate::{Gateway, keys};

/// How long each step took, in the order in which they ran.
#[derive(Default)]
pub(crate) struct Timings {
    pub(crate) steps: Vec<(&'static str, u64)>,
}

impl Timings {
    pub(crate) fn time<T>(&mut self, step: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.note(step, started);
        result
    }

    pub(crate) fn note(&mut self, step: &'static str, started: Instant) {
        self.steps.push((step, u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)));
    }
}

/// What came out of the stack, with the plan that served it where one was found.
pub(crate) struct Served {
    pub(crate) plan: Option<std::sync::Arc<Plan>>,
    pub(crate) result: Result<Executed, Problem>,
    pub(crate) timings: Timings,
}

/// A call as the edge hands it in.
pub(crate) struct Incoming<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: Option<i64>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) given: Result<Given, Problem>,
}

impl Gateway {
    pub(crate) async fn serve(&self, incoming: Incoming<'_>) -> Served {
        let mut timings = Timings::default();
        let routes = self.routes.load_full();
        let found = self.admit(&routes, &incoming, &mut timings);
        let plan = match found {
            Ok(plan) => plan,
            Err(problem) => return Served { plan: None, result: Err(problem), timings },
        };
        let result = match incoming.given {
            Ok(given) => run(&plan, &given, &mut timings).await,
            Err(problem) => Err(problem),
        };
        Served { plan: Some(plan), result, timings }
    }

    fn admit(&self, routes: &Routes, incoming: &Incoming<'_>, timings: &mut Timings) -> Result<std::sync::Arc<Plan>, Problem> {
        let now = self.clock.now();
        // Who: before the route, because the key's environment decides which release answers.
        let key = timings.time("who", || keys::who(routes, incoming.headers, now))?;
        // Route: one look-up in a map of this snapshot.
        let plan = route(routes, key.environment, incoming.path, incoming.version)?;
        // May they: the grant of the key's app for this API.
        timings.time("grant", || keys::may(routes, key, &plan.api.id, incoming.path, now))?;
        Ok(plan)
    }
}

/// From the parameters on: what the test console shares with real calls.
pub(crate) async fn run(plan: &Plan, given: &Given, timings: &mut Timings) -> Result<Executed, Problem> {
    // Parameters: typed and closed, before anything is asked of the source.
    let call = timings.time("parameters", || parameters::read(plan, given))?;
    // Executor and encoding: rows become JSON as they are read.
    let started = Instant::now();
    let executed = execute::run(plan, &call).await;
    timings.note("source", started);
    executed
}

fn route(routes: &Routes, environment: Environment, path: &str, version: Option<i64>) -> Result<std::sync::Arc<Plan>, Problem> {
    if let Some(plan) = routes.plans.get(&(environment, path.to_owned(), version)) {
        return Ok(plan.clone());
    }
    if let Some(reason) = routes.broken.get(path) {
        return Err(Problem::new(model::ErrorCode::PlanBroken, format!("{path} cannot be served just now: {reason}")));
    }
    let detail = match version {
        Some(number) if routes.paths.contains(path) => format!("{path} has no version {number} in {}.", environment.key()),
        None if routes.paths.contains(path) => format!("{path} is not live in {}, the environment of this key.", environment.key()),
        _ => format!("There is no API {path}."),
    };
    Err(Problem::new(model::ErrorCode::NotFound, detail))
}

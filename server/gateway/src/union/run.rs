//! Running a Union: each step begins as soon as what it needs is there, under one deadline for all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use model::clock::Millis;
use model::spec::ApiKind;
use model::union::Degraded;
use model::view::StepTrace;
use model::{ErrorCode, Problem};
use tokio::time::Instant;

use super::inputs::{Asked, asked};
use super::merge::merge;
use super::outcome::Outcome;
use super::plan::{FallbackPlan, StepPlan, Target, UnionPlan};
use crate::parameters::{Call, Given};
use crate::plan::Plan;
use crate::rows::Rows;
use crate::stack::Admitted;
use crate::timings::{Timings, micros_since};
use crate::view::broken_row;
use crate::{Gateway, execute};

/// Requests to one step that run at once, where they cannot be one batch.
const AT_ONCE: usize = 8;
/// The pause before the first try again, in milliseconds. Each next one is twice as long, and chance takes up to half of
/// it away, so that callers who failed together do not come back together.
const BACK_OFF: u64 = 20;

/// The rows of a step, and whether there were more.
type Found = Result<(Vec<Bytes>, bool), Problem>;

/// One call of a Union on its way.
struct Run<'a> {
    gateway: &'a Gateway,
    plan: &'a Plan,
    union: &'a UnionPlan,
    call: &'a Call,
    started: Instant,
    now: Millis,
    /// Bytes that its steps gave.
    gave: AtomicU64,
}

impl Gateway {
    /// # Errors
    /// What a core step did wrong, and which it was; or that the time is over.
    pub(crate) async fn union(&self, plan: &Plan, union: &UnionPlan, call: &Call, timings: &mut Timings) -> Result<Rows, Problem> {
        let run = Run { gateway: self, plan, union, call, started: Instant::now(), now: self.clock.now(), gave: AtomicU64::new(0) };
        let done = run.steps(timings).await?;
        let rows = merge(&plan.api.spec, union, &done).map_err(|error| broken_row(&plan.path, error))?;
        call.memory.hold(run.gave.into_inner() + rows.weight() as u64)?;
        Ok(rows)
    }
}

impl Run<'_> {
    /// What each step did stands in the timings, also where one of them ends the request.
    async fn steps(&self, timings: &mut Timings) -> Result<Vec<Outcome>, Problem> {
        let mut done: Vec<Option<Outcome>> = self.union.steps.iter().map(|_| None).collect();
        let mut waiting: Vec<usize> = (0..done.len()).collect();
        let mut running = FuturesUnordered::new();
        loop {
            let is_ready = |index: &usize| self.union.steps[*index].needs.iter().all(|need| done[*need].is_some());
            let (ready, rest): (Vec<usize>, Vec<usize>) = waiting.into_iter().partition(is_ready);
            waiting = rest;
            for index in ready {
                let step = &self.union.steps[index];
                let main = asked(self.union, step, &step.target, self.call, &done);
                let other = match &step.fallback {
                    FallbackPlan::Api(target) => asked(self.union, step, target, self.call, &done).unwrap_or_default(),
                    _ => Asked::new(),
                };
                running.push(async move { (index, self.step(step, main, other).await) });
            }
            let Some((index, outcome)) = running.next().await else { break };
            match outcome {
                Ok(outcome) => done[index] = Some(outcome),
                Err(problem) => {
                    timings.graph = graph_of(done.iter().flatten());
                    return Err(problem);
                }
            }
        }
        let done: Vec<Outcome> = done.into_iter().flatten().collect();
        timings.graph = graph_of(&done);
        Ok(done)
    }

    /// A step to its end: asked, tried again, stood in for.
    async fn step(&self, step: &StepPlan, main: Result<Asked, Problem>, other: Asked) -> Result<Outcome, Problem> {
        let began = Instant::now();
        let calls = main.as_ref().map_or(0, Vec::len);
        let question = match (&step.fallback, &main) {
            (FallbackPlan::LastGood(_), Ok(asked)) => serde_json::to_string(asked).unwrap_or_default(),
            _ => String::new(),
        };
        let found = match main {
            Ok(asked) => self.guarded(step, asked).await,
            Err(problem) => Err(problem),
        };
        let (rows, more, degraded) = match found {
            Ok((rows, _)) if rows.is_empty() && !step.list && !step.secondary => {
                let problem = Problem::new(ErrorCode::NotFound, "The step found no row, and the response depends on this step.");
                return Err(of_step(step, problem));
            }
            Ok((rows, more)) => {
                if let FallbackPlan::LastGood(kept) = &step.fallback {
                    kept.insert(question, rows.clone());
                }
                (rows, more, None)
            }
            Err(problem) if !step.secondary => return Err(of_step(step, problem)),
            Err(problem) => {
                tracing::warn!(api = self.plan.path, step = step.name, code = problem.code.key(), "a step failed: {}", problem.detail);
                let (rows, fallback) = self.stand_in(step, &question, other).await;
                (rows, false, Some(Degraded { step: step.name.clone(), code: problem.code.key().into(), fallback: fallback.into() }))
            }
        };
        let micros = |from: Instant, to: Instant| u64::try_from(to.duration_since(from).as_micros()).unwrap_or(u64::MAX);
        let trace = StepTrace {
            name: step.name.clone(),
            api: step.api.clone(),
            needs: step.needs.iter().map(|need| self.union.steps[*need].name.clone()).collect(),
            began_us: micros(self.started, began),
            took_us: micros(began, Instant::now()),
            calls: calls as u64,
            rows: rows.len() as u64,
            degraded: degraded.clone(),
        };
        Ok(Outcome { rows, more, degraded, trace })
    }

    /// Asks unless the breaker is open, and tells it how that went.
    async fn guarded(&self, step: &StepPlan, asked: Asked) -> Found {
        if asked.is_empty() {
            return Ok((Vec::new(), false));
        }
        let consumer = self.call.consumer;
        let Some(pass) = step.breakers.lets(consumer, self.now) else {
            let detail = "The step failed several times in a row and is paused for some seconds.";
            return Err(Problem::new(ErrorCode::SourceUnavailable, detail));
        };
        let mut tries = 0;
        let found = loop {
            let found = self.in_time(step, self.target(step, &step.target, asked.clone())).await;
            match &found {
                Err(problem) if tries < step.retries && may_pass(problem.code) => {
                    tries += 1;
                    self.pause(tries).await;
                }
                _ => break found,
            }
        };
        match &found {
            Err(problem) if is_fault(problem.code) => step.breakers.failed(consumer, self.gateway.clock.now()),
            Err(problem) if problem.code != ErrorCode::NotFound => step.breakers.undecided(consumer, pass, self.gateway.clock.now()),
            _ => step.breakers.worked(consumer, pass),
        }
        found
    }

    async fn pause(&self, tries: u32) {
        let longest = BACK_OFF << tries.min(6);
        let [.., chance] = self.gateway.clock.request_id(self.now);
        tokio::time::sleep(Duration::from_millis(longest - longest * u64::from(chance) / 510)).await;
    }

    /// Within the time of one try, and of the whole call.
    async fn in_time(&self, step: &StepPlan, found: impl Future<Output = Found>) -> Found {
        let end = self.started + self.plan.timeout;
        let end = step.timeout.map_or(end, |timeout| end.min(Instant::now() + timeout));
        let late = || Problem::new(ErrorCode::SourceTimeout, "The step took longer than its time-out.");
        tokio::time::timeout_at(end, found).await.unwrap_or_else(|_| Err(late()))
    }

    /// What stands in for a step that failed, and what it is called.
    async fn stand_in(&self, step: &StepPlan, question: &str, other: Asked) -> (Vec<Bytes>, &'static str) {
        match &step.fallback {
            FallbackPlan::Fixed(rows) => (rows.clone(), "fixed"),
            FallbackPlan::LastGood(kept) => match kept.get(question) {
                Some(rows) => (rows, "last-good"),
                None => (Vec::new(), "empty"),
            },
            FallbackPlan::Api(target) if !other.is_empty() => match self.in_time(step, self.target(step, target, other)).await {
                Ok((rows, _)) => (rows, "api"),
                Err(_) => (Vec::new(), "empty"),
            },
            FallbackPlan::Empty | FallbackPlan::Api(_) => (Vec::new(), "empty"),
        }
    }

    /// Calls an API, under its limits and counted as every request is. Boxed: it may be a Union itself.
    fn target<'a>(&'a self, step: &'a StepPlan, target: &'a Target, asked: Asked) -> BoxFuture<'a, Found> {
        async move {
            let plan = target.plan.as_ref().map_err(|reason| Problem::new(ErrorCode::PlanBroken, reason.clone()))?;
            let routes = self.gateway.routes.load_full();
            let entered = routes.enter(plan, asked.len())?;
            let consumer = self.call.consumer;
            let admitted =
                Admitted { plan, view: &plan.view, app: None, fixed: None, budget: None, meter: &entered, app_meter: None, consumer };
            let given: Vec<Given> = asked.into_iter().map(|values| Given::Body(values.into())).collect();
            // What it asks its sources stands among that of the whole request.
            let mut timings = Timings { notes: self.call.notes.within(&step.name), ..Timings::default() };
            let started = std::time::Instant::now();
            let found = match (step.for_each.is_some() && plan.kind == ApiKind::Kv, given.as_slice()) {
                (false, [one]) => self.gateway.one(&admitted, one, &mut timings).await,
                (false, many) => self.gateway.many(&admitted, many, &mut timings).await,
                (true, keys) => {
                    let found = self.gateway.batch(&admitted, keys, &mut timings).await;
                    found.map(|found| (found.rows.into_iter().flatten().collect(), false))
                }
            };
            // Its rows go into the response of the Union: nothing is sent.
            admitted.count(found.as_ref().err().map(|problem| problem.code), timings.spent(micros_since(started)), 0);
            let (rows, more) = found?;
            let bytes = execute::size_of(&rows);
            execute::within(bytes, execute::most_of_whole(self.plan))?;
            self.call.memory.hold(self.gave.fetch_add(bytes, Ordering::Relaxed) + bytes)?;
            let rows = rows.iter().map(|row| target.row(plan, row)).collect::<Result<_, _>>();
            Ok((rows.map_err(|error| broken_row(&plan.path, error))?, more))
        }
        .boxed()
    }
}

/// In the order of the definition.
fn graph_of<'a>(done: impl IntoIterator<Item = &'a Outcome>) -> Vec<StepTrace> {
    done.into_iter().map(|outcome| outcome.trace.clone()).collect()
}

impl Gateway {
    async fn one(&self, admitted: &Admitted<'_>, given: &Given, timings: &mut Timings) -> Found {
        let answered = self.answer(admitted, given, timings).await?;
        Ok((answered.rows.rows, answered.rows.truncated || answered.rows.next.is_some()))
    }

    async fn many(&self, admitted: &Admitted<'_>, given: &[Given], timings: &mut Timings) -> Found {
        let notes = timings.notes.clone();
        let one = |given| {
            let notes = notes.clone();
            let timed = async move {
                let mut own = Timings { notes, ..Timings::default() };
                (self.one(admitted, given, &mut own).await, own)
            };
            timed.boxed()
        };
        let calls: Vec<BoxFuture<'_, (Found, Timings)>> = given.iter().map(one).collect();
        let mut found = futures::stream::iter(calls).buffered(AT_ONCE);
        let (mut all, mut bytes, mut any_more) = (Vec::new(), 0, false);
        while let Some((answered, own)) = found.next().await {
            // They run beside each other; counting takes no more of them together than the time that the request took.
            timings.cache += own.cache;
            timings.source += own.source;
            let (rows, more) = answered?;
            bytes += execute::size_of(&rows);
            execute::within(bytes, execute::most_of_whole(admitted.plan))?;
            all.extend(rows);
            any_more |= more;
        }
        Ok((all, any_more))
    }
}

/// Whether the same call may work a little later. All steps read, so asking again changes nothing.
fn may_pass(code: ErrorCode) -> bool {
    is_fault(code) || code == ErrorCode::SourceBusy
}

/// Whether the step itself is at fault, and neither its caller nor how much of it the caller's app uses.
fn is_fault(code: ErrorCode) -> bool {
    use ErrorCode::{Internal, PlanBroken, SourceTimeout, SourceUnavailable, StoreTimeout, StoreUnavailable};
    matches!(code, SourceUnavailable | SourceTimeout | StoreUnavailable | StoreTimeout | PlanBroken | Internal)
}

/// A core step's failure is the whole call's, under the name of the step.
fn of_step(step: &StepPlan, problem: Problem) -> Problem {
    let detail = format!("Step {}: {}", step.name, problem.detail);
    let errors = problem.errors.into_iter().map(|error| {
        let place = format!("{}.{}", step.name, error.field);
        model::FieldError::new(place, error.message)
    });
    Problem { errors: errors.collect(), detail, ..Problem::new(problem.code, "") }
}

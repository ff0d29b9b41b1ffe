//! The request stack, in its order. One step a function; the why stands beside each.
//!
//! `admit`: who -> route -> may they (`identify`: from the headers alone) -> limits. Then parameters -> cache -> executor;
//! the edges encode and count.
//! [`Gateway::look_up`] is the same way for a plain key of a dataset in this process, where nothing has to be waited for.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use connect::{Consumer, Notes};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::HeaderMap;
use model::clock::Millis;
use model::snapshot::Environment;
use model::{ErrorCode, Problem};

use crate::cache::CacheNote;
use crate::limits::{Bucket, Budget};
use crate::metrics::{AppMeter, Meter, Spent};
use crate::parameters::{self, Call, Given, Giver};
use crate::plan::{Backend, Plan};
use crate::pump::Cut;
use crate::routes::{Entry, Routes};
use crate::rows::Rows;
use crate::timings::{Timings, micros_since};
use crate::view::{View, narrowed};
use crate::who::{App, Fixed, Grant};
use crate::{Gateway, execute, keys, pump};

/// What a request asks for: an API by its path, and how many calls it counts for.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: Option<i64>,
    pub(crate) calls: NonZeroU32,
}

/// A request that was let in, and everything that the rest of its way needs.
///
/// It borrows from the snapshot: counting references is a write to memory that all cores share, and the short way has
/// none of it. A request that has to wait holds its own, see [`Admitted::held`].
pub(crate) struct Admitted<'r> {
    pub(crate) plan: &'r Arc<Plan>,
    pub(crate) view: &'r Arc<View>,
    /// The app by its id; `None` at the console and for the steps of a Union.
    pub(crate) app: Option<&'r str>,
    pub(crate) fixed: Option<Arc<Fixed>>,
    pub(crate) budget: Option<Budget>,
    pub(crate) meter: &'r Arc<Meter>,
    /// Nothing where the request is counted for no app.
    pub(crate) app_meter: Option<&'r Arc<AppMeter>>,
    /// Whose share of a source's slots the request takes.
    pub(crate) consumer: Consumer,
}

/// The same, free of the snapshot that it came from.
pub(crate) struct Held {
    plan: Arc<Plan>,
    view: Arc<View>,
    app: Option<Box<str>>,
    fixed: Option<Arc<Fixed>>,
    budget: Option<Budget>,
    meter: Arc<Meter>,
    app_meter: Option<Arc<AppMeter>>,
    consumer: Consumer,
}

impl Admitted<'_> {
    pub(crate) fn held(&self) -> Held {
        Held {
            plan: self.plan.clone(),
            view: self.view.clone(),
            app: self.app.map(Into::into),
            fixed: self.fixed.clone(),
            budget: self.budget,
            meter: self.meter.clone(),
            app_meter: self.app_meter.cloned(),
            consumer: self.consumer,
        }
    }

    /// Counts the request, once, for its API and for its app; of a body that is not at hand, the bytes are counted as they are sent.
    pub(crate) fn count(&self, error: Option<ErrorCode>, spent: Spent, bytes: usize) {
        self.meter.count(error, spent, bytes);
        if let Some(meter) = self.app_meter {
            meter.count(self.plan.api.environment, error);
        }
    }
}

impl Held {
    pub(crate) fn admitted(&self) -> Admitted<'_> {
        Admitted {
            plan: &self.plan,
            view: &self.view,
            app: self.app.as_deref(),
            fixed: self.fixed.clone(),
            budget: self.budget,
            meter: &self.meter,
            app_meter: self.app_meter.as_ref(),
            consumer: self.consumer,
        }
    }
}

/// Who calls which API: all that the headers alone say. No limit was taken from yet.
pub(crate) struct Identified<'r> {
    app: &'r App,
    fixed: Option<Arc<Fixed>>,
    entry: &'r Entry,
    plan: &'r Arc<Plan>,
    grant: &'r Grant,
    meter: &'r Arc<Meter>,
}

/// A request that was turned away, with what is known of its API.
pub(crate) struct Denied {
    pub(crate) problem: Problem,
    pub(crate) budget: Option<Budget>,
    pub(crate) retry_after: Option<u64>,
    pub(crate) meter: Option<Arc<Meter>>,
    /// With the environment of the request.
    pub(crate) app_meter: Option<(Arc<AppMeter>, Environment)>,
}

impl From<Problem> for Box<Denied> {
    fn from(problem: Problem) -> Self {
        Box::new(Denied::of(problem))
    }
}

impl Denied {
    fn of(problem: Problem) -> Self {
        Self { problem, budget: None, retry_after: None, meter: None, app_meter: None }
    }

    /// Counts the request, once, for what is known of it.
    pub(crate) fn count(&self, micros: u64, bytes: usize) {
        let error = Some(self.problem.code);
        if let Some(meter) = &self.meter {
            meter.count(error, Spent::in_gateway(micros), bytes);
        }
        if let Some((meter, environment)) = &self.app_meter {
            meter.count(*environment, error);
        }
    }
}

/// Rows and where they came from.
pub(crate) struct Answered {
    pub(crate) rows: Rows,
    pub(crate) view: Arc<View>,
    pub(crate) cache: Option<CacheNote>,
    pub(crate) call: Arc<Call>,
    /// How many rows there are in all, where that was asked.
    pub(crate) count: Option<u64>,
}

impl Gateway {
    /// Who calls which API, and whether they may: asked before a body is waited for, so that a stranger's body costs nothing.
    pub(crate) fn identify<'r>(
        &self,
        routes: &'r Routes,
        headers: &HeaderMap,
        target: Target<'_>,
        now: Millis,
    ) -> Result<Identified<'r>, Box<Denied>> {
        // Who: before the route, because the key's environment decides which release answers.
        let who = keys::who(routes, &self.tokens, headers, now)?;
        // Route: one look-up in a map of this snapshot.
        let (entry, plan) = route(routes, who.environment, target)?;
        let meter = entry.meter(who.environment);
        let counted = |problem| Box::new(Denied { meter: Some(meter.clone()), ..Denied::of(problem) });
        // May they: the grant of the caller's app for this API.
        let grant = keys::may(routes, who.app, entry.index, target.path, now).map_err(counted)?;
        Ok(Identified { app: who.app, fixed: who.fixed, entry, plan, grant, meter })
    }

    /// What a request called that was turned away, and the app that called: looked up once more, because such a request takes neither
    /// with it.
    pub(crate) fn called<'r>(
        &self,
        routes: &'r Routes,
        headers: &HeaderMap,
        target: Target<'_>,
        now: Millis,
    ) -> Option<(&'r Arc<Plan>, &'r App)> {
        let who = keys::who(routes, &self.tokens, headers, now).ok()?;
        let (_, plan) = route(routes, who.environment, target).ok()?;
        Some((plan, who.app))
    }

    /// Whether a request brings a key or token that is known, where only its body says what it asks for.
    ///
    /// # Errors
    /// What is wrong with the key or token.
    pub(crate) fn known_caller(&self, headers: &HeaderMap) -> Result<(), Problem> {
        keys::who(&self.routes.load(), &self.tokens, headers, self.clock.now()).map(drop)
    }

    /// Lets a request in, or says why not.
    pub(crate) fn admit<'r>(
        &self,
        routes: &'r Routes,
        headers: &HeaderMap,
        target: Target<'_>,
        now: Millis,
    ) -> Result<Admitted<'r>, Box<Denied>> {
        let Identified { app, fixed, entry, plan, grant, meter } = self.identify(routes, headers, target, now)?;
        // Limits: the caller's own first, so that one who calls too often takes nothing from the others.
        let counted = |mut denied: Box<Denied>| {
            denied.meter = Some(meter.clone());
            denied.app_meter = Some((grant.meter.clone(), plan.api.environment));
            denied
        };
        let budget = take([&grant.bucket, &entry.bucket, &entry.compartment], target, meter).map_err(counted)?;
        let view = view_of(grant, plan).ok_or_else(|| counted(hidden_whole().into()))?;
        let (app_meter, consumer) = (Some(&grant.meter), Consumer::app(app.index));
        Ok(Admitted { view, plan, app: Some(&app.id), fixed, budget, meter, app_meter, consumer })
    }

    /// The short way: a key whose row is in this process, without a cache in between. The row is handed over as stored.
    /// `None` sends the request the long way.
    pub(crate) fn look_up(&self, admitted: &Admitted<'_>, key: &[u8], found: &mut dyn FnMut(&[u8])) -> Option<Result<bool, Problem>> {
        let Backend::Dataset(open) = &admitted.plan.backend else { return None };
        if admitted.plan.cached {
            return None;
        }
        match open.data.read_now(key, found) {
            Ok(accel::Found::Now(there)) => Some(Ok(there)),
            Ok(accel::Found::Elsewhere) => None,
            Err(error) => Some(Err(execute::failed_store(admitted.plan, open, &error))),
        }
    }

    /// The long way: from the parameters to rows.
    pub(crate) async fn answer(&self, admitted: &Admitted<'_>, given: &Given, timings: &mut Timings) -> Result<Answered, Problem> {
        let (call, view) = self.read(admitted, given, timings)?;
        self.fetch(admitted, call, view, timings).await
    }

    /// Parameters: typed and closed, before anything is asked of the source.
    pub(crate) fn read(&self, admitted: &Admitted<'_>, given: &Given, timings: &mut Timings) -> Result<(Arc<Call>, Arc<View>), Problem> {
        let plan = admitted.plan;
        let notes = self.notes(plan, timings);
        let call = timings.time("parameters", || parameters::read(plan, given, self.giver(admitted, &notes)))?;
        let view = narrowed(&plan.api.spec, admitted.view, call.wanted.fields.as_deref(), &plan.stored())?;
        Ok((Arc::new(call), view))
    }

    /// Where what the sources of a request do is noted. Whether the request is kept is known at its end only, so it is noted for each one
    /// that asks a source, beside which it costs nothing; and for no other.
    pub(crate) fn notes(&self, plan: &Plan, timings: &mut Timings) -> Notes {
        let asks_sources = !matches!(plan.backend, Backend::Dataset(_));
        if asks_sources && self.kept.is_some() && !timings.notes.are_taken() {
            timings.notes = Notes::taken();
        }
        timings.notes.clone()
    }

    /// Who gives the values of a request.
    pub(crate) fn giver<'a>(&'a self, admitted: &'a Admitted<'_>, notes: &'a Notes) -> Giver<'a> {
        Giver {
            fixed: admitted.fixed.as_deref(),
            app: admitted.app,
            view: admitted.view,
            cursors: &self.cursors,
            consumer: admitted.consumer,
            memory: self.memory,
            notes,
        }
    }

    /// A cursor as its caller gets it.
    pub(crate) fn sealed(&self, admitted: &Admitted<'_>, call: &Call, plain: &str) -> Option<String> {
        self.cursors.seal(admitted.plan, admitted.app, &call.arguments, plain)
    }

    /// The rows of a list as they come, for streams; those of a Union come together.
    pub(crate) async fn stream_rows(
        &self,
        admitted: &Admitted<'_>,
        call: &Call,
    ) -> Result<BoxStream<'static, Result<Vec<Bytes>, Problem>>, Problem> {
        let plan = admitted.plan;
        let Backend::Union(union) = &plan.backend else {
            let rows = execute::stream(plan, call).await?;
            return Ok(pump::pumped((plan, call.consumer), rows.flat_map(in_pieces), cut));
        };
        let rows = self.union(plan, union, call, &mut Timings::default()).await?;
        count_degraded(admitted.meter, &rows);
        let rows = rows.rows;
        // Counted for as long as the caller takes to read them.
        let counted = call.memory.hand_over(call.memory.held());
        let rows = futures::stream::once(std::future::ready(Ok(rows))).map(move |rows| {
            let _counted = &counted;
            rows
        });
        Ok(rows.boxed())
    }

    /// From a request that was read to its rows.
    pub(crate) async fn fetch(
        &self,
        admitted: &Admitted<'_>,
        call: Arc<Call>,
        view: Arc<View>,
        timings: &mut Timings,
    ) -> Result<Answered, Problem> {
        let plan = admitted.plan;
        let started = Instant::now();
        // Cache: this process, then Redis; one fetch for many who ask at once. Executor: the source, or a dataset.
        let found = match &plan.api.spec.policy.cache {
            Some(policy) => self.caches.rows(plan, &call, policy).await.map(|(rows, note)| (rows, Some(note))),
            None => match &plan.backend {
                Backend::Union(union) => self.union(plan, union, &call, timings).await.map(|rows| (rows, None)),
                _ => execute::rows(plan, &call).await.map(|rows| (rows, None)),
            },
        };
        // Of what failed, too: it says where the time went.
        timings.fetched(started, found.as_ref().ok().and_then(|(_, note)| *note).map(|note| note.source));
        let (rows, cache) = found?;
        if let Some(note) = cache {
            admitted.meter.count_cache(note.result);
            timings.result = Some(note.result);
        }
        count_degraded(admitted.meter, &rows);
        let count = match call.wanted.count {
            true => {
                let started = Instant::now();
                let count = execute::count(plan, &call).await;
                timings.spend(micros_since(started), None);
                Some(count?)
            }
            false => None,
        };
        // Cursor: sealed for this app, behind the cache, whose entries all apps share.
        let next = rows.next.as_deref().and_then(|plain| self.sealed(admitted, &call, plain));
        Ok(Answered { rows: Rows { next, ..rows }, view, cache, call, count })
    }
}

/// Counts a response in which something stood in for a step.
fn count_degraded(meter: &Meter, rows: &Rows) {
    if let Some(first) = rows.degraded.first() {
        let code = ErrorCode::ALL.into_iter().find(|code| code.key() == first.code);
        meter.count_degraded(code.unwrap_or(ErrorCode::Internal));
    }
}

/// Rows in portions that a slow caller takes one of in a while.
fn in_pieces(rows: Result<Vec<Bytes>, Problem>) -> futures::stream::Iter<std::vec::IntoIter<Result<Vec<Bytes>, Problem>>> {
    let pieces = match rows {
        Ok(rows) => {
            let (mut pieces, mut piece, mut bytes) = (Vec::new(), Vec::new(), 0);
            for row in rows {
                bytes += row.len();
                piece.push(row);
                if bytes >= pump::PIECE {
                    pieces.push(Ok(std::mem::take(&mut piece)));
                    bytes = 0;
                }
            }
            if !piece.is_empty() {
                pieces.push(Ok(piece));
            }
            pieces
        }
        Err(problem) => vec![Err(problem)],
    };
    futures::stream::iter(pieces)
}

fn cut(why: Cut) -> Result<Vec<Bytes>, Problem> {
    if why == Cut::Died {
        return Err(Problem::new(
            ErrorCode::Internal,
            "The rest of the response was not sent, because of a fault in Sluice. Give the request id to the operator.",
        ));
    }
    let detail = format!(
        "The rest of the response was not sent: the client read nothing for {} s, or little while other requests waited for the source. Read faster, or request less.",
        pump::WRITE_STALL.as_secs()
    );
    Err(Problem::new(ErrorCode::SourceTimeout, detail))
}

/// What an app sees of a plan; `None` where it cannot call it.
pub(crate) fn view_of<'r>(grant: &'r Grant, plan: &'r Arc<Plan>) -> Option<&'r Arc<View>> {
    let Some(views) = &grant.views else { return Some(&plan.view) };
    let address = Arc::as_ptr(plan) as usize;
    views.iter().find(|(of, _)| *of == address).map(|(_, view)| view)
}

/// The key, or a parameter without which there is no call, is compared with a column that is hidden from the app.
fn hidden_whole() -> Problem {
    Problem::new(ErrorCode::Forbidden, "This version requires a field that is hidden from your app. Ask an owner of the API's domain.")
}

/// Takes from each bucket in turn; gives the tightest. A refusal is counted as a limit hit, and as a request by whoever tells it.
fn take(buckets: [&Option<Arc<Bucket>>; 3], target: Target<'_>, meter: &Meter) -> Result<Option<Budget>, Box<Denied>> {
    const WHOSE: [&str; 3] = ["of your app for this API", "of this API", "of this API's compartment"];
    let mut tightest: Option<Budget> = None;
    for (bucket, whose) in buckets.into_iter().zip(WHOSE) {
        let Some(bucket) = bucket else { continue };
        match bucket.take(target.calls) {
            Ok(budget) => tightest = Some(tightest.filter(|known| known.remaining <= budget.remaining).unwrap_or(budget)),
            Err(refused) => {
                meter.count_limit_hit();
                let wait = refused.retry_after;
                let detail = format!(
                    "The rate limit {whose} is {} requests/s. Wait {wait} s, or ask an owner of the API's domain for a higher limit.",
                    refused.budget.limit
                );
                return Err(Box::new(Denied {
                    budget: Some(refused.budget),
                    retry_after: Some(wait),
                    ..Denied::of(Problem::new(ErrorCode::TooManyRequests, detail))
                }));
            }
        }
    }
    Ok(tightest)
}

impl Routes {
    /// A step of a Union on its way into its API: under the limits of the API and its compartment. The caller's own
    /// grant is for the Union.
    pub(crate) fn enter(&self, plan: &Plan, calls: usize) -> Result<Arc<Meter>, Problem> {
        let Some(entry) = self.apis.get(plan.path.as_str()) else { return Ok(Arc::default()) };
        let meter = entry.meter(plan.api.environment);
        let calls = u32::try_from(calls).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let target = Target { path: &plan.path, version: None, calls };
        take([&None, &entry.bucket, &entry.compartment], target, meter).map_err(|denied| denied.problem)?;
        Ok(meter.clone())
    }
}

fn route<'r>(routes: &'r Routes, environment: Environment, target: Target<'_>) -> Result<(&'r Entry, &'r Arc<Plan>), Problem> {
    let Target { path, version, .. } = target;
    let entry = routes.apis.get(path);
    if let Some((entry, plan)) = entry.and_then(|entry| Some((entry, entry.plan(environment, version)?))) {
        return Ok((entry, plan));
    }
    if let Some(reason) = routes.broken.get(path) {
        return Err(Problem::new(ErrorCode::PlanBroken, format!("{path} is not available at the moment: {reason}")));
    }
    let detail = match version {
        Some(number) if entry.is_some() => format!("{path} has no version {number} in {}.", environment.key()),
        None if entry.is_some() => format!("{path} is not live in {}, the environment of this key.", environment.key()),
        _ => format!("API {path} not found."),
    };
    Err(Problem::new(ErrorCode::NotFound, detail))
}

/// No row has the key that was asked for.
pub(crate) fn no_row(call: &Call) -> Problem {
    Problem::new(ErrorCode::NotFound, format!("No row has {}.", call.key_words()))
}

//! The HTTP edge of the data plane: `/api/<domain>/<name>`, before anything else sees the request.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::StreamExt;
use http::header::{ALLOW, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Body;
use model::clock::Millis;
use model::spec::ApiKind;
use model::{ApiSpec, ErrorCode, Problem};

use crate::answer::{Answer, Stamp, good, plain, problem, streamed};
use crate::batch;
use crate::body::ApiBody;
use crate::cors::is_preflight;
use crate::encode::body_of;
use crate::failures::log_failure;
use crate::formats::Format;
use crate::incoming::{MAX_BATCH_BODY, read_body, read_given};
use crate::logged::{Ended, Said};
use crate::memory::{Counted, UNCOUNTED};
use crate::metrics::Spent;
use crate::parameters::{Call, Given};
use crate::plan::Plan;
use crate::request_id::RequestId;
use crate::request_path::{ALL, Asked, What, asked, is_api_path};
use crate::stack::{Admitted, Denied, Held, view_of};
use crate::timings::{Timings, micros_since};
use crate::view::View;
use crate::{Gateway, execute, key_path, keys, outgoing};

/// One call on its way: what its response is stamped with.
struct Visit<'a> {
    gateway: &'a Gateway,
    headers: &'a HeaderMap,
    request_id: RequestId,
    started: Instant,
    now: Millis,
}

impl Visit<'_> {
    fn stamp(&self) -> Stamp<'_> {
        Stamp {
            request_id: &self.request_id,
            request: self.headers,
            plan: None,
            budget: None,
            cache: None,
            retry_after: None,
            took: micros_since(self.started),
        }
    }

    fn stamp_of<'b>(&'b self, admitted: &Admitted<'b>) -> Stamp<'b> {
        Stamp { plan: Some(admitted.plan), budget: admitted.budget, ..self.stamp() }
    }

    fn denied(&self, asked: Asked<'_>, denied: &Denied) -> Answer {
        let stamp = Stamp { budget: denied.budget, retry_after: denied.retry_after, ..self.stamp() };
        log_failure(&self.request_id, None, &denied.problem);
        let answer = problem(&stamp, &denied.problem);
        let bytes = answer.body().bytes().len();
        denied.count(stamp.took, bytes);
        let ended = Ended { bytes: Some(bytes), ..self.ended(Spent::in_gateway(stamp.took), None, Said::Nothing) };
        self.gateway.log_denied(denied, asked.target(NonZeroU32::MIN), &ended);
        answer
    }

    /// What the request log gets of it; of how it ended, its caller knows.
    fn ended<'b>(&'b self, spent: Spent, timings: Option<&'b Timings>, said: Said<'b>) -> Ended<'b> {
        Ended {
            request_id: &self.request_id,
            headers: self.headers,
            began: self.started,
            now: self.now,
            spent,
            code: None,
            bytes: None,
            timings,
            said,
        }
    }

    /// Counts and answers.
    fn finish(
        &self,
        admitted: &Admitted<'_>,
        stamp: &Stamp<'_>,
        body: Result<Counted, Problem>,
        timings: Option<&Timings>,
        said: Said<'_>,
    ) -> Answer {
        let code = body.as_ref().err().map(|found| found.code);
        let answer = match body {
            Ok(body) => good(stamp, body, timings),
            Err(found) => {
                log_failure(&self.request_id, Some(admitted.plan.path.as_str()), &found);
                problem(stamp, &found)
            }
        };
        let spent = timings.map_or(Spent::in_gateway(stamp.took), |timings| timings.spent(stamp.took));
        let bytes = answer.body().bytes().len();
        admitted.count(code, spent, bytes);
        self.gateway.log(admitted, &Ended { code, bytes: Some(bytes), ..self.ended(spent, timings, said) });
        answer
    }
}

impl Gateway {
    /// Whether a request belongs to the data plane.
    #[must_use]
    pub fn takes<B>(&self, request: &Request<B>) -> bool {
        let path = request.uri().path();
        path.starts_with("/api/") && is_api_path(path, keys::given_key(request.headers()).is_some() || is_preflight(request))
    }

    /// Answers one call. Never fails: what goes wrong is a response too.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        // Browsers alone name the origin of a page, and they alone pay for it.
        if request.headers().contains_key(ORIGIN) {
            return Box::pin(self.handle_for_page(request)).await;
        }
        self.answer_request(request).await
    }

    pub(crate) async fn answer_request<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = Instant::now();
        let (parts, incoming) = request.into_parts();
        let now = self.clock.now();
        let visit = Visit { gateway: self, headers: &parts.headers, request_id: RequestId::new(self.clock.request_id(now)), started, now };
        if parts.uri.path() == ALL {
            return self.handle_catalogue(&visit);
        }
        let Some(asked) = asked(parts.uri.path()) else {
            let detail =
                "The address of an API is /api/<domain>/<name>, or /api/<domain>/<name>/v<number>. Send a batch of keys to …/batch.";
            return problem(&visit.stamp(), &Problem::new(ErrorCode::NotFound, detail));
        };
        // Boxed, both: a request that need not wait does not pay for the size of those that do.
        if asked.what == What::Call && asked.format.is_none() && parts.method == Method::GET {
            let held = match self.answer_or_hold(&visit, asked, parts.uri.query().unwrap_or_default()) {
                Ok(answer) => return answer,
                Err(held) => held,
            };
            return Box::pin(async { self.handle_call(&visit, &held.admitted(), read_given(&parts, incoming).await, None).await }).await;
        }
        let mut answer = Box::pin(self.handle_long(&visit, asked, &parts, incoming)).await;
        if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static(asked.what.methods()));
        }
        answer
    }

    /// Answers a GET at once where that can be, and where the request is not let in.
    fn answer_or_hold(&self, visit: &Visit<'_>, asked: Asked<'_>, query: &str) -> Result<Answer, Held> {
        match self.admit(&self.routes.load(), visit.headers, asked.target(NonZeroU32::MIN), visit.now) {
            Ok(admitted) => self.handle_now(visit, &admitted, query).ok_or_else(|| admitted.held()),
            Err(denied) => Ok(visit.denied(asked, &denied)),
        }
    }

    async fn handle_long<B>(&self, visit: &Visit<'_>, asked: Asked<'_>, parts: &http::request::Parts, incoming: B) -> Answer
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match asked.what {
            What::Call => {
                // Before the body: nobody is waited for who may not call.
                let held = match self.hold(visit, asked, NonZeroU32::MIN) {
                    Ok(held) => held,
                    Err(denied) => return visit.denied(asked, &denied),
                };
                let given = read_given(parts, incoming).await;
                self.handle_call(visit, &held.admitted(), given, asked.format).await
            }
            What::Batch => {
                // How many calls a batch counts for stands in its body; who sends it, in the headers.
                if let Err(denied) = self.identify(&self.routes.load(), visit.headers, asked.target(NonZeroU32::MIN), visit.now) {
                    return visit.denied(asked, &denied);
                }
                let body = match parts.method {
                    Method::POST => read_body(&parts.headers, incoming, MAX_BATCH_BODY).await,
                    _ => Err(Problem::new(ErrorCode::MethodNotAllowed, "Send a batch request with POST.")),
                };
                let mut answer = self.handle_batch(visit, asked, body).await;
                if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
                    answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
                }
                answer
            }
            What::OpenApi | What::Proto => match parts.method {
                Method::GET | Method::HEAD => self.handle_document(visit, asked),
                _ => problem(&visit.stamp(), &Problem::new(ErrorCode::MethodNotAllowed, "Request this document with GET.")),
            },
        }
    }

    /// Lets a request in that has to wait.
    fn hold(&self, visit: &Visit<'_>, asked: Asked<'_>, calls: NonZeroU32) -> Result<Held, Box<Denied>> {
        Ok(self.admit(&self.routes.load(), visit.headers, asked.target(calls), visit.now)?.held())
    }

    /// The short way: a plain key whose row is in this process. Nothing is waited for, and nothing is allocated but the
    /// key, the body and the values of the headers. `None` sends the request the long way.
    fn handle_now(&self, visit: &Visit<'_>, admitted: &Admitted<'_>, query: &str) -> Option<Answer> {
        if admitted.fixed.is_some() {
            return None;
        }
        let key = key_path::of_query(admitted.plan, query)?;
        let mut body = Vec::new();
        let mut written = Ok(());
        let found = self.look_up(admitted, &key, &mut |row| {
            body.reserve(row.len() * 2 + 64);
            written = admitted.view.json.write(&mut body, row);
        })?;
        // A key without a row, or a failure, is said by the long way, and what is large is counted there.
        if !matches!(found, Ok(true)) || written.is_err() || body.len() as u64 > UNCOUNTED {
            return None;
        }
        Some(visit.finish(admitted, &visit.stamp_of(admitted), Ok(body.into()), None, Said::Query(query)))
    }

    async fn handle_call(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        given: Result<Given, Problem>,
        suffix: Option<Format>,
    ) -> Answer {
        let given = match given {
            Ok(given) => given,
            Err(problem) => return visit.finish(admitted, &visit.stamp_of(admitted), Err(problem), None, Said::Nothing),
        };
        let (mut timings, said) = (Timings::default(), Said::Given(&given));
        let read = self.read(admitted, &given, &mut timings);
        let answered = match read.and_then(|(call, view)| Ok((format_of(visit, admitted, &call, suffix)?, call, view))) {
            Ok((Format::Json, call, view)) => self.fetch(admitted, call, view, &mut timings).await,
            Ok((format, call, view)) => return self.handle_list(visit, admitted, (&call, &view), format, &mut timings, said).await,
            Err(problem) => Err(problem),
        };
        let (cache, body) = match answered {
            Ok(answered) => (answered.cache, body_of(admitted, &answered)),
            Err(problem) => (None, Err(problem)),
        };
        visit.finish(admitted, &Stamp { cache, ..visit.stamp_of(admitted) }, body, Some(&timings), said)
    }

    /// A list in another form than a page of JSON: it goes out as it is read.
    async fn handle_list(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        (call, view): (&Call, &Arc<View>),
        format: Format,
        timings: &mut Timings,
        said: Said<'_>,
    ) -> Answer {
        let opened = async {
            let count = if call.wanted.count { Some(execute::count(admitted.plan, call).await?) } else { None };
            Ok((count, outgoing::open(self, admitted, view, call, format, count).await?))
        };
        let started = Instant::now();
        let opened = opened.await;
        timings.fetched(started, None);
        let stamp = visit.stamp_of(admitted);
        match opened {
            Ok((count, frames)) => {
                let spent = timings.spent(stamp.took);
                admitted.count(None, spent, 0);
                self.log(admitted, &visit.ended(spent, Some(&*timings), said));
                let meter = admitted.meter.clone();
                let frames = frames.inspect(move |sent| {
                    if let Ok(frame) = sent {
                        meter.count_frame(frame);
                    }
                });
                streamed(&stamp, format, &admitted.plan.api.name, count, frames)
            }
            Err(problem) => visit.finish(admitted, &stamp, Err(problem), Some(&*timings), said),
        }
    }

    async fn handle_batch(&self, visit: &Visit<'_>, asked: Asked<'_>, body: Result<Bytes, Problem>) -> Answer {
        let keys = body.and_then(|body| batch::keys_of_json(&body));
        let calls = keys.as_ref().ok().and_then(|keys| u32::try_from(keys.len()).ok()).and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let held = match self.hold(visit, asked, calls) {
            Ok(held) => held,
            Err(denied) => return visit.denied(asked, &denied),
        };
        let admitted = held.admitted();
        let mut timings = Timings::default();
        let rows = match keys {
            Ok(keys) => self.batch(&admitted, &keys, &mut timings).await,
            Err(problem) => Err(problem),
        };
        let body = rows.and_then(|found| found.json(&admitted));
        visit.finish(&admitted, &visit.stamp_of(&admitted), body, Some(&timings), Said::Nothing)
    }

    /// The document of all that the caller may call in its environment.
    fn handle_catalogue(&self, visit: &Visit<'_>) -> Answer {
        let routes = self.routes.load();
        let who = match keys::who(&routes, &self.tokens, visit.headers, visit.now) {
            Ok(who) => who,
            Err(found) => return problem(&visit.stamp(), &found),
        };
        let known = routes.apis.iter().filter_map(|(path, entry)| {
            let grant = keys::may(&routes, who.app, entry.index, path, visit.now).ok()?;
            let plan = entry.plan(who.environment, None)?;
            Some((plan, view_of(grant, plan)?.visible(&plan.api.spec)))
        });
        let mut plans: Vec<(&Arc<Plan>, Cow<'_, ApiSpec>)> = known.collect();
        plans.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        let apis: Vec<_> =
            plans.iter().map(|(plan, spec)| (plan.api.domain.as_str(), plan.api.name.as_str(), plan.api.version, &**spec)).collect();
        let document = model::openapi::openapi_of_all(&apis, &self.public_url);
        plain(&visit.stamp(), StatusCode::OK, "application/json", document.to_string())
    }

    fn handle_document(&self, visit: &Visit<'_>, asked: Asked<'_>) -> Answer {
        let held = match self.hold(visit, asked, NonZeroU32::MIN) {
            Ok(held) => held,
            Err(denied) => return visit.denied(asked, &denied),
        };
        let admitted = held.admitted();
        let api = &admitted.plan.api;
        let spec = admitted.view.visible(&api.spec);
        let (kind, text) = if asked.what == What::Proto {
            ("text/plain; charset=utf-8", model::message::proto_text(&api.domain, &api.name, &spec))
        } else {
            let document = model::openapi::openapi(&api.domain, &api.name, api.version, &spec, &self.public_url);
            ("application/json", document.to_string())
        };
        plain(&visit.stamp_of(&admitted), StatusCode::OK, kind, text)
    }
}

/// The form of a response: by the address, by the parameter, by what the caller accepts, in this order.
///
/// # Errors
/// A row by its key has one form.
fn format_of(visit: &Visit<'_>, admitted: &Admitted<'_>, call: &Call, suffix: Option<Format>) -> Result<Format, Problem> {
    match admitted.plan.kind {
        ApiKind::Sql => Ok(suffix.or(call.wanted.format).or_else(|| Format::accepted(visit.headers)).unwrap_or(Format::Json)),
        ApiKind::Union if suffix.or(call.wanted.format).is_none_or(|format| format == Format::Json) => Ok(Format::Json),
        ApiKind::Union => Err(Problem::field("format", "A Union responds in JSON only.")),
        ApiKind::Kv if suffix.is_none_or(|format| format == Format::Json) => Ok(Format::Json),
        ApiKind::Kv => Err(Problem::field("format", "A key lookup responds in JSON only.")),
    }
}

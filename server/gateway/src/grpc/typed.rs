//! The typed services: `Get` and `BatchGet` for keys, `Query` and `Stream` for lists. A stored row goes to the wire as
//! it is wherever every field is shown: it is copied once, from the store's page into the frame.

use std::num::NonZeroU32;
use std::time::Instant;

use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use hyper::body::Body;
use model::message::LIMIT;
use model::spec::{ApiKind, MAX_BATCH_KEYS};
use model::union::Degraded;
use model::wire::{BYTES, Fields, put_bytes, put_int, put_tag, put_varint};
use model::{ErrorCode, Problem};

use super::frame;
use super::request::{Method, count_keys, deadline, keys_of, method_of};
use super::visit::{Failed, Visit, ok_trailers, trailers_of};
use crate::body::ApiBody;
use crate::logged::{Ended, Said};
use crate::memory::{Counted, UNCOUNTED};
use crate::message::given_of;
use crate::metrics::Spent;
use crate::parameters::{self, Given};
use crate::plan::Backend;
use crate::request_id::RequestId;
use crate::stack::{Admitted, Denied, Held, Target, no_row};
use crate::timings::{Timings, micros_since};
use crate::view::broken_row;
use crate::{Gateway, batch, execute, key_path};

impl Gateway {
    pub(crate) async fn handle_typed<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let now = self.clock.now();
        let visit = Visit { headers: &parts.headers, request_id: RequestId::new(self.clock.request_id(now)), started, now };
        if !parts.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
            let mut response = Response::new(ApiBody::full("This port serves gRPC.\n"));
            *response.status_mut() = http::StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            return response;
        }
        let Some((service, method)) = method_of(parts.uri.path()) else {
            let problem = Problem::new(ErrorCode::MethodNotAllowed, "Method not found. Reflection lists the live methods.");
            return visit.failed(&problem.into());
        };
        let mut body = frame::limited(body);
        let first = body.frame().now_or_never();
        // Nearly every message is here with its headers, and its caller is asked for below. Any other is waited for, and
        // held, only for those who may call.
        let whole = first.is_some() && body.is_end_stream();
        if !whole && let Err(response) = self.may_send(&visit, service) {
            return *response;
        }
        let message = match frame::read_one(visit.headers, first, body).await {
            Ok(message) => message,
            Err(problem) => return visit.failed(&problem.into()),
        };
        let held = match self.typed_or_hold(&visit, service, method, &message) {
            Ok(response) => return response,
            Err(held) => held,
        };
        // Boxed: a request that need not wait does not pay for the size of those that do.
        Box::pin(self.call_held(&visit, &held, method, &message)).await
    }

    /// Whether the caller of a service may call it at all: asked before a message is waited for.
    fn may_send(&self, visit: &Visit<'_>, service: &str) -> Result<(), Box<Response<ApiBody>>> {
        let routes = self.routes.load();
        let Some(named) = routes.services.get(service) else { return Err(Box::new(visit.failed(&no_service(service).into()))) };
        let target = Target { path: &named.path, version: None, calls: NonZeroU32::MIN };
        self.identify(&routes, visit.headers, target, visit.now).map(drop).map_err(|denied| Box::new(self.denied(visit, target, &denied)))
    }

    /// Answers at once where that can be, and where the request is not let in.
    fn typed_or_hold(&self, visit: &Visit<'_>, service: &str, method: Method, message: &Bytes) -> Result<Response<ApiBody>, Held> {
        let calls = if method == Method::BatchGet { count_keys(message) } else { 1 };
        let calls = NonZeroU32::new(u32::try_from(calls).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        let routes = self.routes.load();
        let Some(named) = routes.services.get(service) else {
            return Ok(visit.failed(&no_service(service).into()));
        };
        let target = Target { path: &named.path, version: None, calls };
        let admitted = match self.admit(&routes, visit.headers, target, visit.now) {
            Ok(admitted) => admitted,
            Err(denied) => return Ok(self.denied(visit, target, &denied)),
        };
        let response = self.call_now(visit, &admitted, method, message).ok_or_else(|| admitted.held())?;
        let (spent, bytes) = (Spent::in_gateway(micros_since(visit.started)), response.body().bytes().len());
        admitted.count(None, spent, bytes);
        self.log(&admitted, &Ended { bytes: Some(bytes), ..visit.ended(spent, None, said(method, message)) });
        Ok(response)
    }

    fn denied(&self, visit: &Visit<'_>, target: Target<'_>, denied: &Denied) -> Response<ApiBody> {
        let spent = Spent::in_gateway(micros_since(visit.started));
        // A status has no body.
        denied.count(spent.micros, 0);
        self.log_denied(denied, target, &visit.ended(spent, None, Said::Nothing));
        visit.failed(&Failed { problem: denied.problem.clone(), wait: denied.retry_after })
    }

    async fn call_held(&self, visit: &Visit<'_>, held: &Held, method: Method, message: &Bytes) -> Response<ApiBody> {
        let admitted = held.admitted();
        let (mut timings, started) = (Timings::default(), Instant::now());
        let call = self.call_typed(visit, &admitted, method, message, &mut timings);
        let answered = match deadline(visit.headers) {
            None => call.await,
            Some(deadline) => {
                let answered = tokio::time::timeout(deadline, call).await;
                answered.unwrap_or_else(|_| {
                    // Rows were waited for all the time.
                    timings.fetched(started, None);
                    Err(Problem::new(ErrorCode::SourceTimeout, "The deadline of the request has passed."))
                })
            }
        };
        let code = answered.as_ref().err().map(|problem| problem.code);
        let bytes = answered.as_ref().map_or(0, |response| response.body().bytes().len());
        let spent = timings.spent(micros_since(visit.started));
        admitted.count(code, spent, bytes);
        // A stream begins without bytes.
        let bytes = Some(bytes).filter(|bytes| *bytes > 0);
        self.log(&admitted, &Ended { code, bytes, ..visit.ended(spent, Some(&timings), said(method, message)) });
        answered.unwrap_or_else(|problem| visit.failed(&problem.into()))
    }

    async fn call_typed(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        method: Method,
        message: &Bytes,
        timings: &mut Timings,
    ) -> Result<Response<ApiBody>, Problem> {
        match (method, admitted.plan.kind) {
            (Method::Get, ApiKind::Kv) => self.get(visit, admitted, message, timings).await,
            (Method::BatchGet, ApiKind::Kv) => self.batch_get(visit, admitted, message, timings).await,
            (Method::Query, ApiKind::Sql | ApiKind::Union) => self.query(visit, admitted, message, timings).await,
            (Method::Stream, ApiKind::Sql | ApiKind::Union) => self.stream(visit, admitted, message, timings).await,
            _ => Err(Problem::new(ErrorCode::MethodNotAllowed, format!("{} does not have this method.", admitted.plan.service))),
        }
    }

    async fn get(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        message: &[u8],
        timings: &mut Timings,
    ) -> Result<Response<ApiBody>, Problem> {
        let plan = admitted.plan;
        let answered = self.answer(admitted, &given_of(admitted, message)?, timings).await?;
        let row = answered.rows.rows.first().ok_or_else(|| no_row(&answered.call))?;
        let mut out = frame::open(row.len());
        answered.view.write_message(&mut out, row).map_err(|error| broken_row(&plan.path, error))?;
        frame::close(&mut out, 0);
        let memory = &answered.call.memory;
        memory.hold(memory.held() + out.len() as u64)?;
        Ok(visit.good(admitted, answered.cache, Counted::new(out, memory)))
    }

    async fn batch_get(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        message: &Bytes,
        timings: &mut Timings,
    ) -> Result<Response<ApiBody>, Problem> {
        let plan = admitted.plan;
        let keys = keys_of(message)?;
        batch::bounded(keys.len())?;
        let given = keys.iter().map(|key| given_of(admitted, key)).collect::<Result<Vec<Given>, _>>()?;
        let batch::Batch { rows, memory } = self.batch(admitted, &given, timings).await?;
        let size: usize = rows.iter().flatten().map(|row| row.len() + 12).sum();
        memory.hold(memory.held() + size as u64)?;
        let mut out = frame::open(size);
        for row in rows {
            let row = row.map(|row| admitted.view.message(&row)).transpose().map_err(|error| broken_row(&plan.path, error))?;
            put_entry(&mut out, row.as_deref());
        }
        frame::close(&mut out, 0);
        Ok(visit.good(admitted, None, Counted::new(out, &memory)))
    }

    /// The short way, where nothing has to be waited for. `None` sends the request the long way, which also says what is
    /// wrong with it.
    fn call_now(&self, visit: &Visit<'_>, admitted: &Admitted<'_>, method: Method, message: &Bytes) -> Option<Response<ApiBody>> {
        if admitted.fixed.is_some() || admitted.plan.kind != ApiKind::Kv {
            return None;
        }
        let frame = match method {
            Method::Get => Counted::from(self.get_now(admitted, message)?),
            Method::BatchGet => self.batch_now(admitted, &keys_of(message).ok()?)?.ok()?,
            Method::Query | Method::Stream => return None,
        };
        Some(visit.good(admitted, None, frame))
    }

    /// The row goes from the store's page into the frame.
    fn get_now(&self, admitted: &Admitted<'_>, message: &[u8]) -> Option<Vec<u8>> {
        let key = key_path::of_message(admitted.plan, message)?;
        let mut out = Vec::new();
        let mut written = Ok(());
        let found = self.look_up(admitted, &key, &mut |row| {
            out = frame::open(row.len());
            written = admitted.view.write_message(&mut out, row);
        });
        // What is large is counted on the long way.
        if !matches!(found, Some(Ok(true))) || written.is_err() || out.len() as u64 > UNCOUNTED {
            return None;
        }
        frame::close(&mut out, 0);
        Some(out)
    }

    /// The short way of a batch: plain keys of a dataset in this process, nothing hidden, no cache in between.
    fn batch_now(&self, admitted: &Admitted<'_>, keys: &[&[u8]]) -> Option<Result<Counted, Problem>> {
        let plan = admitted.plan;
        let Backend::Dataset(open) = &plan.backend else { return None };
        if keys.len() > MAX_BATCH_KEYS || !admitted.view.shows_all() || plan.cached {
            return None;
        }
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key_path::of_message(plan, key)).collect::<Option<_>>()?;
        let mut out = frame::open(keys.len() * 256);
        match open.data.read_many_now(&keys, &mut |row| put_entry(&mut out, row)) {
            Ok(true) => {
                frame::close(&mut out, 0);
                let memory = self.memory.reservation(admitted.consumer);
                Some(memory.hold(out.len() as u64).map(|()| Counted::new(out, &memory)))
            }
            Ok(false) => None,
            Err(error) => Some(Err(execute::failed_store(plan, open, &error))),
        }
    }

    async fn query(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        message: &[u8],
        timings: &mut Timings,
    ) -> Result<Response<ApiBody>, Problem> {
        let plan = admitted.plan;
        let answered = self.answer(admitted, &given_of(admitted, message)?, timings).await?;
        let (memory, weight) = (&answered.call.memory, answered.rows.weight());
        memory.hold(memory.held() + weight as u64)?;
        let mut out = frame::open(weight);
        for row in &answered.rows.rows {
            let row = answered.view.message(row).map_err(|error| broken_row(&plan.path, error))?;
            put_bytes(&mut out, 1, &row);
        }
        if let Some(next) = &answered.rows.next {
            put_bytes(&mut out, 2, next.as_bytes());
        }
        if answered.rows.truncated {
            put_int(&mut out, 3, 1);
        }
        for degraded in &answered.rows.degraded {
            put_bytes(&mut out, 4, &message_of(degraded));
        }
        frame::close(&mut out, 0);
        Ok(visit.good(admitted, answered.cache, Counted::new(out, memory)))
    }

    async fn stream(
        &self,
        visit: &Visit<'_>,
        admitted: &Admitted<'_>,
        message: &[u8],
        timings: &mut Timings,
    ) -> Result<Response<ApiBody>, Problem> {
        let notes = self.notes(admitted.plan, timings);
        let mut call = parameters::read(admitted.plan, &given_of(admitted, message)?, self.giver(admitted, &notes))?;
        // A stream has no pages: all rows up to the cap, unless the caller asks for fewer.
        if !Fields::new(message).flatten().any(|field| field.number == LIMIT) {
            call.wanted.page.limit = admitted.plan.api.spec.policy.max_rows;
        }
        let started = Instant::now();
        let rows = self.stream_rows(admitted, &call).await;
        timings.fetched(started, None);
        let rows = rows?;
        let (view, path, request_id) = (admitted.view.clone(), admitted.plan.path.clone(), visit.request_id);
        let api = path.clone();
        let frames = rows.map(move |batch| {
            let rows = batch?;
            let mut out = Vec::with_capacity(rows.iter().map(|row| row.len() + frame::PREFIX).sum());
            for row in &rows {
                let start = out.len();
                out.extend_from_slice(&[0; frame::PREFIX]);
                view.write_message(&mut out, row).map_err(|error| broken_row(&path, error))?;
                frame::close(&mut out, start);
            }
            Ok::<_, Problem>(Bytes::from(out))
        });
        // After the last row, or the first failure, come the trailers, and nothing after them.
        let ended = frames.scan(false, |over, batch| {
            let next = (!*over).then_some(batch);
            *over |= next.as_ref().is_some_and(Result::is_err);
            std::future::ready(next)
        });
        let framed = ended.map(Some).chain(futures::stream::once(std::future::ready(None))).scan(false, move |failed, item| {
            let frame = match item {
                Some(Ok(bytes)) => Some(Frame::data(bytes)),
                Some(Err(problem)) => {
                    *failed = true;
                    Some(Frame::trailers(trailers_of(&problem, &request_id, &api)))
                }
                None if *failed => None,
                None => Some(Frame::trailers(ok_trailers())),
            };
            std::future::ready(frame)
        });
        let meter = admitted.meter.clone();
        let framed = framed.inspect(move |frame| meter.count_frame(frame));
        let mut response = Response::new(ApiBody::stream(framed.map(Ok)));
        visit.stamp(response.headers_mut(), admitted, None);
        Ok(response)
    }
}

/// What the request log gets of a message; the keys of a batch are not kept.
fn said(method: Method, message: &Bytes) -> Said<'_> {
    if method == Method::BatchGet { Said::Nothing } else { Said::Message(message) }
}

fn no_service(service: &str) -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, format!("API {service} is not live or does not exist. Reflection lists the live APIs."))
}

/// A step that was stood in for, by the numbers of `model::message::degraded_fields`.
fn message_of(degraded: &Degraded) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, 1, degraded.step.as_bytes());
    put_bytes(&mut out, 2, degraded.code.as_bytes());
    put_bytes(&mut out, 3, degraded.fallback.as_bytes());
    out
}

/// `rows = 1` of a batch: an entry, with a row in it where there is one.
fn put_entry(out: &mut Vec<u8>, row: Option<&[u8]>) {
    let Some(row) = row else { return put_bytes(out, 1, &[]) };
    let mut head = Vec::with_capacity(8);
    put_tag(&mut head, 1, BYTES);
    put_varint(&mut head, row.len() as u64);
    put_tag(out, 1, BYTES);
    put_varint(out, (head.len() + row.len()) as u64);
    out.extend_from_slice(&head);
    out.extend_from_slice(row);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_without_a_row_is_there_and_empty() {
        let mut out = Vec::new();
        put_entry(&mut out, Some(b"ab"));
        put_entry(&mut out, None);
        assert_eq!(out, [0x0a, 4, 0x0a, 2, b'a', b'b', 0x0a, 0]);
    }
}

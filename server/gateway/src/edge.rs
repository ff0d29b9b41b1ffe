//! The HTTP edge of the data plane: `/api/<domain>/<name>`, before anything else sees the request.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body;
use model::clock::Millis;
use model::name::is_name;
use model::{ErrorCode, Problem};
use serde_json::Value as Json;

use crate::answer::{Answer, Stamp, good, plain, problem};
use crate::batch;
use crate::body::ApiBody;
use crate::encode::body_of;
use crate::parameters::{Given, parse_query};
use crate::request_id::RequestId;
use crate::stack::{Admitted, Denied, Held, Target, Timings, micros_since};
use crate::view::broken_row;
use crate::{Gateway, key_path, keys};

/// The longest request body, in bytes; a batch of keys may be longer.
const MAX_BODY: usize = 128 << 10;
const MAX_BATCH_BODY: usize = 1 << 20;
/// How much of a body that is too long is read all the same, in bytes.
const MAX_THROWN_AWAY: usize = 16 << 20;
/// The longest query, in bytes.
const MAX_QUERY: usize = 64 << 10;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Whether a path belongs to the data plane. What hangs under an API for people (`/docs`, and the documents without a
/// key) is the portal's.
#[must_use]
pub fn is_api_path(path: &str, has_key: bool) -> bool {
    match path.strip_prefix("/api/") {
        None => false,
        Some(rest) if rest.ends_with("/docs") => false,
        Some(rest) => has_key || !(rest.ends_with("/openapi.json") || rest.ends_with("/schema.proto")),
    }
}

/// What an address asks for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    /// `travel/plane`
    path: &'a str,
    version: Option<i64>,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Call,
    Batch,
    OpenApi,
    Proto,
}

/// One call on its way: what its answer is stamped with.
struct Visit<'a> {
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

    fn denied(&self, denied: &Denied) -> Answer {
        let stamp = Stamp { budget: denied.budget, retry_after: denied.retry_after, ..self.stamp() };
        if let Some(meter) = &denied.meter {
            meter.count(Some(denied.problem.code), stamp.took);
        }
        problem(&stamp, &denied.problem)
    }

    /// Counts and answers.
    fn finish(&self, admitted: &Admitted<'_>, stamp: &Stamp<'_>, body: Result<Vec<u8>, Problem>, timings: Option<&Timings>) -> Answer {
        admitted.meter.count(body.as_ref().err().map(|found| found.code), stamp.took);
        match body {
            Ok(body) => good(stamp, body, timings),
            Err(found) => problem(stamp, &found),
        }
    }
}

impl Gateway {
    /// Whether a request belongs to the data plane.
    #[must_use]
    pub fn takes<B>(&self, request: &Request<B>) -> bool {
        let path = request.uri().path();
        path.starts_with("/api/") && is_api_path(path, keys::given_key(request.headers()).is_some())
    }

    /// Answers one call. Never fails: what goes wrong is an answer too.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<ApiBody>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = Instant::now();
        let (parts, incoming) = request.into_parts();
        let now = self.clock.now();
        let visit = Visit { headers: &parts.headers, request_id: RequestId::new(self.clock.request_id(now)), started, now };
        let Some(asked) = asked(parts.uri.path()) else {
            let detail = "An API's address is /api/<domain>/<name>, or /api/<domain>/<name>/v<number>; a batch of keys goes to …/batch.";
            return problem(&visit.stamp(), &Problem::new(ErrorCode::NotFound, detail));
        };
        match asked.what {
            What::Call if parts.method == Method::GET => {
                let held = match self.admit(&self.routes.load(), visit.headers, asked.target(NonZeroU32::MIN), visit.now) {
                    Ok(admitted) => match self.handle_now(&visit, &admitted, parts.uri.query().unwrap_or_default()) {
                        Some(answer) => return answer,
                        None => admitted.held(),
                    },
                    Err(denied) => return visit.denied(&denied),
                };
                self.handle_call(&visit, &held.admitted(), read_given(&parts, incoming).await).await
            }
            What::Call => {
                let given = read_given(&parts, incoming).await;
                match self.hold(&visit, asked, NonZeroU32::MIN) {
                    Ok(held) => self.handle_call(&visit, &held.admitted(), given).await,
                    Err(denied) => visit.denied(&denied),
                }
            }
            What::Batch => {
                let body = match parts.method {
                    Method::POST => read_body(incoming, MAX_BATCH_BODY).await,
                    _ => Err(Problem::new(ErrorCode::MethodNotAllowed, "A batch of keys is sent by POST.")),
                };
                self.handle_batch(&visit, asked, body).await
            }
            What::OpenApi | What::Proto => self.handle_document(&visit, asked),
        }
    }

    /// Lets a call in that has to wait.
    fn hold(&self, visit: &Visit<'_>, asked: Asked<'_>, calls: NonZeroU32) -> Result<Held, Box<Denied>> {
        Ok(self.admit(&self.routes.load(), visit.headers, asked.target(calls), visit.now)?.held())
    }

    /// The short way: a plain key whose row is in this process. Nothing is waited for, and nothing is allocated but the
    /// key, the body and the values of the headers. `None` sends the call the long way.
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
        // A key without a row, or a failure, is said by the long way.
        if !matches!(found, Ok(true)) || written.is_err() {
            return None;
        }
        Some(visit.finish(admitted, &visit.stamp_of(admitted), Ok(body), None))
    }

    async fn handle_call(&self, visit: &Visit<'_>, admitted: &Admitted<'_>, given: Result<Given, Problem>) -> Answer {
        let mut timings = Timings::default();
        let answered = match given {
            Ok(given) => self.answer(admitted, &given, &mut timings).await,
            Err(problem) => Err(problem),
        };
        let (cache, body) = match answered {
            Ok(answered) => (answered.cache, body_of(admitted, &answered)),
            Err(problem) => (None, Err(problem)),
        };
        visit.finish(admitted, &Stamp { cache, ..visit.stamp_of(admitted) }, body, Some(&timings))
    }

    async fn handle_batch(&self, visit: &Visit<'_>, asked: Asked<'_>, body: Result<Bytes, Problem>) -> Answer {
        let keys = body.and_then(|body| batch::keys_of_json(&body));
        let calls = keys.as_ref().ok().and_then(|keys| u32::try_from(keys.len()).ok()).and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        let held = match self.hold(visit, asked, calls) {
            Ok(held) => held,
            Err(denied) => return visit.denied(&denied),
        };
        let admitted = held.admitted();
        let mut timings = Timings::default();
        let rows = match keys {
            Ok(keys) => self.batch(&admitted, &keys, &mut timings).await,
            Err(problem) => Err(problem),
        };
        let body = rows.and_then(|rows| batch::json_of(&rows, &admitted.view.json).map_err(|error| broken_row(&admitted.plan.path, error)));
        visit.finish(&admitted, &visit.stamp_of(&admitted), body, Some(&timings))
    }

    fn handle_document(&self, visit: &Visit<'_>, asked: Asked<'_>) -> Answer {
        let held = match self.hold(visit, asked, NonZeroU32::MIN) {
            Ok(held) => held,
            Err(denied) => return visit.denied(&denied),
        };
        let admitted = held.admitted();
        let api = &admitted.plan.api;
        let (kind, text) = if asked.what == What::Proto {
            ("text/plain; charset=utf-8", model::message::proto_text(&api.domain, &api.name, &api.spec))
        } else {
            let document = model::openapi::openapi(&api.domain, &api.name, api.version, &api.spec, &self.public_url);
            ("application/json", document.to_string())
        };
        plain(&visit.stamp_of(&admitted), StatusCode::OK, kind, text)
    }
}

impl<'a> Asked<'a> {
    fn target(self, calls: NonZeroU32) -> Target<'a> {
        Target { path: self.path, version: self.version, calls }
    }
}

fn asked(path: &str) -> Option<Asked<'_>> {
    let rest = path.strip_prefix("/api/")?;
    let (domain, after) = rest.split_once('/')?;
    let name = after.split('/').next().unwrap_or_default();
    if !is_name(domain) || !is_name(name) {
        return None;
    }
    let path = &rest[..domain.len() + 1 + name.len()];
    let (mut version, mut what) = (None, What::Call);
    let mut tail = rest[path.len()..].split('/').skip(1).peekable();
    if let Some(number) =
        tail.peek().and_then(|part| part.strip_prefix('v')).and_then(|digits| digits.parse().ok()).filter(|number| *number > 0)
    {
        version = Some(number);
        tail.next();
    }
    if let Some(part) = tail.next() {
        what = match part {
            "batch" => What::Batch,
            "openapi.json" => What::OpenApi,
            "schema.proto" => What::Proto,
            _ => return None,
        };
    }
    tail.next().is_none().then_some(Asked { path, version, what })
}

/// Parameters out of the query of a GET, or the JSON object of a POST.
async fn read_given<B>(parts: &http::request::Parts, incoming: B) -> Result<Given, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Err(Problem::new(ErrorCode::TooLarge, "The query is longer than 64 KiB. Send the parameters as a JSON object by POST."));
    }
    match parts.method {
        Method::GET | Method::HEAD => Ok(Given::Query(parse_query(query))),
        Method::POST if !query.is_empty() => {
            Err(Problem::new(ErrorCode::Invalid, "A POST takes its parameters in the body alone, not in the query."))
        }
        Method::POST => {
            let bytes = read_body(incoming, MAX_BODY).await?;
            if bytes.is_empty() {
                return Ok(Given::Body(serde_json::Map::new()));
            }
            match serde_json::from_slice(&bytes) {
                Ok(Json::Object(object)) => Ok(Given::Body(object)),
                Ok(_) => Err(Problem::new(ErrorCode::Invalid, "The body must be a JSON object of parameters.")),
                Err(error) => Err(Problem::new(
                    ErrorCode::Invalid,
                    format!("The body is not JSON: line {}, column {}.", error.line(), error.column()),
                )),
            }
        }
        _ => Err(Problem::new(ErrorCode::MethodNotAllowed, "An API answers to GET and POST.")),
    }
}

async fn read_body<B>(incoming: B, most: usize) -> Result<Bytes, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let late = |_| Problem::new(ErrorCode::Invalid, "The body did not arrive within 15 seconds.");
    tokio::time::timeout(BODY_TIMEOUT, collect(incoming, most)).await.map_err(late)?
}

/// What is too long is read to its end, within reason, and thrown away: a client that is cut off while it sends sees a
/// reset instead of the answer.
async fn collect<B>(incoming: B, most: usize) -> Result<Bytes, Problem>
where
    B: Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut incoming = std::pin::pin!(incoming);
    let (mut body, mut seen) = (BytesMut::new(), 0);
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Problem::new(ErrorCode::Invalid, "The body broke off."))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.remaining();
        if seen <= most {
            body.put(data);
        } else if seen > most + MAX_THROWN_AWAY {
            break;
        }
    }
    if seen > most {
        return Err(Problem::new(ErrorCode::TooLarge, format!("The body is longer than {} KiB.", most >> 10)));
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let of = |path| asked(path).map(|asked| (asked.path, asked.version, asked.what));
        assert_eq!(of("/api/travel/plane"), Some(("travel/plane", None, What::Call)));
        assert_eq!(of("/api/travel/plane/v3"), Some(("travel/plane", Some(3), What::Call)));
        assert_eq!(of("/api/travel/plane/v3/batch"), Some(("travel/plane", Some(3), What::Batch)));
        assert_eq!(of("/api/travel/plane/openapi.json"), Some(("travel/plane", None, What::OpenApi)));
        for wrong in [
            "/api/travel",
            "/api/travel/",
            "/api/Travel/plane",
            "/api/travel/plane/",
            "/api/travel/plane/v0",
            "/api/travel/plane/x",
            "/api/a/b/c/d",
            "/api/travel/plane/batch/v3",
        ] {
            assert!(of(wrong).is_none(), "{wrong}");
        }
        assert!(!is_api_path("/api/travel/plane/docs", true));
        assert!(!is_api_path("/api/travel/plane/openapi.json", false));
    }
}

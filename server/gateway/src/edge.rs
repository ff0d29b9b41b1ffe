//! The HTTP edge of the data plane: `/api/<domain>/<name>`, before anything else sees the request.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Body;
use model::name::is_name;
use model::{ErrorCode, Problem};
use serde_json::Value as Json;

use crate::answer::{Answer, answer, body, problem_answer, stamp};
use crate::parameters::{Given, parse_query};
use crate::stack::Incoming;
use crate::{Gateway, keys};

/// The longest request body, in bytes.
const MAX_BODY: usize = 64 << 10;
/// The longest query, in bytes.
const MAX_QUERY: usize = 16 << 10;

/// The body of an answer of the data plane.
pub type ApiBodyOut = Full<Bytes>;

/// Whether a path belongs to the data plane. What hangs under an API for people (`/docs`, and `/openapi.json` without
/// a key) is the portal's.
#[must_use]
pub fn is_api_path(path: &str, has_key: bool) -> bool {
    match path.strip_prefix("/api/") {
        None => false,
        Some(rest) if rest.ends_with("/docs") => false,
        Some(rest) => has_key || !rest.ends_with("/openapi.json"),
    }
}

/// What an address asks for.
enum Asked {
    Call { path: String, version: Option<i64> },
    OpenApi { path: String },
}

impl Gateway {
    /// Whether a request belongs to the data plane.
    #[must_use]
    pub fn takes<B>(&self, request: &Request<B>) -> bool {
        is_api_path(request.uri().path(), keys::given_key(request.headers()).is_some())
    }

    /// Answers one call. Never fails: what goes wrong is an answer too.
    pub async fn handle<B>(&self, request: Request<B>) -> http::Response<ApiBodyOut>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let request_id = self.clock.request_id();
        let trace = request.headers().get("traceparent").cloned();
        let asked = asked(request.uri().path());
        let served = match asked {
            Some(Asked::Call { path, version }) => {
                let (parts, incoming_body) = request.into_parts();
                let given = read_given(&parts, incoming_body).await;
                self.serve(Incoming { path: &path, version, headers: &parts.headers, given }).await
            }
            Some(Asked::OpenApi { path }) => return stamp(self.openapi(&path, &request, &request_id), &request_id),
            None => {
                let problem =
                    Problem::new(ErrorCode::NotFound, "An API's address is /api/<domain>/<name>, or /api/<domain>/<name>/v<number>.");
                return stamp(problem_answer(problem, &request_id), &request_id);
            }
        };
        answer(served, &request_id, trace.as_ref())
    }

    fn openapi<B>(&self, path: &str, request: &Request<B>, request_id: &str) -> Answer {
        let routes = self.routes.load_full();
        let found = keys::who(&routes, request.headers(), self.clock.now()).and_then(|key| {
            let missing = || Problem::new(ErrorCode::NotFound, format!("There is no API {path}."));
            let plan = routes.plans.get(&(key.environment, path.to_owned(), None)).ok_or_else(missing)?;
            keys::may(&routes, key, &plan.api.id, path, self.clock.now())?;
            Ok(plan.clone())
        });
        match found {
            Ok(plan) => {
                let api = &plan.api;
                let document = model::openapi::openapi(&api.domain, &api.name, api.version, &api.spec, &self.public_url);
                body(StatusCode::OK, "application/json", document.to_string().into_bytes())
            }
            Err(problem) => problem_answer(problem, request_id),
        }
    }
}

fn asked(path: &str) -> Option<Asked> {
    let parts: Vec<&str> = path.strip_prefix("/api/")?.split('/').collect();
    let of = |domain: &str, name: &str| (is_name(domain) && is_name(name)).then(|| format!("{domain}/{name}"));
    match parts.as_slice() {
        [domain, name] => Some(Asked::Call { path: of(domain, name)?, version: None }),
        [domain, name, "openapi.json"] => Some(Asked::OpenApi { path: of(domain, name)? }),
        [domain, name, version] => {
            let version = version.strip_prefix('v')?.parse().ok().filter(|number| *number > 0)?;
            Some(Asked::Call { path: of(domain, name)?, version: Some(version) })
        }
        _ => None,
    }
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
        return Err(Problem::new(ErrorCode::TooLarge, "The query is longer than 16 KiB. Send the parameters as a JSON object by POST."));
    }
    match parts.method {
        Method::GET | Method::HEAD => Ok(Given::Query(parse_query(query))),
        Method::POST if !query.is_empty() => {
            Err(Problem::new(ErrorCode::Invalid, "A POST takes its parameters in the body alone, not in the query."))
        }
        Method::POST => {
            let limited = Limited::new(incoming, MAX_BODY).collect().await;
            let bytes = limited.map_err(|_| Problem::new(ErrorCode::TooLarge, "The body is longer than 64 KiB."))?.to_bytes();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert!(matches!(asked("/api/travel/plane"), Some(Asked::Call { version: None, .. })));
        assert!(matches!(asked("/api/travel/plane/v3"), Some(Asked::Call { version: Some(3), .. })));
        assert!(matches!(asked("/api/travel/plane/openapi.json"), Some(Asked::OpenApi { .. })));
        for wrong in ["/api/travel", "/api/travel/", "/api/Travel/plane", "/api/travel/plane/v0", "/api/travel/plane/x", "/api/a/b/c/d"] {
            assert!(asked(wrong).is_none(), "{wrong}");
        }
        assert!(!is_api_path("/api/travel/plane/docs", true));
        assert!(!is_api_path("/api/travel/plane/openapi.json", false));
    }
}

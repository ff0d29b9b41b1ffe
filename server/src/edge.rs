//! The one HTTP port: the data plane first, as a hyper service of its own; axum serves everything behind it.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use bytes::Bytes;
use control::{Caller, Control};
use gateway::{ApiBody, Clock, Gateway, GrpcBody, GrpcEdge, RequestId};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body::{Frame, SizeHint};
use model::{ErrorCode, Problem};
use serde_json::json;
use tower::ServiceExt;
use tracing::Instrument;

use crate::figures::Unwritten;
use crate::host::Machine;
use crate::hosts::{Hosts, Refused};
use crate::listen::{Caps, Peer, RequestBody, WHOLE_REQUEST};
use crate::metrics::Metrics;
use crate::nodes::NodeKey;
use crate::proxies::Proxies;
use crate::scrape::Scrape;
use crate::shield::{harden, harden_data, refusal};
use crate::{assets, metrics, nodes, panics, portal};

const INVITATIONS: &str = "/join/";

/// What answers behind the port.
pub(crate) struct Services {
    control: Control,
    gateway: Gateway,
    router: Router,
    caps: Arc<Caps>,
    hosts: Hosts,
    proxies: Proxies,
    public_url: String,
    under_tls: bool,
}

/// The body of a response: the data plane's own, without a box around it, or axum's.
pub(crate) enum EdgeBody {
    Api(ApiBody),
    Other(Body),
}

impl Services {
    pub(crate) fn new(control: Control, metrics: Metrics, hosts: Hosts, proxies: Proxies, node_key: NodeKey) -> Self {
        let (gateway, caps, scrape) = (metrics.gateway.clone(), metrics.caps.clone(), metrics.scrape.clone());
        let settings = control.settings();
        let (public_url, under_tls) = (settings.public_url.clone(), settings.under_tls());
        let state = (control.clone(), gateway.clone(), metrics.unwritten.clone(), scrape);
        let health = Router::new().route("/healthz", get(|| async { "alive" })).route("/readyz", get(ready)).with_state(state);
        let router = Router::new()
            .merge(health)
            .merge(metrics::router(metrics))
            .merge(assets::router())
            .merge(admin::router(control.clone()))
            .merge(nodes::router(control.clone(), node_key))
            .merge(portal::router(control.clone()));
        Self { control, gateway, router, caps, hosts, proxies, public_url, under_tls }
    }

    pub(crate) async fn answer(self: Arc<Self>, request: Request<RequestBody>, peer: Peer) -> http::Response<EdgeBody> {
        let is_api = self.gateway.takes(&request);
        // The path alone says how a fault is told; calls of APIs have their own way, and pay for no copy of it.
        let path = if is_api { String::new() } else { request.uri().path().to_owned() };
        match panics::caught(self.route(request, peer, is_api)).await {
            Ok(response) => {
                if !is_api {
                    log_failure(&path, &response);
                }
                response
            }
            Err(told) if is_api => self.of_api(gateway::refusal(&told.0, &told.1)),
            Err(told) => self.refused(&path, &told.0, &told.1),
        }
    }

    async fn route(&self, request: Request<RequestBody>, peer: Peer, is_api: bool) -> http::Response<EdgeBody> {
        if let Some(refused) = self.hosts.refused(&request, is_api) {
            let path = request.uri().path();
            return self.refused(path, &new_id(), &self.problem(refused));
        }
        if peer.reserved {
            // Boxed, as the other one below: calls of APIs do not pay for the size of these.
            let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
            if !Box::pin(self.may_use_reserve(&path, &headers)).await {
                self.caps.count_refused();
                return self.refused(&path, &new_id(), &too_many_connections());
            }
        }
        if is_api {
            fail::fail_point!("edge.api");
            return self.of_api(self.gateway.handle(request).await);
        }
        Box::pin(self.answer_other(request, peer)).await
    }

    async fn answer_other(&self, mut request: Request<RequestBody>, peer: Peer) -> http::Response<EdgeBody> {
        let request_id = new_id();
        let id = HeaderValue::from_str(request_id.as_str()).unwrap_or(HeaderValue::from_static("unknown"));
        let path = request.uri().path().to_owned();
        request.headers_mut().insert("x-request-id", id.clone());
        name_host(&mut request);
        let client = self.proxies.client_of(peer.address, request.headers());
        request.extensions_mut().insert(ConnectInfo(client));
        let fault = request.body_mut().fault();
        // What is logged on the way has the id as well.
        let span = tracing::error_span!("request", request_id = request_id.as_str());
        let answering = self.router.clone().oneshot(request.map(Body::new)).instrument(span);
        let answered = tokio::time::timeout(WHOLE_REQUEST, answering);
        let Ok(answered) = answered.await else {
            let minutes = WHOLE_REQUEST.as_secs() / 60;
            let detail = format!("The request took longer than {minutes} minutes and was ended. Request less at once.");
            return self.refused(&path, &request_id, &Problem::new(ErrorCode::Internal, detail));
        };
        if let Some(problem) = fault.get() {
            return self.refused(&path, &request_id, problem);
        }
        let mut response = answered.unwrap_or_else(|never| match never {});
        response.headers_mut().insert("x-request-id", id);
        harden(response.headers_mut(), self.under_tls);
        response.map(EdgeBody::Other)
    }

    /// A request of an API, whose own headers the gateway wrote.
    fn of_api(&self, response: http::Response<ApiBody>) -> http::Response<EdgeBody> {
        let mut response = response.map(EdgeBody::Api);
        harden_data(response.headers_mut(), self.under_tls);
        response
    }

    /// What somebody is told instead of a response.
    fn refused(&self, path: &str, request_id: &RequestId, problem: &Problem) -> http::Response<EdgeBody> {
        let mut response = refusal(path, &problem.clone().with_request(request_id.as_str()));
        let id = HeaderValue::from_str(request_id.as_str()).unwrap_or(HeaderValue::from_static("unknown"));
        response.headers_mut().insert("x-request-id", id);
        if matches!(problem.code, ErrorCode::Overloaded | ErrorCode::TooManyRequests) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        harden(response.headers_mut(), self.under_tls);
        response.map(EdgeBody::Other)
    }

    fn problem(&self, refused: Refused) -> Problem {
        match refused {
            Refused::NotOneHost => {
                Problem::new(ErrorCode::Invalid, "The request has no Host header, or more than one. Send one Host header.")
            }
            Refused::Foreign => {
                let detail = format!(
                    "The portal is not served under this host name. Open {}. An operator can set the portal's address with SLUICE_PUBLIC_URL, and more host names with SLUICE_HOSTS.",
                    self.public_url
                );
                Problem { status: StatusCode::MISDIRECTED_REQUEST.as_u16(), ..Problem::new(ErrorCode::Invalid, detail) }
            }
        }
    }

    /// Beyond the caps on connections, those who ask for health and those who administer are answered.
    async fn may_use_reserve(&self, path: &str, headers: &HeaderMap) -> bool {
        matches!(path, "/healthz" | "/readyz") || self.is_admin(headers).await
    }

    /// By the session of a browser, or by a personal token.
    async fn is_admin(&self, headers: &HeaderMap) -> bool {
        if let Ok(caller) = app::caller_of(&self.control, headers).await {
            return caller.is_admin();
        }
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some((_, token)) = authorization.and_then(|text| text.split_once(' ')) else { return false };
        matches!(self.control.caller_by_token(token.trim(), "").await, Ok(Some(caller)) if caller.is_admin())
    }
}

/// Answers a request of the gRPC port.
pub(crate) async fn answer_grpc(
    edge: Arc<GrpcEdge>,
    caps: Arc<Caps>,
    mut request: Request<RequestBody>,
    peer: Peer,
) -> http::Response<GrpcBody> {
    // Not those who watch it: a watch would hold its place for as long as it likes.
    if peer.reserved && request.uri().path() != "/grpc.health.v1.Health/Check" {
        caps.count_refused();
        return GrpcEdge::refusal(new_id(), &too_many_connections());
    }
    if request.uri().path() == "/grpc.health.v1.Health/Watch" {
        request.extensions_mut().insert(peer.address.ip());
    }
    let answer = async {
        fail::fail_point!("edge.grpc");
        edge.handle(request).await
    };
    match panics::caught(answer).await {
        Ok(response) => response,
        Err(told) => GrpcEdge::refusal(told.0, &told.1),
    }
}

/// Writes down a failed request under the id that its asker got. Calls of APIs are written down by the gateway, and panics where they are
/// caught.
fn log_failure(path: &str, response: &http::Response<EdgeBody>) {
    let status = response.status();
    if !status.is_server_error() {
        return;
    }
    let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    // Behind this one stands the secret of an invitation.
    let path = if path.starts_with(INVITATIONS) { INVITATIONS } else { path };
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request_id, path, status = status.as_u16(), "a request failed");
    } else {
        tracing::warn!(request_id, path, status = status.as_u16(), "a request failed");
    }
}

fn new_id() -> RequestId {
    RequestId::new(Machine.request_id(Clock::now(&Machine)))
}

fn too_many_connections() -> Problem {
    let detail = "Too many connections are open, in total or from your address. Close some, or try again later.";
    Problem::new(ErrorCode::TooManyRequests, detail)
}

/// What reads the host reads the header, over HTTP/2 as well.
fn name_host(request: &mut Request<RequestBody>) {
    let named = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = named {
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
}

/// Serving, with the revision; 503 before the first snapshot. What is broken is for those who watch it.
async fn ready(
    State((control, gateway, unwritten, scrape)): State<(Control, Gateway, Arc<Unwritten>, Scrape)>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let revision = gateway.revision();
    let status = if revision > 0 { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    if !scrape.lets(peer.map(|Extension(ConnectInfo(peer))| peer), &headers) {
        return (status, Json(json!({"revision": revision}))).into_response();
    }
    let metadata = control.revision(&Caller::system()).await.is_ok();
    let figures = unwritten.waiting() == 0;
    (status, Json(json!({"revision": revision, "metadata": metadata, "figures": figures, "broken": gateway.broken()}))).into_response()
}

impl http_body::Body for EdgeBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Api(body) => Pin::new(body).poll_frame(context).map(|frame| frame.map(|frame| frame.map_err(axum::Error::new))),
            Self::Other(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Api(body) => body.is_end_stream(),
            Self::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Api(body) => body.size_hint(),
            Self::Other(body) => body.size_hint(),
        }
    }
}

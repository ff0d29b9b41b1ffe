//! The one HTTP port: the data plane first, as a hyper service of its own; axum serves everything behind it.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use control::{Caller, Control};
use gateway::{Clock, Gateway};
use http::{HeaderValue, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::host::Machine;
use crate::{assets, portal};

/// How long calls under way may take once the process was told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a client may take to send its headers.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(15);

/// What answers behind the port.
#[derive(Clone)]
pub(crate) struct Services {
    gateway: Gateway,
    router: Router,
}

impl Services {
    pub(crate) fn new(control: Control, gateway: Gateway) -> Self {
        let health = Router::new()
            .route("/healthz", get(|| async { "alive" }))
            .route("/readyz", get(ready))
            .with_state((control.clone(), gateway.clone()));
        let router =
            Router::new().merge(health).merge(assets::router()).merge(admin::router(control.clone())).merge(portal::router(control));
        Self { gateway, router }
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Response {
        if self.gateway.takes(&request) {
            return self.gateway.handle(request).await.map(Body::new);
        }
        let request_id = Machine.request_id();
        let id = HeaderValue::from_str(&request_id).unwrap_or(HeaderValue::from_static("unknown"));
        request.headers_mut().insert("x-request-id", id.clone());
        let mut response = self.router.clone().oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
        response.headers_mut().insert("x-request-id", id);
        security_headers(&mut response);
        response
    }
}

fn security_headers(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
}

/// Serving, with the revision; 503 before the first snapshot.
async fn ready(State((control, gateway)): State<(Control, Gateway)>) -> Response {
    let revision = gateway.revision();
    let metadata = control.revision(&Caller::system()).await.is_ok();
    let status = if revision > 0 { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"revision": revision, "metadata": metadata, "broken": gateway.broken()}))).into_response()
}

/// Accepts until told to stop, then lets what is under way finish.
pub(crate) async fn run(listener: TcpListener, services: Services, stop: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_TIMEOUT);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let services = services.clone();
        let service = hyper::service::service_fn(move |request| {
            let services = services.clone();
            async move { Ok::<_, Infallible>(services.answer(request).await) }
        });
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(cause = %error, "a connection ended early");
            }
        });
    }
    let _ = tokio::time::timeout(DRAIN, graceful.shutdown()).await;
}

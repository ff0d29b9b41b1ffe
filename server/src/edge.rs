//! The one HTTP port: the data plane first, as a hyper service of its own; axum serves everything behind it.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bytes::Bytes;
use control::{Caller, Control};
use gateway::{ApiBody, Clock, Gateway, RequestId};
use http::{HeaderValue, Request, StatusCode, header};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use serde_json::json;
use sync::Alarms;
use tower::ServiceExt;

use crate::host::Machine;
use crate::{assets, metrics, portal};

/// What answers behind the port.
pub(crate) struct Services {
    gateway: Gateway,
    router: Router,
}

/// The body of an answer: the data plane's own, without a box around it, or axum's.
pub(crate) enum EdgeBody {
    Api(ApiBody),
    Other(Body),
}

impl Services {
    pub(crate) fn new(control: Control, gateway: Gateway, alarms: Arc<Alarms>) -> Self {
        let health = Router::new()
            .route("/healthz", get(|| async { "alive" }))
            .route("/readyz", get(ready))
            .with_state((control.clone(), gateway.clone()));
        let router = Router::new()
            .merge(health)
            .merge(metrics::router(gateway.clone(), alarms))
            .merge(assets::router())
            .merge(admin::router(control.clone()))
            .merge(portal::router(control));
        Self { gateway, router }
    }

    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> http::Response<EdgeBody> {
        if self.gateway.takes(&request) {
            return self.gateway.handle(request).await.map(EdgeBody::Api);
        }
        // Boxed: calls of APIs do not pay for the size of this.
        Box::pin(self.answer_other(request, peer)).await
    }

    async fn answer_other(&self, mut request: Request<Incoming>, peer: SocketAddr) -> http::Response<EdgeBody> {
        let request_id = RequestId::new(Machine.request_id(Clock::now(&Machine)));
        let id = HeaderValue::from_str(request_id.as_str()).unwrap_or(HeaderValue::from_static("unknown"));
        request.headers_mut().insert("x-request-id", id.clone());
        request.extensions_mut().insert(ConnectInfo(peer));
        let mut response = self.router.clone().oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
        response.headers_mut().insert("x-request-id", id);
        security_headers(&mut response);
        response.map(EdgeBody::Other)
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

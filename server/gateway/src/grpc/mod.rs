//! The gRPC edge. Every live API has its own service, made at run time: its messages are the stored bytes, so it is
//! framed here by hand ([`typed`]). Tonic serves what is fixed: the generic service, reflection and health.

mod descriptors;
mod frame;
mod generic;
mod health;
mod reflection;
mod request;
mod status;
mod typed;
mod visit;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Body;
use tower::ServiceExt;

use crate::Gateway;
use crate::body::ApiBody;

/// Code of the generic service, generated from its `.proto`.
#[allow(clippy::all, clippy::pedantic, unreachable_pub, unused_qualifications)]
pub(crate) mod data {
    tonic::include_proto!("sluice.v1");

    /// The descriptors of this file and of what it imports, for reflection.
    pub(crate) const FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.fds"));
}

/// What the gRPC port serves.
pub struct GrpcEdge {
    gateway: Gateway,
    fixed: tonic::service::Routes,
}

/// The body of an answer of the gRPC port.
pub enum GrpcBody {
    Typed(ApiBody),
    Fixed(tonic::body::Body),
}

impl GrpcEdge {
    #[must_use]
    pub fn new(gateway: Gateway) -> Self {
        let routes = tonic::service::Routes::new(generic::service(gateway.clone()))
            .add_service(health::service(gateway.clone()))
            .add_service(reflection::v1(gateway.clone()))
            .add_service(reflection::v1alpha(gateway.clone()))
            .prepare();
        Self { gateway, fixed: routes }
    }

    /// Answers one call. Never fails: what goes wrong is a status.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<GrpcBody>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let path = request.uri().path();
        if path.starts_with("/grpc.") || path.starts_with("/sluice.v1.DataService/") {
            let service = self.fixed.clone();
            let request =
                request.map(|body| tonic::body::Body::new(body.map_err(|error| tonic::Status::cancelled(error.into().to_string()))));
            // Boxed: the typed calls do not pay for the size of these.
            return Box::pin(service.oneshot(request)).await.unwrap_or_else(|never| match never {}).map(GrpcBody::Fixed);
        }
        self.gateway.handle_typed(request).await.map(GrpcBody::Typed)
    }
}

impl Body for GrpcBody {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Typed(body) => std::pin::Pin::new(body)
                .poll_frame(context)
                .map(|frame| frame.map(|frame| frame.map_err(|error| tonic::Status::unavailable(error.to_string())))),
            Self::Fixed(body) => std::pin::Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Typed(body) => body.is_end_stream(),
            Self::Fixed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match self {
            Self::Typed(body) => body.size_hint(),
            Self::Fixed(body) => body.size_hint(),
        }
    }
}

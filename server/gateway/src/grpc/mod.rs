//! The gRPC edge. Every live API has its own service, made at run time: its messages are the stored bytes, so it is
//! framed here by hand ([`typed`]). Tonic serves what is fixed: the generic service, reflection and health.

// Generated code.
#[allow(clippy::all, clippy::pedantic, unreachable_pub, unused_qualifications)]
mod data;
mod descriptors;
mod frame;
mod generic;
mod health;
mod reflection;
mod request;
mod status;
mod typed;
mod visit;
mod watchers;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Body;
use model::Problem;
use tower::ServiceExt;

use crate::body::ApiBody;
use crate::{Gateway, RequestId, Reservation};

/// What the gRPC port serves.
pub struct GrpcEdge {
    gateway: Gateway,
    fixed: tonic::service::Routes,
}

/// The body of a response of the gRPC port.
pub enum GrpcBody {
    Typed(ApiBody),
    /// With what it holds of the memory for responses.
    Fixed(tonic::body::Body, Option<Arc<Reservation>>),
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
        let generic = path.starts_with("/sluice.v1.DataService/");
        if generic || path.starts_with("/grpc.") {
            // Before its message: which API it is for stands in there, who sends it does not.
            if generic && let Err(problem) = self.gateway.known_caller(request.headers()) {
                let request_id = self.gateway.clock.request_id(self.gateway.clock.now());
                return Self::refusal(RequestId::new(request_id), &problem);
            }
            let service = self.fixed.clone();
            let request =
                request.map(|body| tonic::body::Body::new(body.map_err(|error| tonic::Status::cancelled(error.into().to_string()))));
            // Boxed: the typed calls do not pay for the size of these.
            let mut response = Box::pin(service.oneshot(request)).await.unwrap_or_else(|never| match never {});
            let counted = response.extensions_mut().remove::<Arc<Reservation>>();
            return response.map(|body| GrpcBody::Fixed(body, counted));
        }
        self.gateway.handle_typed(request).await.map(GrpcBody::Typed)
    }
}

impl GrpcEdge {
    /// The response to a request that is refused, or has failed, before it is known what it asks for. Nothing is logged here: who fails it has
    /// done so.
    #[must_use]
    pub fn refusal(request_id: RequestId, problem: &Problem) -> Response<GrpcBody> {
        let visit = visit::Visit { headers: &HeaderMap::new(), request_id, started: Instant::now(), now: 0 };
        visit.status_alone(&problem.clone().into()).map(GrpcBody::Typed)
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
            Self::Fixed(body, _) => std::pin::Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Typed(body) => body.is_end_stream(),
            Self::Fixed(body, _) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match self {
            Self::Typed(body) => body.size_hint(),
            Self::Fixed(body, _) => body.size_hint(),
        }
    }
}

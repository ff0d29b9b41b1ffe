//! The health service: the whole, by the empty name, and every service that is live.

use std::net::IpAddr;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::watchers::Watchers;
use crate::Gateway;

/// How long one watch lasts: whoever watches on asks again, and what was forgotten ends.
const WATCH: Duration = Duration::from_secs(300);

pub(super) fn service(gateway: Gateway) -> HealthServer<Live> {
    HealthServer::new(Live(gateway, Watchers::default())).max_decoding_message_size(super::frame::MAX_NAMES)
}

pub(super) struct Live(Gateway, Watchers);

impl Live {
    /// `None` for a service that is not there.
    fn status(gateway: &Gateway, service: &str) -> Option<ServingStatus> {
        let routes = gateway.routes.load();
        let serving = if routes.revision > 0 { ServingStatus::Serving } else { ServingStatus::NotServing };
        (service.is_empty() || service == "sluice.v1.DataService" || routes.services.contains_key(service)).then_some(serving)
    }
}

fn response(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

#[tonic::async_trait]
impl Health for Live {
    async fn check(&self, request: Request<HealthCheckRequest>) -> Result<Response<HealthCheckResponse>, Status> {
        let status = Self::status(&self.0, &request.into_inner().service);
        status.map(|status| Response::new(response(status))).ok_or_else(|| Status::not_found("Service not found."))
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    /// The status now, and again whenever a release changes it. The edge says the client's address as an extension.
    async fn watch(&self, request: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let too_many = || Status::resource_exhausted("Too many watches are open, in total or from your address. Use Check instead.");
        let watcher = self.1.enter(request.extensions().get::<IpAddr>().copied()).ok_or_else(too_many)?;
        let (gateway, service) = (self.0.clone(), request.into_inner().service);
        let first = (gateway.revisions.subscribe(), None::<ServingStatus>);
        let changes = futures::stream::unfold(first, move |(mut revisions, last)| {
            let (gateway, service) = (gateway.clone(), service.clone());
            async move {
                loop {
                    let now = Self::status(&gateway, &service).unwrap_or(ServingStatus::ServiceUnknown);
                    if last != Some(now) {
                        return Some((Ok(response(now)), (revisions, Some(now))));
                    }
                    revisions.changed().await.ok()?;
                }
            }
        });
        let changes = changes.take_until(tokio::time::sleep(WATCH)).inspect(move |_| {
            let _held = &watcher;
        });
        Ok(Response::new(changes.boxed()))
    }
}

//! The client of S3: it dials what sources may be dialled at, and nothing else.

use async_trait::async_trait;
use connect::egress::{self, Peer};
use connect::{CONNECT_TIMEOUT, SESSION_TIMEOUT};
use object_store::ClientOptions;
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService};
use reqwest::Url;

/// Makes the client.
#[derive(Debug)]
pub(super) struct Dialled;

impl HttpConnector for Dialled {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = egress::client(Peer::Service).connect_timeout(CONNECT_TIMEOUT).timeout(SESSION_TIMEOUT).http1_only().build();
        let client = client.map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        Ok(HttpClient::new(Checked(client)))
    }
}

#[derive(Debug)]
struct Checked(reqwest::Client);

#[async_trait]
impl HttpService for Checked {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        // Region, bucket and address are all parts of it that a person wrote: read as the client will read it.
        let url = Url::parse(&request.uri().to_string()).map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        egress::check(&url, Peer::Service).map_err(|_| HttpError::new(HttpErrorKind::Unknown, egress::Refusal))?;
        self.0.call(request).await
    }
}

//! One call of a service, and what its answer means.

use connect::egress::{self, Peer};
use connect::{BindingConfig, CONNECT_TIMEOUT, SESSION_TIMEOUT, SourceError, SourceErrorKind, tls};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, Url};
use serde_json::value::RawValue;

use super::paging::set;

/// The longest answer, in bytes.
const MAX_BODY: usize = 64 << 20;

pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    /// The name and value of a parameter that is sent with each call, and stands in no address that anybody else sees.
    parameter: Option<(String, String)>,
}

/// An answer: its JSON as it is written, and what the service says of the next page in a header.
pub(super) struct Answer {
    pub(super) json: Box<RawValue>,
    pub(super) next_link: Option<Url>,
}

fn bad(sentence: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Config, sentence)
}

impl Client {
    /// # Errors
    /// An address, a header or a certificate that cannot be used.
    pub(super) fn new(config: &BindingConfig) -> Result<Self, SourceError> {
        // A path is joined to the whole of it, so it ends with a slash.
        let text = format!("{}/", config.get("url").trim_end_matches('/'));
        let base: Url = text.parse().map_err(|_| bad("The address must be a URL, such as https://api.example.com/v1."))?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(bad("The address must begin with http:// or https://."));
        }
        egress::check(&base, Peer::Service)?;
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        let (secret, parameter) = (config.get("secret"), config.get("secret_parameter"));
        if !parameter.is_empty() && !config.get("header").is_empty() {
            return Err(bad("Enter either the header or the parameter of the secret, not both."));
        }
        if !secret.is_empty() && parameter.is_empty() {
            let name = if config.get("header").is_empty() { "authorization" } else { config.get("header") };
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad("The name of the header is not valid."))?;
            let mut value = HeaderValue::from_str(secret).map_err(|_| bad("The secret has characters that a header cannot contain."))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        // Redirects are not followed: the secret is for this service alone.
        let builder = egress::client(Peer::Service).connect_timeout(CONNECT_TIMEOUT).timeout(SESSION_TIMEOUT).default_headers(headers);
        let http = tls::over_http(builder, config)?
            .build()
            .map_err(|error| bad("The settings of the source are not valid. Check each setting.").because(error))?;
        let parameter = (!secret.is_empty() && !parameter.is_empty()).then(|| (parameter.to_owned(), secret.to_owned()));
        Ok(Self { http, base, parameter })
    }

    /// # Errors
    /// A path that leads away from the service.
    pub(super) fn url(&self, path: &str) -> Result<Url, SourceError> {
        let url =
            self.base.join(path.trim_start_matches('/')).map_err(|error| bad("A path is not valid. Check the paths.").because(error))?;
        self.own(url)
    }

    /// The address as it is, where it is one of this service.
    pub(super) fn own(&self, url: Url) -> Result<Url, SourceError> {
        if url.origin() == self.base.origin() && url.path().starts_with(self.base.path()) {
            return Ok(url);
        }
        Err(SourceError::new(SourceErrorKind::Refused, "The next page is at an address outside of this source, which is not allowed."))
    }

    /// `None` where there is nothing at the address.
    pub(super) async fn get(&self, url: Url) -> Result<Option<Answer>, SourceError> {
        let mut asked = url.clone();
        if let Some((name, secret)) = &self.parameter {
            set(&mut asked, name, secret);
        }
        let mut response = self.http.get(asked).send().await.map_err(away)?;
        if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::NO_CONTENT) {
            return Ok(None);
        }
        if !response.status().is_success() {
            return Err(refused(response.status()));
        }
        let next_link = link_of(response.headers()).and_then(|link| url.join(&link).ok());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(away)? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(SourceError::new(SourceErrorKind::Mismatch, "A response is longer than 64 MiB. Use pagination."));
            }
            body.extend_from_slice(&chunk);
        }
        let json = serde_json::from_slice(&body).map_err(|error| {
            SourceError::new(SourceErrorKind::Mismatch, "The response of the service is not JSON. Check the path.").because(error)
        })?;
        Ok(Some(Answer { json, next_link }))
    }
}

/// `<https://…>; rel="next"`.
fn link_of(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(reqwest::header::LINK).iter().filter_map(|value| value.to_str().ok());
    let next = |link: &&str| link.contains("rel=\"next\"") || link.contains("rel=next");
    let link = links.flat_map(|line| line.split(',')).find(next)?;
    Some(link.split_once('<')?.1.split_once('>')?.0.to_owned())
}

fn away(error: reqwest::Error) -> SourceError {
    if let Some(refused) = egress::refusal(&error) {
        return refused;
    }
    let (kind, sentence) = if error.is_timeout() && !error.is_connect() {
        (SourceErrorKind::Timeout, "The service did not respond in time. Try again in a moment.")
    } else if error.is_connect() && format!("{error:?}").contains("ertificate") {
        let sentence =
            "The TLS handshake with the service failed: a certificate is not trusted. Check the CA certificate and the client certificate.";
        (SourceErrorKind::Refused, sentence)
    } else if error.is_connect() {
        (SourceErrorKind::Unreachable, "The service does not respond. Check its address and that it is running, then try again.")
    } else {
        (SourceErrorKind::Unreachable, "The response of the service ended early. Try again in a moment.")
    };
    // The address may hold a key, and is left out of the log.
    SourceError::new(kind, sentence).because(error.without_url())
}

fn refused(status: StatusCode) -> SourceError {
    let (kind, sentence) = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            (SourceErrorKind::Refused, "The service refused the secret. Check the secret and its header or parameter.".to_owned())
        }
        StatusCode::TOO_MANY_REQUESTS => {
            (SourceErrorKind::Busy, "The service refused the request: too many requests. Try again later.".to_owned())
        }
        status if status.is_redirection() => {
            (SourceErrorKind::Config, "The service redirects to another address. Enter that address.".to_owned())
        }
        status if status.is_client_error() => (
            SourceErrorKind::Statement,
            format!("The service refused the request with status {}. Check the path and its parameters.", status.as_u16()),
        ),
        status => (SourceErrorKind::Unreachable, format!("The service failed with status {}. Try again later.", status.as_u16())),
    };
    SourceError::new(kind, sentence).because(status)
}

//! Who may read `/metrics`, and the details of `/readyz`.

use std::net::SocketAddr;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::config::{Config, ScrapeBy};
use crate::hosts::names_loopback;

/// The rule, ready to be asked.
#[derive(Clone)]
pub(crate) enum Scrape {
    Loopback,
    Token(String),
    Open,
}

impl Scrape {
    /// # Errors
    /// `token` without a token.
    pub(crate) fn of(config: &Config) -> Result<Self, String> {
        match (config.scrape, config.scrape_token.as_deref().filter(|token| !token.is_empty())) {
            (ScrapeBy::Loopback, _) => Ok(Self::Loopback),
            (ScrapeBy::Open, _) => Ok(Self::Open),
            (ScrapeBy::Token, Some(token)) => Ok(Self::Token(token.to_owned())),
            (ScrapeBy::Token, None) => Err("the setting scrape is token, but no token is set. Set SLUICE_SCRAPE_TOKEN".into()),
        }
    }

    /// Whether the peer of a connection may read them, with these headers of its request.
    pub(crate) fn lets(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
        match self {
            Self::Open => true,
            Self::Loopback => peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) && is_direct(headers),
            Self::Token(token) => bearer(headers).is_some_and(|given| same(given.as_bytes(), token.as_bytes())),
        }
    }

    /// What somebody is told who may not.
    pub(crate) fn refusal(&self) -> Response {
        match self {
            Self::Token(_) => {
                let asks = [(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))];
                (StatusCode::UNAUTHORIZED, asks, "Send the scrape token: authorization: Bearer <token>.").into_response()
            }
            _ => (
                StatusCode::FORBIDDEN,
                "Metrics can be read on this machine only. To read them from other machines, set SLUICE_SCRAPE to token or open.",
            )
                .into_response(),
        }
    }
}

/// Proxies on this machine ask from it for others: they keep the name that was asked for, or say for whom they ask.
fn is_direct(headers: &HeaderMap) -> bool {
    let forwarded = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
    names_loopback(headers) && !forwarded.iter().any(|name| headers.contains_key(*name))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Looks at every byte, however early they differ.
fn same(given: &[u8], wanted: &[u8]) -> bool {
    given.len() == wanted.len() && given.iter().zip(wanted).fold(0, |differ, (one, other)| differ | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn who_may_scrape() {
        let peer = |address: [u8; 4]| Some(SocketAddr::from((address, 9)));
        let (here, there) = (peer([127, 0, 0, 1]), peer([10, 0, 0, 9]));
        let direct = headers(&[("host", "127.0.0.1:8080")]);
        assert!(Scrape::Loopback.lets(here, &direct) && !Scrape::Loopback.lets(there, &direct) && !Scrape::Loopback.lets(None, &direct));
        assert!(!Scrape::Loopback.lets(here, &headers(&[("host", "evil.example")])), "a name that was pointed here");
        assert!(!Scrape::Loopback.lets(here, &headers(&[("host", "localhost"), ("x-forwarded-for", "10.0.0.9")])), "a proxy, for others");
        assert!(Scrape::Open.lets(there, &headers(&[])));
        let token = Scrape::Token("s3cret".into());
        assert!(token.lets(there, &headers(&[("authorization", "Bearer s3cret")])));
        for wrong in ["Bearer s3cre", "Bearer s3cret2", "Basic s3cret", "s3cret", "Bearer "] {
            assert!(!token.lets(here, &headers(&[("host", "127.0.0.1"), ("authorization", wrong)])), "{wrong}");
        }
        assert!(Scrape::of(&Config { scrape: ScrapeBy::Token, ..Config::default() }).is_err());
    }
}

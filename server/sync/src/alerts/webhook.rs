//! Webhooks: a notice as JSON, signed, posted to an address that may be dialled, whatever its name leads to. Redirects are not followed.

use std::fmt::Write;
use std::time::Duration;

use connect::egress::{self, Peer};
use hmac::{Hmac, Mac};
use model::alert::Notice;
use model::clock::{Millis, SECOND};
use serde::Serialize;
use sha2::Sha256;

use super::failure::Failure;

/// A receiver that takes longer is tried again.
const TIMEOUT: Duration = Duration::from_secs(10);
/// `t=<seconds since 1970>,v1=<HMAC-SHA256 in hex>`, over the seconds, a dot and the body.
const SIGNATURE: &str = "x-sluice-signature";
/// The same for each attempt, so that a receiver knows a notice that it has already.
const ID: &str = "x-sluice-notice";

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    title: String,
    #[serde(flatten)]
    notice: &'a Notice,
}

/// The client of all webhooks.
#[derive(Clone)]
pub struct Webhooks(reqwest::Client);

impl Webhooks {
    /// # Errors
    /// Where the TLS roots cannot be set up.
    pub fn new() -> Result<Self, String> {
        egress::client(Peer::Receiver).timeout(TIMEOUT).build().map(Self).map_err(|error| error.to_string())
    }

    pub(super) async fn post(&self, url: &str, secret: &[u8], (id, notice): (&str, &Notice), now: Millis) -> Result<(), Failure> {
        let address =
            reqwest::Url::parse(url).map_err(|_| Failure::last("The address of the receiver cannot be read. Change the receiver."))?;
        egress::check(&address, Peer::Receiver).map_err(|_| refused())?;
        let body = Body { id, title: notice.title(), notice };
        let body = serde_json::to_string(&body).map_err(|_| Failure::last("The notice cannot be written as JSON."))?;
        let signature = signature(secret, &body, now).ok_or_else(|| Failure::last("The notice cannot be signed. Change the receiver."))?;
        let request = self.0.post(address).header("content-type", "application/json").header(SIGNATURE, signature).header(ID, id);
        let response = request.body(body).send().await.map_err(|error| of_error(&error))?;
        match response.status() {
            status if status.is_success() => Ok(()),
            status if status.is_redirection() => Err(Failure::last(format!(
                "The receiver redirects (status {}), which is not followed. Enter the address that it redirects to.",
                status.as_u16()
            ))),
            status => Err(Failure::retried(format!("The receiver responded with status {}.", status.as_u16()))),
        }
    }
}

fn of_error(error: &reqwest::Error) -> Failure {
    if egress::refusal(error).is_some() {
        return refused();
    }
    if error.is_timeout() {
        return Failure::retried(format!("The receiver did not respond within {} s.", TIMEOUT.as_secs()));
    }
    // Without the address, which may hold a secret: its source says what went wrong.
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::warn!(cause, "a webhook could not be posted");
    Failure::retried("The receiver cannot be reached. Check its address.")
}

fn refused() -> Failure {
    Failure::last(
        "The address of the receiver is in a private network, on this machine or link-local. Enter another address, or ask the operator to allow this one in the setting egress_allow.",
    )
}

/// Nothing where there is no secret to sign with.
fn signature(secret: &[u8], body: &str, now: Millis) -> Option<String> {
    if secret.is_empty() {
        return None;
    }
    let seconds = now / SECOND;
    let mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).ok()?;
    let signed = mac.chain_update(seconds.to_string()).chain_update(".").chain_update(body).finalize().into_bytes();
    let mut text = format!("t={seconds},v1=");
    for byte in signed {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_with_its_time() {
        // printf '1357034400.{}' | openssl dgst -sha256 -hmac secret
        let signed = signature(b"secret", "{}", 1_357_034_400_123).unwrap();
        assert_eq!(signed, "t=1357034400,v1=1be0a1c2668e6f8cbe9fa42b3785dcbe7ce215b362fdc87bc1a9c5494bb5039b");
        assert_ne!(signature(b"other", "{}", 1_357_034_400_123).unwrap(), signed);
        assert_eq!(signature(b"", "{}", 0), None);
    }

    #[tokio::test]
    async fn addresses_of_private_networks_are_not_dialled_by_number_or_by_name() {
        let notice = Notice::new(model::alert::NoticeKind::Test, ("travel", "team"), "", Vec::new(), 0);
        for url in ["http://10.0.0.1/", "http://localhost:1/", "http://[::ffff:7f00:1]/", "http://169.254.169.254/latest"] {
            let failure = Webhooks::new().unwrap().post(url, b"secret", ("id", &notice), 0).await.unwrap_err();
            assert!(failure.is_last && failure.reason.contains("egress_allow"), "{url}: {}", failure.reason);
        }
    }
}

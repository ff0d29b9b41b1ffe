//! The proof that a request comes from a node of the same metadata: a JWT of some seconds, for the node that is asked and for the body that
//! is sent. A token that was seen on its way is of no use for another body, for another node, or later.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::vault::Vault;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use model::clock::{Millis, SECOND};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What its key is derived for.
const PURPOSE: &str = "requests between nodes";
/// How long a token is valid, in seconds.
const VALID_FOR: i64 = 15;
/// The farthest end of a token that is taken, in seconds: the clocks of two nodes may be 15 seconds apart.
const MOST_AHEAD: i64 = 30;
/// The longest token, in bytes.
const MAX_TOKEN: usize = 2 << 10;

#[derive(Serialize, Deserialize)]
struct Claims {
    /// The node that asks.
    iss: String,
    /// The node that is asked.
    aud: String,
    /// Seconds since 1970.
    exp: i64,
    /// SHA-256 of the body, in base64.
    body: String,
}

/// What a node signs with, and reads what others have signed.
#[derive(Clone)]
pub(crate) struct NodeKey {
    node: Arc<str>,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// What a valid token says, before the body is read.
pub(crate) struct Proof {
    body: String,
}

impl NodeKey {
    pub(crate) fn new(vault: &Vault, node: &str) -> Self {
        let key = vault.derived(PURPOSE);
        Self { node: node.into(), encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key) }
    }

    /// A token for one body and the node that gets it.
    ///
    /// # Errors
    /// Where it cannot be signed, a cause for the log.
    pub(crate) fn token(&self, asked: &str, body: &[u8], now: Millis) -> Result<String, String> {
        let exp = now / SECOND + VALID_FOR;
        let claims = Claims { iss: self.node.to_string(), aud: asked.to_owned(), exp, body: hash(body) };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(|error| error.to_string())
    }

    /// Nothing for a token of somebody else, for another node, or of another time.
    pub(crate) fn verify(&self, token: &str, now: Millis) -> Option<Proof> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[&*self.node]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        // Compared with the clock that all parts are given.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok()?.claims;
        let left = claims.exp.saturating_sub(now / SECOND);
        (0..=MOST_AHEAD).contains(&left).then_some(Proof { body: claims.body })
    }
}

impl Proof {
    /// Whether the token was made for this body.
    pub(crate) fn covers(&self, body: &[u8]) -> bool {
        self.body == hash(body)
    }
}

fn hash(body: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_357_034_400_000;

    fn key(master: &str, node: &str) -> NodeKey {
        NodeKey::new(&Vault::from_base64(master).unwrap(), node)
    }

    #[test]
    fn a_token_is_for_one_node_one_body_and_some_seconds() {
        let (one, other) = ("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");
        let token = key(one, "a:80").token("b:80", b"{}", NOW).unwrap();
        let asked = key(one, "b:80");
        let proof = asked.verify(&token, NOW + 15 * SECOND).unwrap();
        assert!(proof.covers(b"{}") && !proof.covers(b"{ }"));
        assert!(asked.verify(&token, NOW + 16 * SECOND).is_none(), "it has ended");
        assert!(asked.verify(&token, NOW - 15 * SECOND).is_some(), "a clock that is a little behind");
        assert!(asked.verify(&token, NOW - 16 * SECOND).is_none(), "it would be valid for too long");
        assert!(key(one, "c:80").verify(&token, NOW).is_none(), "for another node");
        assert!(key(other, "b:80").verify(&token, NOW).is_none(), "of another metadata");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        assert!(asked.verify(&unsigned, NOW).is_none() && asked.verify(&"x".repeat(MAX_TOKEN + 1), NOW).is_none());
    }
}

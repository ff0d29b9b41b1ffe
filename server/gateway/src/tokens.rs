//! Signed tokens (JWT) in place of a key: verified against the issuer that an app names, with parameters that the
//! caller cannot override. A token that was verified is remembered, because callers send one many times over.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use model::clock::{Millis, SECOND};
use model::{ErrorCode, Problem};
use serde::Deserialize;
use serde_json::value::to_raw_value;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::json_body::Written;
use crate::routes::Routes;
use crate::who::{Fixed, Issuer, Who};

/// How far two clocks may be apart.
const LEEWAY: Millis = 30 * SECOND;
/// The longest token, in bytes: longer ones are not worth the work.
const MAX_TOKEN: usize = 8 << 10;
/// Verified tokens that are remembered.
const REMEMBERED: u64 = 100_000;

#[derive(Deserialize)]
struct Claims {
    exp: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default, rename = "sluice_parameters")]
    parameters: Written,
}

#[derive(Deserialize)]
struct Issued {
    #[serde(default)]
    iss: String,
}

struct Verified {
    issuer: Arc<Issuer>,
    expires_at: Millis,
    not_before: Millis,
    fixed: Option<Arc<Fixed>>,
}

/// What is remembered of tokens, over all snapshots.
pub(crate) struct Tokens {
    verified: moka::sync::Cache<[u8; 32], Arc<Verified>>,
    /// Told when a token names a key that its issuer's set does not have: it may have new ones.
    pub(crate) unknown_key: Notify,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { verified: moka::sync::Cache::new(REMEMBERED), unknown_key: Notify::new() }
    }
}

impl Tokens {
    /// # Errors
    /// What is wrong with the token, in a sentence.
    pub(crate) fn who<'r>(&self, routes: &'r Routes, token: &str, now: Millis) -> Result<Who<'r>, Problem> {
        if token.len() > MAX_TOKEN {
            return Err(refused("The token is longer than 8 KiB. Use a shorter token."));
        }
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        // An issuer that was changed or removed takes its tokens with it.
        let of_snapshot = |known: &Verified| routes.callers.issuers.iter().find(|issuer| Arc::ptr_eq(issuer, &known.issuer));
        let known = self.verified.get(&hash).filter(|known| of_snapshot(known).is_some());
        let verified = match known {
            Some(known) => known,
            None => {
                let verified = Arc::new(self.verify(routes, token)?);
                self.verified.insert(hash, verified.clone());
                verified
            }
        };
        if verified.expires_at.saturating_add(LEEWAY) <= now {
            return Err(refused("The token has expired. Request a new token from its issuer."));
        }
        if verified.not_before.saturating_sub(LEEWAY) > now {
            return Err(refused("The token is not valid yet. Check the claim nbf and the clock of the issuer."));
        }
        let issuer = of_snapshot(&verified)
            .ok_or_else(|| refused("No app trusts the issuer (iss) of this token. Ask the owner of the app to add the issuer."))?;
        Ok(Who { app: &issuer.app, environment: issuer.about.environment, fixed: verified.fixed.clone() })
    }

    fn verify(&self, routes: &Routes, token: &str) -> Result<Verified, Problem> {
        let unreadable = || refused("The token cannot be read. Send a JWT signed with HS256, RS256, ES256 or EdDSA.");
        let header = jsonwebtoken::decode_header(token).map_err(|_| unreadable())?;
        let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).ok_or_else(unreadable)?;
        let issued: Issued = serde_json::from_slice(&payload).map_err(|_| unreadable())?;
        let mut reason = "No app trusts the issuer (iss) of this token. Ask the owner of the app to add the issuer.";
        for issuer in routes.callers.issuers.iter().filter(|issuer| issuer.about.issuer == issued.iss) {
            let Some(key) = self.key_of(issuer, &header) else {
                reason = "The JWT issuer has no key with the algorithm and id (alg, kid) of this token.";
                continue;
            };
            match jsonwebtoken::decode::<Claims>(token, &key, &validation(issuer, header.alg)) {
                Ok(decoded) => return verified(issuer, decoded.claims),
                Err(error) => {
                    reason = match error.kind() {
                        jsonwebtoken::errors::ErrorKind::InvalidAudience => "The token is for another audience (aud).",
                        jsonwebtoken::errors::ErrorKind::MissingRequiredClaim(_) => "The token has no iss or no aud.",
                        _ => "The signature of the token is not valid.",
                    };
                }
            }
        }
        Err(refused(reason))
    }

    fn key_of(&self, issuer: &Issuer, header: &jsonwebtoken::Header) -> Option<DecodingKey> {
        match header.alg {
            Algorithm::HS256 => issuer.secret.clone(),
            Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA => {
                let found = match (&header.kid, issuer.keys.keys.as_slice()) {
                    (Some(kid), _) => issuer.keys.find(kid),
                    (None, [only]) => Some(only),
                    (None, _) => None,
                };
                if found.is_none() && issuer.secret.is_none() {
                    self.unknown_key.notify_one();
                }
                DecodingKey::from_jwk(found?).ok()
            }
            _ => None,
        }
    }
}

fn validation(issuer: &Issuer, algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[&issuer.about.audience]);
    validation.set_issuer(&[&issuer.about.issuer]);
    validation.set_required_spec_claims(&["iss", "aud"]);
    // Compared with our own clock, on every request.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

#[allow(clippy::cast_possible_truncation)] // seconds since 1970; what is out of range saturates
fn verified(issuer: &Arc<Issuer>, claims: Claims) -> Result<Verified, Problem> {
    let millis = |seconds: f64| (seconds * 1_000.0) as Millis;
    let Some(expires_at) = claims.exp else { return Err(refused("The token has no expiry (exp). Sign a token with exp.")) };
    let mut fixed = claims.parameters;
    // What the app's owner has fixed stands above what the signer writes.
    for (name, text) in &issuer.about.fixed {
        let written = to_raw_value(text)
            .map_err(|_| refused("The fixed parameters of the JWT issuer cannot be read. Ask the owner of the app to set them again."))?;
        fixed.insert(name.clone(), written);
    }
    Ok(Verified {
        issuer: issuer.clone(),
        expires_at: millis(expires_at),
        not_before: claims.nbf.map_or(0, millis),
        fixed: (!fixed.is_empty()).then(|| Arc::new(fixed)),
    })
}

fn refused(detail: &str) -> Problem {
    Problem::new(ErrorCode::Unauthenticated, detail)
}

//! Who calls: the key of an app, looked up by its public part and compared in constant time, or a token that an app's
//! issuer has signed; and whether they may.

use http::HeaderMap;
use model::clock::Millis;
use model::{ErrorCode, Problem};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::routes::Routes;
use crate::tokens::Tokens;
use crate::who::{App, Grant, Who};

/// The longest key that is looked at, in bytes; those that are made are shorter.
const MAX_KEY: usize = 128;

/// The key or token that a request brings, in either header; `None` where it brings none.
pub(crate) fn given_key(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(http::header::AUTHORIZATION) {
        let text = value.to_str().ok()?;
        let (scheme, key) = text.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then_some(key.trim());
    }
    headers.get("x-api-key")?.to_str().ok()
}

/// # Errors
/// One sentence for every kind of wrong key; what is wrong with a token is said.
pub(crate) fn who<'r>(routes: &'r Routes, tokens: &Tokens, headers: &HeaderMap, now: Millis) -> Result<Who<'r>, Problem> {
    let Some(given) = given_key(headers) else {
        return Err(Problem::new(
            ErrorCode::Unauthenticated,
            "Send the key of an app: authorization: Bearer <key>. Owners of apps create keys under Apps and keys.",
        ));
    };
    let Some((id, _)) = given.strip_prefix("slk_").and_then(|rest| rest.split_once('_')) else {
        if given.bytes().filter(|byte| *byte == b'.').count() == 2 {
            return tokens.who(routes, given, now);
        }
        return Err(unknown_key());
    };
    // The length first: nothing longer than a key is hashed.
    let key = routes.callers.keys.get(id).filter(|_| given.len() <= MAX_KEY).ok_or_else(unknown_key)?;
    let hash: [u8; 32] = Sha256::digest(given.as_bytes()).into();
    let right = bool::from(hash.ct_eq(&key.hash));
    let fresh = key.expires_at.is_none_or(|end| end > now);
    if right && fresh { Ok(Who { app: &key.app, environment: key.environment, fixed: None }) } else { Err(unknown_key()) }
}

fn unknown_key() -> Problem {
    Problem::new(ErrorCode::Unauthenticated, "This key is unknown, expired or revoked. Ask the owner of the app for a new key.")
}

/// May they: a grant for this API that has not ended.
///
/// # Errors
/// `forbidden`, with whom to ask.
pub(crate) fn may<'r>(routes: &'r Routes, app: &App, api: u32, path: &str, now: Millis) -> Result<&'r Grant, Problem> {
    let refused = |detail: String| Err(Problem::new(ErrorCode::Forbidden, detail));
    match routes.grants.by_place.get(&(app.index, api)) {
        Some(grant) if grant.expires_at.is_none_or(|end| end > now) => Ok(grant),
        Some(_) => {
            refused(format!("The grant of {} for {path} has expired. Ask an owner of the API's domain to renew the grant.", app.name))
        }
        None => refused(format!("{} has no grant for {path}. Ask an owner of the API's domain to grant access.", app.name)),
    }
}

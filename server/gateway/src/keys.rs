//! Who calls: a key is looked up by its public part and compared in constant time.

use http::HeaderMap;
use model::clock::Millis;
use model::snapshot::SnapshotKey;
use model::{ErrorCode, Problem};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::routes::Routes;

/// The key that a call brings, in either header; `None` where it brings none.
pub(crate) fn given_key(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(http::header::AUTHORIZATION) {
        let text = value.to_str().ok()?;
        let (scheme, key) = text.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then_some(key.trim());
    }
    headers.get("x-api-key")?.to_str().ok()
}

/// # Errors
/// One sentence for every kind of wrong key.
pub(crate) fn who<'a>(routes: &'a Routes, headers: &HeaderMap, now: Millis) -> Result<&'a SnapshotKey, Problem> {
    let Some(given) = given_key(headers) else {
        return Err(Problem::new(
            ErrorCode::Unauthenticated,
            "Send the key of an app: authorization: Bearer <key>. Owners of apps make keys under Apps and keys.",
        ));
    };
    let refused = || {
        Problem::new(ErrorCode::Unauthenticated, "This key is not known, has expired or was revoked. Ask the app's owner for a new one.")
    };
    let id = given.strip_prefix("slk_").and_then(|rest| rest.split_once('_')).map(|(id, _)| id).ok_or_else(refused)?;
    let key = routes.keys.get(id).ok_or_else(refused)?;
    let right = hex_of(given).as_bytes().ct_eq(key.hash.as_bytes()).unwrap_u8() == 1;
    let fresh = key.expires_at.is_none_or(|end| end > now);
    if right && fresh { Ok(key) } else { Err(refused()) }
}

fn hex_of(secret: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    Sha256::digest(secret.as_bytes())
        .iter()
        .flat_map(|byte| [char::from(DIGITS[usize::from(byte >> 4)]), char::from(DIGITS[usize::from(byte & 15)])])
        .collect()
}

/// May they: a grant for this API that has not ended.
///
/// # Errors
/// `forbidden`, with whom to ask.
pub(crate) fn may(routes: &Routes, key: &SnapshotKey, api_id: &str, path: &str, now: Millis) -> Result<(), Problem> {
    let grant = routes.grants.get(&(key.app_id.clone(), api_id.to_owned()));
    match grant {
        Some(end) if end.is_none_or(|end| end > now) => Ok(()),
        Some(_) => {
            Err(Problem::new(ErrorCode::Forbidden, format!("The grant of {} for {path} has ended. Ask an owner of its domain.", key.app)))
        }
        None => {
            Err(Problem::new(ErrorCode::Forbidden, format!("{path} is not open to {}. Ask an owner of its domain to open it.", key.app)))
        }
    }
}

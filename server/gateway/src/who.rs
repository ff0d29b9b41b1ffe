//! Who may call, as a snapshot says it: apps, their keys, the issuers whose tokens they trust, and what they may do.

use std::sync::Arc;

use connect::vault::Vault;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::JwkSet;
use model::clock::Millis;
use model::snapshot::{Environment, SnapshotIssuer, SnapshotKey};

use crate::json_body::Written;
use crate::limits::Bucket;
use crate::metrics::AppMeter;
use crate::view::View;

/// Keys and issuers, with the apps that they stand for.
#[derive(Default)]
pub(crate) struct Callers {
    pub(crate) keys: HashMap<String, KnownKey, RandomState>,
    pub(crate) issuers: Vec<Arc<Issuer>>,
    /// The places of the apps that name an origin of pages.
    pub(crate) origins: HashMap<String, Vec<u32>, RandomState>,
    /// By id. An app keeps its place for as long as this process runs.
    pub(crate) apps: HashMap<String, App, RandomState>,
}

/// What apps may do.
#[derive(Default)]
pub(crate) struct Grants {
    /// By the places of app and API.
    pub(crate) by_place: HashMap<(u32, u32), Grant, RandomState>,
    /// APIs that show some app less than the others: their views belong to plans.
    pub(crate) narrowed: HashSet<u32, RandomState>,
}

/// Parameters that a token fixes, by name.
pub(crate) type Fixed = Written;

/// A key of the snapshot, ready to compare.
pub(crate) struct KnownKey {
    pub(crate) hash: [u8; 32],
    pub(crate) app: App,
    pub(crate) environment: Environment,
    pub(crate) expires_at: Option<Millis>,
}

/// An app by its place in the snapshot's grants, by id and by name.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) index: u32,
    /// The same on every node, unlike the place.
    pub(crate) id: Arc<str>,
    /// Its path: `travel/website`.
    pub(crate) name: Arc<str>,
}

/// Who calls, for the length of one call.
pub(crate) struct Who<'r> {
    pub(crate) app: &'r App,
    pub(crate) environment: Environment,
    /// What a token says of the parameters; the caller cannot choose these.
    pub(crate) fixed: Option<Arc<Fixed>>,
}

/// What an app may do with an API.
pub(crate) struct Grant {
    pub(crate) expires_at: Option<Millis>,
    pub(crate) bucket: Option<Arc<Bucket>>,
    /// Where something is hidden from the app, what it sees of each plan that it may call, by the plan's address in this
    /// snapshot: compiled at load.
    pub(crate) views: Option<Vec<(usize, Arc<View>)>>,
    pub(crate) meter: Arc<AppMeter>,
}

impl KnownKey {
    /// `None` for a hash that is not one.
    pub(crate) fn new(key: &SnapshotKey, app: App) -> Option<Self> {
        let digits = key.hash.as_bytes();
        let mut hash = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self { hash, app, environment: key.environment, expires_at: key.expires_at })
    }
}

/// An issuer of the snapshot, its keys at hand.
pub(crate) struct Issuer {
    pub(crate) about: SnapshotIssuer,
    pub(crate) app: App,
    pub(crate) secret: Option<DecodingKey>,
    pub(crate) keys: JwkSet,
}

impl Issuer {
    /// # Errors
    /// Where its secret or keys cannot be read.
    pub(crate) fn new(about: SnapshotIssuer, app: App, vault: &Vault) -> Result<Self, String> {
        let secret = if about.secret.is_empty() {
            None
        } else {
            let place = model::snapshot::issuer_place(&about.id);
            let opened = vault.open(&about.secret, &place).map_err(|error| error.to_string())?;
            Some(DecodingKey::from_secret(&opened))
        };
        let keys = if about.jwks.is_empty() {
            JwkSet { keys: Vec::new() }
        } else {
            serde_json::from_str(&about.jwks).map_err(|error| error.to_string())?
        };
        Ok(Self { about, app, secret, keys })
    }
}

//! Random secrets and their hashes. High-entropy secrets need no slow hash: SHA-256 is what is kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::ports::Host;

/// 256 bits, as text that can stand in a cookie, a header or an address.
pub(crate) fn new_secret(host: &dyn Host) -> String {
    let mut bytes = [0; 32];
    host.fill_random(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The SHA-256 of a secret in hex.
pub(crate) fn hash_secret(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

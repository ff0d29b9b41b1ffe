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

/// The longest secret that is looked at; those that are made here are shorter.
const MAX_SECRET: usize = 128;

/// Whether a text can be a secret of ours at all, so that nothing long is hashed or looked for.
pub(crate) fn can_be_secret(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_SECRET
}

/// The SHA-256 of a secret in hex.
pub(crate) fn hash_secret(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

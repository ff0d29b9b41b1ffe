//! Secrets at rest: sealed with XChaCha20-Poly1305 under the master key, the key's id inside the sealed value, and the
//! place that they belong to as associated data, so that a sealed value cannot be moved elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use model::snapshot::Environment;
use sha2::{Digest, Sha256};

/// Bytes of a nonce; whoever seals brings a random one.
pub const NONCE_BYTES: usize = 24;
const KEY_ID_BYTES: usize = 8;
const FORMAT: u8 = 1;

/// What the secrets of a binding belong to.
#[must_use]
pub fn seal_place(source: &str, environment: Environment) -> String {
    format!("source/{source}/{}", environment.key())
}

/// Why a secret cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("the master key must be 32 bytes in base64 (make one with: openssl rand -base64 32)")]
    BadKey,
    #[error("it was sealed under another master key; start with the key that sealed it")]
    OtherKey,
    #[error("the sealed value is damaged")]
    Damaged,
}

/// Seals and opens under one master key.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID_BYTES],
    root: Hmac<Sha256>,
}

impl Vault {
    /// From a key of 32 bytes in base64.
    ///
    /// # Errors
    /// [`VaultError::BadKey`].
    pub fn from_base64(key: &str) -> Result<Self, VaultError> {
        let bytes = STANDARD.decode(key.trim()).map_err(|_| VaultError::BadKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| VaultError::BadKey)?;
        let mut key_id = [0; KEY_ID_BYTES];
        key_id.copy_from_slice(&Sha256::digest(bytes)[..KEY_ID_BYTES]);
        let root = <Hmac<Sha256> as Mac>::new_from_slice(&bytes).map_err(|_| VaultError::BadKey)?;
        Ok(Self { cipher: XChaCha20Poly1305::new(Key::from_slice(&bytes)), key_id, root })
    }

    /// A key for one purpose, the same wherever the master key is; it says nothing of that.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        self.root.clone().chain_update(purpose.as_bytes()).finalize().into_bytes().into()
    }

    /// `format, key id, nonce, ciphertext`. `place` says what it belongs to, such as `source/<id>/prod`.
    ///
    /// # Errors
    /// Only where the cipher refuses, which it does for texts of many GiB alone.
    pub fn seal(&self, plain: &[u8], place: &str, nonce: [u8; NONCE_BYTES]) -> Result<Vec<u8>, VaultError> {
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| VaultError::Damaged)?;
        Ok([&[FORMAT][..], &self.key_id, &nonce, &sealed].concat())
    }

    /// Whether a value says that it was sealed under this key.
    #[must_use]
    pub fn has_sealed(&self, sealed: &[u8]) -> bool {
        sealed.first() == Some(&FORMAT) && sealed.get(1..=KEY_ID_BYTES) == Some(&self.key_id[..])
    }

    /// # Errors
    /// Another key, or a value that was changed or moved.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, VaultError> {
        let header = 1 + KEY_ID_BYTES + NONCE_BYTES;
        if sealed.len() < header || sealed[0] != FORMAT {
            return Err(VaultError::Damaged);
        }
        if sealed[1..=KEY_ID_BYTES] != self.key_id {
            return Err(VaultError::OtherKey);
        }
        let payload = Payload { msg: &sealed[header..], aad: place.as_bytes() };
        self.cipher.decrypt(XNonce::from_slice(&sealed[1 + KEY_ID_BYTES..header]), payload).map_err(|_| VaultError::Damaged)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::from_base64(&STANDARD.encode([byte; 32])).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_in_its_place() {
        let sealed = vault(1).seal(b"secret", "source/a/prod", [7; NONCE_BYTES]).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(vault(1).open(&sealed, "source/a/prod").unwrap(), b"secret");
        assert_eq!(vault(2).open(&sealed, "source/a/prod"), Err(VaultError::OtherKey));
        assert_eq!([vault(1).has_sealed(&sealed), vault(2).has_sealed(&sealed), vault(1).has_sealed(&[1])], [true, false, false]);
        assert_eq!(vault(1).open(&sealed, "source/b/prod"), Err(VaultError::Damaged));
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(vault(1).open(&changed, "source/a/prod"), Err(VaultError::Damaged));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert_eq!(Vault::from_base64("c2hvcnQ=").unwrap_err(), VaultError::BadKey);
    }
}

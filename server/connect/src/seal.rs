//! Texts that their holder carries and gives back, but can neither read nor make: sealed with XChaCha20-Poly1305 under
//! a key for one purpose, derived from the master key, so that every node opens what any node has sealed.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::vault::{NONCE_BYTES, Vault};

/// Seals and opens for one purpose.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    nonces: Hmac<Sha256>,
}

impl Sealer {
    #[must_use]
    pub fn new(vault: &Vault, purpose: &str) -> Self {
        // HMAC fills a key up with zeros itself, to the length of a block.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&vault.derived(&format!("nonces of {purpose}")));
        Self {
            cipher: XChaCha20Poly1305::new(Key::from_slice(&vault.derived(purpose))),
            nonces: <Hmac<Sha256> as KeyInit>::new(&block.into()),
        }
    }

    /// `nonce, ciphertext`. `place` says what the text belongs to; in another place it does not open. `None` only where
    /// the cipher refuses, which it does for texts of many GiB alone.
    #[must_use]
    pub fn seal(&self, plain: &[u8], place: &[u8]) -> Option<Vec<u8>> {
        let nonce = self.nonce(plain, place);
        let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: place }).ok()?;
        Some([&nonce[..], &sealed].concat())
    }

    /// `None` for what was sealed by somebody else, for another place, or was changed.
    #[must_use]
    pub fn open(&self, sealed: &[u8], place: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        self.cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: place }).ok()
    }

    /// Made of what is sealed, so that the same text in the same place is sealed alike on every node, and no two texts
    /// share a nonce.
    fn nonce(&self, plain: &[u8], place: &[u8]) -> [u8; NONCE_BYTES] {
        let length = (place.len() as u64).to_le_bytes();
        let whole = self.nonces.clone().chain_update(length).chain_update(place).chain_update(plain).finalize().into_bytes();
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&whole[..NONCE_BYTES]);
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(key: &str, purpose: &str) -> Sealer {
        Sealer::new(&Vault::from_base64(key).unwrap(), purpose)
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_its_purpose_and_in_its_place_alone() {
        let (one, other) = ("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");
        let sealed = sealer(one, "pages").seal(b"salary 5200", b"app a").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"5200"));
        assert_eq!(sealer(one, "pages").open(&sealed, b"app a").as_deref(), Some(&b"salary 5200"[..]));
        assert_eq!(sealer(one, "pages").seal(b"salary 5200", b"app a").unwrap(), sealed);
        assert_eq!(sealer(one, "pages").open(&sealed, b"app b"), None);
        assert_eq!(sealer(one, "links").open(&sealed, b"app a"), None);
        assert_eq!(sealer(other, "pages").open(&sealed, b"app a"), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(sealer(one, "pages").open(&changed, b"app a"), None);
            assert_eq!(sealer(one, "pages").open(&sealed[..at], b"app a"), None);
        }
    }
}

//! Hiding values: hashed under a key, blotted out, or but for their end.

use arrow_array::{BinaryArray, StringArray};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use model::mapping::Mask;
use sha2::Sha256;

const HIDDEN: &str = "***";
/// Characters at the end that are shown.
const SHOWN: usize = 4;

/// Hides under one key.
pub(super) struct Masks {
    hmac: Hmac<Sha256>,
}

impl Masks {
    pub(super) fn new(key: [u8; 32]) -> Self {
        // HMAC fills a key up with zeros itself, to the length of a block.
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(&key);
        Self { hmac: <Hmac<Sha256> as hmac::digest::KeyInit>::new(&block.into()) }
    }

    /// Each text hidden; what is empty stays so.
    pub(super) fn hide(&self, texts: &StringArray, mask: Mask) -> StringArray {
        texts.iter().map(|text| text.map(|text| self.hidden(text, mask))).collect()
    }

    /// The same for bytes, which are hashed as they are and shown as JSON would.
    pub(super) fn hide_bytes(&self, bytes: &BinaryArray, mask: Mask) -> StringArray {
        let hidden = |bytes: &[u8]| match mask {
            Mask::Hash => self.hash(bytes),
            _ => self.hidden(&STANDARD.encode(bytes), mask),
        };
        bytes.iter().map(|bytes| bytes.map(hidden)).collect()
    }

    fn hash(&self, bytes: &[u8]) -> String {
        let mut hmac = self.hmac.clone();
        hmac.update(bytes);
        format!("{:x}", hmac.finalize().into_bytes())
    }

    fn hidden(&self, text: &str, mask: Mask) -> String {
        match mask {
            Mask::Hash => self.hash(text.as_bytes()),
            Mask::Redact => HIDDEN.to_owned(),
            Mask::LastFour => {
                let count = text.chars().count();
                let blotted = if count > SHOWN { count - SHOWN } else { count };
                text.chars().enumerate().map(|(index, letter)| if index < blotted { '*' } else { letter }).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_shows_no_more_than_it_says() {
        let masks = Masks::new([7; 32]);
        let texts = StringArray::from(vec![Some("4111111111111111"), Some("1234"), None]);
        let hide = |mask| masks.hide(&texts, mask).iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(hide(Mask::LastFour), [Some("************1111".into()), Some("****".into()), None]);
        assert_eq!(hide(Mask::Redact), [Some("***".into()), Some("***".into()), None]);
        // printf 1234 | openssl dgst -sha256 -mac hmac -macopt hexkey:0707…07 (32 times)
        assert_eq!(hide(Mask::Hash)[1].as_deref(), Some("155a2ecba5e05a537b05a73cc4d031e29b66d44af28a7f08aef153cd0d0f883d"));
        assert_ne!(Masks::new([8; 32]).hide(&texts, Mask::Hash).value(1), masks.hide(&texts, Mask::Hash).value(1));
    }
}

//! Where notices go: the portal, an e-mail address or a webhook.

use serde::{Deserialize, Serialize};

use crate::FieldError;

const MAX_ADDRESSES: usize = 20;
/// The longest address that SMTP carries (RFC 5321, 4.5.3.1.3, without its brackets).
const MAX_ADDRESS: usize = 254;
const MAX_URL: usize = 2_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReceiverKind {
    Portal,
    Email,
    Webhook,
}

/// How a receiver is reached. Its secret is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ReceiverChannel {
    /// Shown to the people of the domain.
    Portal,
    Email {
        to: Vec<String>,
    },
    /// Posted as JSON, signed with the secret of the receiver.
    Webhook {
        url: String,
    },
}

impl ReceiverChannel {
    #[must_use]
    pub fn kind(&self) -> ReceiverKind {
        match self {
            Self::Portal => ReceiverKind::Portal,
            Self::Email { .. } => ReceiverKind::Email,
            Self::Webhook { .. } => ReceiverKind::Webhook,
        }
    }

    /// What a form can know to be wrong. Whether an address may be dialled is for the server to know.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        match self {
            Self::Portal => Vec::new(),
            Self::Email { to } if to.is_empty() || to.len() > MAX_ADDRESSES => {
                vec![FieldError::new("channel.email.to", format!("Enter 1 to {MAX_ADDRESSES} e-mail addresses."))]
            }
            Self::Email { to } => to
                .iter()
                .enumerate()
                .filter(|(_, address)| !is_address(address))
                .map(|(index, _)| FieldError::new(format!("channel.email.to.{index}"), "Enter an e-mail address such as team@example.com."))
                .collect(),
            Self::Webhook { url } => {
                let is_http = url.starts_with("https://") || url.starts_with("http://");
                let is_plain = url.len() <= MAX_URL && !url.chars().any(|letter| letter.is_whitespace() || letter.is_control());
                if is_http && is_plain {
                    return Vec::new();
                }
                vec![FieldError::new("channel.webhook.url", "Enter an address that begins with https://, without spaces.")]
            }
        }
    }
}

/// The place that the secret of a receiver is sealed for.
#[must_use]
pub fn receiver_place(id: &str) -> String {
    format!("receiver/{id}")
}

/// Plain addresses alone, without a name: what is between the signs may be anything that does not break a header.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"()@".contains(c));
    text.len() <= MAX_ADDRESS && is_plain(local) && is_plain(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain() {
        for (address, wanted) in [
            ("team@example.com", true),
            ("a.b+c@localhost", true),
            ("team", false),
            ("@example.com", false),
            ("a@b@example.com", false),
            ("Team <team@example.com>", false),
            ("a@example.com\r\nBcc: b@example.com", false),
            ("a@example.com,b@example.com", false),
        ] {
            let channel = ReceiverChannel::Email { to: vec![address.into()] };
            assert_eq!(channel.errors().is_empty(), wanted, "{address}");
        }
        assert!(!ReceiverChannel::Email { to: Vec::new() }.errors().is_empty());
        for (url, wanted) in [("https://example.com/hook", true), ("ftp://example.com", false), ("https://a b", false), ("", false)] {
            assert_eq!(ReceiverChannel::Webhook { url: url.into() }.errors().is_empty(), wanted, "{url}");
        }
    }
}

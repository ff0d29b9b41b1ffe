//! TLS to a server: the fields of its form, and what they mean, alike for every connector that offers it.

use crate::{BindingConfig, ConfigField, SourceError, SourceErrorKind};

/// How much is asked of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Where the server offers it.
    Prefer,
    /// Always; the certificate is not looked at.
    Require,
    /// Always, and the certificate must be the host's, signed by an authority that is trusted.
    Verify,
    Disable,
}

/// The settings of a binding. Certificates and keys are PEM text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    pub mode: Mode,
    /// The authority that signed the server's certificate; without it, the public ones are trusted.
    pub authority: Option<Vec<u8>>,
    /// Our certificate and its key, for servers that ask who calls.
    pub client: Option<(Vec<u8>, Vec<u8>)>,
}

/// The fields of a form of a server that may speak TLS or not.
pub(crate) fn form() -> Vec<ConfigField> {
    let mut mode = ConfigField::new(
        "tls",
        "TLS",
        "prefer uses TLS if the server offers it; verify also checks the certificate of the server.",
        "prefer",
    );
    mode.choices = ["prefer", "require", "verify", "disable"].map(str::to_owned).into();
    std::iter::once(mode).chain(certificates()).collect()
}

/// The settings of what a client shows: its certificate, and the key to it, which is a secret.
pub const CLIENT_CERTIFICATE: &str = "tls_cert";
pub const CLIENT_KEY: &str = "tls_key";

/// The fields of a form for certificates.
#[must_use]
pub fn certificates() -> Vec<ConfigField> {
    vec![
        ConfigField::new(
            "tls_ca",
            "Authority's certificate",
            "PEM. Required if the certificate of the server is checked and not signed by a public CA.",
            "-----BEGIN CERTIFICATE-----",
        )
        .lines(),
        ConfigField::new(
            CLIENT_CERTIFICATE,
            "Client's certificate",
            "PEM. If the server requires a client certificate.",
            "-----BEGIN CERTIFICATE-----",
        )
        .lines(),
        ConfigField::new(CLIENT_KEY, "Client's key", "PEM. Stored encrypted, never shown again.", "-----BEGIN PRIVATE KEY-----")
            .lines()
            .secret(),
    ]
}

impl Tls {
    /// # Errors
    /// Text that is not PEM; a certificate without its key, or the other way round.
    pub fn of(config: &BindingConfig) -> Result<Self, SourceError> {
        let mode = match config.get("tls") {
            "require" => Mode::Require,
            "verify" => Mode::Verify,
            "disable" => Mode::Disable,
            _ => Mode::Prefer,
        };
        let authority = pem(config, "tls_ca", "The CA certificate")?;
        let client = match (pem(config, CLIENT_CERTIFICATE, "The client certificate")?, pem(config, CLIENT_KEY, "The client key")?) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => {
                return Err(SourceError::new(SourceErrorKind::Config, "Enter both the client certificate and its key, or neither."));
            }
        };
        Ok(Self { mode, authority, client })
    }
}

/// A client of HTTP that trusts and shows these certificates.
///
/// # Errors
/// Text that is not a certificate or a key.
pub fn over_http(builder: reqwest::ClientBuilder, config: &BindingConfig) -> Result<reqwest::ClientBuilder, SourceError> {
    let unusable = |error: reqwest::Error| {
        SourceError::new(SourceErrorKind::Config, "A certificate or key is not valid. Check that it is PEM.").because(error)
    };
    let tls = Tls::of(config)?;
    let builder = match tls.authority {
        Some(pem) => builder.add_root_certificate(reqwest::Certificate::from_pem(&pem).map_err(unusable)?),
        None => builder,
    };
    match tls.client {
        Some((certificate, key)) => {
            let both = [certificate, b"\n".to_vec(), key].concat();
            Ok(builder.identity(reqwest::Identity::from_pem(&both).map_err(unusable)?))
        }
        None => Ok(builder),
    }
}

fn pem(config: &BindingConfig, key: &str, what: &str) -> Result<Option<Vec<u8>>, SourceError> {
    match config.get(key) {
        "" => Ok(None),
        text if text.starts_with("-----BEGIN ") => Ok(Some(text.as_bytes().to_vec())),
        _ => Err(SourceError::new(SourceErrorKind::Config, format!("{what} must be PEM: text that begins with -----BEGIN."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_without_its_key_is_told() {
        let of = |settings: &[(&str, &str)]| {
            let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            Tls::of(&BindingConfig { settings, ..Default::default() })
        };
        assert_eq!(of(&[("tls", "verify"), ("tls_ca", " -----BEGIN CERTIFICATE-----\n")]).unwrap().mode, Mode::Verify);
        assert!(
            of(&[("tls_cert", "-----BEGIN CERTIFICATE-----")]).unwrap_err().sentence.contains("both the client certificate and its key")
        );
        assert!(of(&[("tls_ca", "/etc/ssl/ca.pem")]).unwrap_err().sentence.contains("PEM"));
    }
}

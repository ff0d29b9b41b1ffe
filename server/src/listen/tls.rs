//! TLS on the ports, with a certificate that may change while the process runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_util::sync::CancellationToken;

/// How often the files are looked at. Whoever renews a certificate does so days before it ends.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A certificate with its chain, and its private key, both in PEM.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// The newest pair that could be used.
#[derive(Clone)]
pub(crate) struct Tls(watch::Receiver<Arc<ServerConfig>>);

/// When each file was changed, and how long it is; nothing for one that is not there.
type Seen = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Reads a pair, and again whenever its files change, until told to stop. A pair that cannot be used is logged, and
    /// the one before it stays.
    ///
    /// # Errors
    /// What is wrong with the first pair, by the setting of the file at fault.
    pub(crate) async fn start(pair: Pair, stop: CancellationToken) -> Result<Self, String> {
        let seen = pair.seen().await;
        let (sender, newest) = watch::channel(pair.read().await?);
        tokio::spawn(follow(pair, seen, sender, stop));
        Ok(Self(newest))
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.0.borrow().clone())
    }
}

async fn follow(pair: Pair, mut known: Seen, newest: watch::Sender<Arc<ServerConfig>>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        let seen = pair.seen().await;
        if seen == known {
            continue;
        }
        known = seen;
        match pair.read().await {
            Ok(config) => {
                newest.send_replace(config);
                tracing::info!(certificate = %pair.certificate.display(), "new connections use the new certificate");
            }
            Err(reason) => tracing::error!("the previous certificate stays in use: {reason}"),
        }
    }
}

impl Pair {
    async fn seen(&self) -> Seen {
        let mut seen = [None; 2];
        for (file, seen) in [&self.certificate, &self.key].into_iter().zip(&mut seen) {
            let about = tokio::fs::metadata(file).await;
            *seen = about.ok().and_then(|about| Some((about.modified().ok()?, about.len())));
        }
        seen
    }

    async fn read(&self) -> Result<Arc<ServerConfig>, String> {
        let (certificate, key) = (self.certificate.display(), self.key.display());
        let unread = |file: &dyn std::fmt::Display, setting: &str, error: &std::io::Error| {
            format!("{file} cannot be read: {error}. Make it readable, or set {setting}")
        };
        let chain = tokio::fs::read(&self.certificate).await.map_err(|error| unread(&certificate, "SLUICE_TLS_CERT", &error))?;
        let private = tokio::fs::read(&self.key).await.map_err(|error| unread(&key, "SLUICE_TLS_KEY", &error))?;
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain)
            .collect::<Result<_, _>>()
            .map_err(|error| format!("{certificate} is not a PEM certificate: {error}. Set SLUICE_TLS_CERT to a PEM certificate"))?;
        if chain.is_empty() {
            return Err(format!("{certificate} has no certificate in PEM. Set SLUICE_TLS_CERT to a PEM certificate"));
        }
        let private = PrivateKeyDer::from_pem_slice(&private)
            .map_err(|error| format!("{key} has no private key in PEM: {error}. Set SLUICE_TLS_KEY to a PEM private key"))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, private))
            .map_err(|error| {
                let what_to_do = "Set SLUICE_TLS_CERT and SLUICE_TLS_KEY to a certificate and its own key";
                format!("{certificate} and {key} cannot be used together: {error}. {what_to_do}")
            })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

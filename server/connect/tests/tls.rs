//! TLS with an authority of one's own and certificates of clients, against real servers that take nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use connect::{BindingConfig, SourceErrorKind, registry};
use testkit::{Certificates, MariaDb, Postgres};

async fn suite(driver: &str, base: &[(&str, &str)], ours: &Certificates) {
    let others = Certificates::new("postgres");
    let (ca, cert, key) = (ours.pem("ca.crt"), ours.pem("client.crt"), ours.pem("client.key"));
    let (other_ca, other_cert, other_key) = (others.pem("ca.crt"), others.pem("client.crt"), others.pem("client.key"));
    let test = async |more: &[(&str, &str)]| {
        let settings = base.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        registry::connector(driver).unwrap().open(&BindingConfig { settings, ..Default::default() }).unwrap().test().await
    };
    let own = [("tls_cert", cert.as_str()), ("tls_key", key.as_str())];
    test(&[("tls", "verify"), ("tls_ca", &ca), own[0], own[1]]).await.unwrap();
    test(&[("tls", "require"), own[0], own[1]]).await.unwrap();
    for (why, settings) in [
        ("the server's certificate is of another authority", vec![("tls", "verify"), ("tls_ca", other_ca.as_str()), own[0], own[1]]),
        ("no public authority signed it", vec![("tls", "verify"), own[0], own[1]]),
        ("it asks who calls", vec![("tls", "verify"), ("tls_ca", ca.as_str())]),
        (
            "a stranger signed ours",
            vec![("tls", "verify"), ("tls_ca", ca.as_str()), ("tls_cert", other_cert.as_str()), ("tls_key", other_key.as_str())],
        ),
        ("it takes no plain connection", vec![("tls", "disable")]),
    ] {
        let refused = test(&settings).await.err().unwrap_or_else(|| panic!("{driver}: connected although {why}"));
        assert_eq!(refused.kind, SourceErrorKind::Refused, "{why}: {refused:?}");
    }
}

#[tokio::test]
async fn postgres_over_tls() {
    let certificates = Certificates::new("postgres");
    let server = Postgres::with_tls(&certificates);
    let port = server.port().to_string();
    let base = [("host", "127.0.0.1"), ("port", port.as_str()), ("database", "postgres"), ("user", "postgres")];
    suite("postgres", &base, &certificates).await;
}

#[tokio::test]
async fn mariadb_over_tls() {
    let certificates = Certificates::new("reader");
    let option = |name: &str, file: &str| format!("--ssl-{name}={}", certificates.file(file));
    let options =
        [option("ca", "ca.crt"), option("cert", "server.crt"), option("key", "server.key"), "--require-secure-transport=ON".to_owned()];
    let server = MariaDb::with(&options.iter().map(String::as_str).collect::<Vec<_>>());
    server.run("mysql", "ALTER USER reader@'127.0.0.1' REQUIRE X509; CREATE DATABASE source");
    let port = server.port().to_string();
    let base = [("host", "127.0.0.1"), ("port", port.as_str()), ("database", "source"), ("user", "reader"), ("password", "reader")];
    suite("mysql", &base, &certificates).await;
}

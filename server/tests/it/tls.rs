//! TLS on both ports: what is spoken over it, certificates that change, and those that cannot be used.

use std::path::Path;
use std::time::Duration;

use http::Version;
use serde_json::json;
use testkit::{Certificates, Sluice};

use crate::common::{Grpc, LONG, binary, until};

/// A client that trusts one authority, with connections of its own for each request.
fn client(authority: &Certificates) -> reqwest::ClientBuilder {
    let authority = reqwest::Certificate::from_pem(authority.pem("ca.crt").as_bytes()).unwrap();
    reqwest::Client::builder().tls_built_in_root_certs(false).add_root_certificate(authority).pool_max_idle_per_host(0)
}

async fn alive(client: &reqwest::Client, server: &Sluice) -> bool {
    client.get(format!("{}/healthz", server.url)).send().await.is_ok_and(|response| response.status().is_success())
}

/// As an operator puts a pair in place: one file after the other.
fn put(folder: &Path, from: &Certificates) {
    for name in ["server.crt", "server.key"] {
        std::fs::copy(from.path(name), folder.join(name)).unwrap();
    }
}

#[tokio::test]
async fn both_ports_speak_tls_and_take_a_new_certificate_while_they_run() {
    let (first, second, folder) = (Certificates::new("first"), Certificates::new("second"), testkit::folder());
    put(folder.path(), &first);
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = (file("server.crt"), file("server.key"));
    let server = Sluice::demo_with(binary(), &[("SLUICE_TLS_CERT", &certificate), ("SLUICE_TLS_KEY", &key)]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let newest = client(&first).build().unwrap();
    for (client, version) in [(&newest, Version::HTTP_2), (&client(&first).http1_only().build().unwrap(), Version::HTTP_11)] {
        let call = client.get(format!("{}/api/travel/plane?tailnum=N14228", server.url)).bearer_auth(server.demo_key());
        let response = call.send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, version));
        // A form of the portal: its origin is compared with the host, which HTTP/2 has elsewhere.
        let form = client.post(format!("{}/fn/sign-in-demo", server.url)).header("origin", &server.url);
        let signed_in = form.header("accept", "application/json").form(&[("email", "viewer@demo"), ("next", "/")]).send().await.unwrap();
        assert!(signed_in.status().as_u16() < 400, "{version:?}: {}", signed_in.status());
    }
    let mut grpc = Grpc::secured(&server, &first.file("ca.crt"));
    let plane = grpc.call("sluice.travel.Plane/Get", &server.demo_key(), json!({"tailnum": "N14228"}));
    assert_eq!(plane["ok"]["tailnum"], "N14228", "{plane}");
    let plain = server.url.replace("https://", "http://");
    assert!(reqwest::get(format!("{plain}/healthz")).await.is_err(), "nothing is said without TLS");

    // A pair that does not belong together changes nothing. There is nothing to wait for but the next look at the files.
    std::fs::copy(second.path("server.crt"), folder.path().join("server.crt")).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(alive(&newest, &server).await, "the pair before it stays");
    put(folder.path(), &second);
    let renewed = client(&second).build().unwrap();
    until(LONG, "the new certificate is served", async || alive(&renewed, &server).await).await;
    assert!(!alive(&newest, &server).await, "and the old one is not");
}

#[test]
fn a_start_with_a_pair_that_cannot_be_used_is_refused() {
    let (one, other, data) = (Certificates::new("one"), Certificates::new("other"), testkit::folder());
    let nothing = data.path().join("nothing.pem").display().to_string();
    let (certificate, key) = (one.file("server.crt"), one.file("server.key"));
    let foreign = other.file("server.key");
    for (pair, words) in [
        (vec![("SLUICE_TLS_CERT", &certificate)], "SLUICE_TLS_KEY"),
        (vec![("SLUICE_TLS_KEY", &key)], "SLUICE_TLS_CERT"),
        (vec![("SLUICE_TLS_CERT", &nothing), ("SLUICE_TLS_KEY", &key)], "cannot be read"),
        (vec![("SLUICE_TLS_CERT", &key), ("SLUICE_TLS_KEY", &key)], "no certificate"),
        (vec![("SLUICE_TLS_CERT", &certificate), ("SLUICE_TLS_KEY", &certificate)], "no private key"),
        (vec![("SLUICE_TLS_CERT", &certificate), ("SLUICE_TLS_KEY", &foreign)], "cannot be used together"),
    ] {
        let output = std::process::Command::new(binary())
            .arg("serve")
            .env("SLUICE_DATA_DIR", data.path())
            .env("SLUICE_HTTP_ADDR", "127.0.0.1:0")
            .env("SLUICE_GRPC_ADDR", "127.0.0.1:0")
            .envs(pair)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(words), "{words}: {said}");
    }
}

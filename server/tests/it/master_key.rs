//! Rotation of the master key, and one that was interrupted.

use std::path::Path;
use std::process::Command;

use connect::vault::{Vault, VaultError};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use testkit::{Admin, Sluice};

use crate::common::binary;

/// What a command of the program says, and whether it went well.
fn run(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(data).env("SLUICE_DATA_DIR", data).env("SLUICE_HTTP_ADDR", "127.0.0.1:0");
    let output = command.env("SLUICE_GRPC_ADDR", "127.0.0.1:0").envs(environment.iter().copied()).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Stops a server as an operator does.
fn stop(mut server: Sluice) {
    assert!(Command::new("kill").args(["-TERM", &server.pid().to_string()]).status().unwrap().success());
    assert!(server.wait().success());
    drop(server);
}

/// The status of a call whose token is checked with a sealed secret.
async fn call(server: &Sluice, secret: &str) -> u16 {
    let exp = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 600;
    let claims = json!({"iss": "sluice-demo", "aud": "flights", "exp": exp, "sub": "somebody"});
    let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
    let url = format!("{}/api/travel/plane?tailnum=N14228", server.url);
    reqwest::Client::new().get(url).bearer_auth(token).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn every_secret_is_sealed_under_the_new_key_and_an_interrupted_rotation_is_finished() {
    let folder = testkit::folder();
    let data = folder.path();
    let server = Sluice::start(binary(), "demo", data, &[]);
    let builder = Admin::demo(&server, "builder@demo").await;
    let issuer = json!({"environment": "prod", "issuer": "sluice-demo", "audience": "flights"});
    let made = builder.post("/apps/travel/demo-app/issuers", issuer).await;
    let secret = made["secret"].as_str().unwrap();
    // What waits for a decision holds secrets too, and can still be decided after a rotation.
    let moved = json!({"config": {"path": data.join("sources/other.db")}, "secrets": {}});
    let waiting = builder.put_source("flights-db", "sqlite", moved).await.unwrap();
    builder.served().await;
    assert_eq!(call(&server, secret).await, 200);

    let (done, said) = run(data, &["key", "rotate"], &[]);
    assert!(!done && said.contains("is running"), "{said}");
    assert!(!data.join("master.key.next").exists(), "a refusal leaves nothing behind");
    stop(server);

    let key = || std::fs::read_to_string(data.join("master.key")).unwrap();
    let old = key();
    let (done, said) = run(data, &["key", "rotate"], &[]);
    assert!(done && said.contains("secrets are encrypted under the new master key"), "{said}");
    let new = key();
    assert_ne!(old, new);
    let store = store::Store::open(&format!("sqlite://{}", data.join("sluice.db").display())).unwrap();
    let sealed = store.issuers().await.unwrap().into_iter().find(|issuer| issuer.issuer == "sluice-demo").unwrap();
    let place = model::snapshot::issuer_place(&sealed.id);
    let opened = |key: &str| Vault::from_base64(key).unwrap().open(&sealed.secret, &place);
    assert_eq!(opened(&old), Err(VaultError::OtherKey));
    assert_eq!(opened(&new).unwrap(), secret.as_bytes());
    let new_vault = Vault::from_base64(&new).unwrap();
    assert!(store.bindings().await.unwrap().iter().all(|binding| new_vault.has_sealed(&binding.secret)));
    let held = store.held_change(&waiting).await.unwrap().unwrap();
    assert!(new_vault.has_sealed(&held.secret) && new_vault.has_sealed(&held.before_secret));
    store.close().await;

    // As it is left where the machine went away after the secrets were sealed and before the key took its place.
    std::fs::write(data.join("master.key.next"), &new).unwrap();
    std::fs::write(data.join("master.key"), &old).unwrap();
    let (done, said) = run(data, &["serve"], &[]);
    assert!(!done && said.contains("sluice key rotate"), "{said}");
    let (done, said) = run(data, &["key", "rotate"], &[]);
    assert!(done, "{said}");
    assert_eq!(key(), new);

    let server = Sluice::start(binary(), "demo", data, &[]);
    assert_eq!(call(&server, secret).await, 200);
    let http = crate::common::Http::new(&server);
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
    let admin = Admin::demo(&server, "admin@demo").await;
    assert_eq!(admin.get(&format!("/requests/{waiting}")).await["change"]["changes"][0]["label"], "File");
    testkit::sqlite3(&data.join("sources/flights.db"), &format!("VACUUM INTO '{}'", data.join("sources/other.db").display()));
    admin.approve(&waiting).await;
    stop(server);

    // A key that the operator keeps: the new one is the operator's too.
    let given = [("SLUICE_MASTER_KEY", new.as_str())];
    let (done, said) = run(data, &["key", "rotate"], &given);
    assert!(!done && said.contains("--new-key-file"), "{said}");
    let file = data.join("given.key");
    std::fs::write(&file, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n").unwrap();
    let (done, said) = run(data, &["key", "rotate", "--new-key-file", file.to_str().unwrap()], &given);
    assert!(done && said.contains("SLUICE_MASTER_KEY"), "{said}");
    let given = [("SLUICE_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")];
    let server = Sluice::start(binary(), "demo", data, &given);
    assert_eq!(call(&server, secret).await, 200);
}

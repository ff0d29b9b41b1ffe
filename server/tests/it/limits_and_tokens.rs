//! Who and how much: limits, signed tokens, hidden fields, caches and purges, and peers that misbehave.

use std::time::{Duration, SystemTime};

use crate::common::{Grpc, Http, LONG, People, aircraft, binary, until};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value as Json, json};
use testkit::{Admin, Redis, Sluice, problem_code};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

async fn put(admin: &Admin, path: &str, body: Json) {
    let (status, answer) = admin.call(Method::PUT, path, Some(body)).await;
    assert!(status.is_success(), "{path}: {answer}");
    admin.served().await;
}

#[tokio::test]
async fn each_limit_turns_away_with_when_to_come_back() {
    let server = Sluice::demo(binary());
    let (owner, http) = (Admin::demo(&server, "owner@demo").await, Http::new(&server));
    let call = || http.get("/api/travel/plane?tailnum=N14228").send();
    let (slow, none) = (json!({"per_second": 1, "burst": 3}), Json::Null);
    let grant = "/apps/travel/demo-app/grants/travel/plane";
    let steps = [
        (grant, json!({"limit": slow}), json!({"limit": none}), "your app"),
        ("/apis/travel/plane/switches", json!({"limit": slow, "priority": "medium"}), json!({"priority": "medium"}), "this API is"),
        ("/compartments/travel/medium", json!({"limit": slow}), json!({"limit": none}), "compartment"),
    ];
    for (path, on, off, words) in steps {
        put(&owner, path, on).await;
        for left in ["2", "1", "0"] {
            let response = call().await.unwrap();
            assert_eq!((response.status().as_u16(), response.headers()["ratelimit-remaining"].to_str().unwrap()), (200, left), "{path}");
        }
        let refused = call().await.unwrap();
        assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "1"), "{path}");
        assert_eq!(refused.headers()["ratelimit-limit"], "1");
        let body: Json = refused.json().await.unwrap();
        assert!(problem_code(&body).0 == "too-many-requests" && problem_code(&body).1.contains(words), "{body}");
        let over_grpc = Grpc::new(&server).call("sluice.travel.Plane/Get", &http.key, json!({"tailnum": "N14228"}));
        assert_eq!((&over_grpc["code"], &over_grpc["retry"]), (&json!("RESOURCE_EXHAUSTED"), &json!(1)), "{over_grpc}");
        put(&owner, path, off).await;
        assert_eq!(call().await.unwrap().status().as_u16(), 200);
    }
    let view = owner.get("/apis/travel/plane/switches").await;
    assert!(view["figures"][0]["limited"].as_u64().unwrap() >= 6, "{view}");
}

#[tokio::test]
async fn a_grant_hides_fields_over_http_and_grpc() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({"hidden": ["seats", "engine"]})).await;
    let (http, mut grpc) = (Http::new(&server), Grpc::new(&server));
    let (_, body) = http.json(http.get("/api/travel/aircraft?tailnum=N14228")).await;
    assert!(body["seats"].is_null() && body.get("seats").is_none() && body["engines"] == 2, "{body}");
    let (status, refused) = http.json(http.get("/api/travel/aircraft?tailnum=N14228&fields=seats")).await;
    assert_eq!(status, 400, "{refused}");
    let row = grpc.call("sluice.travel.Aircraft/Get", &http.key, json!({"tailnum": "N14228"}))["ok"].clone();
    assert!(row.get("seats").is_none() && row["manufacturer"] == "BOEING", "{row}");
    let batch = grpc.call("sluice.travel.Aircraft/BatchGet", &http.key, json!({"keys": [{"tailnum": "N14228"}]}));
    assert!(batch["ok"]["rows"][0]["row"].get("engine").is_none(), "{batch}");
}

type Change = Box<dyn Fn(&mut Json)>;

struct Issuer {
    algorithm: Algorithm,
    key: EncodingKey,
    kid: Option<String>,
    name: &'static str,
}

impl Issuer {
    fn token(&self, change: impl Fn(&mut Json)) -> String {
        let mut claims = json!({"iss": self.name, "aud": "flights", "exp": now() + 600, "sub": "somebody"});
        change(&mut claims);
        encode(&Header { kid: self.kid.clone(), ..Header::new(self.algorithm) }, &claims, &self.key).unwrap()
    }
}

/// Keys made by the stock tool; public ones as a key set.
fn own_keys(folder: &std::path::Path) -> (Vec<Issuer>, Json) {
    let openssl = |arguments: &[&str]| {
        let output = std::process::Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let url = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes);
    openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.pem"]);
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec.pem"]);
    openssl(&["genpkey", "-algorithm", "ED25519", "-out", "ed.pem"]);
    let modulus = String::from_utf8(openssl(&["rsa", "-in", "rsa.pem", "-noout", "-modulus"])).unwrap();
    let digits = modulus.trim().trim_start_matches("Modulus=");
    let modulus: Vec<u8> = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
    let ec = openssl(&["pkey", "-in", "ec.pem", "-pubout", "-outform", "DER"]);
    let point = &ec[ec.len() - 64..];
    let ed = openssl(&["pkey", "-in", "ed.pem", "-pubout", "-outform", "DER"]);
    let set = json!({"keys": [
        {"kty": "RSA", "kid": "rsa", "n": url(&modulus), "e": "AQAB", "alg": "RS256", "use": "sig"},
        {"kty": "EC", "crv": "P-256", "kid": "ec", "x": url(&point[..32]), "y": url(&point[32..])},
        {"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": url(&ed[ed.len() - 32..])},
    ]});
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let issuer = |algorithm, key, kid: &str| Issuer { algorithm, key, kid: Some(kid.into()), name: "https://id.example.com" };
    let issuers = vec![
        issuer(Algorithm::RS256, EncodingKey::from_rsa_pem(&read("rsa.pem")).unwrap(), "rsa"),
        issuer(Algorithm::ES256, EncodingKey::from_ec_pem(&read("ec.pem")).unwrap(), "ec"),
        issuer(Algorithm::EdDSA, EncodingKey::from_ed_pem(&read("ed.pem")).unwrap(), "ed"),
    ];
    (issuers, set)
}

#[tokio::test]
async fn signed_tokens_stand_for_an_app_and_wrong_ones_are_told_why() {
    let server = Sluice::demo(binary());
    let (builder, http, folder) = (Admin::demo(&server, "builder@demo").await, Http::new(&server), testkit::folder());
    let path = "/apps/travel/demo-app/issuers";
    let made = builder.post(path, json!({"environment": "prod", "issuer": "sluice-demo", "audience": "flights"})).await;
    let shared = EncodingKey::from_secret(made["secret"].as_str().unwrap().as_bytes());
    let (mut issuers, set) = own_keys(folder.path());
    builder
        .post(path, json!({"environment": "prod", "issuer": "https://id.example.com", "audience": "flights", "jwks": set.to_string()}))
        .await;
    builder.served().await;
    let with = |token: String| http.client.get(format!("{}/api/travel/delays?limit=1", server.url)).bearer_auth(token);
    issuers.push(Issuer { algorithm: Algorithm::HS256, key: shared, kid: None, name: "sluice-demo" });
    for issuer in &issuers {
        // Twice: verified, and remembered.
        for _ in 0..2 {
            let (status, body) = http.json(with(issuer.token(|_| {}))).await;
            assert_eq!(status, 200, "{:?}: {body}", issuer.algorithm);
        }
        let wrong: [(&str, Change); 5] = [
            ("expired", Box::new(|claims| claims["exp"] = json!(now() - 60))),
            ("not valid yet", Box::new(|claims| claims["nbf"] = json!(now() + 600))),
            ("another audience", Box::new(|claims| claims["aud"] = json!("hotels"))),
            ("No app trusts", Box::new(|claims| claims["iss"] = json!("https://elsewhere.example.com"))),
            ("has no expiry", Box::new(|claims| drop(claims.as_object_mut().unwrap().remove("exp")))),
        ];
        for (words, change) in &wrong {
            let (status, body) = http.json(with(issuer.token(change))).await;
            assert!(status == 401 && problem_code(&body).1.contains(words), "{:?} {words}: {body}", issuer.algorithm);
        }
        let good = issuer.token(|_| {});
        let forged = format!("{}AAAA", &good[..good.len() - 4]);
        assert_eq!(http.json(with(forged)).await.0, 401);
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
        assert_eq!(http.json(with(unsigned)).await.0, 401);
    }
    // A public key is no shared secret: the oldest trick on verifiers.
    let public = Issuer {
        algorithm: Algorithm::HS256,
        key: EncodingKey::from_secret(set.to_string().as_bytes()),
        kid: None,
        name: "https://id.example.com",
    };
    assert_eq!(http.json(with(public.token(|_| {}))).await.0, 401);

    let hs = issuers.last().unwrap();
    let narrowed = hs.token(|claims| claims["sluice_parameters"] = json!({"carrier": "UA", "month": [2, 3]}));
    let (_, body) = http.json(with(narrowed.clone())).await;
    assert_eq!(body["rows"][0]["carrier"], "UA", "{body}");
    let chosen = http.client.get(format!("{}/api/travel/delays?carrier=DL", server.url)).bearer_auth(&narrowed);
    let (status, body) = http.json(chosen).await;
    assert!(status == 400 && problem_code(&body).1.contains("Your token fixes"), "{body}");
    let foreign = http.client.get(format!("{}/api/travel/plane?tailnum=N14228", server.url)).bearer_auth(&narrowed);
    assert_eq!(http.json(foreign).await.0, 403, "a token that narrows must not be let through where it narrows nothing");

    let (status, _) = builder.call(Method::DELETE, &format!("{path}/{}", made["id"].as_str().unwrap()), None).await;
    assert!(status.is_success());
    builder.served().await;
    assert_eq!(http.json(with(hs.token(|_| {}))).await.0, 401, "a removed issuer takes its tokens with it");
}

async fn cache_of(http: &Http, path: &str) -> (u16, String, Json) {
    let response = http.get(path).send().await.unwrap();
    let cache = response.headers().get("x-sluice-cache").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    assert_eq!(response.headers().contains_key("age"), !cache.is_empty());
    (response.status().as_u16(), cache, response.json().await.unwrap())
}

#[tokio::test]
async fn answers_are_kept_where_the_definition_says_and_a_purge_forgets_them() {
    let redis = Redis::start();
    let server = Sluice::demo_with(binary(), &[("SLUICE_REDIS_URL", &redis.url())]);
    let people = People::of(&server).await;
    let http = Http::new(&server);
    let sql = |text: &str| testkit::sqlite3(&server.data().join("sources/flights.db"), text);
    let policies = [
        ("kept-here", json!({"memory": true, "ttl_ms": 600_000, "negative_ms": 600_000}), "l1"),
        ("kept-there", json!({"memory": false, "redis": true, "compress": true, "ttl_ms": 600_000, "negative_ms": 600_000}), "l2"),
    ];
    for (name, cache, layer) in policies {
        let mut spec = aircraft(json!("source"));
        spec["policy"] = json!({"cache": cache});
        people.publish(name, spec, json!({})).await;
        let path = format!("/api/travel/{name}?tailnum=N14228");
        sql("UPDATE planes SET seats = 149 WHERE tailnum = 'N14228'");
        assert_eq!(cache_of(&http, &path).await.1, "miss");
        if layer == "l2" {
            // What goes to Redis goes behind the answer.
            until(LONG, "the answer is in Redis", async || redis.cli(&["dbsize"]) != "0").await;
        }
        sql("UPDATE planes SET seats = 150 WHERE tailnum = 'N14228'");
        let (_, cache, body) = cache_of(&http, &path).await;
        assert_eq!((cache.as_str(), &body["seats"]), (layer, &json!(149)));
        let absent = format!("/api/travel/{name}?tailnum=NEW{}", layer.len());
        assert_eq!(cache_of(&http, &absent).await.0, 404);
        people.owner.post(&format!("/apis/travel/{name}/purge"), Json::Null).await;
        people.owner.served().await;
        let (_, cache, body) = cache_of(&http, &path).await;
        assert_eq!((cache.as_str(), &body["seats"]), ("miss", &json!(150)));
    }
    let figures = people.owner.get("/apis/travel/kept-here/switches").await["figures"][0].clone();
    assert!(figures["l1"].as_u64().unwrap() >= 1 && figures["miss"].as_u64().unwrap() >= 2, "{figures}");
    // One fetch for many who ask at once: the others share it.
    people.owner.post("/apis/travel/kept-here/purge", Json::Null).await;
    people.owner.served().await;
    let before = people.owner.get("/apis/travel/kept-here/switches").await["figures"][0]["miss"].as_u64().unwrap();
    let asked = (0..32).map(|_| cache_of(&http, "/api/travel/kept-here?tailnum=N102UW"));
    assert!(futures::future::join_all(asked).await.iter().all(|(status, ..)| *status == 200));
    let metrics = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
    assert!(
        metrics.contains("sluice_requests_total{domain=\"travel\",api=\"kept-here\",kind=\"kv\",env=\"prod\",code=\"ok\"}"),
        "{metrics}"
    );
    assert!(before >= 2 && metrics.contains("sluice_cache_total{"));
}

#[tokio::test]
async fn a_stale_answer_is_given_while_a_new_one_is_fetched() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let mut spec = aircraft(json!("source"));
    spec["policy"] = json!({"cache": {"memory": true, "ttl_ms": 1, "stale_ms": 600_000}});
    people.publish("stale", spec, json!({})).await;
    let http = Http::new(&server);
    let path = "/api/travel/stale?tailnum=N14228";
    assert_eq!(cache_of(&http, path).await.1, "miss");
    testkit::sqlite3(&server.data().join("sources/flights.db"), "UPDATE planes SET seats = 151 WHERE tailnum = 'N14228'");
    let began = std::time::Instant::now();
    loop {
        let (_, cache, body) = cache_of(&http, path).await;
        assert!(matches!(cache.as_str(), "stale" | "l1"), "{cache}");
        if body["seats"] == 151 {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "nobody fetched a new answer");
    }
}

#[tokio::test]
async fn idle_and_broken_peers_take_nothing_from_the_others() {
    // All of them come from one address, and are opened before the first of them asks.
    let many =
        [("SLUICE_MAX_CONNECTIONS", "20000"), ("SLUICE_MAX_CONNECTIONS_PER_ADDRESS", "20000"), ("SLUICE_CONNECTION_TIMEOUT_S", "60")];
    let server = Sluice::demo_with(binary(), &many);
    let http = Http::new(&server);
    let address = server.url.trim_start_matches("http://").to_owned();
    // Each takes a file on both sides; the server raises its own limit.
    let files = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: files, maximum: files }).unwrap();
    let mut idle = Vec::new();
    for _ in 0..10_000 {
        idle.push(tokio::net::TcpStream::connect(&address).await.expect("a machine for tests lets a process open 11,000 files"));
    }
    // Each has been accepted: it answers, and is idle again.
    for stream in &mut idle {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
    }
    for stream in &mut idle {
        let mut head = [0; 12];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200");
    }
    // A slow reader asks for more than its connection holds, and reads nothing; others ask and are gone.
    let request = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\n\r\n", http.key);
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(request("/api/travel/plane?tailnum=N14228").repeat(1_000).as_bytes()).await.unwrap();
        slow.push(stream);
    }
    for _ in 0..20 {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(request("/api/travel/delays?limit=1000").as_bytes()).await.unwrap();
        let mut some = [0; 10];
        let _ = stream.read(&mut some).await.unwrap();
        // With unread bytes a close is a reset.
        drop(stream);
    }
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
    drop((idle, slow));
    assert_eq!(http.json(http.get("/api/travel/plane?tailnum=N14228")).await.0, 200);
}

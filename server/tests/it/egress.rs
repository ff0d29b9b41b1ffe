//! Where sources may be dialled: not at this machine and not at a cloud's metadata, in whatever way an address is written, unless the
//! operator allows it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::common::binary;

/// A service that gives one answer to all who come, and counts them.
async fn serve(host: &str, answer: String) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((host, 0)).await.unwrap();
    let (port, calls) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let counted = calls.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut asked = [0; 4096];
            let _ = socket.read(&mut asked).await;
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    (port, calls)
}

fn ok(body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

async fn test(builder: &Admin, driver: &str, config: Json) -> (u16, String) {
    let mut input = json!({"name": "tried", "domain": "travel", "driver": driver, "bindings": {"prod": {}}});
    input["bindings"]["prod"]["config"] = config;
    let (status, said) = builder.call(Method::POST, "/sources/tried/prod/test", Some(input)).await;
    (status.as_u16(), said.to_string())
}

#[tokio::test]
async fn this_machine_is_dialled_only_where_the_operator_allows_it() {
    let (closed, calls) = serve("127.0.0.1", ok(r#"[{"id": 1}]"#)).await;
    let (open, _) = serve("127.0.0.2", ok(r#"[{"id": 1}]"#)).await;
    let moved = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{closed}/t\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let (redirects, _) = serve("127.0.0.2", moved).await;
    let server = Sluice::demo_with(binary(), &[("SLUICE_EGRESS_ALLOW", "127.0.0.2")]);
    let builder = Admin::demo(&server, "builder@demo").await;
    let rows = |url: String| json!({"url": url, "tables": "t"});
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "[fd00:ec2::254]",
    ] {
        let (status, said) = test(&builder, "http", rows(format!("http://{host}:{closed}"))).await;
        assert!(matches!(status, 400 | 503) && said.contains("egress_allow"), "{host}: {status} {said}");
    }
    for host in ["127.0.0.1", "localhost", "2130706433"] {
        let s3 = json!({"path": "s3://bucket/x", "endpoint": format!("http://{host}:{closed}"), "access_key": "a"});
        let (status, said) = test(&builder, "files", s3).await;
        assert!(matches!(status, 400 | 503) && said.contains("egress_allow"), "{host}: {status} {said}");
    }
    // ClickHouse speaks HTTP, and on this machine any service may answer to that.
    for url in [format!("http://127.0.0.1:{closed}"), format!("http://localhost:{closed}"), format!("http://127.0.0.1:{closed}/any/path")] {
        let (status, said) = test(&builder, "clickhouse", json!({"url": url})).await;
        assert!(matches!(status, 400 | 503) && said.contains("egress_allow"), "{url}: {status} {said}");
    }
    let (status, said) = test(&builder, "clickhouse", json!({"url": format!("http://127.0.0.2:{open}/?query=SELECT")})).await;
    assert!(status == 400 && said.contains("must not contain ? or #"), "{status} {said}");
    // A region is a part of the address, too.
    let region = json!({"path": "s3://bucket/x", "region": format!("x@127.0.0.1:{closed}/"), "access_key": "a"});
    let (status, said) = test(&builder, "files", region).await;
    assert!(matches!(status, 400 | 503), "{status} {said}");
    // What looks like an address in front of another, and a redirect.
    let (status, said) = test(&builder, "http", rows(format!("http://127.0.0.2:x@127.0.0.1:{closed}"))).await;
    assert!(status == 400 && said.contains("user or a password"), "{status} {said}");
    let (status, said) = test(&builder, "http", rows(format!("http://127.0.0.2:{redirects}"))).await;
    assert!(matches!(status, 400 | 503) && said.contains("another address"), "{status} {said}");
    let registry = json!({"brokers": "127.0.0.1:1", "registry": format!("http://127.0.0.1:{closed}")});
    let (status, said) = test(&builder, "kafka", registry).await;
    assert!(status == 400 && said.contains("egress_allow"), "{status} {said}");
    for (host, word) in [("169.254.169.254", "egress_allow"), ("2852039166", "egress_allow"), ("/var/run/postgresql", "path")] {
        for driver in ["postgres", "mysql"] {
            let (status, said) = test(&builder, driver, json!({"host": host, "database": "d", "user": "u"})).await;
            assert!(status == 400 && said.contains(word), "{driver} {host}: {status} {said}");
        }
    }
    let (status, said) = test(&builder, "redis", json!({"url": "unix:///var/run/redis.sock"})).await;
    assert!(status == 400 && said.contains("contain a host"), "{status} {said}");
    assert_eq!(calls.load(Ordering::SeqCst), 0, "somebody came");
    assert_eq!(test(&builder, "http", rows(format!("http://127.0.0.2:{open}"))).await, (200, "\"1 table\"".to_owned()));
}

/// The server where names lead elsewhere, as their owner may let them.
fn with_names(folder: &Path, names: &str) -> Sluice {
    let (hosts, begin) = (folder.join("hosts"), folder.join("begin.sh"));
    std::fs::write(&hosts, names).unwrap();
    let mounted = format!("mount --bind {} /etc/hosts", hosts.display());
    let run = format!("exec unshare --map-root-user --mount sh -c '{mounted} && exec {} \"$@\"' sh \"$@\"", binary().display());
    std::fs::write(&begin, format!("#!/bin/sh\nset -e\n{run}\n")).unwrap();
    std::fs::set_permissions(&begin, std::fs::Permissions::from_mode(0o755)).unwrap();
    let data = folder.join("data");
    std::fs::create_dir(&data).unwrap();
    Sluice::start(&begin, "demo", &data, &[("SLUICE_EGRESS_ALLOW", "127.0.0.2")])
}

#[tokio::test]
async fn a_name_of_a_database_is_judged_by_where_it_leads() {
    let folder = testkit::folder();
    let server = with_names(folder.path(), "127.0.0.1 localhost\n169.254.169.254 metadata.test\n127.0.0.1 own.test\n");
    let builder = Admin::demo(&server, "builder@demo").await;
    let sources = |host: &str| {
        let database = json!({"host": host, "port": "1", "database": "d", "user": "u"});
        [
            ("postgres", database.clone()),
            ("mysql", database),
            ("redis", json!({"url": format!("redis://{host}:1/0")})),
            ("kafka", json!({"brokers": format!("127.0.0.1:1,{host}:1")})),
        ]
    };
    for host in ["metadata.test", "METADATA.TEST"] {
        for (driver, config) in sources(host) {
            let (status, said) = test(&builder, driver, config).await;
            assert!(status != 200 && said.contains("egress_allow"), "{driver} {host}: {status} {said}");
        }
    }
    // A database may be on this machine; nobody listens there.
    for (driver, config) in sources("own.test").into_iter().take(3) {
        let (status, said) = test(&builder, driver, config).await;
        assert!(status != 200 && !said.contains("egress_allow"), "{driver}: {status} {said}");
    }
    for (driver, config) in [
        ("postgres", json!({"host": "x://db.example.com", "database": "d", "user": "u"})),
        ("mysql", json!({"host": "db.example.com/../run/mysqld.sock", "database": "d", "user": "u"})),
        ("kafka", json!({"brokers": "SSL://kafka.example.com:9092/x"})),
    ] {
        let (status, said) = test(&builder, driver, config).await;
        assert!(status == 400 && said.contains("not a path"), "{driver}: {status} {said}");
    }
    // A source that was registered is judged at each use, too.
    let (driver, config) = sources("metadata.test")[0].clone();
    builder.put_source("moved", driver, json!({"config": config, "secrets": {}})).await;
    let (status, said) = builder.call(Method::GET, "/sources/moved/prod/tables", None).await;
    assert!(!status.is_success() && said.to_string().contains("egress_allow"), "{status} {said}");
}

#[tokio::test]
async fn keys_of_issuers_are_fetched_from_where_sources_may_be_dialled() {
    let (closed, calls) = serve("127.0.0.1", ok(r#"{"keys": []}"#)).await;
    let (open, _) = serve("127.0.0.2", ok(r#"{"keys": []}"#)).await;
    let server = Sluice::demo_with(binary(), &[("SLUICE_EGRESS_ALLOW", "127.0.0.2")]);
    let builder = Admin::demo(&server, "builder@demo").await;
    let made = async |url: String| {
        let issuer = json!({"environment": "prod", "issuer": "x", "audience": "y", "jwks_url": url});
        let (status, said) = builder.call(Method::POST, "/apps/travel/demo-app/issuers", Some(issuer)).await;
        (status.as_u16(), said.to_string())
    };
    for url in [
        format!("http://127.0.0.1:{closed}/"),
        format!("https://127.0.0.1:{closed}/"),
        format!("https://localhost:{closed}/"),
        format!("http://127.0.0.1:x@127.0.0.1:{closed}/"),
        format!("http://127.0.0.2:{open}@127.0.0.1:{closed}/"),
        format!("http://localhost:{closed}/"),
        "http://127.0.0.1:80@169.254.169.254/latest/meta-data".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let (status, said) = made(url.clone()).await;
        assert!(status == 400 && said.contains("jwks_url"), "{url}: {status} {said}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0, "somebody came");
    let (status, said) = made(format!("http://127.0.0.2:{open}/")).await;
    assert!((200..300).contains(&status), "{status} {said}");
}

#[tokio::test]
async fn a_password_in_an_address_is_neither_taken_nor_shown() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let source = |url: &str| {
        let binding = json!({"config": {"url": url, "tables": "t"}});
        json!({"name": "web", "domain": "travel", "driver": "http", "bindings": {"prod": binding}})
    };
    let with_password = source("https://reader:quite-secret@api.example.com/v1");
    let (status, said) = builder.call(Method::PUT, "/sources/web", Some(with_password)).await;
    assert!(status == 400 && said.to_string().contains("prod.url"), "{status} {said}");
    let (status, said) = builder.call(Method::PUT, "/sources/web", Some(source("https://api.example.com/v1"))).await;
    assert!(status.is_success(), "{said}");
    // As one from before, when it was taken.
    let sql = "UPDATE bindings SET config = replace(config, 'https://api.', 'https://reader:quite-secret@api.')";
    testkit::sqlite3(&server.data().join("sluice.db"), sql);
    let mut changed = source("https://api.example.com/v2");
    changed["edit"] = builder.get("/sources/web").await["edit"].clone();
    let seen = builder.get("/sources/web").await.to_string();
    let exported = builder.get("/export").await.to_string();
    assert!(seen.contains("https://hidden@api.example.com") && exported.contains("https://hidden@api.example.com"), "{seen} {exported}");
    assert!(builder.call(Method::PUT, "/sources/web", Some(changed)).await.0.is_success());
    let admin = Admin::demo(&server, "admin@demo").await;
    let audit = admin.get("/audit").await.to_string();
    assert!(audit.contains("hidden@api.example.com"), "{audit}");
    for text in [seen, exported, audit] {
        assert!(!text.contains("quite-secret"), "{text}");
    }
}

#[tokio::test]
async fn a_secret_parameter_of_an_address_is_neither_taken_nor_shown() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let source =
        |driver: &str, config: Json| json!({"name": "web", "domain": "travel", "driver": driver, "bindings": {"prod": {"config": config}}});
    let plain = "https://api.example.com/v1";
    for (driver, config, field) in [
        ("http", json!({"url": format!("{plain}?api_key=quite-secret"), "tables": "t"}), "prod.url"),
        ("http", json!({"url": plain, "tables": "a\nb = b?x=1&access_token=quite-secret"}), "prod.tables"),
        ("http", json!({"url": plain, "tables": "b?subscription-key=quite-secret&n={n=1}"}), "prod.tables"),
        ("kafka", json!({"brokers": "k.example.com:9092", "registry": "https://r.example.com/?token=quite-secret"}), "prod.registry"),
        ("clickhouse", json!({"url": "http://c.example.com:8123/?password=quite-secret"}), "prod.url"),
        ("files", json!({"path": "s3://b/x", "endpoint": "https://s.example.com/?sig=quite-secret", "access_key": "a"}), "prod.endpoint"),
    ] {
        let (status, said) = builder.call(Method::PUT, "/sources/web", Some(source(driver, config))).await;
        assert!(status == 400 && said["errors"].to_string().contains(field), "{driver}: {status} {said}");
        assert!(!said.to_string().contains("quite-secret"), "{said}");
    }
    let issuer =
        json!({"environment": "prod", "issuer": "x", "audience": "y", "jwks_url": "https://id.example.com/keys?api_key=quite-secret"});
    let (status, said) = builder.call(Method::POST, "/apps/travel/demo-app/issuers", Some(issuer)).await;
    assert!(status == 400 && said.to_string().contains("jwks_url") && !said.to_string().contains("quite-secret"), "{status} {said}");
    // As one from before, when it was taken.
    let config = json!({"url": plain, "tables": "planes?key={key=1}"});
    let (status, said) = builder.call(Method::PUT, "/sources/web", Some(source("http", config))).await;
    assert!(status.is_success(), "{said}");
    let sql = "UPDATE bindings SET config = replace(config, 'com/v1', 'com/v1?api_key=quite-secret')";
    testkit::sqlite3(&server.data().join("sluice.db"), sql);
    let seen = builder.get("/sources/web").await.to_string();
    let exported = builder.get("/export").await.to_string();
    assert!(seen.contains("v1?api_key=hidden") && exported.contains("v1?api_key=hidden"), "{seen} {exported}");
    let mut changed = source("http", json!({"url": "https://api.example.com/v2", "tables": "t"}));
    changed["edit"] = builder.get("/sources/web").await["edit"].clone();
    assert!(builder.call(Method::PUT, "/sources/web", Some(changed)).await.0.is_success());
    let admin = Admin::demo(&server, "admin@demo").await;
    let audit = admin.get("/audit").await.to_string();
    assert!(audit.contains("v1?api_key=hidden"), "{audit}");
    for text in [seen, exported, audit] {
        assert!(!text.contains("quite-secret"), "{text}");
    }
}

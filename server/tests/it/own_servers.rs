//! The program's own servers, the database of its metadata and its Redis: no source reads them, by whatever name.

use crate::common::binary;
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Postgres, Redis, Sluice};

async fn tested(builder: &Admin, driver: &str, config: Json) -> (u16, String) {
    let mut input = json!({"name": "tried", "domain": "travel", "driver": driver, "bindings": {"prod": {"secrets": {}}}});
    input["bindings"]["prod"]["config"] = config;
    let (status, said) = builder.call(Method::POST, "/sources/tried/prod/test", Some(input)).await;
    (status.as_u16(), said.to_string())
}

#[tokio::test]
async fn no_source_reads_the_metadata_or_the_programs_redis() {
    let (metadata, own, other) = (Postgres::start(), Redis::start(), Redis::start());
    let (database, redis) = (metadata.database("sluice").await, own.url());
    let environment = [
        ("SLUICE_DATABASE_URL", database.as_str()),
        ("SLUICE_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
        ("SLUICE_REDIS_URL", redis.as_str()),
    ];
    let server = Sluice::demo_with(binary(), &environment);
    let builder = Admin::demo(&server, "builder@demo").await;
    let port = metadata.port().to_string();
    let postgres =
        |host: &str, database: &str| json!({"host": host, "port": port, "database": database, "user": "postgres", "tls": "disable"});
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "127.0.0.2", "127.1", "::1"] {
        let (status, said) = tested(&builder, "postgres", postgres(host, "sluice")).await;
        assert!(status == 400 && said.contains("metadata database or the Redis of Sluice"), "{host}: {status} {said}");
        let host = if host.contains("::") { format!("[{host}]") } else { host.to_owned() };
        for rest in ["", "/0", "/7"] {
            let (status, said) = tested(&builder, "redis", json!({"url": format!("redis://{host}:{}{rest}", own.port())})).await;
            assert!(status == 400 && said.contains("metadata database or the Redis of Sluice"), "{host}{rest}: {status} {said}");
        }
    }
    // Another database of the same server, and another Redis, are sources as any.
    let (status, said) = tested(&builder, "postgres", postgres("127.0.0.1", "postgres")).await;
    assert!(status == 200 && said.contains("PostgreSQL"), "{status} {said}");
    // What the program wrote there is not read either: a master that sentinels name has an address that no setting has.
    for key in ["sluice:cache:1", "sluice:data:1:2:meta", "plane:1"] {
        let _ = other.cli(&["set", key, "a value"]);
    }
    let config = |tables: &str| json!({"config": {"url": other.url(), "tables": tables}, "secrets": {}});
    builder.put_source("everything", "redis", config("everything = {area}:{id}")).await;
    let sample = builder.get("/sources/everything/prod/tables/everything/sample").await.to_string();
    assert!(sample.contains("plane") && !sample.contains("sluice"), "{sample}");
    builder.put_source("found", "redis", config("")).await;
    let tables = builder.get("/sources/found/prod/tables").await.to_string();
    assert!(tables.contains("plane") && !tables.contains("sluice"), "{tables}");
    let named = json!({"url": other.url(), "tables": "cache = sluice:cache:{id}"});
    let (status, said) = tested(&builder, "redis", named).await;
    assert!(status == 400 && said.contains("sluice:"), "{status} {said}");
}

//! Requests from before all of them stood in one table are there after the migration, with what they hold back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::path::Path;

use store::Store;
use testkit::Postgres;

/// The migrations whose number is within bounds, in their order.
fn migrations(numbers: std::ops::RangeInclusive<u32>) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let number = |file: &Path| file.file_name().unwrap().to_str().unwrap()[..4].parse::<u32>().unwrap();
    files.iter().filter(|file| numbers.contains(&number(file))).map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

const BEFORE: &str = "
    INSERT INTO domains (name, title, created_at) VALUES ('travel', '', 1);
    INSERT INTO users (id, email, is_admin, active, created_at) VALUES ('u', 'u@demo', 0, 1, 1);
    INSERT INTO sources (id, name, domain, driver, about, edit, created_by, updated_at) VALUES ('s', 'db', 'travel', 'sqlite', '', 1, 'u', 1);
    INSERT INTO apis (id, domain, name, grpc_name, kind, owner_id, created_at) VALUES ('a', 'travel', 'plane', 'Plane', 'kv', 'u', 1);
    INSERT INTO versions (id, api_id, number, spec, state, evidence, author_id, created_at) VALUES ('v', 'a', 1, '{}', 'approved', '{}', 'u', 2);
    INSERT INTO requests (id, api_id, version_id, environment, state, author_id, reason, created_at, decided_by, decision, decided_at)
        VALUES ('q', 'a', 'v', 'prod', 'approved', 'u', 'why', 2, 'other', 'good', 3);
";

async fn suite(url: &str, open: &str) {
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(open).await.unwrap();
    let run = async |sql: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    };
    for sql in migrations(1..=12) {
        run(sql).await;
    }
    run(BEFORE.into()).await;
    let (old, new) = (vec![1_u8, 0, 255], vec![2_u8, 0, 254]);
    sqlx::query(
        "INSERT INTO binding_requests (id, source_id, environment, before_config, before_secret, config, secret, state, author_id, created_at)
         VALUES ('b', 's', 'prod', 'old', $1, 'new', $2, 'open', 'u', 4)",
    )
    .bind(old.clone())
    .bind(new.clone())
    .execute(&pool)
    .await
    .unwrap();
    for sql in migrations(13..=13) {
        run(sql).await;
    }
    pool.close().await;

    let store = Store::open(url).unwrap();
    let requests = store.requests().await.unwrap();
    let told: Vec<_> = requests.iter().map(|row| [&row.id, &row.kind, &row.object_id, &row.version_id, &row.state]).collect();
    assert_eq!(told, [["b", "binding", "s", "", "open"], ["q", "version", "a", "v", "approved"]]);
    assert_eq!((requests[1].reason.as_str(), requests[1].decision.as_deref(), requests[1].decided_at), ("why", Some("good"), Some(3)));
    let open = store.open_change("binding", "s", "prod").await.unwrap().unwrap();
    let held = store.held_change(&open.id).await.unwrap().unwrap();
    assert_eq!((held.before_definition.as_str(), held.definition.as_str()), ("old", "new"));
    assert_eq!((held.before_secret, held.secret), (old, new));
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_requests_of_before() {
    let folder = testkit::folder();
    let url = format!("sqlite://{}", folder.path().join("metadata.db").display());
    suite(&url, &format!("{url}?mode=rwc")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_requests_of_before() {
    let server = Postgres::start();
    let url = server.database("metadata").await;
    suite(&url, &url).await;
}

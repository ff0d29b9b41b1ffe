//! What was made before there was a catalogue is in it after the migration, owned by whoever made it.

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

/// The job has the id of its dataset, as jobs of before have.
const BEFORE: &str = "
    INSERT INTO domains (name, title, created_at) VALUES ('travel', '', 1);
    INSERT INTO users (id, email, is_admin, active, created_at) VALUES ('u', 'ann@demo', 0, 1, 1);
    INSERT INTO sources (id, name, domain, driver, about, edit, created_by, updated_at)
        VALUES ('s', 'flights-db', 'travel', 'sqlite', 'All flights.', 1, 'ann@demo', 2);
    INSERT INTO datasets (id, domain, name, spec, owner_id, created_at) VALUES ('d', 'travel', 'hangar', '{}', 'u', 3);
    INSERT INTO jobs (id, dataset_id, spec, paused) VALUES ('d', 'd', '{}', 0);
    INSERT INTO apis (id, domain, name, grpc_name, kind, owner_id, created_at) VALUES ('a', 'travel', 'plane', 'Plane', 'kv', 'u', 4);
    INSERT INTO apps (id, domain, name, owner_id, created_at) VALUES ('p', 'travel', 'site', 'u', 5);
";

async fn suite(url: &str, open: &str) {
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(open).await.unwrap();
    let run = async |sql: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    };
    for sql in migrations(1..=15) {
        run(sql).await;
    }
    run(BEFORE.into()).await;
    for sql in migrations(16..=16) {
        run(sql).await;
    }
    pool.close().await;

    let store = Store::open(url).unwrap();
    let assets = store.assets_after("", 100).await.unwrap();
    let mut told: Vec<_> = assets.iter().map(|row| (row.path.as_str(), row.parent_id.as_deref(), row.created_at)).collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("api:travel/plane", None, 4),
            ("app:travel/site", None, 5),
            ("dataset:travel/hangar", None, 3),
            ("job:travel/hangar", Some("d"), 3),
            ("source:flights-db", None, 2),
        ]
    );
    let ids: Vec<String> = assets.iter().map(|row| row.id.clone()).collect();
    let values = store.asset_values_of(&ids).await.unwrap();
    assert_eq!(values.iter().filter(|row| row.field == "owner" && row.value == "ann@demo" && row.origin == "rule").count(), 5);
    let about = values.iter().find(|row| row.field == "description").unwrap();
    assert_eq!((about.asset_id.as_str(), about.origin.as_str(), about.value.as_str()), ("s", "source", "All flights."));
    let without: Vec<String> = store.assets_without_columns().await.unwrap().into_iter().map(|row| row.path).collect();
    assert_eq!(without, ["api:travel/plane", "dataset:travel/hangar"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_has_the_assets_of_before() {
    let folder = testkit::folder();
    let url = format!("sqlite://{}", folder.path().join("metadata.db").display());
    suite(&url, &format!("{url}?mode=rwc")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_has_the_assets_of_before() {
    let server = Postgres::start();
    let url = server.database("metadata").await;
    suite(&url, &url).await;
}

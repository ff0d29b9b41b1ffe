//! Figures over time, in both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use store::{KnownSeriesRow, SeriesChunkRow, SeriesStore, Store, StoreError};
use testkit::Postgres;

fn chunk(series: &str, start_ms: i64, writer: &str, tick: i64, bytes: &[u8]) -> SeriesChunkRow {
    SeriesChunkRow { series: series.into(), tier: 1, start_ms, writer: writer.into(), tick, bytes: bytes.into() }
}

async fn the_newest_writing_of_each_writer_stays(figures: &SeriesStore) {
    let all: Vec<u8> = (0..=255).collect();
    let rows = [chunk("api:prod:a", 600, "one", 2, &all), chunk("api:prod:a", 600, "two", 1, b"two"), chunk("node::n", 0, "one", 1, b"")];
    figures.put_chunks(&rows).await.unwrap();
    // Doubled, late, and newer.
    figures.put_chunks(&rows).await.unwrap();
    figures.put_chunks(&[chunk("api:prod:a", 600, "one", 1, b"late")]).await.unwrap();
    assert_eq!(figures.chunks("api:prod:a", 1, 0, 601).await.unwrap(), rows[..2]);
    figures.put_chunks(&[chunk("api:prod:a", 600, "two", 5, b"newer"), chunk("api:prod:a", 0, "two", 5, b"0")]).await.unwrap();
    let bytes: Vec<Vec<u8>> = figures.chunks("api:prod:a", 1, 0, 601).await.unwrap().into_iter().map(|row| row.bytes).collect();
    assert_eq!(bytes, [b"0".to_vec(), all, b"newer".to_vec()]);
    for (tier, from, to) in [(1, 601, 900), (1, 1, 600), (2, 0, 900)] {
        assert!(figures.chunks("api:prod:a", tier, from, to).await.unwrap().is_empty());
    }
    figures.put_chunks(&[]).await.unwrap();
}

async fn series_are_known_by_kind(figures: &SeriesStore) {
    let known = async |kind: &str| figures.known_series(kind).await.unwrap();
    assert_eq!(known("api").await, [KnownSeriesRow { series: "api:prod:a".into(), last_ms: 600 }]);
    assert_eq!(known("node").await, [KnownSeriesRow { series: "node::n".into(), last_ms: 0 }]);
    assert!(known("job").await.is_empty());
}

async fn all_series_of_a_kind_are_read_at_once(figures: &SeriesStore) {
    let rows = [
        chunk("api:prod:b", 600, "one", 1, b"b"),
        chunk("api:test:a", 600, "one", 1, b"of test"),
        chunk("app-api:prod:x/y a/b", 600, "one", 1, b"of an app"),
        SeriesChunkRow { tier: 2, ..chunk("api:prod:b", 0, "one", 1, b"of minutes") },
    ];
    figures.put_chunks(&rows).await.unwrap();
    let of = async |kind: &str, tier: i64, from: i64, to: i64| -> Vec<(String, i64, String)> {
        let found = figures.chunks_of_kind(kind, tier, from, to).await.unwrap();
        found.into_iter().map(|row| (row.series, row.start_ms, row.writer)).collect()
    };
    let row = |series: &str, start: i64, writer: &str| (series.to_owned(), start, writer.to_owned());
    let both = [row("api:prod:a", 600, "one"), row("api:prod:a", 600, "two"), row("api:prod:b", 600, "one"), row("api:test:a", 600, "one")];
    assert_eq!(of("api", 1, 600, 601).await, both);
    assert_eq!(of("api", 1, 0, 600).await, [row("api:prod:a", 0, "two")]);
    assert_eq!(of("api", 2, 0, 601).await, [row("api:prod:b", 0, "one")]);
    assert_eq!(of("app-api", 1, 0, 601).await, [row("app-api:prod:x/y a/b", 600, "one")]);
    let beginning = async |begin: &str| -> Vec<(String, i64, String)> {
        let kind = begin.split(':').next().unwrap();
        let found = figures.chunks_beginning((kind, begin), 1, 600, 601).await.unwrap();
        found.into_iter().map(|row| (row.series, row.start_ms, row.writer)).collect()
    };
    assert_eq!(beginning("api:prod:").await, both[..3]);
    assert_eq!(beginning("app-api:prod:x/y ").await, [row("app-api:prod:x/y a/b", 600, "one")]);
    assert!(beginning("app-api:prod:x/yy ").await.is_empty() && beginning("api:prod:c").await.is_empty());
    assert!(of("api", 1, 601, 9_000).await.is_empty() && of("job", 1, 0, 9_000).await.is_empty());
    assert_eq!(figures.remove_chunks(1, 601).await.unwrap(), 7);
    assert_eq!(figures.remove_chunks(2, 601).await.unwrap(), 1);
    figures.forget_series(9_000).await.unwrap();
    figures.put_chunks(&[chunk("api:prod:a", 600, "one", 9, b"1"), chunk("api:prod:a", 600, "two", 9, b"2")]).await.unwrap();
    figures.put_chunks(&[chunk("api:prod:a", 0, "two", 9, b"0"), chunk("node::n", 0, "one", 9, b"")]).await.unwrap();
}

async fn old_chunks_are_removed(figures: &SeriesStore) {
    assert_eq!(figures.remove_chunks(2, 900).await.unwrap(), 0);
    assert_eq!(figures.remove_chunks(1, 600).await.unwrap(), 2);
    assert_eq!(figures.chunks("api:prod:a", 1, 0, 900).await.unwrap().len(), 2);
    figures.forget_series(600).await.unwrap();
    assert!(figures.known_series("node").await.unwrap().is_empty());
    assert_eq!(figures.known_series("api").await.unwrap().len(), 1);
}

async fn two_nodes_write_at_once(figures: &SeriesStore) {
    let hands = (0..4).map(|hand| {
        let figures = figures.clone();
        tokio::spawn(async move {
            for tick in 0..5 {
                let mut rows: Vec<_> =
                    (0..50).map(|api| chunk(&format!("api:prod:{api}"), 1_200, &format!("n{hand}"), tick, b"x")).collect();
                if hand % 2 == 1 {
                    rows.reverse();
                }
                figures.put_chunks(&rows).await.unwrap();
            }
        })
    });
    for hand in hands.collect::<Vec<_>>() {
        hand.await.unwrap();
    }
    assert_eq!(figures.chunks("api:prod:7", 1, 0, 2_000).await.unwrap().len(), 4);
}

async fn suite(url: &str) {
    let (store, figures) = (Store::open(url).unwrap(), SeriesStore::open(url).unwrap());
    // Neither takes the other's migrations for its own, whoever comes first.
    figures.migrate().await.unwrap();
    store.migrate().await.unwrap();
    figures.migrate().await.unwrap();
    store.migrate().await.unwrap();
    let before = store.revision().await.unwrap();
    the_newest_writing_of_each_writer_stays(&figures).await;
    series_are_known_by_kind(&figures).await;
    all_series_of_a_kind_are_read_at_once(&figures).await;
    old_chunks_are_removed(&figures).await;
    two_nodes_write_at_once(&figures).await;
    assert_eq!(store.revision().await.unwrap(), before, "figures are no change of the metadata");
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_figures_in_a_file_of_their_own() {
    let folder = testkit::folder();
    let url = format!("sqlite://{}", folder.path().join("metadata.db").display());
    suite(&url).await;
    let tables = testkit::sqlite3(&folder.path().join("figures.db"), "SELECT name FROM sqlite_master WHERE name = 'series_chunks'");
    assert_eq!(tables.trim(), "series_chunks");
    let tables = testkit::sqlite3(&folder.path().join("metadata.db"), "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE 'series%'");
    assert_eq!(tables.trim(), "0");
    testkit::sqlite3(
        &folder.path().join("figures.db"),
        "INSERT INTO _series_migrations (version, description, success, checksum, execution_time) SELECT 9999, 'later', success, checksum, 0 FROM _series_migrations",
    );
    let refused = SeriesStore::open(&url).unwrap().migrate().await.unwrap_err();
    assert!(matches!(refused, StoreError::Newer(9999)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_figures_in_tables_of_their_own() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}

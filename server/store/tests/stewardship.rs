//! How far assets are looked after, in both databases: counted over a few assets that were counted by hand, and kept day by day.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use model::catalogue::{AssetField, AssetPath, ValueOrigin};
use model::table::TableRef;
use store::{AssetRow, Change, DomainRow, StewardshipDayRow, StewardshipRow, Store};
use testkit::Postgres;

fn change(at: i64) -> Change {
    Change { actor: "somebody".into(), at, request_id: "r".into() }
}

/// Two tables with a column each in one domain, an app in another one; and a table that is gone.
async fn seeded(store: &Store) {
    use AssetField::{Description, Owner, Status, Steward};
    use ValueOrigin::{Person, Rule, Source};
    let mut tx = store.write(change(1)).await.unwrap();
    for name in ["finance", "travel"] {
        tx.insert_domain(&DomainRow { name: name.into(), title: String::new(), created_at: 1 }).await.unwrap();
    }
    let table = |name: &str| AssetPath::table("db", &TableRef::new(name));
    let row = |id: &str, path: &AssetPath, parent: Option<&str>, domain: &str| {
        AssetRow::new(id.into(), path, parent.map(str::to_owned), domain, 1)
    };
    let gone = AssetRow { gone_at: Some(1), ..row("gone", &table("gone"), None, "travel") };
    tx.insert_assets(&[
        row("a", &table("a"), None, "travel"),
        row("a.x", &table("a").column("x"), Some("a"), "travel"),
        row("b", &table("b"), None, "travel"),
        row("app", &AssetPath::app("finance", "app"), None, "finance"),
        gone,
    ])
    .await
    .unwrap();
    for (asset, field, origin, value) in [
        ("a", Owner, Rule, "ann@demo"),
        ("a", Owner, Person, "bob@demo"),
        ("a", Description, Source, "Rows."),
        ("a", Steward, Person, "bob@demo"),
        ("a", Steward, Source, "nobody@demo"),
        ("a", Status, Person, "certified"),
        ("b", Status, Person, "deprecated"),
        ("gone", Owner, Person, "ann@demo"),
    ] {
        assert!(tx.put_asset_value(asset, (field, origin), value, "somebody").await.unwrap());
    }
    tx.commit().await.unwrap();
}

fn counts(domain: &str, steward: Option<&str>, [assets, owned, described, tagged, certified]: [i64; 5]) -> StewardshipRow {
    StewardshipRow { domain: domain.into(), steward: steward.map(str::to_owned), assets, owned, described, tagged, certified }
}

async fn suite(url: &str) {
    let store = Store::open(url).unwrap();
    store.migrate().await.unwrap();
    seeded(&store).await;
    let mut found = store.stewardship().await.unwrap();
    // Where the unnamed one stands among others, each database decides.
    found.sort_by_key(|row| (row.domain.clone(), row.steward.clone()));
    assert_eq!(
        found,
        [
            counts("finance", None, [1, 0, 0, 0, 0]),
            counts("travel", None, [1, 0, 0, 0, 0]),
            counts("travel", Some("bob@demo"), [1, 1, 1, 0, 1]),
        ]
    );

    let day =
        |day: i64, owned: i64| StewardshipDayRow { domain: "travel".into(), day, assets: 2, owned, described: 1, tagged: 0, certified: 1 };
    let mut tx = store.write(change(2)).await.unwrap();
    for row in [day(0, 1), day(86_400_000, 1), day(86_400_000, 2)] {
        tx.put_stewardship_day(&row).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(store.stewardship_days(0).await.unwrap(), [day(0, 1), day(86_400_000, 2)]);
    assert_eq!(store.stewardship_days(1).await.unwrap(), [day(86_400_000, 2)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_counts_what_is_looked_after() {
    let folder = testkit::folder();
    suite(&format!("sqlite://{}", folder.path().join("metadata.db").display())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_counts_what_is_looked_after() {
    let server = Postgres::start();
    suite(&server.database("metadata").await).await;
}

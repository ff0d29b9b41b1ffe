//! Items with labels in a source, which say when they changed and whether they are gone; followed, and served by an API.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::{Http, LONG, People, Source, labels};

/// The rows of a source by their key, as its own client gives them.
pub type Rows = BTreeMap<i64, String>;

/// The table: rows that say when they changed, some of which are gone.
pub async fn make(source: &Source) {
    let time = source.time_type();
    source
        .run(&format!(
            "CREATE TABLE items (id bigint PRIMARY KEY, label varchar(40), changed_at {time} NOT NULL, gone int NOT NULL DEFAULT 0)"
        ))
        .await;
}

/// What stands in it that is not gone.
pub async fn rows(source: &Source) -> Rows {
    let lines = source.ask("SELECT concat(id, '|', coalesce(label, '')) AS line FROM items WHERE gone = 0 ORDER BY id").await;
    lines.iter().filter_map(|line| line.split_once('|')).map(|(id, label)| (id.parse().unwrap(), label.to_owned())).collect()
}

/// A time within a minute, so that what is said to have changed lies in the past and in order.
pub fn at(second: u32) -> String {
    format!("2024-05-01 10:{:02}:{:02}", second / 60 % 60, second % 60)
}

/// A dataset of them that follows the table, built, and an API that is served from it.
pub async fn dataset(people: &People, source: &Source, store: &str) {
    let binding = source.binding();
    people.builder.put_source("shop", source.driver(), binding).await;
    let table = source.table("items");
    let new = json!({"domain": "travel", "name": "items", "source": "shop", "table": table, "store": store, "compression": "zstd"});
    people.builder.post("/datasets", new).await;
    let incremental = json!({"follow": {"cursor": "changed_at", "deleted": "gone", "every_s": 1, "overlap": 5}});
    let (status, body) = people.builder.call(Method::PUT, "/datasets/travel/items/job", Some(incremental)).await;
    assert!(status.is_success(), "{body}");
    let built = people.builder.build("travel", "items").await;
    assert_eq!(built["state"], "live", "{built:#}");
    let field = |name: &str| json!({"name": name, "column": name});
    let spec = json!({
        "title": "An item", "source": "shop", "kind": "kv", "table": table, "key": ["id"], "serve_from": {"dataset": "items"},
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        "fields": (["id", "label"].map(field)),
    });
    people.publish("items", spec, json!({})).await;
}

/// Until the API answers with what the source has.
pub async fn agree(http: &Http, source: &Source, ids: i64) {
    let began = Instant::now();
    let wanted = rows(source).await;
    loop {
        let rows = labels(http, "items", ids).await;
        if rows == wanted {
            return;
        }
        let differ: Vec<_> =
            (0..ids).filter(|id| rows.get(id) != wanted.get(id)).take(5).map(|id| (id, rows.get(&id), wanted.get(&id))).collect();
        assert!(began.elapsed() < LONG, "served, and at the source: {differ:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

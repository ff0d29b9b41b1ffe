//! What becomes of rows on their way: renamed, cast, computed, hidden, filtered, one of several; compared with the source's own
//! answer to the same question.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::common::{Http, LONG, People, binary, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Postgres, Sluice};

/// A shop's orders, some of which are wrong or come twice.
const ORDERS: &str = "
    CREATE TABLE orders (line bigint PRIMARY KEY, id bigint, state text, amount text, parts int, card text, placed_at timestamptz, version int);
    INSERT INTO orders SELECT g, g / 2, CASE WHEN g % 3 = 0 THEN 'closed' ELSE 'open' END, (g * 1.25)::text, g % 7,
        lpad(g::text, 16, '4'), '2024-05-01 10:00:00Z'::timestamptz + g * interval '1 minute', g FROM generate_series(2, 401) g;
";

/// The mapping that most of these tests have.
fn mapping() -> Json {
    json!({
        "columns": [
            {"name": "order", "of": {"column": "id"}},
            {"name": "price", "of": {"column": "amount"}, "type": {"decimal": {"precision": 12, "scale": 2}}},
            {"name": "card", "of": {"column": "card"}, "mask": "last-four"},
            {"name": "buyer", "of": {"column": "card"}, "mask": "hash"},
            {"name": "label", "of": {"expression": "upper(state) || '-' || CAST(parts AS VARCHAR)"}},
            {"name": "share", "of": {"expression": "100 / parts"}},
            {"name": "region", "of": {"constant": "EU"}},
        ],
        "left_out": ["line", "placed_at"],
        "only": [{"column": "parts", "op": "greater", "value": "0"}],
        "latest_by": "version",
    })
}

/// The same in the source's own words, but for the hash.
const BY_SQL: &str = "SELECT concat_ws('|', id, state, round(amount::numeric, 2), parts, repeat('*', 12) || right(card, 4), version,
        upper(state) || '-' || parts, 100 / parts, 'EU') AS line
    FROM (SELECT DISTINCT ON (id) * FROM orders WHERE parts > 0 ORDER BY id, version DESC) latest ORDER BY id";

struct Stage {
    postgres: Postgres,
    server: Sluice,
    people: People,
    http: Http,
}

impl Stage {
    async fn new(sql: &str) -> Self {
        let postgres = Postgres::start();
        postgres.run("postgres", sql).await;
        let server = Sluice::demo(binary());
        let (people, http) = (People::of(&server).await, Http::new(&server));
        let config = json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres"});
        people.builder.put_source("shop", "postgres", json!({"config": config, "secrets": {"password": ""}})).await;
        Self { postgres, server, people, http }
    }

    async fn make(&self, more: Json) {
        let mut new = json!({"domain": "travel", "name": "orders", "source": "shop", "table": table()});
        new.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.people.builder.post("/datasets", new).await;
    }

    async fn put(&self, what: &str, body: Json) -> (u16, Json) {
        let (status, body) = self.people.builder.call(Method::PUT, &format!("/datasets/travel/orders/{what}"), Some(body)).await;
        (status.as_u16(), body)
    }

    /// An API over the dataset's own columns.
    async fn publish(&self, key: &str, fields: &[&str]) {
        let field = |name: &&str| json!({"name": name, "column": name});
        let spec = json!({
            "title": "An order", "source": "shop", "kind": "kv", "table": table(), "key": [key], "serve_from": {"dataset": "orders"},
            "parameters": [{"name": key, "type": "int64", "required": true, "test_value": "1"}],
            "fields": fields.iter().map(field).collect::<Vec<_>>(),
        });
        self.people.publish("orders", spec, json!({})).await;
    }

    /// The rows that the API answers with, by their key.
    async fn served(&self, key: &str, ids: i64) -> BTreeMap<i64, Json> {
        let mut rows = BTreeMap::new();
        for from in (0..ids).step_by(100) {
            let keys: Vec<Json> = (from..ids.min(from + 100)).map(|id| json!({key: id})).collect();
            let (status, answer) = self.http.json(self.http.post("/api/travel/orders/batch", &json!({"keys": keys}))).await;
            assert_eq!(status, 200, "{answer}");
            for row in answer["rows"].as_array().unwrap().iter().filter(|row| !row.is_null()) {
                rows.insert(row[key].as_i64().unwrap(), row.clone());
            }
        }
        rows
    }
}

fn table() -> Json {
    json!({"schema": "public", "name": "orders"})
}

fn line(row: &Json) -> String {
    let text = |name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
    ["order", "state", "price", "parts", "card", "version", "label", "share", "region"].map(text).join("|")
}

#[tokio::test]
async fn rows_are_made_as_the_source_itself_would_make_them() {
    let stage = Stage::new(ORDERS).await;
    for store in ["embedded", "columnar"] {
        let mut mapping = mapping();
        if store == "columnar" {
            let new =
                json!({"domain": "travel", "name": "as-columns", "source": "shop", "table": table(), "store": store, "mapping": mapping});
            let (status, refused) = stage.people.builder.call(Method::POST, "/datasets", Some(new)).await;
            assert_eq!((status.as_u16(), refused["errors"][0]["field"].as_str()), (400, Some("mapping.latest_by")), "{refused}");
            mapping.as_object_mut().unwrap().remove("latest_by");
            let new =
                json!({"domain": "travel", "name": "as-columns", "source": "shop", "table": table(), "store": store, "mapping": mapping});
            stage.people.builder.post("/datasets", new).await;
            let built = stage.people.builder.build("travel", "as-columns").await;
            let wanted = stage.postgres.ask("postgres", "SELECT count(*)::text AS line FROM orders WHERE parts > 0").await;
            assert_eq!(
                (built["state"].as_str(), built["figures"]["written_rows"].to_string()),
                (Some("live"), wanted[0].clone()),
                "{built}"
            );
            continue;
        }
        stage.make(json!({"key": ["order"], "mapping": mapping})).await;
        let built = stage.people.builder.build("travel", "orders").await;
        assert_eq!(built["state"], "live", "{built}");
        stage.publish("order", &["order", "state", "price", "parts", "card", "buyer", "version", "label", "share", "region"]).await;
        let rows = stage.served("order", 250).await;
        let wanted = stage.postgres.ask("postgres", BY_SQL).await;
        assert_eq!(rows.values().map(line).collect::<Vec<_>>(), wanted);
        // What the latest is of cannot be judged by rules that see all, nor compared with its table.
        let unique = json!({"rules": [{"column": "card", "must": "be-unique"}]});
        assert_eq!(stage.put("gates", unique).await.0, 400);
        assert_eq!(stage.put("job", json!({"compare": {"every_minutes": 60}})).await.0, 400);
        let figures = &built["figures"];
        let out = stage.postgres.ask("postgres", "SELECT count(*)::text AS line FROM orders WHERE parts = 0").await;
        assert_eq!(figures["filtered_rows"].to_string(), out[0]);
        let read = figures["read_rows"].as_i64().unwrap();
        let twice = read - figures["filtered_rows"].as_i64().unwrap() - i64::try_from(wanted.len()).unwrap();
        assert_eq!(figures["same_key_rows"].as_i64(), Some(twice), "{figures}");
        // The same card is the same buyer, and nobody reads it out of that.
        let buyer = |id: i64| rows[&id]["buyer"].as_str().unwrap().to_owned();
        assert!(buyer(10).len() == 64 && buyer(10) != buyer(11) && !buyer(10).contains("4444"));
    }
}

#[tokio::test]
async fn what_cannot_be_made_is_put_aside_as_it_came_and_a_mended_mapping_takes_it() {
    let stage = Stage::new(ORDERS).await;
    stage.postgres.run("postgres", "UPDATE orders SET amount = 'free' WHERE line = 20; UPDATE orders SET parts = 0 WHERE line = 30").await;
    let price = json!({"name": "price", "of": {"column": "amount"}, "type": {"decimal": {"precision": 12, "scale": 2}}});
    let share = json!({"name": "share", "of": {"expression": "100 / parts"}});
    stage.make(json!({"mapping": {"columns": [price, share]}})).await;
    let failed = stage.people.builder.build("travel", "orders").await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(failed["state"] == "failed" && reason.contains("rows are rejected") && reason.contains("share cannot be computed"), "{failed}");
    // With so many left out it goes live, and each is there to be looked at, with the row as the source has it.
    assert_eq!(stage.put("job", json!({"dirty": {"rows": 100}})).await.0, 200);
    let built = stage.people.builder.build("travel", "orders").await;
    assert_eq!(built["state"], "live", "{built}");
    let bad = stage.postgres.ask("postgres", "SELECT count(*)::text AS line FROM orders WHERE parts = 0 OR amount = 'free'").await;
    assert_eq!(built["figures"]["dirty_rows"].to_string(), bad[0]);
    let rejected = stage.people.builder.get(&format!("/datasets/travel/orders/versions/{}/dirty", built["number"])).await;
    let text = rejected.to_string();
    assert!(text.contains("the value is free") && text.contains("division by zero") && text.contains(r#"\"amount\":\"free\""#), "{text}");
    // The mapping is mended: nothing is left out any more, and columns and types are what they were.
    let price = json!({"name": "price", "of": {"expression": "CASE WHEN amount = 'free' THEN '0' ELSE amount END"}, "type": {"decimal": {"precision": 12, "scale": 2}}});
    let share = json!({"name": "share", "of": {"expression": "100 / nullif(parts, 0)"}});
    let (status, body) = stage.put("mapping", json!({"columns": [price, share], "left_out": ["amount"]})).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(stage.put("job", json!({})).await.0, 200);
    let built = stage.people.builder.build("travel", "orders").await;
    assert_eq!((&built["state"], &built["figures"]["dirty_rows"]), (&json!("live"), &json!(0)), "{built}");
    stage.publish("line", &["line", "price", "share"]).await;
    let rows = stage.served("line", 100).await;
    assert_eq!((&rows[&20]["price"], &rows[&30]["share"], &rows[&8]["share"]), (&json!("0.00"), &Json::Null, &json!(100)));
    // A column that APIs may be served from does not go, and does not change its type.
    let (status, refused) = stage.put("mapping", json!({"columns": [share], "left_out": ["amount"]})).await;
    assert!(status == 400 && refused.to_string().contains("would remove the column price"), "{refused}");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_at_its_place_and_ten_rows_are_shown_before() {
    let stage = Stage::new(ORDERS).await;
    let builder = &stage.people.builder;
    let preview = async |mapping: Json| {
        let asked = json!({"source": "shop", "table": table(), "mapping": mapping});
        builder.call(Method::POST, "/mapping/preview", Some(asked)).await
    };
    let (status, seen) = preview(mapping()).await;
    assert!(status.is_success(), "{seen}");
    let columns: Vec<&str> = seen["sample"]["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(columns, ["state", "parts", "version", "order", "price", "card", "buyer", "label", "share", "region"]);
    assert_eq!((seen["sample"]["rows"].as_array().unwrap().len(), &seen["read"]), (10, &json!(200)), "{seen}");
    assert_eq!(seen["out"], json!((2..202).filter(|line| line % 7 == 0).count()));
    let made = |of: &str| json!({"columns": [{"name": "x", "of": {"expression": of}}]});
    for (of, words) in [
        ("nothing + 1", "There is no column nothing."),
        ("random()", "Function random is not available"),
        ("now()", "Function now is not available"),
        ("uuid()", "Function uuid is not available"),
        ("(SELECT 1)", ""),
        ("sum(parts)", "Function sum is not available"),
        ("parts; DROP TABLE orders", "The expression cannot be parsed at ;"),
        ("parts parts", "The expression cannot be parsed"),
        ("parts +", "The expression cannot be parsed"),
        ("upper(", "The expression cannot be parsed"),
        ("replace(state, 'o', 'oooo')", "must not be longer than the first"),
        ("replace(state, card, card)", "must not be longer than the first"),
        ("regexp_replace(state, '.', '$0$0')", "can only remove text"),
        (&format!("0{}", " + parts".repeat(200)), "at most 300 words and signs"),
        // Read by trying, each of these takes twice the time with each level.
        (&format!("{}parts{}", "abs(".repeat(45), ")".repeat(45)), "nested too deeply"),
        (&format!("{}parts", "case - ".repeat(45)), ""),
        (&format!("{}(", "array[".repeat(45)), ""),
    ] {
        let began = Instant::now();
        let (status, refused) = preview(made(of)).await;
        let most = if of.starts_with("abs(") { Duration::from_secs(1) } else { Duration::from_secs(5) };
        assert!(began.elapsed() < most, "{of} took {:?}", began.elapsed());
        let said = refused["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(status == 400 && refused["errors"][0]["field"] == "mapping.columns.0" && said.contains(words), "{of}: {refused}");
    }
    let (status, seen) = preview(made("regexp_replace(replace(card, '4', ''), '[0-9]', '')")).await;
    assert!(status.is_success() && seen["sample"]["rows"][0].to_string().contains(r#","""#), "{seen}");
    // What a CASE gives has the type of all its branches.
    let (_, seen) = preview(made("CASE WHEN parts = 1 THEN 0 ELSE CAST(amount AS DECIMAL(12, 2)) END")).await;
    let (column, row) = (seen["sample"]["columns"].as_array().unwrap().len() - 1, &seen["sample"]["rows"][0]);
    assert_eq!(row[column].as_str(), Some("2.50"), "{seen}");
    // A value that is hidden is hidden in reasons too.
    let hidden = json!({"columns": [{"name": "card", "of": {"column": "card"}, "type": "date", "mask": "hash"}]});
    let (_, seen) = preview(hidden).await;
    assert!(
        seen["bad"][0].as_str().unwrap().contains("the masked value is not shown") && !seen["bad"].to_string().contains("44444"),
        "{seen}"
    );
    // Bytes are hidden too, and not lost.
    let bytes = json!({"columns": [
        {"name": "hashed", "of": {"expression": "CAST(card AS BYTEA)"}, "mask": "hash"},
        {"name": "plain", "of": {"column": "card"}, "mask": "hash"}]});
    let (_, seen) = preview(bytes).await;
    let row = seen["sample"]["rows"][0].as_array().unwrap();
    assert_eq!(row[row.len() - 2], row[row.len() - 1], "{seen}");
    let (status, seen) = preview(made("parts * 2000000000")).await;
    assert!(status.is_success() && seen["bad"].as_array().unwrap().is_empty(), "{seen}");
    let (status, seen) = preview(made("parts * 9000000000000000000")).await;
    assert!(status.is_success() && seen["bad"][0].as_str().unwrap().contains("the number is too large"), "{seen}");
}

#[tokio::test]
async fn a_synced_row_that_is_wanted_no_more_goes() {
    let stage = Stage::new(ORDERS).await;
    let mapping = json!({
        "columns": [{"name": "number", "of": {"column": "line"}}, {"name": "day", "of": {"column": "placed_at"}, "type": "date"}],
        "left_out": ["id", "amount", "card"],
        "only": [{"column": "state", "op": "is", "value": "open"}],
    });
    stage.make(json!({"mapping": mapping})).await;
    // It is followed by a column of the table that the dataset shows as something else.
    let incremental = json!({"cursor": "placed_at", "every_s": 1, "overlap": 5});
    assert_eq!(stage.put("job", json!({"follow": incremental})).await.0, 200);
    assert_eq!(stage.people.builder.build("travel", "orders").await["state"], "live");
    stage.publish("number", &["number", "day", "parts"]).await;
    let wanted = async || {
        let sql = "SELECT line || '|' || (placed_at AT TIME ZONE 'UTC')::date || '|' || parts AS line FROM orders WHERE state = 'open' ORDER BY orders.line";
        stage.postgres.ask("postgres", sql).await
    };
    let rows = async || {
        let rows = stage.served("number", 500).await;
        rows.iter().map(|(id, row)| format!("{id}|{}|{}", row["day"].as_str().unwrap(), row["parts"])).collect::<Vec<_>>()
    };
    assert_eq!(rows().await, wanted().await);
    let change = "UPDATE orders SET state = 'closed', placed_at = '2024-06-01' WHERE line IN (4, 5);
        UPDATE orders SET state = 'open', placed_at = '2024-06-02' WHERE line IN (3, 6);
        INSERT INTO orders VALUES (450, 9, 'open', '1', 3, '1', '2024-06-03', 1), (451, 9, 'closed', '1', 3, '1', '2024-06-03', 1)";
    stage.postgres.run("postgres", change).await;
    until(LONG, "what is served is what is open", async || rows().await == wanted().await).await;
    // What is compared with the table is compared by the same mapping.
    let (status, body) = stage.put("job", json!({"follow": incremental, "compare": {"every_minutes": 1}})).await;
    assert_eq!((status, &body["request"]), (200, &Json::Null), "{body}");
    let dataset = stage.people.builder.get("/datasets/travel/orders").await;
    assert_eq!(dataset["spec"]["mapping"]["only"][0]["column"], "state");
    // As a document, changed with its gates in one, it is the same again once somebody has approved it.
    let (_, documents) = stage.people.builder.call(Method::GET, "/export", None).await;
    let whole = documents.as_str().unwrap();
    let orders = whole.split("---").find(|text| text.contains("name: orders") && text.contains("document: dataset")).unwrap();
    assert!(orders.contains("value: open"), "{orders}");
    let changed = orders.replace("value: open", "value: closed").replace("mapping:", "gates: { min_rows: 3 }\nmapping:");
    let apply = async |text: &str| {
        let asked = json!({"documents": text, "environment": "prod", "reason": "a test"});
        stage.people.builder.call(Method::POST, "/apply", Some(asked)).await
    };
    let (status, plan) = apply(&changed).await;
    assert!(status.is_success() && plan["changes"][0]["effect"] == "send for review", "{plan}");
    let (_, plan) = apply(&changed).await;
    assert_eq!(plan["changes"][0]["effect"], "keep", "it is asked for once: {plan}");
    let spec = stage.people.builder.get("/datasets/travel/orders").await["spec"].clone();
    assert_eq!((&spec["mapping"]["only"][0]["value"], &spec["gates"]["min_rows"]), (&json!("open"), &Json::Null), "{spec}");
    let requests = stage.people.approver.get("/requests").await;
    stage.people.approver.approve(requests[0]["id"].as_str().unwrap()).await;
    let spec = stage.people.builder.get("/datasets/travel/orders").await["spec"].clone();
    assert_eq!((&spec["mapping"]["only"][0]["value"], &spec["gates"]["min_rows"]), (&json!("closed"), &json!(3)), "{spec}");
    let (_, plan) = apply(&changed).await;
    assert!(plan.to_string().contains("keep") && !plan.to_string().contains("\"change\""), "{plan}");
    drop(stage.server);
}

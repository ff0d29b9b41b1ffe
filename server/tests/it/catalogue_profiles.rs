//! Profiles of tables and datasets, held against what the databases' own clients count; and the load limits of their sources.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::common::{LONG, People, Source, binary, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// An asset in an address.
pub(crate) fn asset(path: &str) -> String {
    format!("/assets/{}", path.replace('%', "%25").replace('/', "%2F").replace('#', "%23"))
}

/// Registers the tables of a source.
pub(crate) async fn scanned(admin: &Admin, source: &str) {
    let (status, body) = admin.call(Method::PUT, &format!("/sources/{source}/scan"), Some(json!({"spec": {}}))).await;
    assert!(status.is_success(), "{body}");
    until(LONG, "a scan", async || admin.get(&format!("/sources/{source}/scan")).await["state"] == "done").await;
}

/// The path of a table among the assets: its source may name it with its schema.
pub(crate) async fn table_path(admin: &Admin, source: &str, table: &str) -> String {
    let listed = admin.get(&format!("/assets?kind=table&source={source}&q={table}")).await;
    let paths: Vec<&str> = listed["rows"].as_array().unwrap().iter().map(|row| row["path"].as_str().unwrap()).collect();
    let is_it = |path: &&&str| path.ends_with(&format!("/{table}")) || path.ends_with(&format!(".{table}"));
    (*paths.iter().find(is_it).unwrap_or_else(|| panic!("{table} is no asset: {listed:#}"))).to_owned()
}

/// The profile of an asset, once one is made that nobody asks for any more.
pub(crate) async fn profiled(admin: &Admin, path: &str) -> Json {
    let mut profile = Json::Null;
    until(LONG, "a profile", async || {
        profile = admin.get(&format!("{}/profile", asset(path))).await;
        assert_ne!(profile["request"]["state"], "failed", "{profile:#}");
        profile["request"]["state"] == "done"
    })
    .await;
    profile
}

/// All columns of a profile, by name.
pub(crate) async fn columns(admin: &Admin, path: &str) -> Vec<Json> {
    let listed = admin.get(&format!("{}/profile/columns", asset(path))).await;
    listed["rows"].as_array().unwrap().iter().map(|row| row["profile"].clone()).collect()
}

async fn ask(admin: &Admin, path: &str) {
    let (status, body) = admin.call(Method::POST, &format!("{}/profile", asset(path)), None).await;
    assert!(status.is_success(), "{body}");
}

fn column<'a>(columns: &'a [Json], name: &str) -> &'a Json {
    columns.iter().find(|column| column["name"] == name).unwrap_or_else(|| panic!("no column {name}: {columns:#?}"))
}

async fn one(source: &Source, sql: &str) -> String {
    source.ask(sql).await.remove(0)
}

const ORDERS: &str = "
    CREATE TABLE orders (id bigint PRIMARY KEY, kind int, price numeric(12, 2), day date, at timestamptz, label text, nothing int);
    INSERT INTO orders SELECT n, CASE WHEN n % 10 = 0 THEN NULL ELSE n % 7 END, n * 1.25 - 100, date '2023-12-31' + n % 366,
        timestamptz '2024-02-29 12:00:00Z' + n * interval '1 second', 'label ' || n % 300, NULL FROM generate_series(1, 5000) n;
    ANALYZE orders";

#[tokio::test]
async fn a_profile_counts_what_the_database_counts() {
    let source = Source::postgres();
    source.run(ORDERS).await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.put_source("shop", source.driver(), source.binding()).await;
    scanned(builder, "shop").await;
    let path = table_path(builder, "shop", "orders").await;
    // The scan has asked for it.
    let profile = profiled(builder, &path).await;
    let newest = &profile["newest"];
    assert_eq!(
        (&newest["sample"]["kind"], &newest["sample"]["rows"], &newest["sample"]["of"]),
        (&json!("all"), &json!(5_000), &json!(5_000))
    );
    assert_eq!(newest["rows"], "all 5,000 rows");
    let columns = columns(builder, &path).await;
    assert_eq!(columns.len(), 7);
    for (name, ends) in [
        ("id", ("id::text", "id::text")),
        ("kind", ("kind::text", "kind::text")),
        ("price", ("price::text", "price::text")),
        ("day", ("day::text", "day::text")),
        ("label", ("label", "label")),
    ] {
        let found = column(&columns, name);
        assert_eq!(
            found["nulls"].to_string(),
            one(&source, &format!("SELECT count(*) FILTER (WHERE {name} IS NULL)::text AS line FROM orders")).await
        );
        let distinct: i64 = one(&source, &format!("SELECT count(DISTINCT {name})::text AS line FROM orders")).await.parse().unwrap();
        let told = found["distinct"].as_i64().unwrap();
        let right = if found["distinct_exact"] == true { told == distinct } else { (told - distinct).abs() * 20 <= distinct };
        assert!(right, "{name}: {told}, and the database has {distinct}");
        // In the order of the type, and of texts in that of their bytes.
        let order = if name == "label" { "label COLLATE \"C\"" } else { name };
        let end =
            |text: &str, how: &str| format!("SELECT {text} AS line FROM orders WHERE {name} IS NOT NULL ORDER BY {order} {how} LIMIT 1");
        assert_eq!(found["least"], one(&source, &end(ends.0, "ASC")).await, "{name}");
        assert_eq!(found["greatest"], one(&source, &end(ends.1, "DESC")).await, "{name}");
    }
    assert_eq!(column(&columns, "at")["least"], "2024-02-29T12:00:01Z");
    let nothing = column(&columns, "nothing");
    assert_eq!((&nothing["nulls"], &nothing["distinct"], nothing["least"].is_null()), (&json!(5_000), &json!(0), true));
    // The most frequent values with their rows, and a bar for each of a few numbers.
    let kind = column(&columns, "kind");
    let wanted = source
        .ask("SELECT kind || ' ' || count(*) AS line FROM orders WHERE kind IS NOT NULL GROUP BY kind ORDER BY count(*) DESC, kind")
        .await;
    let top: Vec<String> =
        kind["top"].as_array().unwrap().iter().map(|top| format!("{} {}", top["value"].as_str().unwrap(), top["rows"])).collect();
    assert_eq!(top, wanted);
    let wanted = source.ask("SELECT kind || ' ' || count(*) AS line FROM orders WHERE kind IS NOT NULL GROUP BY kind ORDER BY kind").await;
    let bars = kind["bars"].as_array().unwrap().iter();
    for (bar, wanted) in bars.clone().zip(&wanted) {
        let (value, rows) = wanted.split_once(' ').unwrap();
        let near = (bar["rows"].as_i64().unwrap() - rows.parse::<i64>().unwrap()).abs();
        assert!(bar["from"] == value && bar["to"] == value && near <= 100, "{bar} {wanted}");
    }
    assert_eq!(bars.map(|bar| bar["rows"].as_i64().unwrap()).sum::<i64>(), 4_500);
    // A viewer sees the counts, and no value.
    let viewer = Admin::demo(&server, "viewer@demo").await;
    assert_eq!(viewer.get(&format!("{}/profile", asset(&path))).await["may_read_values"], false);
    let listed = viewer.get(&format!("{}/profile/columns", asset(&path))).await;
    assert!(
        listed.to_string().contains("\"nulls\":500") && !listed.to_string().contains("label 2") && !listed.to_string().contains("2024-"),
        "{listed:#}"
    );
}

#[tokio::test]
async fn a_large_table_is_sampled_by_its_database_and_a_view_by_its_first_rows() {
    let source = Source::postgres();
    source
        .run(
            "CREATE TABLE many AS SELECT n AS id, repeat('x', 60) AS text FROM generate_series(1, 400000) n; ANALYZE many;
             CREATE VIEW a_few AS SELECT * FROM many WHERE id <= 1000",
        )
        .await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.put_source("shop", source.driver(), source.binding()).await;
    scanned(builder, "shop").await;
    let many = profiled(builder, &table_path(builder, "shop", "many").await).await["newest"]["sample"].clone();
    assert_eq!(many["kind"], "random-pages", "{many}");
    let (rows, of) = (many["rows"].as_i64().unwrap(), many["of"].as_i64().unwrap());
    assert!((30_000..=100_000).contains(&rows) && (360_000..=440_000).contains(&of), "{many}");
    let some = profiled(builder, &table_path(builder, "shop", "a_few").await).await["newest"]["sample"].clone();
    assert_eq!((&some["kind"], &some["rows"]), (&json!("all"), &json!(1_000)));
}

#[tokio::test]
async fn a_profile_keeps_to_the_load_limits_of_its_source() {
    let source = Source::postgres();
    source.run("CREATE TABLE many AS SELECT n AS id FROM generate_series(1, 60000) n; ANALYZE many").await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.put_source("shop", source.driver(), source.binding()).await;
    let limits = async |limits: Json| {
        let (status, body) = builder.call(Method::PUT, "/sources/shop/load", Some(limits)).await;
        assert!(status.is_success(), "{body}");
    };
    limits(json!({"rows_per_s": 2_000})).await;
    scanned(builder, "shop").await;
    let path = table_path(builder, "shop", "many").await;
    let newest = profiled(builder, &path).await["newest"].clone();
    let (rows, took) = (newest["sample"]["rows"].as_i64().unwrap(), newest["took_ms"].as_i64().unwrap());
    // As many as 5 s allow, read no faster than that, and no longer.
    assert!(rows <= 10_000 && rows * 1_000 <= 2_000 * took + 2_000_000, "{newest:#}");
    assert!(took < 8_000, "{newest:#}");
    // Out of its hours it waits, and says for what.
    let minute = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 60 % 1_440;
    let later = |minutes: u64| (minute + minutes) % 1_440;
    limits(json!({"windows": [{"from": later(120), "to": later(180)}], "zone": "UTC"})).await;
    ask(builder, &path).await;
    until(LONG, "a request that waits", async || {
        let request = builder.get(&format!("{}/profile", asset(&path))).await["request"].clone();
        request["state"] == "waiting" && request["reason"].as_str().unwrap().contains("time window")
    })
    .await;
    let waits = builder.get(&format!("{}/profile", asset(&path))).await;
    assert_eq!((&waits["newest"]["at"], &waits["request"]["asked_by"]), (&newest["at"], &json!("builder@demo")));
    limits(json!({})).await;
    ask(builder, &path).await;
    let all = profiled(builder, &path).await["newest"]["sample"].clone();
    assert_eq!((&all["kind"], &all["rows"]), (&json!("all"), &json!(60_000)));
}

#[tokio::test]
async fn tables_of_mariadb_and_sqlite_have_profiles_too() {
    let source = Source::mariadb();
    source.run("CREATE TABLE items (id int PRIMARY KEY, label varchar(20) NULL); INSERT INTO items VALUES (1, 'a'), (2, 'b'), (3, 'b'), (4, NULL)").await;
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    builder.put_source("shop", source.driver(), source.binding()).await;
    scanned(builder, "shop").await;
    let path = table_path(builder, "shop", "items").await;
    profiled(builder, &path).await;
    let items = columns(builder, &path).await;
    let label = column(&items, "label");
    assert_eq!((&label["nulls"], &label["distinct"], &label["top"][0]), (&json!(1), &json!(2), &json!({"value": "b", "rows": 2})));
    scanned_again(builder, "flights-db").await;
    let path = table_path(builder, "flights-db", "planes").await;
    let planes = profiled(builder, &path).await;
    let rows = testkit::planes().len();
    assert_eq!((&planes["newest"]["sample"]["kind"], &planes["newest"]["sample"]["rows"]), (&json!("all"), &json!(rows)));
    let columns = columns(builder, &path).await;
    let tailnum = column(&columns, "tailnum")["distinct"].as_i64().unwrap();
    assert!((tailnum - i64::try_from(rows).unwrap()).abs() * 20 <= i64::try_from(rows).unwrap(), "{tailnum} of {rows}");
    let file = server.data().join("sources/flights.db");
    let engines = testkit::sqlite3(&file, "SELECT min(seats) || ' ' || max(seats) FROM planes");
    let seats = column(&columns, "seats");
    assert_eq!(format!("{} {}", seats["least"].as_str().unwrap(), seats["greatest"].as_str().unwrap()), engines.trim());
}

/// The demo may scan its source already.
async fn scanned_again(admin: &Admin, source: &str) {
    let known = admin.get(&format!("/sources/{source}/scan")).await;
    if known.is_null() {
        return scanned(admin, source).await;
    }
    until(LONG, "a scan", async || admin.get(&format!("/sources/{source}/scan")).await["state"] == "done").await;
}

#[tokio::test]
async fn a_dataset_is_profiled_after_each_build() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let rows = testkit::planes().len();
    for store in ["embedded", "columnar"] {
        let (name, path) = (format!("planes-{store}"), format!("dataset:travel/planes-{store}"));
        let built = people.planes_dataset(&name, json!({"store": store})).await;
        assert_eq!(built["state"], "live", "{built}");
        let first = profiled(&people.builder, &path).await;
        assert_eq!((&first["newest"]["version"], &first["newest"]["sample"]["kind"]), (&json!(1), &json!("all")), "{store}");
        assert_eq!(first["newest"]["sample"]["rows"], rows);
        people.builder.build("travel", &name).await;
        until(LONG, "the profile of the second version", async || profiled(&people.builder, &path).await["newest"]["version"] == 2).await;
        let listed = people.builder.get(&format!("{}/profile/columns?q=seats", asset(&path))).await;
        let seats = &listed["rows"][0];
        assert_eq!((seats["profile"]["name"].as_str(), listed["found"].as_u64()), (Some("seats"), Some(1)));
        assert_eq!(seats["trend"]["null_shares"].as_array().unwrap().len(), 2, "{seats:#}");
        let points = profiled(&people.builder, &path).await["points"].clone();
        assert_eq!(points.as_array().unwrap().iter().map(|point| &point["rows"]).collect::<Vec<_>>(), [&json!(rows), &json!(rows)]);
    }
    let quality = people.builder.get(&format!("{}/quality", asset("dataset:travel/planes-embedded"))).await;
    assert_eq!((&quality["checks"][0]["kind"], &quality["checks"][0]["passed"]), (&json!("key"), &json!(true)), "{quality:#}");
    assert_eq!(quality["builds"].as_array().unwrap().len(), 2);
    let score: i64 = quality["trust"]["parts"].as_array().unwrap().iter().map(|part| part["points"].as_i64().unwrap()).sum();
    let of: i64 = quality["trust"]["parts"].as_array().unwrap().iter().map(|part| part["of"].as_i64().unwrap()).sum();
    assert_eq!(quality["trust"]["score"], score * 100 / of);
    let sample = people.builder.get(&format!("{}/sample", asset("dataset:travel/planes-embedded"))).await;
    assert_eq!(sample["sample"]["rows"].as_array().unwrap().len(), 8);
}

//! A topic that is followed, as people set it in a real browser: poison is seen, taken away, mended and tried again; a table that is
//! compared with its source; and a dataset that is written into a database.

use std::time::Duration;

use end2end::{DESK, PHONE, Stage};
use serde_json::json;
use testkit::{Admin, Kafka, Postgres};

const LONG: Duration = Duration::from_secs(60);

async fn put_source(admin: &Admin, kafka: &Kafka, topics: &str) -> Option<String> {
    let binding = json!({"config": {"brokers": kafka.addresses(), "topics": topics}, "secrets": {}});
    admin.put_source("stream", "kafka", binding).await
}

#[tokio::test]
async fn a_topic_is_synced_and_what_could_not_be_taken_is_tried_again() {
    let kafka = Kafka::start();
    kafka.topic("clicks", 1, &[]).await;
    kafka.send("clicks", [("1", Some(&b"1,home"[..])), ("2", Some(&b"2,search"[..])), ("3", Some(&b"3,basket"[..]))]);
    let stage = Stage::open().await;
    let admin = Admin::demo(&stage.server, "builder@demo").await;
    put_source(&admin, &kafka, "clicks = csv(id, page)").await;
    let new = json!({"domain": "travel", "name": "clicks", "source": "stream", "table": {"name": "clicks"}, "key": ["id"]});
    admin.post("/datasets", new).await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/datasets/travel/clicks").await;
    builder.sees("text=Incremental sync is off. Turn it on to apply each message from the change stream of the source.").await;
    builder.click("button:has-text(\"Change sync settings\")").await;
    builder.click("label:has-text(\"Incremental sync\") input").await;
    builder.sees("#follow-start").await;
    builder.shots("follow-topic-form").await;
    builder.fits().await;
    builder.click("button:has-text(\"Save sync settings\")").await;
    builder.sees("text=Each message of the change stream is applied as it arrives.").await;
    builder.sees("text=Incremental sync starts with the next build.").await;
    builder.click("button:has-text(\"Change the schedule\")").await;
    builder.fill("#job-dirty-rows", "10").await;
    builder.click("button:has-text(\"Save the schedule\")").await;
    builder.sees("text=Rejected rows are allowed, up to 10 rows.").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.sees("section[aria-label=\"Incremental sync\"] .badge:has-text(\"up to date\")").await;
    kafka.send("clicks", [("4", Some(&b"4,till,paid"[..])), ("5", Some(&b"5,home"[..]))]);
    builder.sees_within("text=1 row added or changed since the build", LONG).await;
    builder.sees("h2:has-text(\"1 rejected row\")").await;
    builder.click("button:has-text(\"Show rows\")").await;
    builder.reads("section[aria-label=\"Rejected rows\"] tbody tr", "The row has 3 cells, and 2 columns are defined.").await;
    builder.sees("a[download]:has-text(\"Download rows\")").await;
    builder.shots("follow-left-out").await;
    builder.fits().await;
    let asked = put_source(&admin, &kafka, "clicks = csv(id, page, paid)").await;
    Admin::demo(&stage.server, "approver@demo").await.approve(&asked.expect("a live dataset is made of it")).await;
    builder.click("button:has-text(\"Replay rows\")").await;
    builder.sees_within("text=2 rows added or changed since the build", LONG).await;
    builder.leaves().await;
    let phone = stage.person("builder@demo", PHONE).await;
    phone.go("/datasets/travel/clicks").await;
    phone.sees("section[aria-label=\"Incremental sync\"]").await;
    phone.shots("follow-phone").await;
    phone.fits().await;
    phone.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_table_is_synced_by_a_column_and_compared_with_its_source() {
    let stage = Stage::open().await;
    let admin = Admin::demo(&stage.server, "builder@demo").await;
    let new = json!({"domain": "travel", "name": "hangar", "source": "flights-db", "table": {"name": "planes"}});
    admin.post("/datasets", new).await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/datasets/travel/hangar").await;
    builder.click("button:has-text(\"Change sync settings\")").await;
    builder.expects_status(400);
    builder.click("label:has-text(\"Incremental sync\") input").await;
    builder.picks("#follow-cursor", "year").await;
    builder.fill("#follow-every", "now and then").await;
    builder.click("button:has-text(\"Save sync settings\")").await;
    builder.reads("#follow-every-error", "Enter a whole number between 1 and 86,400").await;
    builder.fill("#follow-every", "1").await;
    builder.fill("#follow-overlap", "0").await;
    builder.fill("#compare-every", "60").await;
    builder.shots("follow-table-form").await;
    builder.fits().await;
    builder.click("button:has-text(\"Save sync settings\")").await;
    builder.sees("text=Added and changed rows are applied every 1 s. Cursor column: year.").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.sees_within("section[aria-label=\"Incremental sync\"] .badge:has-text(\"up to date\")", LONG).await;
    let planes = stage.server.data().join("sources/flights.db");
    testkit::sqlite3(&planes, "INSERT INTO planes (tailnum, year, manufacturer) VALUES ('N00001', 2014, 'SOMEBODY')");
    builder.sees_within("text=1 row added or changed since the build", LONG).await;
    // A change that its column does not tell is found beside the source.
    testkit::sqlite3(&planes, "UPDATE planes SET seats = seats + 1 WHERE tailnum = 'N14228'");
    testkit::sqlite3(&stage.server.data().join("sluice.db"), "UPDATE data_versions SET finished_at = finished_at - 7200000");
    builder.sees_within("text=1 row differs.", LONG).await;
    builder.reads("section[aria-label=\"Reconciliation\"] li", "N14228").await;
    builder.shots("compared").await;
    builder.fits().await;
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_dataset_is_written_into_a_database_once_its_owner_lets_it() {
    let warehouse = Postgres::start();
    let stage = Stage::open().await;
    let admin = Admin::demo(&stage.server, "builder@demo").await;
    let config = json!({"host": "127.0.0.1", "port": warehouse.port().to_string(), "database": "postgres", "user": "postgres"});
    admin.put_source("warehouse", "postgres", json!({"config": config, "secrets": {}})).await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/datasets/new?source=flights-db&table=planes").await;
    builder.picks("#store", "table").await;
    builder.sees("text=No source of this domain allows dataset output.").await;
    builder.go("/sources/warehouse").await;
    builder.picks("#prod-write", "yes").await;
    builder.click("button:has-text(\"Save source\")").await;
    builder.sees("text=Saved.").await;
    builder.expects_status(400);
    builder.go("/datasets/new?source=flights-db&table=planes").await;
    builder.sees("text=tailnum").await;
    builder.picks("#store", "table").await;
    builder.picks("#into-source", "warehouse").await;
    builder.fill("#into-name", "the fleet").await;
    builder.fill("#name", "fleet").await;
    builder.click("button:has-text(\"Create dataset\")").await;
    builder.reads("#into-name-error", "letters, digits and underscores").await;
    builder.shots("into-a-database-form").await;
    builder.fits().await;
    builder.fill("#into-name", "fleet").await;
    builder.click("button:has-text(\"Create dataset\")").await;
    builder.sees("text=written into warehouse.fleet").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.sees_within(".badge:has-text(\"live\")", LONG).await;
    let count =
        async || warehouse.ask("postgres", "SELECT count(*)::text AS line FROM information_schema.views WHERE table_name = 'fleet'").await;
    let began = std::time::Instant::now();
    while count().await != ["1"] {
        assert!(began.elapsed() < LONG, "the view does not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let planes = testkit::sqlite3(&stage.server.data().join("sources/flights.db"), "SELECT count(*) FROM planes");
    assert_eq!(warehouse.ask("postgres", "SELECT count(*)::text AS line FROM fleet").await, [planes.trim()]);
    builder.shots("into-a-database").await;
    builder.fits().await;
    builder.leaves().await;
    let phone = stage.person("builder@demo", PHONE).await;
    phone.go("/datasets/travel/fleet").await;
    phone.sees("dt:has-text(\"Database view\")").await;
    phone.shots("into-a-database-phone").await;
    phone.fits().await;
    phone.leaves().await;
    stage.close().await;
}

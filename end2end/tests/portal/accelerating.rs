//! The flights are accelerated in a real browser: copied, watched, approved and served; a rule is broken, mended, and the way back
//! taken. And the rows of a table are made into others by form, with ten of them shown before.

use std::time::Duration;

use end2end::{DESK, PHONE, Stage};
use serde_json::{Value as Json, json};
use testkit::Admin;

/// A build of all flights, unoptimised.
const BUILD: Duration = Duration::from_secs(240);
const FLIGHT: &str = "/api/travel/one-flight?year=2013&month=1&day=1&carrier=UA&flight=1545&sched_dep_time=515";

/// One flight by what names it.
fn flight() -> Json {
    let key = ["year", "month", "day", "carrier", "flight", "sched_dep_time"];
    let test = [("carrier", "UA"), ("flight", "1545"), ("sched_dep_time", "515"), ("year", "2013")];
    let parameter = |name: &&str| {
        let value = test.iter().find(|(known, _)| known == name).map_or("1", |(_, value)| value);
        json!({"name": name, "type": if *name == "carrier" { "string" } else { "int64" }, "required": true, "test_value": value})
    };
    let field = |name: &&str| json!({"name": name, "column": name});
    json!({
        "title": "One flight", "source": "flights-db", "kind": "kv", "table": {"name": "flights"}, "key": key,
        "parameters": key.iter().map(parameter).collect::<Vec<_>>(),
        "fields": key.iter().chain(&["dep_time", "arr_time", "tailnum", "origin", "dest"]).map(field).collect::<Vec<_>>(),
    })
}

async fn served_by(stage: &Stage) -> (Json, Option<String>) {
    let request = reqwest::Client::new().get(format!("{}{FLIGHT}", stage.server.url)).bearer_auth(stage.server.demo_key());
    let response = request.send().await.unwrap();
    let version = response.headers().get("x-sluice-data-version").map(|value| value.to_str().unwrap().to_owned());
    (response.json().await.unwrap(), version)
}

#[tokio::test]
async fn the_flights_are_accelerated_watched_approved_and_served() {
    let stage = Stage::open().await;
    let (admin, approver) = (Admin::demo(&stage.server, "builder@demo").await, Admin::demo(&stage.server, "approver@demo").await);
    admin.publish(&approver, "travel", "one-flight", flight()).await;
    let owner = Admin::demo(&stage.server, "owner@demo").await;
    let grant = "/apps/travel/demo-app/grants/travel/one-flight";
    assert!(owner.call(reqwest::Method::PUT, grant, Some(json!({}))).await.0.is_success());
    owner.served().await;
    let (before, version) = served_by(&stage).await;
    assert!(version.is_none() && before["row"]["tailnum"] == "N14228" || before["tailnum"] == "N14228", "{before}");
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/travel/one-flight").await;
    builder.click("a:has-text(\"Accelerate API\")").await;
    builder.reads("main", "flights of flights-db. Size: about 336,776 rows. Key: year, month").await;
    builder.fill("#dataset", "all-flights").await;
    builder.picks("#again", "nightly").await;
    builder.picks("#compression", "zstd").await;
    builder.shots("accelerate-form").await;
    builder.fits().await;
    builder.click("button:has-text(\"Create dataset\")").await;
    builder.sees("h2:has-text(\"Building dataset version\")").await;
    builder.shots("accelerate-building").await;
    builder.sees_within("text=Dataset version 1 is live: 336,776 rows, all verified.", BUILD).await;
    builder.shots("accelerate-review").await;
    builder.fits().await;
    // Nothing is served from it before somebody else says yes.
    assert_eq!(served_by(&stage).await.1, None);
    builder.click("button:has-text(\"Send for review\")").await;
    builder.sees("h1:has-text(\"Publish travel/one-flight v2\")").await;
    builder.shots("accelerate-request").await;
    stage.approves("Publish travel/one-flight v2").await;
    builder.go("/apis/travel/one-flight/accelerate").await;
    builder.sees("text=The API is served from the dataset.").await;
    builder.shots("accelerate-served").await;
    owner.served().await;
    assert_eq!(served_by(&stage).await, (before, Some("1".to_owned())));
    // A rule that the next build breaks keeps the first version live, and says why.
    builder.go("/datasets/travel/all-flights").await;
    builder.reads("main", "Runs at 03:00, UTC time").await;
    let gates = json!({"rules": [{"column": "distance", "must": {"be-between": {"least": "1", "most": "6000"}}}]});
    let (status, saved) = admin.call(reqwest::Method::PUT, "/datasets/travel/all-flights/gates", Some(gates)).await;
    assert!(status.is_success(), "{saved}");
    approver.approve(saved["request"].as_str().expect("a live API is served from it")).await;
    let flights = stage.server.data().join("sources/flights.db");
    testkit::sqlite3(&flights, "UPDATE flights SET distance = 0 WHERE rowid = 7");
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.sees_within("text=distance is between 1 and 6000 (1 row", BUILD).await;
    builder.shots("accelerate-gate").await;
    assert_eq!(served_by(&stage).await.1.as_deref(), Some("1"));
    // Put aside instead, it is there to be looked at, and the rest goes live.
    builder.click("button:has-text(\"Change the schedule\")").await;
    builder.fill("#job-dirty-rows", "1").await;
    builder.click("button:has-text(\"Save the schedule\")").await;
    // What a live API is served from is for somebody else to decide.
    builder.sees("text=A change of this dataset waits for an approver.").await;
    builder.sees("td:has-text(\"Allowed rejected rows\")").await;
    builder.shots("dataset-waits").await;
    builder.fits().await;
    builder.click("a:has-text(\"Open the request\")").await;
    builder.sees("h1:has-text(\"Change dataset travel/all-flights\")").await;
    builder.sees("text=travel/one-flight").await;
    builder.shots("dataset-request").await;
    builder.fits().await;
    let requests = approver.get("/requests").await;
    approver.approve(requests[0]["id"].as_str().unwrap()).await;
    builder.go("/datasets/travel/all-flights").await;
    builder.sees("text=up to 1 row").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.sees_within("h2:has-text(\"1 rejected row\")", BUILD).await;
    builder.leaves().await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/datasets/travel/all-flights").await;
    owner.confirms("button:has-text(\"Roll back to v\")").await;
    owner.sees("tr:has-text(\"live\"):has-text(\"336,776\")").await;
    owner.leaves().await;
    let phone = stage.person("builder@demo", PHONE).await;
    phone.go("/apis/travel/one-flight/accelerate").await;
    phone.sees("text=The API is served from the dataset.").await;
    phone.shots("accelerate-phone").await;
    phone.fits().await;
    phone.go("/apis/travel/plane/accelerate").await;
    phone.sees("h1:has-text(\"Accelerate travel/plane\")").await;
    phone.shots("accelerate-phone-form").await;
    phone.fits().await;
    phone.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn rows_are_made_by_form_and_shown_before_they_are_kept() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/sources/flights-db/tables/planes").await;
    builder.click("a:has-text(\"Create dataset\")").await;
    builder.sees("h2:has-text(\"Column mapping\")").await;
    builder.fill("input[aria-label=\"Name of manufacturer\"]", "maker").await;
    builder.picks("select[aria-label=\"Masking of model\"]", "last-four").await;
    builder.picks("select[aria-label=\"Type of year\"]", "string").await;
    builder.click("input[aria-label=\"Copy speed\"]").await;
    builder.click("button:has-text(\"Add column\")").await;
    builder.fill("input[aria-label=\"Name of the added column\"]", "per_engine").await;
    builder.fill("input[aria-label=\"Value of the added column\"]", "seats / engins").await;
    builder.click("button:has-text(\"Add row filter\")").await;
    builder.picks("select[aria-label=\"Column of the row filter\"]", "engines").await;
    builder.picks("select[aria-label=\"Operator of the row filter\"]", "at-least").await;
    builder.fill("input[aria-label=\"Value of the row filter\"]", "2").await;
    builder.expects_status(400);
    builder.click("button:has-text(\"Preview 10 rows\")").await;
    builder.sees("text=There is no column engins.").await;
    builder.fill("input[aria-label=\"Value of the added column\"]", "seats / engines").await;
    builder.click("button:has-text(\"Preview 10 rows\")").await;
    builder.sees("[data-preview] tbody tr >> nth=9").await;
    builder.sees("[data-preview] th:has-text(\"per_engine\")").await;
    builder.sees("[data-preview] td:has-text(\"*\") >> nth=0").await;
    builder.fill("#name", "twins").await;
    builder.shots("mapping-form").await;
    builder.fits().await;
    builder.click("button:has-text(\"Create dataset\")").await;
    builder.sees("h1:has-text(\"travel/twins\")").await;
    builder.sees("li:has-text(\"per_engine: seats / engines\")").await;
    builder.sees("li:has-text(\"Row filter: engines is at least 2\")").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    let wanted = testkit::planes().values().filter(|plane| plane["engines"].as_deref().is_some_and(|count| count >= "2")).count();
    let shown = format!("{},{:03}", wanted / 1_000, wanted % 1_000);
    builder.sees_within(&format!("tr:has-text(\"live\"):has-text(\"{shown}\")"), Duration::from_secs(60)).await;
    // An API of it has the columns that it has, and not those of its table.
    builder.click("a:has-text(\"Create API from dataset\")").await;
    builder.sees("h2:has-text(\"API type\")").await;
    builder.fill("#name", "twin").await;
    builder.click("button:has-text(\"Next\")").await;
    builder.sees("td:has-text(\"per_engine\")").await;
    builder.sees("td:has-text(\"maker\")").await;
    builder.sees("main:not(:has(td:has-text(\"manufacturer\")))").await;
    builder.shots("api-of-dataset").await;
    builder.go("/datasets/travel/twins").await;
    builder.sees("h1:has-text(\"travel/twins\")").await;
    // It is changed later just so; a column that an API may be served from does not go.
    builder.click("section:has(h2:has-text(\"Column mapping\")) button:has-text(\"Change\")").await;
    builder.sees("input[aria-label=\"Name of manufacturer\"]").await;
    builder.shots("mapping-card").await;
    builder.click("input[aria-label=\"Copy seats\"]").await;
    builder.click("section:has(h2:has-text(\"Column mapping\")) button:has-text(\"Save\")").await;
    builder.sees("text=The mapping would remove the column seats.").await;
    builder.leaves().await;
    let phone = stage.person("builder@demo", PHONE).await;
    phone.go("/datasets/new?source=flights-db&table=planes").await;
    phone.sees("h2:has-text(\"Column mapping\")").await;
    phone.shots("mapping-phone").await;
    phone.fits().await;
    phone.leaves().await;
    stage.close().await;
}

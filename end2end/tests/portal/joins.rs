//! Three tables asked as one, by picking: joined, grouped by month, and read page by page behind the last row.

use std::collections::BTreeMap;

use end2end::{DESK, PHONE, Person, Stage};
use serde_json::Value as Json;

/// Flights by month and maker; a flight without a known plane has no maker, and comes last.
fn expected() -> Vec<(i64, Option<String>, i64)> {
    let planes = testkit::planes();
    let mut counts: BTreeMap<(i64, bool, Option<String>), i64> = BTreeMap::new();
    for cells in testkit::flight_cells(&["month", "tailnum"]) {
        let maker = cells[1].as_ref().and_then(|tailnum| planes.get(tailnum)).and_then(|plane| plane["manufacturer"].clone());
        *counts.entry((cells[0].as_ref().unwrap().parse().unwrap(), maker.is_none(), maker)).or_default() += 1;
    }
    counts.into_iter().map(|((month, _, maker), count)| (month, maker, count)).collect()
}

async fn saved(builder: &Person) {
    builder.reads("[role=status]:has-text(\"Saved\")", "You can leave").await;
}

async fn build(stage: &Stage) {
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/new?source=flights-db&table=flights").await;
    builder.click("label:has-text(\"Query builder\")").await;
    builder.fill("#name", "makers-by-month").await;
    builder.click("button:has-text(\"Next\")").await;
    builder.sees("h2:has-text(\"Joins\")").await;
    for table in ["planes", "weather"] {
        builder.click(&format!("button[aria-label=\"Add join with {table}\"]")).await;
        builder.sees(&format!("button[aria-label=\"Remove join with {table}\"]")).await;
    }
    builder.sees("input[aria-label=\"Include planes.manufacturer\"]").await;
    builder.click("input[aria-label=\"Include planes.manufacturer\"]").await;
    builder.sees("input[aria-label=\"Response field name of planes.manufacturer\"]:not([disabled])").await;
    let columns = ["year", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_time", "sched_arr_time", "arr_delay", "carrier"];
    for column in columns.into_iter().chain(["flight", "tailnum", "origin", "dest", "air_time", "distance", "hour", "minute", "time_hour"])
    {
        builder.click(&format!("input[aria-label=\"Include {column}\"]")).await;
    }
    builder.click("button:has-text(\"Add computed field\")").await;
    builder.picks("select[aria-label=\"Computation\"]", "mean").await;
    builder.picks("select[aria-label=\"Column to compute from\"]", "weather.temp").await;
    builder.click("button:has-text(\"Add computed field\")").await;
    builder.sees("input[aria-label=\"Response field name of mean_weather_temp\"]").await;
    saved(&builder).await;
    builder.shots("join-fields").await;
    builder.fits().await;
    builder.go("/apis/travel/makers-by-month/edit?step=parameters").await;
    builder.sees("h2:has-text(\"Sorting and pagination\")").await;
    for field in ["month", "manufacturer"] {
        builder.picks("select[aria-label=\"Sort by\"]", field).await;
        builder.click("button:has-text(\"Add sort field\")").await;
        builder.sees(&format!("button[aria-label=\"Remove sort by {field}\"]")).await;
    }
    builder.click("label:has-text(\"Pagination\")").await;
    builder.click("label:has-text(\"Keyset pagination\")").await;
    saved(&builder).await;
    builder.reads("section[aria-label=\"Generated SQL\"]", "LEFT JOIN \"weather\"").await;
    builder.sees("h2:has-text(\"Live sample\")").await;
    builder.shots("join-order").await;
    builder.fits().await;
    builder.go("/apis/travel/makers-by-month/edit?step=policy").await;
    builder.fill("#title", "Flights by month and maker").await;
    builder.fill("#timeout", "20000").await;
    builder.page.locator("#timeout").first().press("Tab", None).await.unwrap();
    saved(&builder).await;
    builder.sends("travel/makers-by-month").await;
    builder.leaves().await;
    // What it costs is told, and has to be accepted: beside the button that was pressed, not somewhere above it.
    let hasty = stage.person("approver@demo", DESK).await;
    hasty.expects_status(400);
    hasty.go("/inbox").await;
    hasty.click("a:has-text(\"Publish travel/makers-by-month v1\")").await;
    hasty.sees("h1:has-text(\"Publish travel/makers-by-month v1\")").await;
    hasty.click("button:has-text(\"Approve and release\")").await;
    hasty.sees(".action-bar .callout").await;
    hasty.shots("decide-hasty").await;
    hasty.fits().await;
    hasty.leaves().await;
    stage.approves("Publish travel/makers-by-month v1").await;
}

#[tokio::test]
async fn three_tables_are_joined_by_form_and_paged_behind_the_last_row() {
    let stage = Stage::open().await;
    build(&stage).await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/apis/travel/makers-by-month/access").await;
    owner.picks("#app", "travel/demo-app").await;
    owner.click("button:has-text(\"Grant access\")").await;
    owner.sees("td:has-text(\"demo-app\")").await;
    owner.leaves().await;
    testkit::Admin::demo(&stage.server, "owner@demo").await.served().await;
    let http = reqwest::Client::new();
    let (mut found, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let url = format!("{}/api/travel/makers-by-month?limit=100{after}", stage.server.url);
        let answer = http.get(url).bearer_auth(stage.server.demo_key()).send().await.unwrap();
        let (status, page): (u16, Json) = (answer.status().as_u16(), answer.json().await.unwrap());
        assert_eq!(status, 200, "{page}");
        pages += 1;
        for row in page["rows"].as_array().unwrap() {
            found.push((row["month"].as_i64().unwrap(), row["manufacturer"].as_str().map(str::to_owned), row["count"].as_i64().unwrap()));
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert!(pages > 2, "{pages}");
    assert_eq!(found, expected());
    // The form goes on as SQL, and comes back while nothing of it was changed.
    let builder = stage.person("builder@demo", PHONE).await;
    builder.go("/apis/travel/makers-by-month/edit").await;
    builder.sees("h2:has-text(\"Joins\")").await;
    builder.shots("join-phone").await;
    builder.fits().await;
    builder.click("button:has-text(\"Convert to SQL query\")").await;
    builder.sees("button:has-text(\"Back to query builder\")").await;
    builder.click("button:has-text(\"Back to query builder\")").await;
    builder.sees("h2:has-text(\"Joins\")").await;
    builder.leaves().await;
    stage.close().await;
}

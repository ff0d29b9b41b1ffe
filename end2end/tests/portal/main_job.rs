//! The main job, as people do it, in a real browser on the real flights.

use end2end::{DESK, PHONE, Stage, Window};
use serde_json::Value as Json;

async fn call(stage: &Stage, key: &str, path: &str) -> (u16, Json) {
    let response = reqwest::Client::new().get(format!("{}{path}", stage.server.url)).bearer_auth(key).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// From a table to a draft that is sent: the builder's half.
async fn builder_makes_planes(stage: &Stage, window: Window, name: &str, shots: &str) {
    let builder = stage.person("builder@demo", window).await;
    builder.shots(&format!("{shots}-home")).await;
    builder.go("/apis/new?source=flights-db&table=planes").await;
    builder.fill("#name", name).await;
    builder.shots(&format!("{shots}-kind")).await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.sees("text=Check passed.").await;
    builder.sees("text=Example response").await;
    builder.fits().await;
    let year = builder.page.locator("input[aria-label=\"Response field name of year\"]");
    year.fill("year_built", None).await.unwrap();
    year.press("Tab", None).await.unwrap();
    builder.click("input[aria-label=\"Include speed\"]").await;
    builder.reads(".numbered", "year_built").await;
    builder.shots(&format!("{shots}-fields")).await;
    builder.click("a:has-text(\"Next: Parameters\")").await;
    builder.fill("#p-tailnum-test_value", "N14228").await;
    builder.click("a:has-text(\"Next: Policy\")").await;
    builder.fill("#title", "One aircraft by its tail number").await;
    builder.shots(&format!("{shots}-policy")).await;
    builder.click("a:has-text(\"Next: Try it\")").await;
    builder.reads("[role=status]", "Saved.").await;
    builder.fill("#try-tailnum", "N14228").await;
    builder.click("button:has-text(\"Send\")").await;
    builder.reads(".status-code", "200").await;
    builder.reads(".numbered", "\"BOEING\"").await;
    builder.shots(&format!("{shots}-try")).await;
    builder.click("a:has-text(\"Next: Send for review\")").await;
    builder.sees("text=Check passed.").await;
    builder.fill("#reason", "The board shows aircraft.").await;
    builder.click("button:has-text(\"Send for review\")").await;
    builder.sees("text=You sent this request. Someone else must approve it.").await;
    builder.leaves().await;
}

/// The approver decides; the owner opens it to an app with a new key. Gives the key.
async fn others_release(stage: &Stage, window: Window, name: &str, shots: &str) -> String {
    let approver = stage.person("approver@demo", window).await;
    approver.go("/inbox").await;
    approver.shots(&format!("{shots}-inbox")).await;
    approver.click(&format!("a:has-text(\"Publish travel/{name}\")")).await;
    approver.sees("h2:has-text(\"Changes\")").await;
    approver.alive().await;
    approver.shots(&format!("{shots}-request")).await;
    approver.fill("#why", "Looks right.").await;
    approver.accepts_costs().await;
    approver.click("button:has-text(\"Approve and release\")").await;
    approver.sees("text=approved and released this version").await;
    approver.click("a:has-text(\"View documentation\")").await;
    approver.sees("h1:has-text(\"travel/\")").await;
    approver.go(&format!("/apis/travel/{name}/access")).await;
    approver.picks("#app", "travel/demo-app").await;
    approver.click("button:has-text(\"Grant access\")").await;
    approver.reads("td.lead-cell", "travel/demo-app").await;
    approver.leaves().await;
    let owner = stage.person("owner@demo", window).await;
    owner.go("/apps/travel/demo-app").await;
    owner.click("button:has-text(\"Create key\")").await;
    owner.sees("#new-key").await;
    let key = owner.page.locator("#new-key .copyline span").first().inner_text().await.unwrap();
    owner.leaves().await;
    let key = key.trim().to_owned();
    // A gateway learns of a key soon after it was made, and not before its page says so.
    let made = std::time::Instant::now();
    while call(stage, &key, "/api/travel/plane?tailnum=N14228").await.0 == 401 {
        assert!(made.elapsed() < std::time::Duration::from_secs(5), "no gateway knows the key");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    key
}

#[tokio::test]
async fn from_a_table_to_a_called_key_api_and_back() {
    let stage = Stage::open().await;
    builder_makes_planes(&stage, DESK, "aircraft", "kv").await;
    let key = others_release(&stage, DESK, "aircraft", "kv").await;
    let planes = testkit::planes();
    for tailnum in ["N14228", "N24211", "N619AA"] {
        let (status, body) = call(&stage, &key, &format!("/api/travel/aircraft?tailnum={tailnum}")).await;
        assert_eq!(status, 200, "{body}");
        let plane = &planes[tailnum];
        assert_eq!(body["model"].as_str(), plane["model"].as_deref());
        assert_eq!(body["year_built"].as_i64().map(|year| year.to_string()), plane["year"]);
        assert_eq!(body.get("speed"), None);
    }
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/travel/aircraft/edit?step=table").await;
    builder.sees("text=Check passed.").await;
    builder.click("input[aria-label=\"Include seats\"]").await;
    builder.reads("[role=status]:has-text(\"Saved\")", "You can leave").await;
    builder.sends("travel/aircraft").await;
    builder.leaves().await;
    let approver = stage.person("approver@demo", DESK).await;
    approver.go("/inbox").await;
    approver.click("a:has-text(\"Publish travel/aircraft v2\")").await;
    approver.reads(".effects", "The field seats was removed.").await;
    approver.shots("kv-request-breaks").await;
    approver.alive().await;
    approver.click("button:has-text(\"Approve and release\")").await;
    approver.sees("text=approved and released this version").await;
    approver.leaves().await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/apis/travel/aircraft/versions").await;
    owner.shots("kv-versions").await;
    owner.confirms("button:has-text(\"Roll back prod to v1\")").await;
    owner.sees("tr:has-text(\"v1\") .badge-ok:has-text(\"prod\")").await;
    owner.leaves().await;
    let (_, body) = call(&stage, &key, "/api/travel/aircraft?tailnum=N14228").await;
    assert!(body.get("seats").is_some(), "version 1 answers again: {body}");
    stage.close().await;
}

/// Flights of UA from EWR or LGA, in the first half of a month or on its 31st, by month.
fn counted_by_month() -> std::collections::BTreeMap<i64, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for cells in testkit::flight_cells(&["carrier", "origin", "day", "month"]) {
        let cells: Vec<String> = cells.into_iter().flatten().collect();
        let day: i64 = cells[2].parse().unwrap();
        if cells[0] == "UA" && (cells[1] == "EWR" || cells[1] == "LGA") && (day <= 15 || day == 31) {
            *counts.entry(cells[3].parse().unwrap()).or_default() += 1;
        }
    }
    counts
}

#[tokio::test]
async fn a_question_by_form_counts_as_the_data_does() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/new?source=flights-db&table=flights").await;
    builder.click("input[value=\"sql\"]").await;
    builder.fill("#name", "busy-months").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.sees("text=Generated SQL").await;
    for column in [
        "year",
        "day",
        "dep_time",
        "sched_dep_time",
        "dep_delay",
        "arr_time",
        "sched_arr_time",
        "arr_delay",
        "flight",
        "tailnum",
        "origin",
        "dest",
        "air_time",
        "distance",
        "hour",
        "minute",
        "time_hour",
    ] {
        builder.click(&format!("input[aria-label=\"Include {column}\"]")).await;
    }
    builder.click("button:has-text(\"Add computed field\")").await;
    builder.reads("pre", "count(*)").await;
    builder.shots("sql-fields").await;
    builder.click("a:has-text(\"Next: Parameters\")").await;
    builder.picks("select[aria-label=\"Filter column\"]", "carrier").await;
    builder.click("button:has-text(\"Add filter\")").await;
    builder.sees("#p-carrier-test_value").await;
    builder.fill("#p-carrier-test_value", "UA").await;
    builder.picks("select[aria-label=\"Filter column\"]", ":count").await;
    builder.picks("select[aria-label=\"Operator\"]", "at-least").await;
    builder.picks("select[aria-label=\"Compare with\"]", "fixed").await;
    builder.fill("input[aria-label=\"Constant value\"]", "2300").await;
    builder.click("button:has-text(\"Add filter\")").await;
    builder.reads("pre", "HAVING").await;
    // From two of the airports, and in the first half of a month or on its 31st.
    for (column, op, value, group) in
        [("origin", "is", "EWR", "0"), ("origin", "is", "LGA", "0"), ("day", "at-most", "15", "1"), ("day", "is", "31", "1")]
    {
        builder.picks("select[aria-label=\"Filter column\"]", column).await;
        builder.picks("select[aria-label=\"Operator\"]", op).await;
        builder.fill("input[aria-label=\"Constant value\"]", value).await;
        builder.picks("select[aria-label=\"Combine with other filters\"]", group).await;
        builder.click("button:has-text(\"Add filter\")").await;
        builder.sees(&format!(".either:has-text(\"{value}\")")).await;
    }
    builder.reads("pre", "OR \"day\"").await;
    builder.shots("sql-filters").await;
    builder.fits().await;
    builder.picks("select[aria-label=\"Sort by\"]", "month").await;
    builder.click("button:has-text(\"Add sort field\")").await;
    builder.sees("button:has-text(\"Ascending\")").await;
    builder.reads("pre", "ORDER BY").await;
    builder.shots("sql-parameters").await;
    builder.click("a:has-text(\"Next: Policy\")").await;
    builder.click("a:has-text(\"Next: Try it\")").await;
    builder.reads("[role=status]", "Saved.").await;
    builder.fill("#try-carrier", "UA").await;
    builder.click("button:has-text(\"Send\")").await;
    builder.reads(".status-code", "200").await;
    builder.click("button[role=tab]:has-text(\"Plan\")").await;
    builder.sees("section[aria-label=\"Query plan\"]").await;
    builder.shots("sql-try").await;
    builder.click("a:has-text(\"Next: Send for review\")").await;
    builder.sees("text=Check passed.").await;
    builder.click("button:has-text(\"Send for review\")").await;
    builder.sees("text=You sent this").await;
    builder.leaves().await;
    let key = others_release(&stage, DESK, "busy-months", "sql").await;
    let (status, body) = call(&stage, &key, "/api/travel/busy-months?carrier=UA").await;
    assert_eq!(status, 200, "{body}");
    let rows = body["rows"].as_array().unwrap();
    let counts = counted_by_month();
    let counted = |month: i64| counts[&month];
    let busy: Vec<i64> = (1..=12).filter(|month| counted(*month) >= 2_300).collect();
    assert!(!busy.is_empty() && busy.len() < 12);
    let months: Vec<i64> = rows.iter().map(|row| row["month"].as_i64().unwrap()).collect();
    assert_eq!(months, busy);
    for row in rows {
        assert_eq!(row["count"], counted(row["month"].as_i64().unwrap()), "{row}");
    }
    stage.close().await;
}

#[tokio::test]
async fn the_main_job_fits_a_phone() {
    let stage = Stage::open().await;
    builder_makes_planes(&stage, PHONE, "aircraft", "phone").await;
    let key = others_release(&stage, PHONE, "aircraft", "phone").await;
    assert_eq!(call(&stage, &key, "/api/travel/aircraft?tailnum=N14228").await.0, 200);
    let owner = stage.person("owner@demo", PHONE).await;
    for path in [
        "/",
        "/apis",
        "/apis/travel/plane",
        "/apis/travel/plane/versions",
        "/apis/travel/plane/access",
        "/apis/travel/delays/test",
        "/sources",
        "/sources/flights-db",
        "/sources/flights-db/tables/planes",
        "/inbox",
        "/apps",
        "/apps/travel/demo-app",
        "/domains/travel",
        "/audit",
        "/account",
    ] {
        owner.go(path).await;
        owner.sees("h1").await;
        owner.fits().await;
        owner.shots(&format!("phone{}", path.replace('/', "-"))).await;
    }
    owner.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn the_rest_of_the_house_opens_without_a_fault() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", DESK).await;
    for path in [
        "/",
        "/apis",
        "/apis/travel/plane",
        "/apis/travel/delays",
        "/apis/travel/plane/versions",
        "/apis/travel/plane/access",
        "/apis/travel/delays/test",
        "/sources",
        "/sources/new",
        "/sources/flights-db",
        "/sources/flights-db/tables/planes",
        "/inbox?show=all",
        "/apps",
        "/apps/travel/demo-app",
        "/domains",
        "/domains/travel",
        "/people",
        "/audit",
        "/account",
    ] {
        admin.go(path).await;
        admin.sees("h1").await;
        admin.fits().await;
        admin.shots(&format!("desk{}", path.replace(['/', '?', '='], "-"))).await;
    }
    // Shown at once, and still there on the next page.
    admin.click("button[aria-label=\"Switch between light and dark\"]").await;
    admin.sees("html[data-theme=\"dark\"]").await;
    while admin.page.evaluate::<(), f64>("document.cookie.includes('theme=dark') ? 1 : 0", None).await.unwrap() < 1.0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    admin.go("/account").await;
    admin.sees("html[data-theme=\"dark\"]").await;
    admin.click("button[aria-label=\"Sign out\"]").await;
    admin.sees("h1:has-text(\"Sign in\")").await;
    admin.shots("desk-sign-in").await;
    admin.leaves().await;
    stage.close().await;
}

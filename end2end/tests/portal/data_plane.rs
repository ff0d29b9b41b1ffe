//! A table made fast, kept answers, limits and tokens, as people set them in a real browser.

use end2end::{DESK, PHONE, Stage, Window};

async fn a_dataset_is_made_and_built(stage: &Stage, window: Window, name: &str, shots: &str) {
    let builder = stage.person("builder@demo", window).await;
    builder.go("/datasets").await;
    builder.shots(&format!("{shots}-datasets")).await;
    builder.click("a:has-text(\"Create dataset\")").await;
    builder.sees("h2:has-text(\"Source table\")").await;
    builder.picks("#table", "planes").await;
    builder.picks("#compression", "zstd").await;
    builder.fill("#name", name).await;
    builder.shots(&format!("{shots}-dataset-new")).await;
    builder.fits().await;
    builder.click("button:has-text(\"Create dataset\")").await;
    builder.sees("text=Not built yet").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.sees("td .badge-ok:has-text(\"Live\")").await;
    builder.reads("tbody tr", "3,322").await;
    builder.fits().await;
    builder.shots(&format!("{shots}-dataset")).await;
    builder.leaves().await;
}

#[tokio::test]
async fn an_api_is_served_from_a_dataset_with_kept_answers_and_a_limit() {
    let stage = Stage::open().await;
    a_dataset_is_made_and_built(&stage, DESK, "hangar", "fast").await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/travel/plane/edit?step=policy").await;
    builder.sees("text=Serving and response cache").await;
    builder.sees("text=Check passed.").await;
    builder.picks("#serve-from", "hangar").await;
    builder.picks("#cache", "memory").await;
    builder.fill("#ttl", "600000").await;
    builder.page.locator("#ttl").first().press("Tab", None).await.unwrap();
    builder.reads("[role=status]:has-text(\"Saved\")", "You can leave").await;
    builder.shots("fast-policy").await;
    builder.sends("travel/plane").await;
    builder.leaves().await;
    stage.approves("Publish travel/plane v2").await;
    let call = || async {
        let http = reqwest::Client::new();
        let url = format!("{}/api/travel/plane?tailnum=N14228", stage.server.url);
        let response = http.get(url).bearer_auth(stage.server.demo_key()).send().await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), header("x-sluice-cache"), header("x-sluice-data-version"))
    };
    assert_eq!(call().await, (200, Some("miss".into()), Some("1".into())));
    assert_eq!(call().await.1, Some("l1".into()));

    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/apis/travel/plane/traffic").await;
    owner.sees("text=Responses are cached in memory for 10 min.").await;
    owner.shots("fast-traffic").await;
    owner.fits().await;
    owner.confirms("button:has-text(\"Purge cache\")").await;
    owner.sees("text=Cache purged.").await;
    let began = std::time::Instant::now();
    while call().await.1 != Some("miss".into()) {
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "the purge is not in force");
    }
    owner.fill("#per_second", "1").await;
    owner.fill("#burst", "1").await;
    owner.click("button:has-text(\"Save settings\")").await;
    owner.sees("text=Settings saved.").await;
    let began = std::time::Instant::now();
    while call().await.0 != 429 {
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "the limit is not in force");
    }
    owner.expects_status(400);
    owner.fill("#per_second", "none").await;
    owner.click("button:has-text(\"Save settings\")").await;
    owner.reads("#per_second-error", "Enter a whole number between 1 and 10,000,000. Leave the field empty for no value.").await;
    owner.go("/apis/travel/plane").await;
    owner.reads("main", "sluice.travel.Plane/Get").await;
    owner.shots("fast-documentation").await;
    owner.go("/domains/travel").await;
    owner.fill("#low-per_second", "50").await;
    owner.click("button:has-text(\"Save low limit\")").await;
    owner.sees("text=Limit saved.").await;
    owner.fits().await;
    owner.shots("fast-shares").await;
    owner.go("/domains/travel").await;
    owner.sees("#low-per_second[value=\"50\"]").await;
    owner.go("/apps/travel/demo-app").await;
    owner.click("summary:has-text(\"Add issuer\")").await;
    owner.fill("#issuer", "https://id.example.com").await;
    owner.fill("#audience", "flights").await;
    owner.fill("#fixed", "carrier=UA").await;
    owner.shots("fast-issuer").await;
    owner.click("button:has-text(\"Add issuer\")").await;
    owner.sees("#new-secret").await;
    owner.reads("td:has-text(\"https://id.example.com\")", "https://id.example.com").await;
    owner.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_dataset_is_built_on_a_phone_and_rolled_back_by_its_owner() {
    let stage = Stage::open().await;
    a_dataset_is_made_and_built(&stage, PHONE, "pocket", "fast-phone").await;
    let owner = stage.person("owner@demo", PHONE).await;
    owner.go("/datasets/travel/pocket").await;
    owner.click("button:has-text(\"Build a new version\")").await;
    owner.sees("button:has-text(\"Roll back to v\")").await;
    owner.confirms("button:has-text(\"Roll back to v\")").await;
    owner.sees("tr:has-text(\"2\") .badge:has-text(\"Standby\")").await;
    owner.go("/apis/travel/plane/traffic").await;
    owner.sees("h2:has-text(\"Rate limit and priority\")").await;
    owner.fits().await;
    owner.shots("fast-phone-traffic").await;
    owner.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_broken_rule_holds_a_version_back_until_it_is_mended_and_let_through() {
    let stage = Stage::open().await;
    a_dataset_is_made_and_built(&stage, DESK, "gated", "gates").await;
    let seats = |seats: u32| {
        let sql = format!("UPDATE planes SET seats = {seats} WHERE tailnum = 'N14228'");
        testkit::sqlite3(&stage.server.data().join("sources/flights.db"), &sql);
    };
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/datasets/travel/gated").await;
    builder.sees("text=No other checks are set.").await;
    builder.click("button:text-is(\"Change checks\")").await;
    builder.fill("#gate-shrink", "20").await;
    builder.click("button:has-text(\"Add rule\")").await;
    builder.picks("#rule-0-column", "seats").await;
    builder.picks("#rule-0-kind", "between").await;
    builder.fill("#rule-0-first", "2").await;
    builder.fill("#rule-0-second", "600").await;
    builder.click("label:has-text(\"Require owner's approval\")").await;
    builder.shots("gates-form").await;
    builder.fits().await;
    builder.click("button:text-is(\"Save checks\")").await;
    builder.sees("li:has-text(\"seats is between 2 and 600\")").await;
    seats(0);
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.reads(".callout-bad", "1 row, for example 0").await;
    builder.shots("gates-broken").await;
    seats(150);
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.reads(".callout-warn", "Dataset version 3 is validated and waits for approval.").await;
    builder.leaves().await;
    let owner = stage.person("owner@demo", PHONE).await;
    owner.go("/datasets/travel/gated").await;
    owner.sees("button:has-text(\"Promote to live\")").await;
    owner.shots("gates-phone-waiting").await;
    owner.fits().await;
    owner.click("button:has-text(\"Promote to live\")").await;
    owner.sees("tr:has-text(\"3\") .badge-ok:has-text(\"Live\")").await;
    owner.confirms("button:has-text(\"Roll back to v\")").await;
    owner.sees("tr:has-text(\"3\") .badge:has-text(\"Standby\")").await;
    owner.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_dataset_is_made_anew_by_a_schedule_that_is_set_by_form() {
    let stage = Stage::open().await;
    a_dataset_is_made_and_built(&stage, DESK, "nightly", "nightly").await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/datasets/travel/nightly").await;
    builder.sees("text=Runs manually.").await;
    builder.click("button:has-text(\"Change the schedule\")").await;
    builder.picks("#job-when", "cron").await;
    builder.picks("#job-every", "week").await;
    builder.picks("#job-weekday", "1").await;
    builder.reads("#job-next + ul li", "Mon 20").await;
    builder.picks("#job-every", "quarter").await;
    builder.reads("#job-next", "in the time zone UTC").await;
    builder.expects_status(400);
    builder.fill("#job-zone", "Mars/Olympus").await;
    builder.page.locator("#job-zone").first().press("Tab", None).await.unwrap();
    builder.reads(".field-error", "Unknown time zone").await;
    builder.shots("schedule-wrong").await;
    // A zone is found by its city.
    builder.fill("#job-zone", "zurich").await;
    builder.page.locator("#job-zone").first().press("Tab", None).await.unwrap();
    builder.reads("#job-next", "in the time zone Europe/Zurich").await;
    builder.fill("#job-late", "soon").await;
    builder.click("button:has-text(\"Save the schedule\")").await;
    builder.reads("#job-late-error", "Enter a whole number between 1 and 1,440").await;
    builder.fill("#job-late", "30").await;
    builder.shots("schedule-form").await;
    builder.fits().await;
    builder.click("button:has-text(\"Save the schedule\")").await;
    builder.sees("text=Runs every 15 minutes, Europe/Zurich time, in prod.").await;
    builder.sees("text=A run is late if it has not ended 30 min after its due time.").await;
    builder.click("button:text-is(\"Pause job\")").await;
    builder.sees("text=The job is paused.").await;
    builder.click("button:has-text(\"Resume job\")").await;
    builder.sees("button:text-is(\"Pause job\")").await;
    // Its time comes; the page sees that by itself.
    let now = "UPDATE jobs SET due_at = strftime('%s', 'now') * 1000 WHERE dataset_id = (SELECT id FROM datasets WHERE name = 'nightly')";
    testkit::sqlite3(&stage.server.data().join("sluice.db"), now);
    builder.sees("svg[aria-label=\"Last 2 runs: 2 succeeded, 0 failed\"]").await;
    builder.sees("tr:has-text(\"by schedule\") .badge-ok:has-text(\"Live\")").await;
    builder.shots("schedule-done").await;
    builder.go("/datasets").await;
    builder.sees("tr:has-text(\"travel/nightly\") svg.runs").await;
    builder.shots("jobs-list").await;
    builder.leaves().await;
    let phone = stage.person("builder@demo", PHONE).await;
    phone.go("/datasets/travel/nightly").await;
    phone.click("button:has-text(\"Change the schedule\")").await;
    phone.sees("#job-every").await;
    phone.shots("schedule-phone").await;
    phone.fits().await;
    phone.go("/datasets").await;
    phone.sees("text=travel/nightly").await;
    phone.shots("jobs-list-phone").await;
    phone.fits().await;
    phone.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn what_a_source_bears_is_set_by_form_and_seen_while_its_run_goes() {
    let stage = Stage::open().await;
    a_dataset_is_made_and_built(&stage, DESK, "gentle", "gentle").await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/sources/flights-db").await;
    builder.sees("h2:has-text(\"Load limits\")").await;
    builder.expects_status(400);
    builder.fill("#load-rows", "many").await;
    builder.fill("#load-windows", "at night").await;
    builder.click("button:has-text(\"Save limits\")").await;
    builder.reads("#load-rows-error", "Enter a whole number").await;
    builder.reads("#load-windows-error", "22:00-06:00").await;
    // 3,322 rows: slow enough that all of the following happens while the run goes, also beside other journeys.
    builder.fill("#load-rows", "50").await;
    builder.fill("#load-windows", "").await;
    builder.click("button:has-text(\"Save limits\")").await;
    builder.sees("text=Runs apply the new limits from now on.").await;
    builder.page.locator("#load-rows").first().focus().await.unwrap();
    builder.shots("source-load").await;
    builder.fits().await;
    builder.go("/datasets/travel/gentle").await;
    builder.click("button:has-text(\"Build a new version\")").await;
    builder.reads("main", "50 rows/s: load limit of the source").await;
    builder.sees("svg.pace").await;
    builder.shots("job-pace").await;
    builder.fits().await;
    builder.confirms("button:has-text(\"Stop build\")").await;
    builder.reads(".callout-warn", "builder@demo ended it.").await;
    builder.shots("job-ended").await;
    builder.leaves().await;
    let phone = stage.person("builder@demo", PHONE).await;
    phone.go("/sources/flights-db").await;
    phone.sees("h2:has-text(\"Load limits\")").await;
    phone.page.locator("#load-rows").first().focus().await.unwrap();
    phone.shots("source-load-phone").await;
    phone.fits().await;
    phone.leaves().await;
    stage.close().await;
}

//! The main job, as people do it, in a real browser on the real flights.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use end2end::{DESK, NO_SCRIPT, PHONE, Person, Stage, Window};
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

/// Writes SQL into an empty editor: text that takes the place of coloured text gets the colour from Chromium, as an inline style that the
/// policy of the page refuses.
async fn write_sql(person: &Person, sql: &str) {
    for key in ["Control+a", "Delete"] {
        person.page.locator(".cm-content").first().press(key, None).await.unwrap();
    }
    person.fill(".cm-content", sql).await;
}

#[tokio::test]
async fn wrong_inputs_are_told_beside_their_fields() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.expects_status(400);
    builder.go("/apis/new").await;
    builder.fill("#name", "Plane Details").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.reads(".field-error", "Use plane-details").await;
    builder.shots("wrong-name").await;
    builder.go("/apis/travel/plane/test").await;
    builder.fill("#try-tailnum", "no").await;
    builder.click("button:has-text(\"Send\")").await;
    builder.reads(".status-code", "400").await;
    builder.reads(".field-error", "pattern").await;
    builder.shots("wrong-parameter").await;
    builder.go("/apis/new").await;
    builder.click("input[value=\"script\"]").await;
    builder.fill("#name", "by-hand").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    write_sql(&builder, "delete from flights").await;
    builder.reads(".callout", "Only SELECT statements are allowed").await;
    write_sql(&builder, "select carrier\nfrom flight").await;
    builder.reads("#script-error", "Did you mean flights?").await;
    builder.click("button:has-text(\"Go to line 2, column 6\")").await;
    builder.sees(".cm-content:focus").await;
    builder.click("summary:has-text(\"flights\")").await;
    // What is selected is what a name takes the place of.
    builder.click("button[aria-label=\"Insert table flights\"]").await;
    builder.sees("h2:has-text(\"Live sample\")").await;
    write_sql(&builder, "select carrier, count(*) as n from flights [[ where month = :m ]] group by carrier order by carrier").await;
    builder.reads("p.small", "Parameters: m.").await;
    builder.sees("h2:has-text(\"Live sample\")").await;
    // What is completed would stand over the text.
    builder.page.locator(".cm-content").first().press("Escape", None).await.unwrap();
    builder.shots("script").await;
    builder.expects_status(404);
    builder.go("/apis/travel/nothing").await;
    builder.reads(".empty", "There is no API travel/nothing").await;
    builder.sees("a:has-text(\"Go to Home\")").await;
    builder.go("/nowhere").await;
    builder.sees("text=This page does not exist").await;
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn sql_is_completed_coloured_formatted_and_kept() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/new").await;
    builder.click("input[value=\"script\"]").await;
    builder.fill("#name", "typed-by-hand").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    // Names can be completed once the source has told them.
    builder.sees("summary:has-text(\"flights\")").await;
    builder.types(".cm-content", "sel").await;
    builder.click(".cm-tooltip-autocomplete li:has-text(\"select\")").await;
    builder.types(".cm-content", " tailn").await;
    builder.click(".cm-tooltip-autocomplete li:has-text(\"tailnum\")").await;
    builder.types(".cm-content", " from planes [[ where year = :y ]]").await;
    builder.reads(".cm-line", "select tailnum from planes [[ where year = :y ]]").await;
    builder.sees(".cm-keyword:has-text(\"select\")").await;
    builder.sees(".cm-parameter:has-text(\":y\")").await;
    builder.reads("p.small", "Parameters: y.").await;
    builder.shots("script-colours").await;
    builder.page.locator(".cm-content").first().press("Tab", None).await.unwrap();
    builder.sees("sql-editor ~ .row button:focus").await;
    builder.click("sql-editor ~ .row button:has-text(\"Format\")").await;
    builder.reads(".cm-line:nth-child(2)", "tailnum").await;
    builder.reads(".action-bar", "Saved. You can leave").await;
    for window in [DESK, PHONE] {
        let later = stage.person("builder@demo", window).await;
        later.go("/apis/travel/typed-by-hand/edit?step=table").await;
        later.reads(".cm-line:nth-child(2)", "tailnum").await;
        later.reads(".cm-content", "[[ where").await;
        later.fits().await;
        later.leaves().await;
    }
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_session_that_ends_takes_nothing_with_it() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apps").await;
    // The page is alive once the dialog knows whom it asks for.
    builder.reads("#sign-in-again", "Sign in as builder@demo").await;
    builder.fill("#name", "late-board").await;
    builder.expects_status(401);
    let sign_out = "fetch('/fn/sign-out', {method: 'POST', headers: {'content-type': 'application/x-www-form-urlencoded'}}).then(() => 1)";
    builder.page.evaluate::<(), f64>(sign_out, None).await.unwrap();
    builder.click("button:has-text(\"Create app\")").await;
    builder.sees("dialog:popover-open").await;
    builder.shots("signed-out").await;
    builder.click("dialog:popover-open button[type=submit]").await;
    while builder.page.evaluate::<(), f64>("document.querySelector('dialog:popover-open') ? 1 : 0", None).await.unwrap() > 0.0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    builder.click("button:has-text(\"Create app\")").await;
    builder.sees("h1:has-text(\"travel/late-board\")").await;
    builder.leaves().await;
    stage.close().await;
}

/// Waits until the browser says yes.
async fn comes_to(person: &Person, what: &str) {
    let asked = format!("({what}) ? 1 : 0");
    let began = std::time::Instant::now();
    while person.page.evaluate::<(), f64>(&asked, None).await.unwrap() < 1.0 {
        assert!(began.elapsed() < std::time::Duration::from_secs(15), "it does not come to {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_list_is_used_by_keyboard_and_a_page_asks_before_it_is_left() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", DESK).await;
    admin.go("/apis").await;
    admin.fill("input[name=q]", "plane").await;
    admin.page.locator("input[name=q]").press("Enter", None).await.unwrap();
    comes_to(&admin, "location.search.includes('q=plane') && document.activeElement.name === 'q'").await;
    admin.reads(".list-foot [role=status]", " of ").await;
    // The rows are drawn anew; the head keeps the focus.
    admin.page.locator("th a.sort").first().press("Enter", None).await.unwrap();
    admin.sees("th[aria-sort=ascending]").await;
    comes_to(&admin, "document.activeElement.matches('th a.sort')").await;
    admin.shots("list-sorted").await;
    admin.click("a.main-cell").await;
    admin.sees(".tabs").await;
    comes_to(&admin, "location.pathname !== '/apis' && document.activeElement.tagName === 'H1'").await;
    // What was typed stays, or is left behind on purpose.
    admin.go("/people").await;
    admin.fill("#email", "somebody@demo").await;
    admin.click("#side a[href=\"/domains\"]").await;
    admin.sees("#leave-page:popover-open").await;
    admin.shots("leave-page").await;
    admin.click("#leave-page button:has-text(\"Stay\")").await;
    comes_to(&admin, "location.pathname === '/people' && document.querySelector('#email').value === 'somebody@demo'").await;
    admin.click("button:has-text(\"Add person\")").await;
    admin.reads(".toast-place", "The person is added.").await;
    // Saved, nothing is asked.
    admin.click("#side a[href=\"/domains\"]").await;
    admin.sees("h1:has-text(\"Domains\")").await;
    admin.fill("#title", "Left").await;
    admin.click("#side a[href=\"/people\"]").await;
    admin.click("#leave-page button:has-text(\"Leave without saving\")").await;
    admin.sees("h1:has-text(\"People\")").await;
    // Told from now, with the exact time and its zone on hover.
    admin.go("/audit").await;
    comes_to(
        &admin,
        "/ago|now/.test(document.querySelector('td time').textContent) && document.querySelector('td time').title.includes(' UTC')",
    )
    .await;
    admin.leaves().await;
    stage.close().await;
}

/// Somebody presses the browser's own Back; a step of its history is what that is.
async fn goes(person: &Person, steps: i32) {
    person.page.evaluate::<(), f64>(&format!("(history.go({steps}), 1)"), None).await.unwrap();
}

#[tokio::test]
async fn what_was_typed_a_moment_ago_is_there_again() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    // A save that was on its way may have arrived before the last one of a document that goes away.
    builder.expects_status(409);
    builder.go("/apis/new?source=flights-db&table=planes").await;
    builder.fill("#name", "typed").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.sees("text=Check passed.").await;
    let names = |column: &str| format!("input[aria-label=\"Response field name of {column}\"]");
    let stands = |column: &str, name: &str| format!("document.querySelector('{}')?.value === '{name}'", names(column));
    // A field that tells its text when the reader goes on: back at once, nobody goes on.
    builder.fill(&names("year"), "year_built").await;
    goes(&builder, -1).await;
    comes_to(&builder, "location.pathname === '/apis/new' && !!document.querySelector('#name')").await;
    goes(&builder, 1).await;
    comes_to(&builder, &stands("year", "year_built")).await;
    builder.sees("text=Check passed.").await;
    // Loaded anew, at once.
    builder.fill(&names("model"), "model_name").await;
    builder.page.reload(None).await.unwrap();
    builder.sees("html[data-hydrated]").await;
    comes_to(&builder, &stands("model", "model_name")).await;
    comes_to(&builder, &stands("year", "year_built")).await;
    // It is stored, and does not only stand in the form.
    builder.reads("[role=status]:has-text(\"Saved\")", "You can leave").await;
    builder.go("/apis/travel/typed/edit").await;
    comes_to(&builder, &stands("model", "model_name")).await;
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn back_asks_before_it_leaves_a_form_and_a_reload_keeps_what_it_holds() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", DESK).await;
    admin.go("/domains").await;
    admin.click("#side a[href=\"/people\"]").await;
    admin.sees("h1:has-text(\"People\")").await;
    admin.fill("#email", "somebody@demo").await;
    goes(&admin, -1).await;
    admin.sees("#leave-page:popover-open").await;
    admin.click("#leave-page button:has-text(\"Stay\")").await;
    comes_to(&admin, "location.pathname === '/people' && document.querySelector('#email').value === 'somebody@demo'").await;
    admin.page.reload(None).await.unwrap();
    admin.sees("html[data-hydrated]").await;
    comes_to(&admin, "document.querySelector('#email')?.value === 'somebody@demo'").await;
    // A nested definition asks too.
    admin.go("/sources").await;
    admin.click("a[href=\"/sources/new\"]").await;
    admin.fill("#source-name", "typed-source").await;
    goes(&admin, -1).await;
    admin.sees("#leave-page:popover-open").await;
    admin.click("#leave-page button:has-text(\"Leave without saving\")").await;
    comes_to(&admin, "location.pathname === '/sources' && document.activeElement.tagName === 'H1'").await;
    admin.leaves().await;
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
async fn flat_forms_work_without_a_script() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", NO_SCRIPT).await;
    admin.go("/domains").await;
    admin.fill("#name", "finance").await;
    admin.click("button:has-text(\"Create domain\")").await;
    admin.sees("h1:has-text(\"finance\")").await;
    admin.fill("#email", "builder@demo").await;
    admin.click("form:has(#email) input[value=\"viewer\"]").await;
    admin.click("button:has-text(\"Add member\")").await;
    admin.reads(".todo", "builder@demo").await;
    admin.shots("no-script-domain").await;
    admin.leaves().await;
    let builder = stage.person("builder@demo", NO_SCRIPT).await;
    builder.go("/apps").await;
    builder.fill("#name", "board").await;
    builder.click("button:has-text(\"Create app\")").await;
    builder.sees("h1:has-text(\"travel/board\")").await;
    builder.go("/apis/new?source=flights-db&table=planes").await;
    builder.fill("#name", "aircraft").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.sees("h1:has-text(\"travel/aircraft\")").await;
    builder.leaves().await;
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

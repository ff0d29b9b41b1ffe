//! Forms and lists: nothing typed is lost, wrong inputs are told, and all of it works by keyboard and without a script.

use end2end::{DESK, NO_SCRIPT, PHONE, Person, Stage};

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

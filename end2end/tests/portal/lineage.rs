//! Lineage as people meet it: drawn step by step, down to columns, with a path, a search and what is affected; on a phone, and without a
//! script.

use std::time::{Duration, Instant};

use end2end::{DESK, NO_SCRIPT, PHONE, Person, Stage};

const SCANNED: Duration = Duration::from_secs(60);
const PLANES: &str = "/catalogue/table/flights-db/planes?tab=lineage";

/// Opens the lineage of the planes once their table is scanned.
async fn opens(person: &Person) {
    let (drawing, since) = (person.page.locator("#lineage .node"), Instant::now());
    loop {
        person.go(PLANES).await;
        if drawing.count().await.unwrap() > 1 {
            return;
        }
        assert!(since.elapsed() < SCANNED, "the planes have no lineage");
    }
}

/// The name of an asset that stands in a box of the drawing.
fn node(name: &str) -> String {
    format!("#lineage .node:has(text:text-is(\"{name}\"))")
}

#[tokio::test]
async fn lineage_is_followed_step_by_step_and_column_by_column() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    opens(&builder).await;
    builder.sees(&node("travel/plane")).await;
    builder.has_all().await;
    builder.shots("lineage").await;
    builder.fits().await;
    builder.click("a[aria-label=\"Downstream steps: More steps\"]").await;
    builder.sees(&node("travel/flight-day")).await;
    builder.sees(&node("travel/demo-app")).await;

    builder.click("a[aria-label=\"Show the columns of flights-db.planes\"]").await;
    builder.sees("a[aria-label=\"Lineage of column year of flights-db.planes\"]").await;
    builder.click("a[aria-label=\"Show the columns of travel/plane\"]").await;
    builder.sees("a[aria-label=\"Lineage of column year_built of travel/plane\"]").await;
    builder.shots("lineage-columns").await;
    builder.click("a[aria-label=\"Hide the columns of travel/plane\"]").await;
    builder.sees("a[aria-label=\"Show the columns of travel/plane\"]").await;

    builder.fill("#lineage input[type=search]", "demo-app").await;
    builder.click("#lineage [role=search] button").await;
    builder.click("#lineage [role=status] a:text-is(\"travel/demo-app\")").await;
    builder.sees(&format!("{}.on", node("travel/demo-app"))).await;
    builder.reads("#lineage", "Path between flights-db.planes and travel/demo-app").await;
    builder.shots("lineage-path").await;
    builder.click("#lineage a:text-is(\"List\")").await;
    builder.sees("#lineage td a:text-is(\"travel/plane\")").await;
    builder.shots("lineage-list").await;
    builder.fits().await;

    // Who breaks if a column goes.
    builder.go("/catalogue/column/table:flights-db/planes%23year?tab=lineage").await;
    builder.reads("#impact", "year_built").await;
    builder.reads("#impact", "flights-db.planes → travel/plane").await;
    builder.sees("#impact a[download]").await;
    builder.sees("a.col-on").await;
    builder.shots("lineage-impact").await;
    builder.go("/catalogue/api/travel/flight?tab=lineage").await;
    builder.click("summary:has-text(\"SQL of\")").await;
    builder.sees("pre:has-text(\"strftime\")").await;
    builder.leaves().await;

    // Somebody who may not read SQL gets none.
    let viewer = stage.person("viewer@demo", DESK).await;
    viewer.go("/catalogue/api/travel/flight?tab=lineage").await;
    viewer.sees(&node("travel/flight")).await;
    assert_eq!(viewer.page.locator("summary:has-text(\"SQL of\")").count().await.unwrap(), 0);
    viewer.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn lineage_fits_a_phone_and_needs_no_script() {
    let stage = Stage::open().await;
    let phone = stage.person("builder@demo", PHONE).await;
    opens(&phone).await;
    phone.sees(".lineage-list a:text-is(\"travel/plane\")").await;
    assert!(!phone.page.locator(".lineage-drawing").first().is_visible().await.unwrap(), "a list takes the place of the drawing");
    phone.has_all().await;
    phone.shots("lineage-phone").await;
    phone.fits().await;
    phone.leaves().await;

    let plain = stage.person("builder@demo", NO_SCRIPT).await;
    opens(&plain).await;
    plain.click("a[aria-label=\"Downstream steps: More steps\"]").await;
    plain.sees(&node("travel/flight-day")).await;
    plain.fill("#lineage input[type=search]", "flight-day").await;
    plain.click("#lineage [role=search] button").await;
    plain.click("#lineage [role=status] a:text-is(\"travel/flight-day\")").await;
    plain.sees(&format!("{}.on", node("travel/flight-day"))).await;
    plain.sees(&node("travel/demo-app")).await;
    plain.leaves().await;
    stage.close().await;
}

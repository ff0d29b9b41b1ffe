//! Several APIs asked as one: built by picking, and looked at when one of them fails.

use end2end::{DESK, PHONE, Person, Stage};

async fn saved(builder: &Person) {
    builder.reads("[role=status]:has-text(\"Saved\")", "You can leave").await;
}

#[tokio::test]
async fn a_union_is_built_and_outlives_a_step() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/apis/new").await;
    builder.click("label:has-text(\"Union (composite API)\")").await;
    builder.fill("#name", "trip-card").await;
    builder.shots("union-kind").await;
    builder.click("button:has-text(\"Next\")").await;
    builder.sees("h2:has-text(\"Steps\")").await;
    for api in ["plane", "airport", "weather"] {
        builder.picks("select[aria-label=\"API to add\"]", api).await;
        builder.click("button:has-text(\"Add step\")").await;
        builder.sees(&format!("section[aria-label=\"Step {api}\"]")).await;
    }
    let weather = "section[aria-label=\"Step weather\"]";
    builder.click(&format!("{weather} label:has-text(\"Secondary\")")).await;
    builder.picks("#fallback-weather", "api").await;
    // The API that gives most of the same fields is taken; what it asks and the step does not, the caller is asked.
    builder.sees("#instead-weather").await;
    builder.picks("#instead-weather", "flight").await;
    builder.sees("#instead-weather-date").await;
    // In series where the builder says, and with a value where the caller gives none.
    builder.picks("#after-weather", "airport").await;
    builder.fill("input[aria-label=\"Default of faa\"]", "IAH").await;
    builder.page.locator("input[aria-label=\"Default of faa\"]").first().press("Tab", None).await.unwrap();
    builder.sees("text=Example response").await;
    saved(&builder).await;
    builder.shots("union-steps").await;
    builder.fits().await;
    builder.go("/apis/travel/trip-card/edit?step=policy").await;
    builder.fill("#title", "A plane, an airport and the weather").await;
    saved(&builder).await;
    builder.go("/apis/travel/trip-card/edit?step=try").await;
    builder.sees("button:has-text(\"Send\")").await;
    builder.click("button:has-text(\"Send\")").await;
    builder.reads(".status-code", "200").await;
    builder.reads(".numbered", "\"BOEING\"").await;
    builder.click("button:has-text(\"Save as test case\")").await;
    builder.sees("h2:has-text(\"Test cases\")").await;
    saved(&builder).await;
    builder.go("/apis/travel/trip-card/edit?step=try").await;
    builder.reads("section:has(h2:has-text(\"Test cases\"))", "passed").await;
    builder.shots("union-case").await;
    builder.sends("travel/trip-card").await;
    builder.leaves().await;
    stage.approves("Publish travel/trip-card v1").await;

    // The table behind the secondary step goes away.
    testkit::sqlite3(&stage.server.data().join("sources/flights.db"), "ALTER TABLE weather RENAME TO gone");
    for (window, shots) in [(DESK, "union"), (PHONE, "union-phone")] {
        let builder = stage.person("builder@demo", window).await;
        builder.go("/apis/travel/trip-card/test").await;
        builder.sees("button:has-text(\"Send\")").await;
        builder.click("button:has-text(\"Send\")").await;
        builder.reads(".status-code", "200").await;
        builder.reads(".numbered", "\"degraded\"").await;
        builder.reads(".numbered", "\"fallback\": \"api\"").await;
        builder.shots(&format!("{shots}-degraded")).await;
        builder.click("button[role=tab]:has-text(\"Plan\")").await;
        builder.reads(".graph", "another API").await;
        builder.shots(&format!("{shots}-plan")).await;
        builder.click("button[role=tab]:has-text(\"Timings\")").await;
        builder.reads("main", "source-changed").await;
        builder.shots(&format!("{shots}-timings")).await;
        builder.go("/apis/travel/flight-day").await;
        builder.reads("main", "destination.latitude").await;
        builder.shots(&format!("{shots}-documentation")).await;
        builder.go("/apis/travel/flight-day/edit").await;
        builder.sees("section[aria-label=\"Step weather\"]").await;
        builder.shots(&format!("{shots}-edit")).await;
        builder.fits().await;
        builder.leaves().await;
    }
    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/apis/travel/airport/versions").await;
    owner.expects_status(409);
    owner.confirms("button:has-text(\"Retire in prod\")").await;
    owner.sees("text=call this API in prod").await;
    owner.leaves().await;
    stage.close().await;
}

//! Suggested tags as people meet them: read with their evidence, confirmed one by one and together, dismissed, and found again.

use std::time::{Duration, Instant};

use end2end::{DESK, PHONE, Person, Stage};

const SUGGESTIONS: &str = "/catalogue/suggestions";
/// Profiles follow the scan of the demo's source; a busy machine takes longer.
const FOUND: Duration = Duration::from_secs(90);

fn row(column: &str) -> String {
    format!("tr:has(a.main-cell:text-is(\"{column}\"))")
}

/// Opens the inbox until something is suggested for these columns.
async fn finds(person: &Person, columns: &[&str]) {
    let since = Instant::now();
    loop {
        person.go(SUGGESTIONS).await;
        let mut found = 0;
        for column in columns {
            found += person.page.locator(row(column)).count().await.unwrap();
        }
        if found >= columns.len() {
            return;
        }
        assert!(since.elapsed() < FOUND, "nothing is suggested for {columns:?}");
    }
}

#[tokio::test]
async fn suggestions_are_confirmed_and_dismissed() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    let (lat, lon, hour) = ("flights-db.airports.lat", "flights-db.airports.lon", "flights-db.weather.time_hour");
    finds(&builder, &[lat, lon, hour]).await;
    builder.reads(&row(lat), "Coordinates").await;
    builder.reads(&row(lat), "The column name has \"lat\".").await;
    builder.has_all().await;
    builder.shots("suggestions").await;
    builder.fits().await;

    for column in [lat, lon] {
        builder.page.locator(format!("{} .pick input", row(column))).first().check(None).await.unwrap();
    }
    builder.click("button:has-text(\"Confirm selected\")").await;
    builder.reads(".callout-ok", "Decided: 2").await;
    builder.click(&format!("{} button:text-is(\"Dismiss\")", row(hour))).await;
    builder.reads(".callout-ok", "Decided: 1").await;
    builder.shots("suggestions-decided").await;
    builder.go(&format!("{SUGGESTIONS}?state=dismissed")).await;
    builder.reads(&row(hour), "Dismissed by builder@demo").await;
    builder.go("/catalogue/column/table:flights-db/airports%23lat").await;
    builder.sees("#labels a.tag:text-is(\"Coordinates\")").await;
    builder.leaves().await;

    let viewer = stage.person("viewer@demo", PHONE).await;
    viewer.go(&format!("{SUGGESTIONS}?state=confirmed")).await;
    viewer.reads(&row(lat), "Confirmed by builder@demo").await;
    assert_eq!(viewer.page.locator(".pick input").count().await.unwrap(), 0);
    viewer.shots("suggestions-phone").await;
    viewer.fits().await;
    viewer.leaves().await;
    stage.close().await;
}

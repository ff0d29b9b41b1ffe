//! What a page is made of comes when it is needed, and once: the code of an area on time, late, or not at all.

use std::time::Duration;

use end2end::{DESK, Person, Stage};

/// What the administration's pages are made of at the least.
const ADMINISTRATION: &str = "**/split_administration.wasm";

/// How many parts of areas this page has loaded so far.
async fn parts(person: &Person) -> f64 {
    let count = "performance.getEntriesByType('resource').filter(entry => /(split|chunk)_[^/]*\\.wasm$/.test(entry.name)).length";
    person.page.evaluate::<(), f64>(count, None).await.unwrap()
}

/// What this page has asked the server for by now, apart from data. The browser asks for the icon last, and may leave it.
async fn asked_for(person: &Person) -> String {
    let asked = "new Promise(done => {
        const files = () => performance.getEntriesByType('resource').filter(entry => !new URL(entry.name).pathname.startsWith('/fn/'));
        const fetched = () => files().filter(entry => entry.transferSize > 0).map(entry => entry.name).join(' ');
        const until = performance.now() + 2000;
        const look = () => files().some(entry => entry.name.includes('/favicon')) || performance.now() > until
            ? document.fonts.ready.then(() => done(fetched()))
            : setTimeout(look, 20);
        look();
    })";
    person.page.evaluate::<(), String>(asked, None).await.unwrap()
}

#[tokio::test]
async fn a_page_asks_for_nothing_that_the_browser_has() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    for path in ["/", "/apis/travel/plane", "/sources/flights-db", "/datasets", "/monitoring", "/apis/travel/plane/edit"] {
        builder.go(path).await;
        let first = asked_for(&builder).await;
        assert_eq!(first.contains("/split_"), path != "/", "{path}: {first}");
        builder.go(path).await;
        assert_eq!(asked_for(&builder).await, "", "{path}: this was there");
    }
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn home_loads_no_area_and_an_area_comes_once() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", DESK).await;
    admin.go("/").await;
    assert!(parts(&admin).await < 1.0, "Home has loaded an area");
    admin.click("a[href=\"/domains\"]").await;
    admin.sees("h1:has-text(\"Domains\")").await;
    let loaded = parts(&admin).await;
    assert!(loaded >= 1.0, "the area has not come by itself");
    admin.click("a[href=\"/audit\"]").await;
    admin.sees("h1:has-text(\"Audit log\")").await;
    assert!((parts(&admin).await - loaded).abs() < 0.5, "what is there was asked for again");
    admin.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_page_whose_code_comes_late_is_taken_over_then() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", DESK).await;
    let late = |route: playwright_rs::Route| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        route.continue_(None).await
    };
    admin.page.route(ADMINISTRATION, late).await.unwrap();
    // From the server: there at once, and alive once its code is.
    admin.go("/domains").await;
    admin.sees("h1:has-text(\"Domains\")").await;
    // From another page.
    admin.go("/").await;
    admin.click("a[href=\"/domains\"]").await;
    admin.sees("h1:has-text(\"Domains\")").await;
    admin.leaves().await;
    stage.close().await;
}

/// The console tells of what is kept away here, so nobody asks it whether something went wrong.
#[tokio::test]
async fn a_page_whose_code_does_not_come_says_so_and_its_forms_work() {
    let stage = Stage::open().await;
    let admin = stage.person("admin@demo", DESK).await;
    admin.page.route(ADMINISTRATION, |route| async move { route.abort(None).await }).await.unwrap();
    // From another page there is nothing but what to do.
    admin.go("/").await;
    admin.click("a[href=\"/domains\"]").await;
    admin.sees("h1:has-text(\"Page not loaded\")").await;
    // The server gives the page whole: its form is the browser's own.
    admin.click("a:has-text(\"Load again\")").await;
    admin.sees("h1:has-text(\"Domains\")").await;
    admin.sees("text=The code of this page did not arrive.").await;
    admin.fill("#name", "finance").await;
    admin.click("button:has-text(\"Create domain\")").await;
    admin.sees("h1:has-text(\"finance\")").await;
    admin.sees("text=The code of this page did not arrive.").await;
    admin.shots("area-not-loaded").await;
    // And once the code can come, all is as ever.
    admin.page.unroute(ADMINISTRATION).await.unwrap();
    admin.click("a:has-text(\"Load again\")").await;
    admin.sees("html[data-hydrated]").await;
    admin.sees("h1:has-text(\"finance\")").await;
    stage.close().await;
}

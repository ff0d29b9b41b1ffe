//! Figures over time as people read them: by pointer, by keyboard, by ear, on a phone, and without a script.

use std::time::{Duration, Instant};

use end2end::{DESK, NO_SCRIPT, PHONE, Person, Stage};
use serde_json::Value as Json;

/// Figures are written each ten seconds, and shown soon after.
const SHOWN: Duration = Duration::from_secs(40);

/// The row of the chart of requests that has the highest value: its place, and its cells as they read.
const BUSIEST: &str = "JSON.stringify((() => {
    const rows = [...document.querySelectorAll('[data-chart=requests] tbody tr')];
    if (!rows.length) return {value: -1};
    const value = row => +(row.cells[1].dataset.value ?? -1);
    const place = rows.reduce((best, row, at) => value(row) > value(rows[best]) ? at : best, 0);
    const plot = document.querySelector('[data-chart=requests] .chart-plot');
    const box = plot.getBoundingClientRect();
    const x = box.left + box.width * (place + 0.5) / +plot.dataset.count;
    return {place, value: value(rows[place]), cells: [...rows[place].cells].map(cell => cell.textContent), x, y: box.top + box.height / 2};
})())";

/// The box of what is read, as it reads, and how many charts have a cross.
const READOUT: &str = "JSON.stringify({
    time: document.querySelector('[data-chart=requests] .readout b')?.textContent ?? '',
    value: document.querySelector('[data-chart=requests] .readout div span:last-child')?.textContent ?? '',
    legend: document.querySelector('[data-chart=requests] .legend b').textContent,
    crosses: document.querySelectorAll('.cross').length,
})";

async fn told(person: &Person, script: &str) -> Json {
    let text: String = person.page.evaluate::<(), String>(script, None).await.unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn calls(stage: &Stage, count: usize) {
    let http = reqwest::Client::new();
    for _ in 0..count {
        let url = format!("{}/api/travel/plane?tailnum=N14228", stage.server.url);
        assert_eq!(http.get(url).bearer_auth(stage.server.demo_key()).send().await.unwrap().status(), 200);
    }
}

/// Waits until the page shows requests by itself, without being loaded again.
async fn shows_requests(person: &Person) {
    let since = Instant::now();
    while told(person, BUSIEST).await["value"].as_f64().unwrap() <= 0.0 {
        assert!(since.elapsed() < SHOWN, "no requests are shown");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn reads_by_pointer_and_by_keyboard(owner: &Person) {
    let mouse = owner.page.mouse();
    // A live update may come between two steps: what is read stays with its time.
    let busiest = told(owner, BUSIEST).await;
    mouse.move_to(busiest["x"].as_f64().unwrap(), busiest["y"].as_f64().unwrap(), None).await.unwrap();
    let read = told(owner, READOUT).await;
    assert_eq!((&read["time"], &read["value"]), (&busiest["cells"][0], &busiest["cells"][1]), "{read} {busiest}");
    assert_eq!(read["legend"], read["value"]);
    // The demo keeps no responses: one of the four has a sentence in place of its drawing.
    assert_eq!(read["crosses"], 3, "all charts of the page show the same time");
    owner.shots("monitoring-readout").await;
    mouse.move_to(2.0, 2.0, None).await.unwrap();
    assert_eq!(told(owner, READOUT).await["crosses"], 0);

    owner.page.evaluate::<(), f64>("(document.querySelector('[data-chart=requests] .chart').focus(), 0)", None).await.unwrap();
    let keyboard = owner.page.keyboard();
    keyboard.press("End", None).await.unwrap();
    let last = told(owner, READOUT).await;
    keyboard.press("ArrowLeft", None).await.unwrap();
    let before = told(owner, READOUT).await;
    assert!(last["time"] != "" && before["time"] != "" && last["time"] != before["time"], "{last} {before}");
    owner.reads("p[role=status].sr", before["time"].as_str().unwrap()).await;
    keyboard.press("Escape", None).await.unwrap();
    assert_eq!(told(owner, READOUT).await["crosses"], 0);
}

#[tokio::test]
async fn an_owner_reads_zooms_and_shares_figures() {
    let stage = Stage::open().await;
    calls(&stage, 40).await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.click("nav.side a[href=\"/monitoring\"]").await;
    owner.sees("h1:has-text(\"Monitoring\")").await;
    owner.click(".seg a:has-text(\"15 min\")").await;
    owner.sees(".seg a[aria-current]:has-text(\"15 min\")").await;
    shows_requests(&owner).await;
    owner.sees("[data-chart=responses] p:has-text(\"turn on its response cache\")").await;
    owner.fits().await;
    owner.shots("monitoring").await;
    owner.sees("section:has(h2:has-text(\"APIs\")) a[href^=\"/monitoring/api/travel/plane\"]").await;
    reads_by_pointer_and_by_keyboard(&owner).await;

    // From there to one API, in a time that is zoomed into.
    owner.click("section:has(h2:has-text(\"APIs\")) a[href^=\"/monitoring/api/travel/plane\"]").await;
    owner.sees("h1:has-text(\"travel/plane\")").await;
    owner.sees("[data-chart=time] .chart-plot").await;
    let busiest = told(&owner, BUSIEST).await;
    let (x, y) = (busiest["x"].as_f64().unwrap(), busiest["y"].as_f64().unwrap());
    let mouse = owner.page.mouse();
    mouse.move_to(x - 60.0, y, None).await.unwrap();
    mouse.down(None).await.unwrap();
    mouse.move_to(x - 20.0, y, None).await.unwrap();
    mouse.move_to(x, y, None).await.unwrap();
    owner.sees(".brush").await;
    mouse.up(None).await.unwrap();
    owner.sees(".seg:not(:has(a[aria-current])) a:has-text(\"15 min\")").await;
    let url = owner.page.url();
    assert!(url.contains("from=") && url.contains("to=") && !url.contains("range="), "{url}");
    owner.shots("monitoring-zoomed").await;
    owner.leaves().await;

    // The address is all that somebody else needs.
    let path = url.split_once("/monitoring").map(|(_, rest)| format!("/monitoring{rest}")).unwrap();
    let viewer = stage.person("viewer@demo", DESK).await;
    viewer.go(&path).await;
    viewer.sees("[data-chart=requests] .chart-plot").await;
    viewer.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn figures_fit_a_phone_and_stand_on_home_and_on_the_pages_of_things() {
    let stage = Stage::open().await;
    calls(&stage, 5).await;
    let phone = stage.person("owner@demo", PHONE).await;
    for (path, name) in
        [("/monitoring", "overview"), ("/monitoring/api/travel/plane", "api"), ("/monitoring/dataset/travel/aircraft", "dataset")]
    {
        phone.go(path).await;
        phone.sees(".chart-plot").await;
        phone.fits().await;
        phone.shots(&format!("monitoring-{name}-phone")).await;
    }
    phone.go("/apis/travel/plane").await;
    phone.click("nav.tabs a:has-text(\"Monitoring\")").await;
    phone.sees("h1:has-text(\"travel/plane\")").await;
    phone.sees("a.btn:has-text(\"View API\")").await;
    phone.leaves().await;
    let desk = stage.person("owner@demo", DESK).await;
    desk.go("/sources/flights-db").await;
    desk.click("a.btn:has-text(\"Monitoring\")").await;
    desk.sees("[data-chart=statements] .chart-plot").await;
    desk.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn charts_show_without_a_script() {
    let stage = Stage::open().await;
    calls(&stage, 5).await;
    let viewer = stage.person("viewer@demo", NO_SCRIPT).await;
    viewer.go("/monitoring").await;
    viewer.sees("[data-chart=latency] .chart-plot").await;
    viewer.click(".seg a:has-text(\"6 h\")").await;
    viewer.sees(".seg a[aria-current]:has-text(\"6 h\")").await;
    viewer.picks("select[name=domain]", "travel").await;
    viewer.click("form:has(select[name=domain]) button").await;
    viewer.sees(".lead:has-text(\"travel\")").await;
    viewer.sees(".seg a[aria-current]:has-text(\"6 h\")").await;
    viewer.click("[data-chart=requests] summary").await;
    viewer.sees("[data-chart=requests] tbody tr").await;
    assert_eq!(viewer.page.locator(".chart-saves:visible").count().await.unwrap(), 0, "a button that does nothing is shown");
    viewer.shots("monitoring-no-script").await;
    viewer.leaves().await;
    stage.close().await;
}

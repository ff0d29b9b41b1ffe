//! Figures over time through `/admin/v1/metrics`, of chunks that a recorder has made and the store of figures holds.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use model::clock::{HOUR, MINUTE, Millis, SECOND, rfc3339};
use model::snapshot::Environment;
use observe::{Counter, Gauge, LiveLatencies, Reading, Recorder, SeriesKey, SeriesKind, Tick, Tier};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use store::{SeriesChunkRow, SeriesStore};
use testkit::{Admin, Sluice};

use crate::common::binary;

const STEP: Millis = 10 * SECOND;
/// Ten minutes.
const TICKS: u64 = 60;

fn now() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

async fn figures_of(data: &Path) -> SeriesStore {
    let figures = SeriesStore::open(&format!("sqlite://{}", data.join("sluice.db").display())).unwrap();
    figures.migrate().await.unwrap();
    figures
}

/// In each ten seconds, so many requests as ten seconds have passed, one of them failed, each a millisecond longer than the one before.
async fn write(figures: &SeriesStore, writer: &str, began: Millis) {
    let api = SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane");
    let of_app = SeriesKey::new(SeriesKind::AppApi, Some(Environment::Prod), "travel/demo-app travel/plane");
    let node = SeriesKey::new(SeriesKind::Node, None, "10.0.0.1:80");
    let (mut recorder, live) = (Recorder::new(writer, began), LiveLatencies::default());
    let (mut ok, mut failed) = (0, 0);
    for tick in 1..=TICKS {
        (1..=tick).for_each(|millis| live.add(millis * 1_000));
        (ok, failed) = (ok + tick - 1, failed + 1);
        let of_api = Reading::default().counter(Counter::Ok, ok).counter(Counter::Error(model::ErrorCode::SourceTimeout), failed);
        let readings = [
            (api.clone(), of_api.clone().counter(Counter::CacheMiss, ok).latencies(live.read())),
            (of_app.clone(), of_api),
            (node.clone(), Reading::default()),
        ];
        let written = recorder.tick(began + i64::try_from(tick).unwrap() * STEP, readings);
        put(figures, &mut recorder, &written).await;
    }
}

async fn put(figures: &SeriesStore, recorder: &mut Recorder, written: &Tick) {
    let rows = written.chunks.iter().map(|chunk| SeriesChunkRow {
        series: chunk.series.to_string(),
        tier: chunk.tier.number().into(),
        start_ms: chunk.start,
        writer: chunk.writer.clone(),
        tick: chunk.tick,
        bytes: chunk.bytes.clone(),
    });
    figures.put_chunks(&rows.collect::<Vec<_>>()).await.unwrap();
    recorder.written(written);
}

/// A request in each ten seconds. In the second minute, a breaker is open and responses are degraded.
async fn degrade(figures: &SeriesStore, began: Millis) {
    let api = SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), "travel/plane");
    let node = SeriesKey::new(SeriesKind::Node, None, "10.0.0.1:80");
    let mut recorder = Recorder::new("10.0.0.1:80/first", began);
    for tick in 1..=TICKS {
        let is_open = (7..=12).contains(&tick);
        let reading = Reading::default().counter(Counter::Ok, tick).counter(Counter::Degraded, tick.saturating_sub(6).min(6));
        let readings = [(api.clone(), reading.gauge(Gauge::BreakerOpen, is_open.into())), (node.clone(), Reading::default())];
        let written = recorder.tick(began + i64::try_from(tick).unwrap() * STEP, readings);
        put(figures, &mut recorder, &written).await;
    }
}

fn values(line: &Json) -> Vec<Option<f64>> {
    line["values"].as_array().unwrap().iter().map(Json::as_f64).collect()
}

fn chart(more: &str) -> String {
    format!("/metrics?kind=api&environment=prod&path=travel/plane&{more}")
}

async fn stranger(server: &Sluice, admin: &Admin) -> Admin {
    admin.post("/domains", json!({"name": "finance"})).await;
    admin.post("/people", json!({"email": "stranger@demo"})).await;
    admin.call(Method::PUT, "/domains/finance/members/stranger@demo", Some(json!({"roles": ["owner"]}))).await;
    Admin::demo(server, "stranger@demo").await
}

#[tokio::test]
async fn figures_are_exact_and_shown_to_those_who_may_see_what_they_are_about() {
    let server = Sluice::demo(binary());
    let began = Tier::TenSeconds.chunk(now() - 2 * HOUR);
    let ended = began + 10 * MINUTE;
    let figures = figures_of(server.data()).await;
    for writer in ["10.0.0.1:80/first", "10.0.0.2:80/second"] {
        write(&figures, writer, began).await;
    }
    let (owner, admin) = (Admin::demo(&server, "owner@demo").await, Admin::demo(&server, "admin@demo").await);
    let within = format!("from={began}&to={}", rfc3339(ended));
    // Two processes, and ten seconds.
    let view = owner.get(&chart(&format!("{within}&step=10&metrics=requests,errors,error-share,latency-max&by_code=true"))).await;
    let expected: Vec<Option<f64>> = (1..=TICKS).map(|tick| Some(2.0 * tick as f64 / 10.0)).collect();
    assert_eq!((view["step"].as_i64(), view["is_coarser"].as_bool(), view["unreadable"].as_u64()), (Some(STEP), Some(false), Some(0)));
    assert_eq!(values(&view["lines"][0]), expected);
    assert_eq!(values(&view["lines"][1]), vec![Some(0.2); 60]);
    assert_eq!((&view["lines"][2]["metric"], &view["lines"][2]["code"]), (&json!("errors"), &json!("source-timeout")));
    assert_eq!((values(&view["lines"][3])[9], values(&view["lines"][4])[9]), (Some(0.1), Some(10.0)));
    // By minutes, the same requests.
    let view = owner.get(&chart(&format!("{within}&step=60&metrics=requests"))).await;
    let sum: f64 = values(&view["lines"][0]).into_iter().flatten().sum();
    assert!((sum * 60.0 - 2.0 * (60.0 * 61.0 / 2.0)).abs() < 1e-6, "{sum}");
    // An hour before, nobody has reported.
    let before = owner.get(&chart(&format!("from={}&to={began}&metrics=requests", began - HOUR))).await;
    assert!(values(&before["lines"][0]).iter().all(Option::is_none), "{before}");

    let overview =
        owner.get(&format!("/metrics/overview?environment=prod&domain=travel&{within}&compare=yesterday&zone=Europe/Berlin")).await;
    let busiest = &overview["top"][0];
    assert_eq!((&busiest[0], &busiest[1][0]["subject"]["path"]), (&json!("busiest"), &json!("travel/plane")), "{overview}");
    assert_eq!(busiest[1][0]["requests"], json!(3_660.0 / 600.0));
    assert_eq!(
        (&overview["top"][2][1][0]["error_share"], &overview["apps"][0]["subject"]["path"]),
        (&json!(120.0 / 3_660.0), &json!("travel/demo-app"))
    );
    let line = &overview["chart"]["lines"][0];
    assert_eq!(line["values"].as_array().unwrap().len(), line["earlier"].as_array().unwrap().len());
    assert!(overview["apis"].as_u64().unwrap() >= 1, "{overview}");
    let app = owner.get(&format!("/metrics?kind=app&environment=prod&path=travel/demo-app&{within}&step=10&metrics=requests")).await;
    assert_eq!(values(&app["lines"][0]), expected);

    let stranger = stranger(&server, &admin).await;
    assert_eq!(stranger.call(Method::GET, &chart(&format!("{within}&metrics=requests")), None).await.0, StatusCode::NOT_FOUND);
    let of_domain = format!("/metrics/overview?environment=prod&domain=travel&{within}");
    assert_eq!(stranger.call(Method::GET, &of_domain, None).await.0, StatusCode::NOT_FOUND);
    let own = stranger.get(&format!("/metrics/overview?environment=prod&{within}")).await;
    assert_eq!((&own["top"][0][1], &own["apps"], &own["apis"]), (&json!([]), &json!([]), &json!(0)));
    let node = format!("/metrics?kind=node&path=10.0.0.1:80&{within}&metrics=cpu");
    assert_eq!(owner.call(Method::GET, &node, None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(admin.call(Method::GET, &node, None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn degradations_of_the_figures_are_marks_of_the_chart() {
    let server = Sluice::demo(binary());
    let owner = Admin::demo(&server, "owner@demo").await;
    let began = Tier::TenSeconds.chunk(now() - 2 * HOUR);
    degrade(&figures_of(server.data()).await, began).await;
    let marks = async |of: &str| {
        let view = owner.get(&format!("/metrics?{of}&from={began}&to={}&step=10&metrics=requests", began + 10 * MINUTE)).await;
        let marks = view["marks"].as_array().unwrap().iter().filter(|mark| mark["kind"] == "degradation");
        let told = marks.map(|mark| (mark["at"].as_i64().unwrap() - began, mark["text"].as_str().unwrap().to_owned()));
        told.collect::<Vec<_>>()
    };
    let mark = |at: Millis, what: &str| (at, format!("travel/plane {what}"));
    let expected = [
        mark(MINUTE, "circuit breaker opened"),
        mark(MINUTE, "degraded responses begin"),
        mark(2 * MINUTE, "circuit breaker closed"),
        mark(2 * MINUTE, "degraded responses end"),
    ];
    assert_eq!(marks("kind=api&environment=prod&path=travel/plane").await, expected);
    let of_domain = marks("kind=domain&environment=prod&path=travel").await;
    assert_eq!(
        of_domain,
        [(MINUTE, "travel degraded responses begin".to_owned()), (2 * MINUTE, "travel degraded responses end".to_owned())]
    );
    assert!(marks("kind=api&environment=test&path=travel/plane").await.is_empty());
}

#[tokio::test]
async fn a_chart_is_bounded_comes_as_csv_and_says_what_happened_and_what_is_wrong() {
    let server = Sluice::demo(binary());
    let owner = Admin::demo(&server, "owner@demo").await;
    let now = now();
    let years = owner.get(&chart(&format!("from={}&to={now}&step=10&metrics=requests", now - 3_653 * 24 * HOUR))).await;
    assert_eq!(years["is_coarser"], true);
    assert!((2..=1_500).contains(&values(&years["lines"][0]).len()));
    // The demo has just released it.
    let hour = owner.get(&chart(&format!("from={}&to={}&metrics=requests", now - HOUR, now + HOUR))).await;
    let is_release = |mark: &Json| mark["kind"] == "release" && mark["text"].as_str().unwrap().starts_with("travel/plane v");
    assert!(hour["marks"].as_array().unwrap().iter().any(is_release), "{hour}");

    let url = format!("{}/admin/v1{}", server.url, chart(&format!("from=0&to={HOUR}&metrics=requests,errors")));
    let csv = |format: &str| {
        let asked = reqwest::Client::new().get(format!("{url}{format}")).bearer_auth(&owner.token);
        if format.is_empty() { asked.header("accept", "text/csv") } else { asked }
    };
    for format in ["", "&format=csv"] {
        let response = csv(format).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(response.text().await.unwrap(), "time,requests,errors\r\n1970-01-01T00:00:00Z,,\r\n");
    }

    let good = format!("from={}&to={now}&metrics=requests", now - HOUR);
    for (asked, field) in [
        (format!("/metrics?kind=planet&environment=prod&path=a/b&{good}"), "kind"),
        (format!("/metrics?kind=api&environment=moon&path=travel/plane&{good}"), "environment"),
        (format!("/metrics?kind=api&path=travel/plane&{good}"), "environment"),
        (format!("/metrics?kind=api&environment=prod&{good}"), "path"),
        (format!("/metrics?kind=api&environment=prod&path=plane&{good}"), "path"),
        (chart(&format!("from={now}&to={}&metrics=requests", now - 1)), "from"),
        (chart(&format!("from={}&to={}&metrics=requests", now + HOUR, now + 2 * HOUR)), "from"),
        (chart(&format!("from=yesterday&to={now}&metrics=requests")), "from"),
        (chart(&format!("from=0&to={now}&metrics=requests,weather")), "metrics"),
        (chart(&format!("from=0&to={now}")), "metrics"),
        (chart(&format!("{good}&step=-1")), "step"),
        (chart(&format!("{good}&compare=tomorrow")), "compare"),
        (chart(&format!("{good}&zone=Mars/Olympus")), "zone"),
        (chart(&format!("{good}&format=xml")), "format"),
        (format!("/metrics/overview?from=0&to={now}"), "environment"),
    ] {
        let (status, problem) = owner.call(Method::GET, &asked, None).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::BAD_REQUEST, &json!(field)), "{asked}: {problem}");
        assert!(problem["errors"][0]["message"].as_str().unwrap().ends_with('.'), "{problem}");
    }
}

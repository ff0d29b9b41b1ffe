//! Rules on more than one API: an app with all that it calls, a domain with all of its APIs and those that come later, and nodes, which are
//! for admins.

use std::collections::BTreeMap;

use model::ErrorCode;
use model::snapshot::Environment;
use observe::{Counter, Gauge, GaugeRange, Point, SeriesKey, SeriesKind, Tier};
use reqwest::Method;
use serde_json::{Value as Json, json};
use store::{SeriesChunkRow, SeriesStore};
use testkit::{Admin, Sluice};

use crate::common::{LONG, binary, until};

const NODE: &str = "10.0.0.1:8080";

fn now() -> i64 {
    i64::try_from(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// What another node writes of one series.
struct Written {
    series: SeriesKey,
    ok: u64,
    failed: u64,
    gauge: Option<(Gauge, i64)>,
}

fn requests(kind: SeriesKind, object: &str, (ok, failed): (u64, u64)) -> Written {
    Written { series: SeriesKey::new(kind, Some(Environment::Prod), object), ok, failed, gauge: None }
}

/// The same in each ten seconds, from two minutes ago until ten minutes ahead.
async fn write(server: &Sluice, all: &[Written]) {
    let figures = SeriesStore::open(&format!("sqlite://{}", server.data().join("sluice.db").display())).unwrap();
    let mut rows = Vec::new();
    for written in all {
        let mut chunks: BTreeMap<i64, BTreeMap<i64, Point>> = BTreeMap::new();
        let mut at = Tier::TenSeconds.interval(now() - 120_000);
        while at < now() + 600_000 {
            let mut point = Point::empty(at);
            point.counters.insert(Counter::Ok.number(), written.ok);
            point.counters.insert(Counter::Error(ErrorCode::SourceTimeout).number(), written.failed);
            point.counters.retain(|_, count| *count > 0);
            if let Some((gauge, value)) = written.gauge {
                point.gauges.insert(gauge.number(), GaugeRange::once(at, value));
            }
            chunks.entry(Tier::TenSeconds.chunk(at)).or_default().insert(at, point);
            at += 10_000;
        }
        rows.extend(chunks.into_iter().map(|(start_ms, points)| SeriesChunkRow {
            series: written.series.to_string(),
            tier: i64::from(Tier::TenSeconds.number()),
            start_ms,
            writer: "another-node/1".into(),
            tick: 1,
            bytes: observe::encode(Tier::TenSeconds, start_ms, &points).unwrap(),
        }));
    }
    figures.put_chunks(&rows).await.unwrap();
}

fn rule(watch: &Json, metric: &str, threshold: f64) -> Json {
    json!({"rule": {"watch": watch, "metric": metric, "operator": "above", "threshold": threshold, "window_minutes": 1}})
}

async fn put(who: &Admin, name: &str, body: Json) -> (u16, Json) {
    let (status, said) = who.call(Method::PUT, &format!("/alert-rules/travel/{name}"), Some(body)).await;
    (status.as_u16(), said)
}

async fn alert(who: &Admin, series: &str) -> Json {
    let alerts = who.get("/alerts").await;
    alerts.as_array().unwrap().iter().find(|alert| alert["series"] == series).cloned().unwrap_or(Json::Null)
}

#[tokio::test]
async fn an_app_a_domain_and_a_node_are_watched_as_a_whole() {
    let server = Sluice::demo(binary());
    let (admin, builder) = (Admin::demo(&server, "admin@demo").await, Admin::demo(&server, "builder@demo").await);
    let node = SeriesKey::new(SeriesKind::Node, None, NODE);
    let calls = [
        requests(SeriesKind::Api, "travel/plane", (10, 10)),
        requests(SeriesKind::Api, "travel/first-of-two", (30, 0)),
        requests(SeriesKind::Api, "travels/plane", (0, 500)),
        requests(SeriesKind::AppApi, "travel/website travel/plane", (0, 10)),
        requests(SeriesKind::AppApi, "travel/website travel/first-of-two", (30, 0)),
        requests(SeriesKind::AppApi, "travel/websites travel/plane", (50, 0)),
        Written { series: node, ok: 0, failed: 0, gauge: Some((Gauge::CpuPermille, 1_500)) },
    ];
    write(&server, &calls).await;

    let domain = json!({"kind": "domain", "environment": "prod"});
    let apps = json!({"kind": "app", "environment": "prod"});
    let nodes = json!({"kind": "node"});
    assert_eq!(put(&builder, "whole", rule(&domain, "error-share", 0.15)).await.0 / 100, 2);
    assert_eq!(put(&builder, "apps", rule(&apps, "error-share", 0.2)).await.0 / 100, 2);
    let (status, said) = put(&builder, "nodes", rule(&nodes, "cpu", 1.4)).await;
    assert_eq!((status, &said["code"]), (403, &json!("forbidden")), "figures of nodes are for admins: {said}");
    let (status, _) = builder.call(Method::POST, "/alert-previews/travel", Some(rule(&nodes, "cpu", 1.4)["rule"].clone())).await;
    assert_eq!(status.as_u16(), 403);
    assert_eq!(put(&admin, "nodes", rule(&nodes, "cpu", 1.4)).await.0 / 100, 2);
    for (watch, metric) in [
        (json!({"kind": "app", "environment": "prod", "path": "travel/none"}), "requests"),
        (json!({"kind": "node", "path": "10.9.9.9:1"}), "cpu"),
        (json!({"kind": "domain", "environment": "prod", "path": "finance"}), "requests"),
    ] {
        let (status, said) = put(&admin, "none", rule(&watch, metric, 1.0)).await;
        let field = said["errors"][0]["field"].as_str().unwrap_or_default();
        assert!(status == 400 && field.ends_with("path"), "{watch}: {status} {said}");
    }

    let (whole, app, hot) = ("domain:prod:travel".to_owned(), "app:prod:travel/website".to_owned(), format!("node::{NODE}"));
    for (series, value) in [(&whole, 0.2), (&app, 0.25), (&hot, 1.5)] {
        until(LONG, series, async || alert(&admin, series).await["phase"] == "firing").await;
        let found = alert(&admin, series).await["value"].as_f64().unwrap();
        assert!((found - value).abs() < 1e-9, "{series}: {found}");
    }
    assert_eq!(alert(&admin, "app:prod:travel/websites").await, Json::Null, "another app, which has no failures");
    let preview = builder.post("/alert-previews/travel", rule(&domain, "error-share", 0.15)["rule"].clone()).await;
    assert_eq!((preview.as_array().unwrap().len(), &preview[0]["series"]), (1, &json!(whole)), "{preview}");

    // An API that comes later counts for its domain at once.
    write(&server, &[requests(SeriesKind::Api, "travel/later", (1_000, 0))]).await;
    until(2 * LONG, "so few fail of all", async || alert(&admin, &whole).await["phase"] == "resolved").await;
    assert_eq!(alert(&admin, &app).await["phase"], "firing");

    // An objective whose budget is used too fast is at risk, whatever is left of it.
    let subject = json!({"kind": "api", "environment": "prod", "path": "travel/plane"});
    let objective = json!({"objective": {"subject": subject, "kind": "availability", "target": 99.9}});
    let (status, said) = admin.call(Method::PUT, "/objectives/travel/answers", Some(objective)).await;
    assert!(status.is_success(), "{said}");
    let objectives = admin.get("/objectives").await;
    let fast = &objectives[0]["burning"][0];
    assert_eq!((&fast["key"], &fast["fires"]), (&json!("fast"), &json!(true)), "{objectives}");
    assert!((fast["over_short"].as_f64().unwrap() - 500.0).abs() < 1e-6, "half of all fail, where one in a thousand may: {fast}");
    let page = Admin::browser(&server, "admin@demo").await.get(format!("{}/monitoring/objectives", server.url)).send().await.unwrap();
    let page = page.text().await.unwrap();
    let at_risk = page.split_once("id=\"at-risk\"").unwrap().1.split_once("</section>").unwrap().0;
    assert!(at_risk.contains("travel/answers") && at_risk.contains("500.0 times too fast"), "{at_risk}");

    // Documents have the same rules, and the same authority.
    let exported = admin.get("/export").await.as_str().unwrap().to_owned();
    assert!(exported.contains("kind: domain") && exported.contains("kind: node"), "{exported}");
    let document = "document: alert-rule\ndomain: travel\nname: hot\nrule:\n  watch: { kind: node }\n  metric: memory\n  operator: above\n  threshold: 1000000000\n  window_minutes: 5\n";
    let (status, said) = builder.call(Method::POST, "/apply", Some(json!({"documents": document}))).await;
    assert_eq!(status.as_u16(), 403, "{said}");
    assert_eq!(admin.post("/apply", json!({"documents": document})).await["changes"][0]["effect"], "make");
}

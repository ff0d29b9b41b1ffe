//! JSON over HTTP as a source: every way of giving pages, values in paths, and services that are in trouble.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // tests

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use common::{ask, fields, text};
use connect::{Purpose, SourceErrorKind, Statement};
use futures::TryStreamExt;
use model::DataType;
use model::table::TableRef;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

mod common;

const PAGE: usize = 500;
/// Numbers that no float holds.
const DIGITS: &str = r#"{"data": {"items": [{"price":12345678901234567.89,"n":12345678901234567890123,"j":{"p":1.10},"t":"1.10"},
    {"price":0.1,"n":1,"j":[1e2, 18446744073709551616],"t":"x"}]}, "next": 12345678901234567890123}"#;

struct Service {
    planes: Vec<Value>,
    calls: AtomicUsize,
}

type Shared = State<Arc<Service>>;

fn number(query: &HashMap<String, String>, name: &str, usual: usize) -> usize {
    query.get(name).map_or(usual, |text| text.parse().unwrap())
}

fn some(service: &Service, start: usize, size: usize) -> Vec<Value> {
    service.calls.fetch_add(1, Ordering::SeqCst);
    service.planes.iter().skip(start).take(size).cloned().collect()
}

async fn whole(State(service): Shared) -> Json<Value> {
    Json(some(&service, 0, usize::MAX).into())
}

async fn by_page(State(service): Shared, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    Json(json!({ "data": { "items": some(&service, number(&query, "page", 1).saturating_sub(1) * PAGE, PAGE) } }))
}

async fn by_offset(State(service): Shared, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    // It gives fewer than it is asked for.
    let size = number(&query, "limit", 10).min(300);
    Json(json!({ "data": { "items": some(&service, number(&query, "offset", 0), size) } }))
}

async fn by_cursor(State(service): Shared, Query(query): Query<HashMap<String, String>>) -> Json<Value> {
    let start = query.get("cursor").map_or(0, |cursor| cursor.strip_prefix("at ").unwrap().parse().unwrap());
    let next = (start + PAGE < service.planes.len()).then(|| format!("at {}", start + PAGE));
    Json(json!({ "data": { "items": some(&service, start, PAGE) }, "next": next }))
}

async fn by_link(State(service): Shared, Query(query): Query<HashMap<String, String>>) -> Response {
    let start = number(&query, "from", 0);
    let rows = Json(json!({ "data": { "items": some(&service, start, PAGE) } }));
    if start + PAGE >= service.planes.len() {
        return rows.into_response();
    }
    let link = format!("</api/link?from={}>; rel=\"next\", </api/link>; rel=\"first\"", start + PAGE);
    ([("link", link)], rows).into_response()
}

async fn one(State(service): Shared, Path(tailnum): Path<String>) -> Response {
    service.calls.fetch_add(1, Ordering::SeqCst);
    match service.planes.iter().find(|plane| plane["tailnum"] == tailnum.as_str()) {
        Some(plane) => Json(plane.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn guarded(headers: HeaderMap) -> Response {
    match headers.get("x-secret").is_some_and(|value| value == "open sesame") {
        true => Json(json!([{ "id": 1 }])).into_response(),
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Answers whoever has the key, and says at which address it was asked.
async fn by_key(Query(query): Query<HashMap<String, String>>) -> Response {
    match query.get("api_key").is_some_and(|key| key == "open & sesame") {
        true => Json(json!({ "data": [{ "page": query.get("page"), "kind": query.get("kind") }], "next": (!query.contains_key("page")).then_some("2") })).into_response(),
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// Serves until the test is over; the address of its API.
async fn serve() -> (String, Arc<Service>) {
    let cell = |(name, value): (&String, &Option<String>)| {
        let value = value.as_ref().map_or(Value::Null, |text| text.parse::<i64>().map_or_else(|_| text.as_str().into(), Value::from));
        (name.clone(), value)
    };
    let mut planes: Vec<Value> = testkit::planes().values().map(|plane| Value::Object(plane.iter().map(cell).collect())).collect();
    planes.sort_by_key(|plane| plane["tailnum"].to_string());
    let service = Arc::new(Service { planes, calls: AtomicUsize::new(0) });
    let routes = Router::new()
        .route("/api/planes", get(whole))
        .route("/api/page", get(by_page))
        .route("/api/offset", get(by_offset))
        .route("/api/cursor", get(by_cursor))
        .route("/api/link", get(by_link))
        .route("/api/planes/{tailnum}", get(one))
        .route("/api/guarded", get(guarded))
        .route("/api/keyed", get(by_key))
        .route("/api/away", get(|| async { Json(json!({ "data": { "items": [{ "id": 1 }] }, "next": "http://127.0.0.2:1/stolen" })) }))
        .route("/api/page-of-text", get(|| async { "<html>" }))
        .route("/api/numbers", get(|| async { Json(json!([1, 2])) }))
        .route("/api/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/api/busy", get(|| async { StatusCode::TOO_MANY_REQUESTS }))
        .route("/api/moved", get(|| async { (StatusCode::FOUND, [("location", "/elsewhere")]) }))
        .route("/api/digits", get(|| async { DIGITS }))
        .route("/api/never", get(|| async { std::future::pending::<()>().await }))
        .with_state(service.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, service)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_over_all_pages_however_they_are_given() {
    let (url, service) = serve().await;
    let wanted = [("n", DataType::Int64), ("seats", DataType::Int64)];
    let seats: i64 = service.planes.iter().filter_map(|plane| plane["seats"].as_i64()).sum();
    let expected = [format!(r#"{{"n":{},"seats":{seats}}}"#, service.planes.len())];
    for (table, settings) in [
        ("planes", &[][..]),
        ("page", &[("paging", "page"), ("rows", "data.items")]),
        ("offset", &[("paging", "offset"), ("rows", "data.items"), ("size_parameter", "limit"), ("page_size", "400")]),
        ("cursor", &[("paging", "cursor"), ("rows", "data.items"), ("next", "next")]),
        ("link", &[("paging", "link"), ("rows", "data.items")]),
    ] {
        let settings = [&[("url", url.as_str()), ("tables", table)], settings].concat();
        let source = common::open(&engine::HttpJson, &settings).unwrap();
        assert_eq!(source.test().await.unwrap(), "1 table", "{table}");
        let seats = source.table(&TableRef::new(table)).await.unwrap().unwrap().column("seats").unwrap().clone();
        assert!(seats.data_type == DataType::Int64 && seats.native.contains("of 1000 rows"), "{table}: {seats:?}");
        let sql = format!("SELECT count(*) AS n, sum(seats) AS seats FROM \"{table}\"");
        assert_eq!(ask(&*source, &sql, vec![], &wanted).await.unwrap(), expected, "{table}");
        // Whoever has enough asks for no more pages.
        let before = service.calls.load(Ordering::SeqCst);
        let few = ask(&*source, &format!("SELECT tailnum FROM \"{table}\" LIMIT 3"), vec![], &[("tailnum", DataType::String)]).await;
        assert_eq!(few.unwrap().len(), 3);
        assert!(service.calls.load(Ordering::SeqCst) - before <= 5, "{table} was read to its end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_keep_the_digits_that_they_are_written_with() {
    let (url, _) = serve().await;
    let source = common::open(&engine::HttpJson, &[("url", &url), ("tables", "digits"), ("rows", "data.items")]).unwrap();
    let info = source.table(&TableRef::new("digits")).await.unwrap().unwrap();
    let types: Vec<(&str, DataType)> = info.columns.iter().map(|column| (column.name.as_str(), column.data_type)).collect();
    let (money, large) = (DataType::Decimal { precision: 38, scale: 2 }, DataType::Decimal { precision: 23, scale: 0 });
    assert_eq!(types, [("price", money), ("n", large), ("j", DataType::Json), ("t", DataType::String)]);
    let rows = ask(&*source, "SELECT price, n, j, t FROM \"digits\"", vec![], &types).await.unwrap();
    assert_eq!(
        rows,
        [
            r#"{"price":"12345678901234567.89","n":"12345678901234567890123","j":{"p":1.10},"t":"1.10"}"#,
            r#"{"price":"0.10","n":"1","j":[1e2, 18446744073709551616],"t":"x"}"#
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_in_a_path_is_a_column_that_callers_give() {
    let (url, service) = serve().await;
    let tables = "plane = planes/{tailnum=N10156}\nall = planes";
    let source = common::open(&engine::HttpJson, &[("url", &url), ("tables", tables)]).unwrap();
    let plane = service.planes.iter().find(|plane| plane["tailnum"] == "N102UW").unwrap();
    let wanted = [("tailnum", DataType::String), ("model", DataType::String)];
    let sql = "SELECT tailnum, model FROM \"plane\" WHERE tailnum = $1";
    let found = ask(&*source, sql, vec![text("N102UW")], &wanted).await.unwrap();
    assert_eq!(found, [format!(r#"{{"tailnum":"N102UW","model":{}}}"#, plane["model"])]);
    let none = ask(&*source, sql, vec![text("nobody")], &wanted).await.unwrap();
    assert!(none.is_empty());
    let both = "SELECT tailnum FROM \"plane\" WHERE tailnum IN ($1, $2) ORDER BY tailnum";
    let found = ask(&*source, both, vec![text("N102UW"), text("N10156")], &wanted[..1]).await.unwrap();
    assert_eq!(found, [r#"{"tailnum":"N10156"}"#, r#"{"tailnum":"N102UW"}"#]);
    // Two addresses in one question.
    let joined = "SELECT a.tailnum FROM \"all\" a JOIN \"plane\" p ON p.tailnum = a.tailnum WHERE p.tailnum = $1";
    assert_eq!(ask(&*source, joined, vec![text("N102UW")], &wanted[..1]).await.unwrap().len(), 1);
    let error = ask(&*source, "SELECT model FROM \"plane\"", vec![], &wanted[1..]).await.unwrap_err();
    assert!(error.kind == SourceErrorKind::Statement && error.sentence.contains("value of tailnum"), "{error:?}");
    // What is given stays a value: it leads nowhere else.
    let before = service.calls.load(Ordering::SeqCst);
    for attack in
        ["../guarded", "..%2Fguarded", "N102UW?x=1", "N102UW#", "//127.0.0.2:1/", "N102UW/../N10156"].into_iter().chain(testkit::ATTACKS)
    {
        assert!(ask(&*source, sql, vec![text(attack)], &wanted).await.unwrap().is_empty(), "{attack}");
    }
    assert!(service.calls.load(Ordering::SeqCst) > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_in_trouble_is_told_plainly() {
    let (url, _service) = serve().await;
    let said = async |table: &str, more: &[(&str, &str)]| {
        let settings = [&[("url", url.as_str()), ("tables", table)], more].concat();
        common::open(&engine::HttpJson, &settings).unwrap().test().await.unwrap_err()
    };
    for (table, more, kind, words) in [
        ("guarded", &[][..], SourceErrorKind::Refused, "secret"),
        ("broken", &[], SourceErrorKind::Unreachable, "500"),
        ("busy", &[], SourceErrorKind::Busy, "too many requests"),
        ("moved", &[], SourceErrorKind::Config, "another address"),
        ("nowhere", &[], SourceErrorKind::Missing, "nothing at this path"),
        ("page-of-text", &[], SourceErrorKind::Mismatch, "not JSON"),
        ("numbers", &[], SourceErrorKind::Mismatch, "not objects"),
        ("page", &[("rows", "data.rows")], SourceErrorKind::Mismatch, "no field data.rows"),
        ("one = planes/{tailnum}", &[], SourceErrorKind::Mismatch, "an example"),
        ("away", &[("paging", "link"), ("rows", "data.items"), ("next", "next")], SourceErrorKind::Refused, "outside"),
    ] {
        let error = said(table, more).await;
        assert!(error.kind == kind && error.sentence.contains(words), "{table}: {error:?}");
    }
    let settings = [("url", url.as_str()), ("tables", "guarded"), ("header", "x-secret"), ("secret", "open sesame")];
    assert_eq!(common::open(&engine::HttpJson, &settings).unwrap().test().await.unwrap(), "1 table");
    // As a parameter, on each page, beside what stands in the address.
    let paged = [
        ("rows", "data"),
        ("paging", "cursor"),
        ("page_parameter", "page"),
        ("next", "next"),
        ("secret", "open & sesame"),
        ("secret_parameter", "api_key"),
    ];
    let settings = [&[("url", url.as_str()), ("tables", "keyed?kind=a%20b")], &paged[..]].concat();
    let source = common::open(&engine::HttpJson, &settings).unwrap();
    let wanted = [("page", DataType::String), ("kind", DataType::String)];
    let mut rows = ask(&*source, "SELECT CAST(page AS VARCHAR) AS page, kind FROM keyed", vec![], &wanted).await.unwrap();
    rows.sort();
    assert_eq!(rows, [r#"{"page":"2","kind":"a b"}"#, r#"{"page":null,"kind":"a b"}"#]);
    for settings in [
        &[("url", "ftp://x"), ("tables", "a")][..],
        &[("url", "http://x"), ("tables", "a"), ("secret", "s"), ("header", "h"), ("secret_parameter", "p")],
        &[("url", "http://x"), ("tables", "")],
        &[("url", "http://x"), ("tables", "a"), ("paging", "cursor")],
        &[("url", "http://x"), ("tables", "a{b")],
        &[("url", "http://x"), ("tables", "a"), ("paging", "page"), ("page_size", "0")],
    ] {
        assert_eq!(common::open(&engine::HttpJson, settings).err().unwrap().kind, SourceErrorKind::Config, "{settings:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_away_costs_the_others_nothing() {
    let (url, service) = serve().await;
    let tables = "plane = planes/{tailnum=N10156}\nbroken";
    let source = common::open(&engine::HttpJson, &[("url", &url), ("tables", tables)]).unwrap();
    let ask_once = async || {
        let before = service.calls.load(Ordering::SeqCst);
        let sql = "SELECT model FROM \"plane\" WHERE tailnum = $1";
        assert_eq!(ask(&*source, sql, vec![text("N102UW")], &[("model", DataType::String)]).await.unwrap().len(), 1);
        service.calls.load(Ordering::SeqCst) - before
    };
    // The first looks at the tables; the others ask for their own row alone.
    assert_eq!([ask_once().await, ask_once().await, ask_once().await], [2, 1, 1]);
}

/// Answers the first call as it should be, and any other with the beginning of an answer.
async fn drops_mid_answer() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut first = true;
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let _ = socket.read(&mut asked).await;
            let rows = r#"[{"id": 1}, {"id": 2}]"#;
            let length = if std::mem::take(&mut first) { rows.len() } else { rows.len() + 100 };
            let _ = socket
                .write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{rows}").as_bytes())
                .await;
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_or_never_comes_ends_the_question() {
    let url = drops_mid_answer().await;
    let source = common::open(&engine::HttpJson, &[("url", &url), ("tables", "t")]).unwrap();
    let id = [("id", DataType::Int64)];
    assert!(source.table(&TableRef::new("t")).await.unwrap().is_some());
    let error = ask(&*source, "SELECT id FROM \"t\"", vec![], &id).await.unwrap_err();
    assert!(error.kind == SourceErrorKind::Unreachable && error.sentence.contains("ended early"), "{error:?}");
    let (url, _service) = serve().await;
    let source = common::open(&engine::HttpJson, &[("url", &url), ("tables", "never")]).unwrap();
    let sql = "SELECT id FROM \"never\"".to_owned();
    let statement = Statement {
        sql,
        binds: vec![],
        fields: fields(&id),
        timeout: Duration::from_millis(200),
        max_rows: 10,
        purpose: Purpose::Response,
    };
    let late = match source.query(statement).await {
        Ok(rows) => rows.try_collect::<Vec<_>>().await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(late.kind, SourceErrorKind::Timeout);
}

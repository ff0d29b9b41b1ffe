//! A newcomer's first minutes: the demo is live, its answers are what the data says, and wrong calls are told what to do.

use std::path::Path;

use serde_json::Value as Json;
use testkit::Sluice;

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

struct Caller {
    http: reqwest::Client,
    server: Sluice,
    key: String,
}

impl Caller {
    fn new() -> Self {
        let server = Sluice::demo(binary());
        let key = server.demo_key();
        Self { http: reqwest::Client::new(), server, key }
    }

    async fn get(&self, path: &str) -> (u16, Json) {
        let response = self.http.get(format!("{}{path}", self.server.url)).bearer_auth(&self.key).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

#[tokio::test]
async fn every_plane_answers_as_the_data_says() {
    let caller = Caller::new();
    let planes = testkit::planes();
    assert_eq!(planes.len(), 3_322);
    // A sample by stride, so that it is the same on every run; and all that lack a year are in the data twice over.
    for (tailnum, plane) in planes.iter().filter(|(tailnum, _)| tailnum.bytes().map(u32::from).sum::<u32>() % 50 == 0) {
        let (status, body) = caller.get(&format!("/api/travel/plane?tailnum={tailnum}")).await;
        assert_eq!(status, 200, "{tailnum}: {body}");
        let number = |name: &str| plane[name].as_ref().map(|text| text.parse::<i64>().unwrap());
        assert_eq!(body["tailnum"], tailnum.as_str());
        assert_eq!(body["year_built"], serde_json::json!(number("year")), "{tailnum}");
        assert_eq!(body["seats"], serde_json::json!(number("seats")));
        assert_eq!(body["engine_type"].as_str(), plane["engine"].as_deref());
    }
}

#[tokio::test]
async fn delays_are_counted_and_averaged_as_by_hand() {
    let caller = Caller::new();
    let (status, body) = caller.get("/api/travel/delays?carrier=UA&month=2,3").await;
    assert_eq!(status, 200, "{body}");
    let flights = testkit::flights();
    let (rows, months) = (body["rows"].as_array().unwrap(), [2, 3]);
    assert_eq!(rows.len(), months.len(), "{body}");
    for (row, month) in rows.iter().zip(months) {
        let mine: Vec<_> = flights.iter().filter(|flight| flight.carrier == "UA" && flight.month == month).collect();
        let delays: Vec<f64> = mine.iter().filter_map(|flight| flight.dep_delay).collect();
        let arrivals: Vec<f64> = mine.iter().filter_map(|flight| flight.arr_delay).collect();
        #[allow(clippy::cast_precision_loss)] // a few thousand flights
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        assert_eq!(row["month"], month);
        assert_eq!(row["flights"], mine.len());
        assert_eq!(row["cancelled"], mine.iter().filter(|flight| flight.dep_time.is_none()).count());
        assert!((row["avg_dep_delay"].as_f64().unwrap() - mean(&delays)).abs() < 1e-9);
        assert!((row["avg_arr_delay"].as_f64().unwrap() - mean(&arrivals)).abs() < 1e-9);
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_loss_or_repeat() {
    let caller = Caller::new();
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let (status, body) = caller.get(&format!("/api/travel/delays?limit=50{next}")).await;
        assert_eq!(status, 200, "{body}");
        seen.extend(
            body["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| (row["carrier"].as_str().unwrap().to_owned(), row["month"].as_i64().unwrap())),
        );
        match body["next"].as_str() {
            Some(cursor) => next = format!("&after={cursor}"),
            None => break,
        }
    }
    let mut wanted: Vec<(String, i64)> = testkit::flights().into_iter().map(|flight| (flight.carrier, flight.month)).collect();
    wanted.sort();
    wanted.dedup();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn wrong_calls_are_told_what_is_wrong() {
    let caller = Caller::new();
    for (path, status, code, word) in [
        ("/api/travel/plane", 400, "invalid", "tailnum is needed"),
        ("/api/travel/plane?tailnum=N14228&tailnumber=1", 400, "invalid", "Unknown parameter tailnumber"),
        ("/api/travel/plane?tailnum=no", 400, "invalid", "pattern"),
        ("/api/travel/plane?tailnum=N14228&tailnum=N24211", 400, "invalid", "more than once"),
        ("/api/travel/plane?tailnum=N14228&limit=1", 400, "invalid", "no pagination"),
        ("/api/travel/plane?tailnum=N14228&fields=wings", 400, "invalid", "Unknown field wings"),
        ("/api/travel/plane?tailnum=N99999", 404, "not-found", "N99999"),
        ("/api/travel/delays?month=13", 400, "invalid", "At most 12"),
        ("/api/travel/delays?month=x", 400, "invalid", "integer"),
        ("/api/travel/delays?carrier=UAX", 400, "invalid", "2 characters"),
        ("/api/travel/delays?limit=0", 400, "invalid", "between 1"),
        ("/api/travel/delays?after=zzz", 400, "invalid", "first page"),
        ("/api/travel/nothing", 404, "not-found", "API travel/nothing not found"),
        ("/api/travel/plane/v9?tailnum=N14228", 404, "not-found", "no version 9"),
        ("/api/travel", 404, "not-found", "address"),
    ] {
        let (got, body) = caller.get(path).await;
        assert_eq!((got, body["code"].as_str().unwrap()), (status, code), "{path}: {body}");
        assert!(body.to_string().contains(word), "{path}: {body}");
        assert!(!body["request_id"].as_str().unwrap().is_empty());
    }
    let none = caller.http.get(format!("{}/api/travel/plane?tailnum=N14228", caller.server.url)).send().await.unwrap();
    assert_eq!(none.status(), 401);
    for key in ["slk_0000000000000000_x", "nonsense", &format!("{}x", caller.key)] {
        let refused = caller
            .http
            .get(format!("{}/api/travel/plane?tailnum=N14228", caller.server.url))
            .header("x-api-key", key)
            .send()
            .await
            .unwrap();
        assert_eq!(refused.status(), 401, "{key}");
    }
}

#[tokio::test]
async fn a_post_takes_the_same_parameters_and_every_answer_says_what_served_it() {
    let caller = Caller::new();
    let url = format!("{}/api/travel/delays", caller.server.url);
    let response = caller
        .http
        .post(&url)
        .bearer_auth(&caller.key)
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .json(&serde_json::json!({"carrier": "UA", "month": [2, 3], "fields": ["flights"]}))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    assert_eq!(headers["x-sluice-api-version"], "1");
    assert!(headers["server-timing"].to_str().unwrap().contains("source;dur="));
    assert!(headers.contains_key("x-request-id"));
    assert!(headers["traceparent"].to_str().unwrap().starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    assert_eq!(response.json::<Json>().await.unwrap()["rows"], serde_json::json!([{"flights": 4346}, {"flights": 4971}]));
    for (body, status) in [("[1]", 400), ("{", 400), (&"x".repeat(140_000), 413), ("{\"month\": \"2\"}", 400), ("{\"carrier\": 1}", 400)] {
        let refused = caller.http.post(&url).bearer_auth(&caller.key).body(body.to_owned()).send().await.unwrap();
        assert_eq!(refused.status(), status, "{}", &body[..body.len().min(20)]);
    }
    let wrong = caller.http.delete(&url).bearer_auth(&caller.key).send().await.unwrap();
    assert_eq!((wrong.status().as_u16(), wrong.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD, POST"));
}

#[tokio::test]
async fn the_openapi_document_names_what_the_api_takes() {
    let caller = Caller::new();
    let (status, document) = caller.get("/api/travel/delays/openapi.json").await;
    assert_eq!((status, document["openapi"].as_str().unwrap()), (200, "3.1.0"));
    let names: Vec<&str> = document["paths"]["/api/travel/delays"]["get"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["carrier", "month", "fields", "format", "count", "limit", "after", "offset"]);
    let ready: Json = caller.http.get(format!("{}/readyz", caller.server.url)).send().await.unwrap().json().await.unwrap();
    assert!(ready["revision"].as_i64().unwrap() > 0);
}

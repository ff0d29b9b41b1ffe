//! Why an API is slow or failing, through `/admin/v1/diagnosis` and on its page: a rate limit that an app hits, a source that does not
//! respond in time, and the release that is the reason.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::{Http, People, Source, binary, until};
use model::clock::{MINUTE, Millis};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// Figures are written each ten seconds.
const WRITTEN: Duration = Duration::from_secs(25);
/// More than the rules need, and as many before the release as after it.
const REQUESTS: u32 = 30;

fn now() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

fn asked(api: &str) -> String {
    let now = now();
    format!("/diagnosis?path={api}&environment=prod&from={}&to={now}", now - 10 * MINUTE)
}

fn finding<'a>(diagnosis: &'a Json, kind: &str) -> Option<&'a Json> {
    diagnosis["findings"].as_array().unwrap().iter().find(|finding| finding["kind"] == kind)
}

fn has(finding: &Json, parts: &[&str]) {
    let text = finding["text"].as_str().unwrap();
    for part in parts {
        assert!(text.contains(part), "{part}: {finding:#}");
    }
}

/// How many requests of the last minutes are written, as the diagnosis says what it looked at.
async fn requests(person: &Admin, api: &str) -> u32 {
    let diagnosis = person.get(&asked(api)).await;
    let line = diagnosis["looked_at"][0].as_str().unwrap();
    let count = line.strip_prefix("Requests: ").and_then(|rest| rest.split_once(", before ")).map(|(count, _)| count);
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("{diagnosis:#}"))
}

/// How many numbers there are, asked of so many tables at once: of one in no time, and of three in longer than anybody waits.
fn counted(script: &str) -> Json {
    json!({
        "title": "Numbers", "source": "counted-db", "kind": "sql", "script": script,
        "parameters": [{"name": "many", "type": "int64", "required": true, "test_value": "1"}],
        "fields": [{"name": "pairs", "column": "pairs", "type": "int64"}],
        "policy": {"timeout_ms": 1_000},
    })
}

/// Four at a time, each with another number; gives how many of them succeeded.
async fn send(http: &Http) -> usize {
    let mut succeeded = 0;
    for some in (0..REQUESTS).collect::<Vec<_>>().chunks(4) {
        let calls = some.iter().map(|number| http.get(&format!("/api/travel/counted?many={}", 3_000 - number)).send());
        let responses = futures::future::join_all(calls).await;
        succeeded += responses.into_iter().filter(|response| response.as_ref().unwrap().status() == StatusCode::OK).count();
    }
    succeeded
}

/// Makes another version of an API live.
async fn release(people: &People, name: &str, spec: Json) {
    let path = format!("/apis/travel/{name}/draft");
    let draft = people.builder.get(&path).await;
    let (status, answer) = people.builder.call(Method::PUT, &path, Some(json!({"spec": spec, "edit": draft["edit"]}))).await;
    assert!(status.is_success(), "{answer}");
    let request = people.builder.submit("travel", name).await;
    people.approver.approve(&request).await;
    people.builder.served().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_diagnosis_names_the_app_the_source_and_the_release() {
    let (server, source) = (Sluice::demo(binary()), Source::postgres());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let owner = &people.owner;
    // PostgreSQL would compile the dear statement first, which takes longer than the statement may, even for one row.
    source.run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); END $$").await;
    source.run("CREATE TABLE numbers (n bigint PRIMARY KEY); INSERT INTO numbers SELECT n FROM generate_series(1, 3000) AS n").await;
    people.builder.put_source("counted-db", source.driver(), source.binding()).await;
    people.publish("counted", counted("SELECT count(*) AS pairs FROM numbers a WHERE a.n <= :many"), json!({})).await;
    let terms = json!({"limit": {"per_second": 1, "burst": 3}});
    let (status, body) = owner.call(Method::PUT, "/apps/travel/demo-app/grants/travel/plane", Some(terms)).await;
    assert!(status.is_success(), "{body}");
    owner.served().await;

    // While all is well. What is written by now is before the release.
    assert_eq!(send(&http).await, REQUESTS as usize);
    for _ in 0..REQUESTS {
        http.get("/api/travel/plane?tailnum=N14228").send().await.unwrap();
    }
    until(WRITTEN, "the requests are written", async || requests(owner, "travel/counted").await >= REQUESTS).await;
    let unused = owner.get(&asked("travel/delays")).await;
    has(finding(&unused, "no-traffic").unwrap(), &["No request reached this API"]);
    until(WRITTEN, "the limit is found", async || finding(&owner.get(&asked("travel/plane")).await, "limit-hit").is_some()).await;
    let limited = owner.get(&asked("travel/plane")).await;
    let limit = finding(&limited, "limit-hit").unwrap();
    has(limit, &["app travel/demo-app", "1 requests/s, burst 3", "Most of them are of travel/demo-app"]);
    assert_eq!(limit["act"], json!({"do": "raise-limit", "limit": {"app": "travel/demo-app"}}));
    assert_eq!(limit["link"], "/apis/travel/plane/access");

    let slow = "SELECT count(*) AS pairs FROM numbers a, numbers b, numbers c WHERE a.n <= :many AND b.n <= :many AND c.n <= :many";
    release(&people, "counted", counted(slow)).await;
    assert_eq!(send(&http).await, 0, "none comes in time");
    until(WRITTEN, "the release is found", async || finding(&owner.get(&asked("travel/counted")).await, "release").is_some()).await;
    let broken = owner.get(&asked("travel/counted")).await;
    let release = &broken["findings"][0];
    has(release, &["Since release v2, 100 % of the requests fail", "with v1, it was 0 %"]);
    assert_eq!((&release["kind"], &release["act"]), (&json!("release"), &json!({"do": "roll-back", "version": 1})));
    has(finding(&broken, "source-errors").unwrap(), &["the source counted-db did not respond in time (source-timeout)"]);
    assert!(
        broken["looked_at"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().starts_with("Source counted-db: ")),
        "{broken:#}"
    );

    evidence_is_a_chart(owner, release).await;
    let page = Admin::browser(&server, "owner@demo").await.get(format!("{}/monitoring/api/travel/counted?range=15m", server.url));
    let page = page.header("accept", "text/html").send().await.unwrap().text().await.unwrap();
    for part in ["data-finding=\"release\"", "href=\"/apis/travel/counted/versions\"", "Roll back to v1", "small-chart"] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
    refused(&server, owner).await;
}

/// What a finding rests on is read as every chart is.
async fn evidence_is_a_chart(owner: &Admin, finding: &Json) {
    let evidence = &finding["evidence"];
    assert_eq!((&evidence["subject"]["path"], &evidence["metrics"]), (&json!("travel/counted"), &json!(["error-share"])));
    let time = format!("from={}&to={}", evidence["from"], evidence["to"]);
    let view = owner.get(&format!("/metrics?kind=api&environment=prod&path=travel/counted&metrics=error-share&step=10&{time}")).await;
    let highest = view["lines"][0]["values"].as_array().unwrap().iter().filter_map(Json::as_f64).fold(0.0, f64::max);
    assert!(highest > 0.9, "{view}");
}

/// A diagnosis is for those who may see the API, and what is missing in the query is told beside its name.
async fn refused(server: &Sluice, owner: &Admin) {
    let admin = Admin::demo(server, "admin@demo").await;
    admin.post("/domains", json!({"name": "finance"})).await;
    admin.post("/people", json!({"email": "stranger@demo"})).await;
    admin.call(Method::PUT, "/domains/finance/members/stranger@demo", Some(json!({"roles": ["owner"]}))).await;
    let stranger = Admin::demo(server, "stranger@demo").await;
    assert_eq!(stranger.call(Method::GET, &asked("travel/counted"), None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(owner.call(Method::GET, &asked("travel/none"), None).await.0, StatusCode::NOT_FOUND);
    for (query, field) in [
        ("environment=prod&from=0&to=9".to_owned(), "path"),
        ("path=travel/plane&environment=moon&from=0&to=9".to_owned(), "environment"),
        ("path=travel/plane&environment=prod&from=yesterday&to=9".to_owned(), "from"),
        ("path=travel/plane&environment=prod&from=9&to=9".to_owned(), "from"),
        ("path=plane&environment=prod&from=0&to=9".to_owned(), "path"),
        (format!("path=travel/plane&environment=prod&from={}&to={}", Millis::MIN, Millis::MAX), ""),
    ] {
        let (status, body) = owner.call(Method::GET, &format!("/diagnosis?{query}"), None).await;
        if field.is_empty() {
            assert_eq!(status, StatusCode::OK, "{query}: {body}");
        } else {
            assert_eq!((status, body["errors"][0]["field"].as_str()), (StatusCode::BAD_REQUEST, Some(field)), "{query}: {body}");
        }
    }
}

//! Alerts to real receivers: what breaks a rule is told once, signed, in order and again where it failed, and never to a private network.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Router, response::IntoResponse};
use model::ErrorCode;
use observe::{Counter, Point, SeriesKey, SeriesKind, Tier};
use reqwest::Method;
use serde_json::{Value as Json, json};
use store::{SeriesChunkRow, SeriesStore};
use testkit::{Admin, Sluice};
use tokio::net::TcpListener;

use crate::common::{LONG, binary, until};
use crate::needs::{has, needs, page};

/// A request that a webhook was sent: its headers of ours, and its body as it came.
#[derive(Clone)]
struct Posted {
    signature: String,
    id: String,
    body: String,
}

impl Posted {
    fn notice(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A receiver: what it got, and what it says to the next ones before it says yes.
#[derive(Clone, Default)]
struct Hook {
    got: Arc<Mutex<Vec<Posted>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Hook {
    async fn start(answers: &[u16]) -> (Self, String) {
        let hook = Self { answers: Arc::new(Mutex::new(answers.to_vec())), ..Self::default() };
        let routes = Router::new().route("/hook", post(take)).with_state(hook.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (hook, url)
    }

    fn got(&self) -> Vec<Posted> {
        self.got.lock().unwrap().clone()
    }

    fn kinds(&self) -> Vec<String> {
        self.got().iter().map(|posted| posted.notice()["kind"].as_str().unwrap().to_owned()).collect()
    }
}

async fn take(State(hook): State<Hook>, headers: HeaderMap, body: String) -> impl IntoResponse {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    hook.got.lock().unwrap().push(Posted { signature: header("x-sluice-signature"), id: header("x-sluice-notice"), body });
    let mut answers = hook.answers.lock().unwrap();
    let status = if answers.is_empty() { 200 } else { answers.remove(0) };
    // Where a redirect would lead is this machine too: nobody may follow it.
    (StatusCode::from_u16(status).unwrap(), [("location", "/hook")])
}

/// HMAC-SHA256 as Python has it.
fn hmac(secret: &str, text: &str) -> String {
    let script = "import hmac,sys; print(hmac.new(sys.argv[1].encode(), sys.stdin.buffer.read(), 'sha256').hexdigest())";
    let mut child =
        Command::new(testkit::python()).args(["-c", script, secret]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Figures of another node: requests to an API and failures among them, in each ten seconds of the past two minutes.
struct Figures {
    series: SeriesStore,
    tick: i64,
    begin: i64,
}

impl Figures {
    fn of(server: &Sluice) -> Self {
        let series = SeriesStore::open(&format!("sqlite://{}", server.data().join("sluice.db").display())).unwrap();
        Self { series, tick: 0, begin: now() - 120_000 }
    }

    /// Until ten minutes ahead, which is read once it is past: without figures a rule keeps its state.
    async fn are(&mut self, ok: u64, failed: u64) {
        self.tick += 1;
        let mut chunks: BTreeMap<i64, BTreeMap<i64, Point>> = BTreeMap::new();
        let mut at = Tier::TenSeconds.interval(self.begin);
        while at < now() + 600_000 {
            let mut point = Point::empty(at);
            point.counters.insert(Counter::Ok.number(), ok);
            if failed > 0 {
                point.counters.insert(Counter::Error(ErrorCode::SourceTimeout).number(), failed);
            }
            chunks.entry(Tier::TenSeconds.chunk(at)).or_default().insert(at, point);
            at += 10_000;
        }
        let tier = i64::from(Tier::TenSeconds.number());
        let key = |kind, environment, object: &str| SeriesKey::new(kind, environment, object).to_string();
        let prod = Some(model::snapshot::Environment::Prod);
        let names = [key(SeriesKind::Api, prod, "travel/plane"), key(SeriesKind::Node, None, "another-node")];
        let mut rows = Vec::new();
        for (start, points) in &chunks {
            let bytes = observe::encode(Tier::TenSeconds, *start, points).unwrap();
            rows.extend(names.iter().map(|series| SeriesChunkRow {
                series: series.clone(),
                tier,
                start_ms: *start,
                writer: "another-node/1".into(),
                tick: self.tick,
                bytes: bytes.clone(),
            }));
        }
        self.series.put_chunks(&rows).await.unwrap();
    }
}

async fn put(admin: &Admin, path: &str, body: Json) -> Json {
    let (status, said) = admin.call(Method::PUT, path, Some(body)).await;
    assert!(status.is_success(), "{path}: {status} {said}");
    said
}

fn rule(path: &str, receiver: &str) -> Json {
    let watch = json!({"kind": "api", "environment": "prod", "path": path});
    json!({"rule": {"watch": watch, "metric": "error-share", "operator": "above", "threshold": 0.05, "window_minutes": 1, "min_events": 3,
        "notify": {"receivers": [receiver]}}})
}

async fn notice_to(admin: &Admin, receiver: &str) -> Json {
    let notices = admin.get("/notices").await;
    notices.as_array().unwrap().iter().find(|notice| notice["receiver"] == receiver).cloned().unwrap_or(Json::Null)
}

#[tokio::test]
async fn a_breach_is_told_once_signed_silenced_and_resolved() {
    let server = Sluice::demo(binary());
    let (owner, builder) = (Admin::demo(&server, "owner@demo").await, Admin::demo(&server, "builder@demo").await);
    let (hook, url) = Hook::start(&[]).await;
    let (quiet, quiet_url) = Hook::start(&[]).await;
    let secret = put(&owner, "/receivers/travel/team", json!({"channel": {"webhook": {"url": url}}})).await["secret"].clone();
    put(&owner, "/receivers/travel/quiet", json!({"channel": {"webhook": {"url": quiet_url}}})).await;
    put(&builder, "/alert-rules/travel/errors", rule("travel/plane", "team")).await;
    put(&builder, "/alert-rules/travel/silenced", rule("travel/plane", "quiet")).await;
    let silence = json!({"domain": "travel", "matcher": {"rule": "silenced"}, "to": now() + 3_600_000, "reason": "a move"});
    builder.post("/silences", silence).await;
    let mut figures = Figures::of(&server);
    figures.are(50, 50).await;
    until(LONG, "a notice that the rule fires", async || !hook.got().is_empty()).await;
    let first = hook.got().remove(0);
    let notice = first.notice();
    assert_eq!((&notice["kind"], &notice["name"]), (&json!("firing"), &json!("errors")), "{notice}");
    assert_eq!(notice["alerts"][0]["subject"], "api:prod:travel/plane");
    let (time, signature) = first.signature.split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    assert_eq!(signature, hmac(secret.as_str().unwrap(), &format!("{time}.{}", first.body)));
    assert!((time.parse::<i64>().unwrap() - now() / 1_000).abs() < 60 && notice["id"] == first.id.as_str());
    let alerts = builder.get("/alerts").await;
    let firing = alerts.as_array().unwrap().iter().find(|alert| alert["name"] == "errors" && alert["phase"] == "firing").unwrap();
    let id = firing["id"].as_str().unwrap();
    // Home lists it to those whose domain it is.
    let browser = Admin::browser(&server, "owner@demo").await;
    assert!(has(&needs(&browser, &server).await, "alert-fires", "travel/errors"));
    let home = page(&browser, &server, "/").await;
    assert!(home.contains("Alert travel/errors fires") && home.contains("For API travel/plane in prod."), "{home}");
    builder.post(&format!("/alerts/travel/{id}/acknowledge"), json!({"note": "looking"})).await;
    assert!(page(&browser, &server, "/").await.contains("Acknowledged by builder@demo."));
    let (again, _) = owner.call(Method::POST, &format!("/alerts/travel/{id}/acknowledge"), Some(json!({}))).await;
    assert_eq!(again.as_u16(), 409);
    until(LONG, "the silenced rule fires too", async || {
        let alerts = builder.get("/alerts").await;
        alerts.as_array().unwrap().iter().any(|alert| alert["name"] == "silenced" && alert["phase"] == "firing")
    })
    .await;
    figures.are(100, 0).await;
    until(2 * LONG, "a notice that it is resolved", async || hook.got().len() > 1).await;
    assert_eq!(hook.kinds(), ["firing", "resolved"]);
    assert!(!has(&needs(&browser, &server).await, "alert-fires", "travel/errors"), "it is resolved");
    assert!(quiet.got().is_empty(), "it is silenced");
    // Charts of what it watches have it on their time axis.
    let from = now() - 600_000;
    let marks = async |of: &str| {
        let view = builder.get(&format!("/metrics?{of}&from={from}&to={}&metrics=requests", now() + 60_000)).await;
        let alerts = view["marks"].as_array().unwrap().iter().filter(|mark| mark["kind"] == "alert").map(|mark| mark["text"].clone());
        alerts.filter(|text| text.as_str().unwrap().starts_with("travel/errors")).collect::<Vec<_>>()
    };
    let told = [json!("travel/errors fired"), json!("travel/errors resolved")];
    for of in ["kind=api&environment=prod&path=travel/plane", "kind=domain&environment=prod&path=travel"] {
        assert_eq!(marks(of).await, told, "{of}");
    }
    for of in ["kind=api&environment=prod&path=travel/delays", "kind=api&environment=test&path=travel/plane"] {
        assert!(marks(of).await.is_empty(), "{of}");
    }
    let history = builder.get("/alerts/travel/history").await;
    let kinds: Vec<&str> =
        history.as_array().unwrap().iter().filter(|event| event["alert_id"] == id).map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["resolved", "acknowledged", "fired"]);
    let documents = owner.get("/export").await;
    let exported = documents.as_str().unwrap();
    assert!(exported.contains("document: alert-rule") && exported.contains("document: receiver"), "{exported}");
    assert!(!exported.contains(secret.as_str().unwrap()));
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_again_alone_and_one_that_redirects_is_not() {
    let server = Sluice::demo(binary());
    let owner = Admin::demo(&server, "owner@demo").await;
    let (hook, url) = Hook::start(&[500]).await;
    let (moved, moved_url) = Hook::start(&[302, 302]).await;
    let (well, well_url) = Hook::start(&[]).await;
    for (name, url) in [("team", &url), ("moved", &moved_url), ("well", &well_url)] {
        put(&owner, &format!("/receivers/travel/{name}"), json!({"channel": {"webhook": {"url": url}}})).await;
        owner.post(&format!("/receivers/travel/{name}/test"), Json::Null).await;
    }
    until(LONG, "the redirect is given up", async || notice_to(&owner, "moved").await["state"] == "dead").await;
    let dead = notice_to(&owner, "moved").await;
    assert!(dead["reason"].as_str().unwrap().contains("redirects (status 302)"), "{dead}");
    assert_eq!(moved.got().len(), 1, "a redirect is not followed");
    until(LONG, "the first attempt failed", async || notice_to(&owner, "team").await["reason"] != "").await;
    let waiting = notice_to(&owner, "team").await;
    assert_eq!((&waiting["state"], &waiting["attempts"]), (&json!("waiting"), &json!(1)), "{waiting}");
    assert!(waiting["reason"].as_str().unwrap().contains("status 500"), "{waiting}");
    until(LONG, "the second attempt succeeds", async || notice_to(&owner, "team").await["state"] == "sent").await;
    let got = hook.got();
    assert!(got.len() == 2 && got[0].id == got[1].id, "the same notice");
    assert_eq!(well.got().len(), 1, "who has it gets it no second time");
    let id = dead["id"].as_str().unwrap();
    owner.post(&format!("/notices/travel/{id}/retry"), Json::Null).await;
    until(LONG, "it is sent again", async || moved.got().len() == 2).await;
}

#[tokio::test]
async fn what_is_live_without_protection_is_listed_until_it_has_some() {
    let server = Sluice::demo(binary());
    let owner = Admin::demo(&server, "owner@demo").await;
    let kinds = async || {
        let risks = owner.get("/risks").await;
        let of_plane = risks.as_array().unwrap().iter().filter(|risk| risk["path"] == "travel/plane");
        of_plane.map(|risk| risk["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds().await, ["no-limit", "no-objective"]);
    let subject = json!({"kind": "api", "environment": "prod", "path": "travel/plane"});
    let objective = json!({"subject": subject, "kind": "availability", "target": 99.9});
    put(&owner, "/objectives/travel/plane", json!({"objective": objective})).await;
    put(&owner, "/apis/travel/plane/switches", json!({"limit": {"per_second": 100, "burst": 100}})).await;
    assert!(kinds().await.is_empty());
    let objectives = owner.get("/objectives").await;
    assert_eq!(objectives[0]["budget"]["left"], 1.0, "{objectives}");
}

#[tokio::test]
async fn private_addresses_are_refused_unless_the_operator_allows_them() {
    let (hook, url) = Hook::start(&[]).await;
    let server = Sluice::demo_with(binary(), &[("SLUICE_EGRESS_ALLOW", "127.0.0.2")]);
    let owner = Admin::demo(&server, "owner@demo").await;
    let port = url.rsplit(':').next().unwrap().to_owned();
    for private in [url.clone(), "http://10.1.2.3/hook".into(), "http://[::ffff:192.168.0.1]/".into(), "http://169.254.169.254/".into()] {
        let body = json!({"channel": {"webhook": {"url": private}}});
        let (status, said) = owner.call(Method::PUT, "/receivers/travel/private", Some(body)).await;
        assert!(status.as_u16() == 400 && said.to_string().contains("egress_allow"), "{private}: {status} {said}");
    }
    // A name is judged whenever it is dialled.
    put(&owner, "/receivers/travel/named", json!({"channel": {"webhook": {"url": format!("http://localhost:{port}")}}})).await;
    owner.post("/receivers/travel/named/test", Json::Null).await;
    until(LONG, "it is given up", async || notice_to(&owner, "named").await["state"] == "dead").await;
    assert!(notice_to(&owner, "named").await["reason"].as_str().unwrap().contains("egress_allow"));
    assert!(hook.got().is_empty());
}

/// aiosmtpd, on a free port.
struct MailServer {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl MailServer {
    fn start() -> Self {
        // Free a moment ago: aiosmtpd does not say which port it took.
        let port = testkit::free_port();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_server.py");
        let mut child = Command::new(testkit::python()).arg(script).arg(port.to_string()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, lines, port };
        assert_eq!(server.line()["port"], port, "aiosmtpd is installed by scripts/setup.sh test");
        server
    }

    fn line(&mut self) -> Json {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or(Json::Null)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_mailed_to_all_addresses_of_a_receiver() {
    let mut mail = MailServer::start();
    let url = format!("smtp://127.0.0.1:{}", mail.port);
    let server = Sluice::demo_with(binary(), &[("SLUICE_SMTP_URL", url.as_str()), ("SLUICE_SMTP_FROM", "Sluice <sluice@example.com>")]);
    let owner = Admin::demo(&server, "owner@demo").await;
    put(&owner, "/receivers/travel/team", json!({"channel": {"email": {"to": ["ann@example.com", "bob@example.com"]}}})).await;
    owner.post("/receivers/travel/team/test", Json::Null).await;
    // It lives on until the mail is taken.
    let reading = tokio::task::spawn_blocking(move || {
        let line = mail.line();
        (mail, line)
    });
    let (_mail, got) = reading.await.unwrap();
    assert_eq!((&got["from"], &got["to"]), (&json!("sluice@example.com"), &json!(["ann@example.com", "bob@example.com"])));
    let text = got["text"].as_str().unwrap();
    assert!(text.contains("Subject: Test: travel/team") && text.contains("owner@demo tries this receiver"), "{text}");
    until(LONG, "it counts as sent", async || notice_to(&owner, "team").await["state"] == "sent").await;
}

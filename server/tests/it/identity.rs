//! The first start without a demo, sign-in and its throttle, sessions, and who is kept out.

use std::path::Path;

use serde_json::Value as Json;
use testkit::{Admin, Sluice};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

struct Browser {
    http: reqwest::Client,
    url: String,
}

impl Browser {
    fn new(server: &Sluice) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, url: server.url.clone() }
    }

    async fn send(&self, function: &str, form: &[(&str, &str)]) -> (u16, String) {
        let request =
            self.http.post(format!("{}/fn/{function}", self.url)).header("origin", &self.url).header("accept", "application/json");
        let response = request.form(form).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}

#[tokio::test]
async fn the_first_admin_comes_by_a_link_that_works_once() {
    let folder = testkit::folder();
    let server = Sluice::start(binary(), "serve", folder.path(), &[]);
    let link = server.said.iter().find_map(|line| line.split_once("/join/")).expect("a link was printed").1.trim().to_owned();
    let browser = Browser::new(&server);
    let join =
        |password: &'static str| [("secret", link.clone()), ("email", "me@company.example".to_owned()), ("password", password.to_owned())];
    let form = |pairs: [(&'static str, String); 3]| pairs;
    let short = form(join("short"));
    let short: Vec<(&str, &str)> = short.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert_eq!(browser.send("join", &short).await.0, 400);
    let good = form(join("a long enough sentence"));
    let good: Vec<(&str, &str)> = good.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let (status, body) = browser.send("join", &good).await;
    assert!(status < 400, "{status} {body}");
    let (_, me) = browser.send("me", &[]).await;
    let me: Json = serde_json::from_str(&me).unwrap();
    assert_eq!((me["email"].as_str(), me["is_admin"].as_bool()), (Some("me@company.example"), Some(true)));
    assert_eq!(Browser::new(&server).send("join", &good).await.0, 404, "the link works once");
    assert_eq!(
        Browser::new(&server).send("sign-in-demo", &[("email", "me@company.example"), ("next", "/")]).await.0,
        403,
        "no demo, no demo people"
    );

    let wrong = [("email", "me@company.example"), ("password", "wrong"), ("next", "/")];
    let stranger = Browser::new(&server);
    let nobody = [("email", "no@company.example"), ("password", "wrong"), ("next", "/")];
    let (_, told) = stranger.send("sign-in", &wrong).await;
    let strip = |text: String| {
        let mut json: Json = serde_json::from_str(&text).unwrap();
        json["request_id"] = Json::Null;
        json
    };
    assert_eq!(strip(told), strip(stranger.send("sign-in", &nobody).await.1), "a wrong person and a wrong password sound alike");
    for _ in 0..4 {
        assert_eq!(stranger.send("sign-in", &wrong).await.0, 401);
    }
    assert_eq!(stranger.send("sign-in", &wrong).await.0, 429);
    let right = [("email", "me@company.example"), ("password", "a long enough sentence"), ("next", "/")];
    assert_eq!(stranger.send("sign-in", &right).await.0, 429, "even the right one waits now");
}

#[tokio::test]
async fn who_signs_in_again_in_place_stays_where_they_are() {
    let server = Sluice::demo(binary());
    let browser = Browser::new(&server);
    let send = async |stay: &str| {
        let form = [("email", "builder@demo"), ("next", "/"), ("stay", stay)];
        let request = browser.http.post(format!("{}/fn/sign-in-demo", browser.url)).header("origin", &browser.url);
        request.header("accept", "application/json").form(&form).send().await.unwrap()
    };
    let stays = send("true").await;
    assert!(stays.status() == 200 && stays.headers().get("location").is_none() && stays.headers().contains_key("set-cookie"));
    assert_eq!(send("false").await.headers()["location"], "/");
    assert_eq!(browser.send("me", &[]).await.0, 200);
}

#[tokio::test]
async fn sessions_are_listed_revoked_and_guarded_by_origin() {
    let server = Sluice::demo(binary());
    let (one, two) = (Browser::new(&server), Browser::new(&server));
    for browser in [&one, &two] {
        assert!(browser.send("sign-in-demo", &[("email", "builder@demo"), ("next", "/")]).await.0 < 400);
    }
    let sessions: Json = serde_json::from_str(&one.send("sessions", &[]).await.1).unwrap();
    let other = sessions.as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let form_token = Admin::form_token(&one.http, &server).await;
    let end = [("id", other["id"].as_str().unwrap()), ("form_token", form_token.as_str())];
    assert_eq!(one.send("end-session", &end).await.0, 200);
    assert_eq!(two.send("me", &[]).await.0, 401, "the other browser is out");
    let foreign = one
        .http
        .post(format!("{}/fn/sign-out", one.url))
        .header("origin", "https://elsewhere.example")
        .form(&[("", "")])
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 403);
    assert_eq!(one.send("me", &[]).await.0, 200, "and nothing was done");
    let page = one.http.get(format!("{}/", one.url)).send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self' 'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
    assert!(policy.contains("style-src 'self' 'nonce-"), "the styles of the SQL editor have the nonce: {policy}");
    let out = two.http.get(format!("{}/apis", two.url)).header("accept", "text/html").send().await.unwrap();
    assert_eq!((out.status().as_u16(), out.headers()["location"].to_str().unwrap()), (302, "/sign-in?next=/apis"));
}

#[tokio::test]
async fn the_demo_is_for_loopback_and_postgres_needs_a_key() {
    let folder = testkit::folder();
    let run = |environment: &[(&str, &str)], command: &str| {
        let output = std::process::Command::new(binary())
            .arg(command)
            .env("SLUICE_DATA_DIR", folder.path())
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (good, said) = run(&[("SLUICE_HTTP_ADDR", "0.0.0.0:0")], "demo");
    assert!(!good && said.contains("loopback"), "{said}");
    let (good, said) = run(&[("SLUICE_HTTP_ADDR", "127.0.0.1:0"), ("SLUICE_DATABASE_URL", "postgres://x@127.0.0.1:1/x")], "serve");
    assert!(!good && said.contains("SLUICE_MASTER_KEY"), "{said}");
    let (good, said) = run(&[("SLUICE_MASTER_KEY", "short")], "migrate");
    assert!(!good && said.contains("32 bytes"), "{said}");
}

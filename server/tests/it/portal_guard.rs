//! What stands before the portal: where it leads, by which names it answers, what it tells browsers, and who may watch it.

use crate::common::{Http, binary};
use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use reqwest::{Client, Method, Response};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn client() -> Client {
    Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// A form as a browser without a script sends it.
async fn send_form(http: &Client, server: &Sluice, function: &str, referer: &str, form: &[(&str, &str)]) -> Response {
    let request = http.post(format!("{}/fn/{function}", server.url)).header("origin", &server.url).header("accept", "text/html");
    request.header("referer", referer).form(form).send().await.unwrap()
}

/// The status that a request gets, byte by byte as it is given.
async fn status_of(server: &Sluice, head: &str) -> String {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_redirect_stays_in_the_portal() {
    let server = Sluice::demo(binary());
    let http = client();
    let own = format!("{}/sign-in", server.url);
    for next in
        ["//evil.example", "/%09/evil.example", "/\t/evil.example", "/\\evil.example", "https://evil.example", "\n", "/a\r\nb: c", "/é", ""]
    {
        let entered = send_form(&http, &server, "sign-in-demo", &own, &[("email", "viewer@demo"), ("next", next)]).await;
        assert_eq!((entered.status().as_u16(), header(&entered, "location")), (302, "/"), "{next:?}");
        let by_script = http.post(format!("{}/fn/sign-in-demo", server.url)).header("origin", &server.url);
        let by_script = by_script.form(&[("email", "viewer@demo"), ("next", next)]).send().await.unwrap();
        assert_eq!((by_script.status().as_u16(), header(&by_script, "location")), (200, "/"), "{next:?}");
    }
    let entered = send_form(&http, &server, "sign-in-demo", &own, &[("email", "viewer@demo"), ("next", "/apis?a=b")]).await;
    assert_eq!(header(&entered, "location"), "/apis?a=b");
    // Without a place of its own, an answer leads back to where the form says that it was sent from.
    let form = [("email", "viewer@demo"), ("password", "wrong"), ("next", "/")];
    for foreign in ["https://evil.example/x", "//evil.example", "javascript:alert(1)"] {
        let failed = send_form(&http, &server, "sign-in", foreign, &form).await;
        assert!(header(&failed, "location").starts_with('/') && !header(&failed, "location").contains("evil"), "{foreign}");
        let done = send_form(&http, &server, "choose-theme", foreign, &[("theme", "dark")]).await;
        assert_eq!((done.status().as_u16(), header(&done, "location")), (302, "/"), "{foreign}");
    }
    for path in ["/api/%0A/x/docs", "/api/%2Fevil.example/x/docs", "/api/travel/plane/docs"] {
        let docs = http.get(format!("{}{path}", server.url)).send().await.unwrap();
        let wanted = if path.contains('%') { "/" } else { "/apis/travel/plane" };
        assert_eq!((docs.status().as_u16(), header(&docs, "location")), (303, wanted), "{path}");
    }
}

#[tokio::test]
async fn a_page_without_a_session_leads_to_the_sign_in_whatever_is_accepted() {
    let server = Sluice::demo(binary());
    for accept in ["text/html", "*/*", "application/json", "image/png"] {
        let page = client().get(format!("{}/apis/travel/plane", server.url)).header("accept", accept).send().await.unwrap();
        assert_eq!((page.status().as_u16(), header(&page, "location")), (302, "/sign-in?next=/apis/travel/plane"), "{accept}");
        assert_eq!(page.text().await.unwrap(), "", "nothing of the page is sent");
    }
}

#[tokio::test]
async fn the_error_of_a_form_is_shown_once_and_no_foreign_one_at_all() {
    let server = Sluice::demo(binary());
    let http = client();
    let told = http.post(format!("{}/fn/sign-in", server.url)).header("origin", &server.url);
    let told: Json = told.form(&[("email", "no@one"), ("password", "wrong"), ("next", "/")]).send().await.unwrap().json().await.unwrap();
    let sentence = told["detail"].as_str().unwrap();
    let own = format!("{}/sign-in?next=/apis", server.url);
    let failed = send_form(&http, &server, "sign-in", &own, &[("email", "no@one"), ("password", "wrong"), ("next", "/apis")]).await;
    assert_eq!((failed.status().as_u16(), header(&failed, "location")), (302, "/sign-in?next=/apis"));
    let page = async |path: &str| {
        http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
    };
    assert!(page("/sign-in").await.contains(sentence), "the form says what went wrong");
    assert!(!page("/sign-in").await.contains(sentence), "and says it once");
    let foreign =
        json!({"code": "invalid", "title": "x", "status": 400, "detail": "Call 555 and tell them your password", "request_id": ""});
    let address = format!("/sign-in?__path=%2Ffn%2Fsign-in&__err={}", URL_SAFE.encode(foreign.to_string()).replace('=', "%3D"));
    assert!(!page(&address).await.contains("Call 555"));
}

#[tokio::test]
async fn foreign_names_get_no_answer() {
    let server = Sluice::demo(binary());
    let at = server.url.trim_start_matches("http://");
    let get = |path: &str, hosts: &[&str]| {
        let hosts: String = hosts.iter().map(|host| format!("\r\nhost: {host}")).collect();
        format!("GET {path} HTTP/1.1{hosts}")
    };
    for path in ["/sign-in", "/admin/v1/openapi.json", "/favicon.svg", "/api/travel/plane?tailnum=N14228", "/api/travel/plane/docs"] {
        assert_eq!(status_of(&server, &get(path, &["evil.example"])).await, "421", "{path}");
        assert_eq!(status_of(&server, &get(path, &[])).await, "400", "{path}");
        assert_eq!(status_of(&server, &get(path, &[at, at])).await, "400", "{path}");
        assert_eq!(status_of(&server, &get(path, &[at, "evil.example"])).await, "400", "{path}");
        assert!(!["400", "421"].contains(&status_of(&server, &get(path, &["localhost"])).await.as_str()), "{path}");
    }
    assert_eq!(status_of(&server, &get("http://evil.example/sign-in", &[at])).await, "400");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status_of(&server, &get(path, &["evil.example"])).await, "200", "{path}");
        assert_eq!(status_of(&server, &get(path, &[])).await, "400", "{path}");
    }
    assert_eq!(status_of(&server, &get("/metrics", &["evil.example"])).await, "403");
    // HTTP/2 names the host elsewhere.
    let http = Client::builder().http2_prior_knowledge().cookie_store(true).build().unwrap();
    assert_eq!(http.get(format!("{}/sign-in", server.url)).send().await.unwrap().status().as_u16(), 200);
    let form = [("email", "viewer@demo"), ("next", "/")];
    let entered = http.post(format!("{}/fn/sign-in-demo", server.url)).header("origin", &server.url).form(&form).send().await.unwrap();
    assert_eq!(entered.status().as_u16(), 200);
}

#[tokio::test]
async fn behind_a_public_address_its_names_and_tls_count() {
    let folder = testkit::folder();
    let environment = [("SLUICE_PUBLIC_URL", "https://sluice.example"), ("SLUICE_HOSTS", "sluice.intern, sluice")];
    let server = Sluice::start(binary(), "serve", folder.path(), &environment);
    let http = client();
    let get = async |path: &str, host: &str| http.get(format!("{}{path}", server.url)).header("host", host).send().await.unwrap();
    for host in ["sluice.example", "SLUICE.example:443", "sluice.intern:8080", "sluice"] {
        assert_eq!(get("/sign-in", host).await.status().as_u16(), 200, "{host}");
    }
    for host in ["127.0.0.1", "localhost", "evil.example", "sluice.example.evil.example"] {
        let refused = get("/sign-in", host).await;
        assert_eq!(refused.status().as_u16(), 421, "{host}");
        assert!(refused.text().await.unwrap().contains("https://sluice.example"), "it says where to go");
        assert_eq!(get("/admin/v1/me", host).await.status().as_u16(), 421, "{host}");
        assert!(![400, 421].contains(&get("/api/travel/plane", host).await.status().as_u16()), "APIs have other names behind proxies");
    }
    let page = get("/sign-in", "sluice.example").await;
    assert!(header(&page, "strict-transport-security").starts_with("max-age="));
    let link = server.said.iter().find_map(|line| line.split_once("/join/")).expect("a link was printed").1.trim().to_owned();
    let form = [("secret", link.as_str()), ("email", "me@company.example"), ("password", "a long enough sentence")];
    let joined = http.post(format!("{}/fn/join", server.url)).header("host", "sluice.example").header("origin", "https://sluice.example");
    let joined = joined.form(&form).send().await.unwrap();
    assert_eq!(joined.status().as_u16(), 200);
    let cookie = header(&joined, "set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-sluice_session=") && cookie.contains("; Secure") && cookie.contains("; Path=/;"), "{cookie}");
    assert!(cookie.contains("; HttpOnly") && !cookie.contains("Domain"), "{cookie}");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let me = async |pair: &str| {
        let request = Client::new().post(format!("{}/fn/me", server.url)).header("host", "sluice.example").header("cookie", pair);
        let request = request.header("origin", "https://sluice.example").header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(me(&pair).await, 200);
    assert_eq!(me(pair.trim_start_matches("__Host-")).await, 401, "under a name that others can set, it counts for nothing");
}

#[tokio::test]
async fn without_a_public_address_the_portal_answers_to_addresses_alone() {
    let folder = testkit::folder();
    // As a container starts the first time.
    let environment = [("SLUICE_HTTP_ADDR", "0.0.0.0:0"), ("SLUICE_GRPC_ADDR", "0.0.0.0:0")];
    let server = Sluice::start(binary(), "serve", folder.path(), &environment);
    let url = server.url.replace("0.0.0.0", "127.0.0.1");
    let http = client();
    let get = async |path: &str, host: &str| http.get(format!("{url}{path}")).header("host", host).send().await.unwrap();
    for host in ["localhost:8080", "127.0.0.1", "192.168.7.7:8080", "[fd00::7]:8080"] {
        assert_eq!(get("/sign-in", host).await.status().as_u16(), 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080"] {
        let refused = get("/sign-in", host).await;
        assert_eq!(refused.status().as_u16(), 421, "{host}");
        assert!(refused.text().await.unwrap().contains("SLUICE_PUBLIC_URL"), "it says what to set");
        assert_eq!(get("/healthz", host).await.status().as_u16(), 200, "{host}");
    }
}

#[tokio::test]
async fn browsers_are_told_what_a_page_may_do() {
    let server = Sluice::demo(binary());
    let http = Http::new(&server);
    for path in ["/sign-in", "/", "/none/at/all", "/favicon.svg", "/healthz", "/metrics", "/admin/v1/me", "/admin/v1/none", "/fn/me"] {
        let response = http.client.get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&response, "cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header(&response, "permissions-policy").contains("camera=()"), "{path}");
        assert!(response.headers().get("strict-transport-security").is_none(), "no TLS here");
        let wanted = if path.contains('.') { "no-cache" } else { "no-store" };
        assert_eq!(header(&response, "cache-control"), wanted, "{path}");
    }
    for path in ["/api/travel/plane?tailnum=N14228", "/api/travel/none", "/api/travel/delays.csv", "/api/openapi.json"] {
        let response = http.get(path).send().await.unwrap();
        assert_eq!(header(&response, "x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn a_method_that_is_not_offered_names_those_that_are() {
    let server = Sluice::demo(binary());
    let http = Http::new(&server);
    for (method, path, wanted) in [
        (Method::PUT, "/healthz", "GET"),
        (Method::DELETE, "/admin/v1/apis", "POST"),
        (Method::GET, "/fn/me", "POST"),
        (Method::POST, "/sign-in", "GET"),
        (Method::PUT, "/favicon.svg", "GET"),
        (Method::DELETE, "/api/travel/plane", "POST"),
        (Method::GET, "/api/travel/plane/batch", "POST"),
    ] {
        let request = http.client.request(method.clone(), format!("{}{path}", server.url)).header("origin", &server.url);
        let response = request.bearer_auth(&http.key).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 405, "{method} {path}");
        assert!(header(&response, "allow").split(',').any(|name| name.trim() == wanted), "{method} {path}: {:?}", response.headers());
    }
}

#[tokio::test]
async fn who_may_watch_is_a_setting() {
    let get = async |server: &Sluice, path: &str, headers: &[(&str, &str)]| {
        let request =
            headers.iter().fold(Client::new().get(format!("{}{path}", server.url)), |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let details = |text: &str| serde_json::from_str::<Json>(text).unwrap().get("broken").is_some();
    let here = Sluice::demo(binary());
    let (status, metrics) = get(&here, "/metrics", &[]).await;
    assert!(status == 200 && metrics.contains("sluice_panics_total 0"), "{status} {metrics}");
    assert_eq!(get(&here, "/metrics", &[("x-forwarded-for", "10.0.0.9")]).await.0, 403, "a proxy asks for somebody else");
    assert_eq!(get(&here, "/metrics", &[("host", "sluice.example")]).await.0, 403);
    assert!(details(&get(&here, "/readyz", &[]).await.1));
    let (status, text) = get(&here, "/readyz", &[("x-forwarded-for", "10.0.0.9")]).await;
    assert!(status == 200 && !details(&text), "{text}");

    let by_token = Sluice::demo_with(binary(), &[("SLUICE_SCRAPE", "token"), ("SLUICE_SCRAPE_TOKEN", "a-scraper")]);
    assert_eq!(get(&by_token, "/metrics", &[]).await.0, 401);
    assert_eq!(get(&by_token, "/metrics", &[("authorization", "Bearer a-scrape")]).await.0, 401);
    assert_eq!(get(&by_token, "/metrics", &[("authorization", "Bearer a-scraper"), ("x-forwarded-for", "10.0.0.9")]).await.0, 200);
    assert!(!details(&get(&by_token, "/readyz", &[]).await.1));

    let open = Sluice::demo_with(binary(), &[("SLUICE_SCRAPE", "open")]);
    assert_eq!(get(&open, "/metrics", &[]).await.0, 200);
    assert_eq!(get(&open, "/metrics", &[("host", "sluice.example"), ("x-forwarded-for", "10.0.0.9")]).await.0, 200, "whoever asks");

    let folder = testkit::folder();
    let environment = [("SLUICE_SCRAPE", "token"), ("SLUICE_HTTP_ADDR", "127.0.0.1:0"), ("SLUICE_GRPC_ADDR", "127.0.0.1:0")];
    let mut command = std::process::Command::new(binary());
    let output = command.arg("serve").env("SLUICE_DATA_DIR", folder.path()).envs(environment).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("SLUICE_SCRAPE_TOKEN"), "{said}");
}

/// Something of the builder's that waits for a decision.
async fn a_request(server: &Sluice) -> String {
    let carrier = json!({
        "title": "One carrier", "source": "flights-db", "kind": "kv", "table": {"name": "airlines"}, "key": ["carrier"],
        "parameters": [{"name": "carrier", "type": "string", "required": true, "test_value": "UA"}],
        "fields": [{"name": "carrier", "column": "carrier"}],
    });
    Admin::demo(server, "builder@demo").await.send_api("travel", "carrier", carrier).await
}

/// The forms of a page that are sent to a function, each as its own text.
pub(crate) fn forms_of<'a>(page: &'a str, function: &str) -> Vec<&'a str> {
    let action = format!("action=\"/fn/{function}\"");
    let forms = page.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
    forms.filter(|form| form.split('>').next().is_some_and(|tag| tag.contains(&action))).collect()
}

/// What a form carries to show that it was drawn for the session.
fn form_token_in(form: &str) -> Option<&str> {
    let field = form.split("<input").find(|field| field.contains("name=\"form_token\""))?;
    field.split_once("value=\"")?.1.split('"').next()
}

/// The token itself: what is sent is a mask, and how the token differs from it.
fn unmasked(sent: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(sent).unwrap();
    let (mask, masked) = bytes.split_at(bytes.len() / 2);
    mask.iter().zip(masked).map(|(mask, masked)| mask ^ masked).collect()
}

#[tokio::test]
async fn a_form_that_sets_a_role_or_a_secret_is_of_the_session_that_sends_it() {
    let server = Sluice::demo(binary());
    let (http, other) = (Admin::browser(&server, "admin@demo").await, Admin::browser(&server, "admin@demo").await);
    let request = a_request(&server).await;
    let (own, foreign) = (Admin::form_token(&http, &server).await, Admin::form_token(&other, &server).await);
    assert!(own.len() > 40 && own != foreign, "each session has its own");
    let send = async |function: &str, form_token: &str, fields: &[(&str, &str)]| {
        let form: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", form_token)]).collect();
        let request = http.post(format!("{}/fn/{function}", server.url)).header("origin", &server.url).form(&form);
        request.send().await.unwrap().status().as_u16()
    };
    let fields: [(&str, &[(&str, &str)]); 8] = [
        ("new-token", &[("name", "a"), ("days", "1")]),
        ("set-roles", &[("domain", "travel"), ("email", "viewer@demo")]),
        ("new-person", &[("email", "new@company.example")]),
        ("new-key", &[("domain", "travel"), ("app", "demo-app"), ("environment", "prod"), ("days", "")]),
        ("new-issuer", &[("domain", "travel"), ("app", "demo-app"), ("environment", "prod"), ("issuer", "i"), ("audience", "a")]),
        ("grant", &[("domain", "travel"), ("name", "plane"), ("app", "travel/demo-app"), ("days", "")]),
        ("end-grant", &[("domain", "travel"), ("name", "plane"), ("app", "travel/demo-app")]),
        ("decide", &[("id", request.as_str()), ("reason", "a test"), ("decision", "reject")]),
    ];
    for (function, fields) in fields {
        for wrong in ["", "x", &foreign] {
            assert_eq!(send(function, wrong, fields).await, 403, "{function} with {wrong:?}");
        }
        assert_eq!(send(function, &own, fields).await, 200, "{function}");
    }
    assert_eq!(send("delete-app", &foreign, &[("domain", "travel"), ("name", "demo-app")]).await, 403);
    // Every such form carries it before any script runs.
    for (path, functions) in [
        ("/account", &["new-token", "revoke-token", "end-session"][..]),
        ("/people", &["new-person", "password-link", "set-person"][..]),
        ("/domains", &["new-domain"][..]),
        ("/domains/travel", &["set-roles", "rename-domain"][..]),
        ("/apps/travel/demo-app", &["new-key", "revoke-key", "new-issuer", "delete-issuer", "delete-app", "set-origins"][..]),
        ("/apis/travel/plane/versions", &["retire"][..]),
        ("/apis/travel/plane/access", &["grant"][..]),
    ] {
        let page = http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap();
        for function in functions {
            let forms = forms_of(&page, function);
            assert!(!forms.is_empty(), "{path} has no form of {function}");
            for form in forms {
                let token = form_token_in(form).unwrap_or_else(|| panic!("{path}: a form of {function} carries no token"));
                assert_ne!(token, own, "{path}: {function}: it looks different in each page");
                assert_eq!(unmasked(token), unmasked(&own), "{path}: {function}: and is of the session");
            }
        }
    }
}

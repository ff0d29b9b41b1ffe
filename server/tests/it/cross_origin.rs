//! Calls by scripts of web pages: a browser asks first, without the key, and lets the page read what names its origin.

use crate::common::{Http, People, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

const PAGE: &str = "https://board.example.com";
const PLANE: &str = "/api/travel/plane?tailnum=N14228";

async fn asks_first(http: &Http, path: &str, origin: &str) -> reqwest::Response {
    let request = http.client.request(Method::OPTIONS, format!("{}{path}", http.url)).header("origin", origin);
    let request = request.header("access-control-request-method", "GET").header("access-control-request-headers", "authorization");
    request.send().await.unwrap()
}

fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn varies(response: &reqwest::Response) -> bool {
    response.headers().get_all("vary").iter().any(|value| value.to_str().unwrap().contains("origin"))
}

#[tokio::test]
async fn pages_of_an_apps_origins_may_read_its_answers_and_no_others() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    // Nobody has named an origin: a page reads nothing, and everybody else is answered as ever.
    let refused = asks_first(&http, PLANE, PAGE).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "access-control-allow-origin")), (403, ""));
    let told: Json = refused.json().await.unwrap();
    assert!(problem_code(&told).1.contains("app's page"), "{told}");
    let called = http.get(PLANE).header("origin", PAGE).send().await.unwrap();
    assert_eq!((called.status().as_u16(), header(&called, "access-control-allow-origin")), (200, ""));
    assert!(varies(&called));

    let put = async |origins: Json| {
        let body = Some(json!({"origins": origins}));
        people.owner.call(Method::PUT, "/apps/travel/demo-app/origins", body).await
    };
    for wrong in ["*", "https://*.example.com", "board.example.com", "https://board.example.com/page"] {
        let (status, told) = put(json!([wrong])).await;
        assert_eq!((status.as_u16(), told["errors"][0]["field"].as_str()), (400, Some("origins")), "{wrong}: {told}");
    }
    assert!(put(json!(["https://Board.example.com/", "http://localhost:3000"])).await.0.is_success());
    people.owner.served().await;
    assert_eq!(people.owner.get("/apps/travel/demo-app").await["origins"], json!([PAGE, "http://localhost:3000"]));

    let allowed = asks_first(&http, PLANE, PAGE).await;
    assert_eq!((allowed.status().as_u16(), header(&allowed, "access-control-allow-origin")), (204, PAGE));
    assert!(header(&allowed, "access-control-allow-headers").contains("authorization") && varies(&allowed));
    assert_eq!(header(&allowed, "access-control-allow-credentials"), "");
    for path in ["/api/travel/plane/batch", "/api/travel/plane/openapi.json", "/api/travel/delays.csv"] {
        assert_eq!(asks_first(&http, path, PAGE).await.status().as_u16(), 204, "{path}");
    }
    for (path, origin) in [(PLANE, "https://other.example.com"), (PLANE, "null"), ("/api/travel/nothing", PAGE)] {
        let refused = asks_first(&http, path, origin).await;
        assert_eq!((refused.status().as_u16(), header(&refused, "access-control-allow-origin")), (403, ""), "{path} {origin}");
    }

    let called = http.get(PLANE).header("origin", PAGE).send().await.unwrap();
    assert_eq!((called.status().as_u16(), header(&called, "access-control-allow-origin")), (200, PAGE));
    assert!(header(&called, "access-control-expose-headers").contains("x-request-id") && varies(&called));
    // A page reads why it was refused, too.
    let wrong = http.client.get(format!("{}{PLANE}", http.url)).bearer_auth("slk_none_none").header("origin", PAGE).send().await.unwrap();
    assert_eq!((wrong.status().as_u16(), header(&wrong, "access-control-allow-origin")), (401, PAGE));
    // The key of another app is no key of a page.
    people.owner.post("/apps", json!({"domain": "travel", "name": "another"})).await;
    let made = people.owner.post("/apps/travel/another/keys", json!({"environment": "prod"})).await;
    let (status, body) = people.owner.call(Method::PUT, "/apps/travel/another/grants/travel/plane", Some(json!({}))).await;
    assert!(status.is_success(), "{body}");
    people.owner.served().await;
    let key = made["secret"].as_str().unwrap();
    let other = http.client.get(format!("{}{PLANE}", http.url)).bearer_auth(key).header("origin", PAGE).send().await.unwrap();
    assert_eq!((other.status().as_u16(), header(&other, "access-control-allow-origin")), (200, ""));
    // Taken away, it is gone at once.
    assert!(put(json!([])).await.0.is_success());
    people.owner.served().await;
    assert_eq!(asks_first(&http, PLANE, PAGE).await.status().as_u16(), 403);
}

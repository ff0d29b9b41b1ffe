//! Acts that take something away ask first, and say what they affect, without a script too; an API that is taken out
//! of service says so.

use reqwest::Client;
use serde_json::Value as Json;
use testkit::{Admin, Sluice};

use crate::common::binary;
use crate::portal_guard::forms_of;

async fn page(http: &Client, server: &Sluice, path: &str) -> String {
    http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

async fn send(http: &Client, server: &Sluice, function: &str, fields: &[(&str, &str)]) -> (u16, Json) {
    let form_token = Admin::form_token(http, server).await;
    let form: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", form_token.as_str())]).collect();
    let request = http.post(format!("{}/fn/{function}", server.url)).header("origin", &server.url).header("accept", "application/json");
    let response = request.form(&form).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn no_single_click_takes_something_away() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "admin@demo").await;
    // Another session, and a token, that can be ended.
    let _other = Admin::demo(&server, "admin@demo").await;
    let issuer = [("domain", "travel"), ("app", "demo-app"), ("environment", "prod"), ("issuer", "https://id.example"), ("audience", "a")];
    assert_eq!(send(&http, &server, "new-issuer", &issuer).await.0, 200);
    for (path, functions) in [
        ("/account", &["end-session", "revoke-token"][..]),
        ("/people", &["set-person"][..]),
        ("/apps/travel/demo-app", &["revoke-key", "delete-issuer", "delete-app"][..]),
        ("/apis/travel/plane/versions", &["retire"][..]),
        ("/apis/travel/plane/access", &["end-grant"][..]),
    ] {
        let page = page(&http, &server, path).await;
        for function in functions {
            let forms = forms_of(&page, function);
            assert!(!forms.is_empty(), "{path} has no form of {function}");
            for form in forms {
                let (before, dialog) = form.split_once("<dialog").unwrap_or_else(|| panic!("{path}: {function} does not ask: {form}"));
                assert!(!before.contains("type=\"submit\"") && before.contains("popovertarget="), "{path}: {function}: {form}");
                assert!(dialog.contains("popover=\"auto\"") && dialog.contains("type=\"submit\""), "{path}: {function}: {form}");
                assert!(dialog.contains("popovertargetaction=\"hide\"") && dialog.contains("<li>"), "{path}: {function}: {form}");
            }
        }
    }
    // A member is removed by a form of its own, and not by one that sets roles and has none ticked.
    let domain = page(&http, &server, "/domains/travel").await;
    assert!(forms_of(&domain, "set-roles").iter().any(|form| form.contains("<dialog")), "no member can be removed");
    let none = [("domain", "travel"), ("email", "viewer@demo"), ("member", "true")];
    let (status, problem) = send(&http, &server, "set-roles", &none).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (400, Some("roles")), "{problem}");
}

#[tokio::test]
async fn a_retired_api_says_so_until_a_version_is_live_again() {
    let server = Sluice::demo(binary());
    let (http, admin) = (Admin::browser(&server, "owner@demo").await, Admin::demo(&server, "owner@demo").await);
    // No Union calls it.
    let retired = async || admin.get("/apis/travel/flight-day").await["summary"]["retired"].clone();
    assert_eq!(retired().await, false);
    let versions = page(&http, &server, "/apis/travel/flight-day/versions").await;
    let question = forms_of(&versions, "retire")[0];
    assert!(question.contains("Retire travel/flight-day in prod?") && question.contains("travel/demo-app"), "{question}");
    let at = [("domain", "travel"), ("name", "flight-day"), ("environment", "prod")];
    let (status, problem) = send(&http, &server, "retire", &at).await;
    assert_eq!(status, 200, "{problem}");
    assert_eq!(retired().await, true);
    assert!(page(&http, &server, "/apis/travel/flight-day").await.contains("Retired"));
    let versions = page(&http, &server, "/apis/travel/flight-day/versions").await;
    assert!(forms_of(&versions, "retire").is_empty() && !forms_of(&versions, "rollback").is_empty(), "{versions}");
    let back: Vec<(&str, &str)> = at.into_iter().chain([("version", "1")]).collect();
    let (status, problem) = send(&http, &server, "rollback", &back).await;
    assert_eq!((status, retired().await), (200, Json::Bool(false)), "{problem}");
}

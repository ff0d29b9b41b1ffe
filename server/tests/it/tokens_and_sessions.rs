//! Sessions and personal tokens: what ends them, and what a token may do of what its person may.

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::binary;

/// Somebody's browser and token.
struct Access {
    browser: reqwest::Client,
    token: Admin,
}

impl Access {
    async fn of(server: &Sluice, email: &str) -> Self {
        Self { browser: Admin::browser(server, email).await, token: Admin::demo(server, email).await }
    }

    /// The statuses that the session and the token are answered with.
    async fn statuses(&self, server: &Sluice) -> [u16; 2] {
        let session = function(&self.browser, server, "me", &[]).await.0;
        [session, self.token.call(Method::GET, "/me", None).await.0.as_u16()]
    }
}

async fn function(http: &reqwest::Client, server: &Sluice, name: &str, form: &[(&str, &str)]) -> (u16, String) {
    let request = http.post(format!("{}/fn/{name}", server.url)).header("origin", &server.url).header("accept", "application/json");
    let response = request.form(form).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn done(admin: &Admin, method: Method, path: &str, body: Json) -> Json {
    let (status, answer) = admin.call(method, path, Some(body)).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    answer
}

#[tokio::test]
async fn sessions_and_tokens_end_with_a_role_change_a_removal_and_a_new_password() {
    let server = Sluice::demo(binary());
    let admin = Admin::demo(&server, "admin@demo").await;
    let people = admin.get("/people").await;
    let id = people.as_array().unwrap().iter().find(|person| person["email"] == "viewer@demo").unwrap()["id"].as_str().unwrap().to_owned();
    let (roles, person) = ("/domains/travel/members/viewer@demo", format!("/people/{id}"));

    let access = Access::of(&server, "viewer@demo").await;
    done(&admin, Method::PUT, roles, json!({"roles": ["viewer"]})).await;
    done(&admin, Method::PUT, &person, json!({"admin": false, "active": true})).await;
    assert_eq!(access.statuses(&server).await, [200, 200], "nothing was changed");
    done(&admin, Method::PUT, roles, json!({"roles": ["viewer", "builder"]})).await;
    assert_eq!(access.statuses(&server).await, [401, 401], "after a role change");

    let access = Access::of(&server, "viewer@demo").await;
    let link = admin.post(&format!("{person}/link"), json!({})).await["path"].as_str().unwrap().to_owned();
    done(&admin, Method::PUT, &person, json!({"admin": false, "active": false})).await;
    assert_eq!(access.statuses(&server).await, [401, 401], "after a removal");
    let secret = link.trim_start_matches("/join/").to_owned();
    let join = [("secret", secret.as_str()), ("email", ""), ("password", "a long enough sentence")];
    assert_eq!(function(&reqwest::Client::new(), &server, "join", &join).await.0, 404, "the invitation is gone too");
    done(&admin, Method::PUT, &person, json!({"admin": false, "active": true})).await;
    assert_eq!(access.statuses(&server).await, [401, 401], "nothing comes back");

    let access = Access::of(&server, "viewer@demo").await;
    let link = admin.post(&format!("{person}/link"), json!({})).await["path"].as_str().unwrap().to_owned();
    assert_eq!(access.statuses(&server).await, [200, 200], "a link that nobody has used");
    let secret = link.trim_start_matches("/join/").to_owned();
    let join = [("secret", secret.as_str()), ("email", ""), ("password", "a long enough sentence")];
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (status, body) = function(&http, &server, "join", &join).await;
    assert!(status < 400, "{status} {body}");
    assert_eq!(access.statuses(&server).await, [401, 401], "after a new password");
}

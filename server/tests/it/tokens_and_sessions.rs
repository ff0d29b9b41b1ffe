//! Sessions and personal tokens: what ends them, and what a token may do of what its person may.

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::{Http, LONG, binary, until};

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

    // A link that somebody else has read is worth nothing once rights have changed.
    let changes = [
        (roles, json!({"roles": ["viewer"]})),
        (person.as_str(), json!({"admin": true, "active": true})),
        (person.as_str(), json!({"admin": false, "active": false})),
    ];
    for (path, change) in changes {
        let secret = link_of(&admin, &person).await;
        done(&admin, Method::PUT, path, change.clone()).await;
        done(&admin, Method::PUT, &person, json!({"admin": false, "active": true})).await;
        let join = [("secret", secret.as_str()), ("email", ""), ("password", "another long sentence")];
        assert_eq!(function(&http, &server, "join", &join).await.0, 404, "{change}");
    }
    // Made while nobody could use it.
    done(&admin, Method::PUT, &person, json!({"admin": false, "active": false})).await;
    let secret = link_of(&admin, &person).await;
    done(&admin, Method::PUT, &person, json!({"admin": false, "active": true})).await;
    let join = [("secret", secret.as_str()), ("email", ""), ("password", "another long sentence")];
    assert_eq!(function(&http, &server, "join", &join).await.0, 404, "made before the person came back");
    // The first link of somebody new is there for who was given roles meanwhile.
    let new = done(&admin, Method::POST, "/people", json!({"email": "new@company.example", "admin": false})).await;
    let secret = new["path"].as_str().unwrap().trim_start_matches("/join/").to_owned();
    done(&admin, Method::PUT, "/domains/travel/members/new@company.example", json!({"roles": ["viewer"]})).await;
    let join = [("secret", secret.as_str()), ("email", ""), ("password", "another long sentence")];
    let (status, body) = function(&http, &server, "join", &join).await;
    assert!(status < 400, "{status} {body}");
}

/// A link with which a person sets a password.
async fn link_of(admin: &Admin, person: &str) -> String {
    let made = admin.post(&format!("{person}/link"), json!({})).await;
    made["path"].as_str().unwrap().trim_start_matches("/join/").to_owned()
}

#[tokio::test]
async fn the_owner_of_one_domain_ends_no_session_or_token_that_others_rest_on() {
    let server = Sluice::demo(binary());
    let (admin, owner) = (Admin::demo(&server, "admin@demo").await, Admin::demo(&server, "owner@demo").await);
    admin.post("/domains", json!({"name": "finance"})).await;
    let path = |domain: &str, person: &str| format!("/domains/{domain}/members/{person}@demo");
    let ended = async || {
        let rows = admin.get("/audit").await;
        rows.as_array().unwrap().iter().filter(|row| row["action"] == "person.access-ended").cloned().collect::<Vec<Json>>()
    };
    done(&admin, Method::PUT, &path("finance", "builder"), json!({"roles": ["viewer"]})).await;
    let (builder, of_admin) = (Access::of(&server, "builder@demo").await, Access::of(&server, "admin@demo").await);
    let before = ended().await.len();

    // Over and over, in somebody else's life: nothing ends, and what was taken is gone all the same.
    for (person, access) in [("builder", &builder), ("admin", &of_admin)] {
        for roles in [json!(["viewer"]), json!([]), json!(["builder"]), json!([])] {
            done(&owner, Method::PUT, &path("travel", person), json!({"roles": roles})).await;
            assert_eq!(access.statuses(&server).await, [200, 200], "{person} with {roles}");
        }
    }
    assert_eq!(builder.token.get("/me").await["domains"], json!({"finance": ["viewer"]}));
    let new = json!({"domain": "travel", "name": "an-app"});
    assert_eq!(builder.token.call(Method::POST, "/apps", Some(new)).await.0.as_u16(), 404);
    assert_eq!(ended().await.len(), before);

    // Who joins their first domain loses nothing; after that, its owner answers for all that they may do.
    done(&admin, Method::PUT, &path("finance", "builder"), json!({"roles": []})).await;
    let access = Access::of(&server, "builder@demo").await;
    done(&owner, Method::PUT, &path("travel", "builder"), json!({"roles": ["builder"]})).await;
    assert_eq!(access.statuses(&server).await, [200, 200], "their first role");
    done(&owner, Method::PUT, &path("travel", "builder"), json!({"roles": ["viewer"]})).await;
    assert_eq!(access.statuses(&server).await, [401, 401], "a role was taken");
    let rows = owner.get("/audit").await;
    let last = rows.as_array().unwrap().iter().find(|row| row["action"] == "person.access-ended").unwrap();
    assert_eq!(
        (&last["actor"], &last["after"]),
        (&json!("owner@demo"), &json!("Every session and token ended, because the roles in this domain changed."))
    );
}

/// A token of somebody's with some scopes, made over `/admin/v1`.
async fn scoped(person: &Admin, scopes: &[&str]) -> Admin {
    let made = person.post("/tokens", json!({"name": "scoped", "days": 1, "scopes": scopes})).await;
    let mut scoped = person.clone();
    made["secret"].as_str().unwrap().clone_into(&mut scoped.token);
    scoped
}

#[tokio::test]
async fn a_token_does_no_more_than_its_scopes() {
    let server = Sluice::demo(binary());
    let (admin, builder) = (Admin::demo(&server, "admin@demo").await, Admin::demo(&server, "builder@demo").await);
    let approver = Admin::demo(&server, "approver@demo").await;
    let status = async |who: &Admin, method: Method, path: &str, body: Json| {
        let (status, answer) = who.call(method, path, Some(body)).await;
        let told = answer["detail"].as_str().unwrap_or_default().to_owned();
        (status.as_u16(), told)
    };
    let missing = |scope: &str| format!("This token does not have the scope {scope}. Make a token with {scope} under your account.");

    // Each scope opens its own acts, and an admin's token without the scope is refused as anybody's.
    let acts = [
        ("write", Method::POST, "/apps", json!({"domain": "travel", "name": "Bad Name"})),
        ("write", Method::POST, "/apis/travel/plane/purge", json!({})),
        ("approve", Method::DELETE, "/apps/travel/demo-app/grants/travel/flight", json!({})),
        ("admin", Method::POST, "/people", json!({"email": "none"})),
        ("admin", Method::PUT, "/domains/travel/members/no@one", json!({"roles": []})),
        ("write", Method::POST, "/tokens", json!({"name": "more", "days": 1})),
        ("write", Method::DELETE, "/tokens/none", json!({})),
    ];
    for (scope, method, path, body) in acts {
        let others: Vec<&str> = ["write", "approve", "admin"].into_iter().filter(|other| *other != scope).collect();
        let without = scoped(&admin, &others).await;
        assert_eq!(status(&without, method.clone(), path, body.clone()).await, (403, missing(scope)), "{path}");
        let with = scoped(&admin, &[scope]).await;
        let (status, told) = status(&with, method, path, body).await;
        assert!(!matches!(status, 401 | 403 | 500..), "{path}: {status} {told}");
        assert_eq!(with.get("/me").await["email"], "admin@demo", "every token reads");
    }

    // No token makes a stronger one, and what is not said is what its maker has.
    let writer = scoped(&builder, &["write"]).await;
    let asked = json!({"name": "more", "days": 1, "scopes": ["admin"]});
    assert_eq!(status(&writer, Method::POST, "/tokens", asked).await.0, 403);
    let like_its_maker = writer.post("/tokens", json!({"name": "same", "days": 1})).await;
    let tokens = builder.get("/tokens").await;
    let made = tokens.as_array().unwrap().iter().find(|token| token["id"] == like_its_maker["id"]).unwrap();
    assert_eq!(made["scopes"], json!(["read", "write"]));
    assert_eq!(status(&builder, Method::POST, "/tokens", json!({"name": "x", "days": 1, "scopes": ["all"]})).await.0, 400);

    // An approving token needs its scope in an apply as well.
    let documents = builder.get("/export").await;
    let apply = |token: &Admin| json!({"documents": documents, "dry_run": true, "approver_token": token.token});
    let (refusing, approving) = (scoped(&approver, &["write"]).await, scoped(&approver, &["approve"]).await);
    assert_eq!(status(&builder, Method::POST, "/apply", apply(&refusing)).await, (403, missing("approve")));
    assert_eq!(status(&builder, Method::POST, "/apply", apply(&approving)).await.0, 200);

    // The form sends what is ticked.
    let browser = Admin::browser(&server, "builder@demo").await;
    let form_token = Admin::form_token(&browser, &server).await;
    let form = [("name", "by form"), ("days", "1"), ("scopes[]", "read"), ("scopes[]", "write"), ("form_token", &form_token)];
    let (made, body) = function(&browser, &server, "new-token", &form).await;
    assert_eq!(made, 200, "{body}");
    let tokens = builder.get("/tokens").await;
    let made = tokens.as_array().unwrap().iter().find(|token| token["name"] == "by form").unwrap();
    assert_eq!(made["scopes"], json!(["read", "write"]));
}

#[tokio::test]
async fn an_app_that_is_deleted_takes_its_keys_and_grants_with_it() {
    let server = Sluice::demo(binary());
    let (builder, owner) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "owner@demo").await);
    let http = Http::new(&server);
    let call = async || http.get("/api/travel/plane?tailnum=N14228").send().await.unwrap().status().as_u16();
    let (issuer, app) = (json!({"environment": "prod", "issuer": "https://id.example", "audience": "flights"}), "/apps/travel/demo-app");
    builder.post(&format!("{app}/issuers"), issuer).await;
    assert_eq!(call().await, 200);
    done(&builder, Method::DELETE, app, json!({})).await;
    owner.served().await;
    assert_eq!(call().await, 401);
    assert_eq!(builder.call(Method::GET, app, None).await.0.as_u16(), 404);
    assert_eq!(builder.call(Method::DELETE, app, None).await.0.as_u16(), 404);
    let grants = owner.get("/apis/travel/plane").await["apps"].clone();
    assert_eq!(grants, json!([]));
    let rows = owner.get("/audit").await;
    let deleted = rows.as_array().unwrap().iter().find(|row| row["action"] == "app.deleted").unwrap();
    assert!(deleted["before"].as_str().unwrap().contains("travel/plane"), "{deleted}");

    // One of the same name begins with nothing.
    builder.post("/apps", json!({"domain": "travel", "name": "demo-app"})).await;
    let made = builder.get(app).await;
    assert_eq!((&made["keys"], &made["grants"], &made["issuers"]), (&json!([]), &json!([]), &json!([])));
    owner.served().await;
    assert_eq!(call().await, 401);
}

#[tokio::test]
async fn refused_requests_are_in_the_audit_log_and_many_of_them_do_not_fill_it() {
    let server = Sluice::demo(binary());
    let (admin, viewer) = (Admin::demo(&server, "admin@demo").await, Admin::demo(&server, "viewer@demo").await);
    for _ in 0..60 {
        let new = json!({"domain": "travel", "name": "an-app"});
        assert_eq!(viewer.call(Method::POST, "/apps", Some(new)).await.0.as_u16(), 403);
    }
    let refused = async || {
        let rows = admin.get("/audit").await;
        rows.as_array().unwrap().iter().filter(|row| row["action"] == "request.refused").cloned().collect::<Vec<_>>()
    };
    until(LONG, "the refusals that are listed are there", async || refused().await.len() >= 30).await;
    let rows = refused().await;
    assert!(rows.len() <= 33, "{} rows", rows.len());
    let last = rows.last().unwrap();
    assert_eq!((&last["actor"], &last["after"]), (&json!("viewer@demo"), &json!("create or change apps and their keys in travel")));
    let owner = Admin::demo(&server, "owner@demo").await.get("/audit").await;
    assert!(owner.as_array().unwrap().iter().all(|row| row["action"] != "request.refused"));
}

//! How somebody comes from an API's page to a call: with the key of an app of their own, or to where one is made. And the way out.

use reqwest::Client;
use testkit::{Admin, Sluice};

use crate::common::binary;
use crate::portal_guard::forms_of;

async fn page(http: &Client, server: &Sluice, path: &str) -> String {
    http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn calls_name_the_key_of_the_readers_own_app_or_lead_to_where_one_is_made() {
    let server = Sluice::demo(binary());
    let (http, admin) = (Admin::browser(&server, "owner@demo").await, Admin::demo(&server, "owner@demo").await);
    let keys: Vec<String> = admin.get("/apps/travel/demo-app").await["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["id"].as_str().unwrap().to_owned())
        .collect();
    let with_key = page(&http, &server, "/apis/travel/plane").await;
    assert!(with_key.contains("$DEMO_APP_KEY") && !with_key.contains("SLUICE_KEY"), "the calls do not name the app's key");
    assert!(keys.iter().any(|key| with_key.contains(&format!("slk_{key}_"))) && !with_key.contains("Create key"));
    // What has ended by its date is the same as none.
    let set_end = |table: &str, end: &str| {
        testkit::sqlite3(&server.data().join("sluice.db"), &format!("UPDATE {table} SET expires_at = {end}"));
    };
    set_end("app_keys", "1");
    let ended = page(&http, &server, "/apis/travel/plane").await;
    assert!(ended.contains("Create key") && !keys.iter().any(|key| ended.contains(&format!("slk_{key}_"))), "a key that has ended");
    assert!(page(&http, &server, "/apps/travel/demo-app").await.contains(">Expired<"), "a key that has ended works");
    assert_eq!(admin.get("/apps/travel/demo-app").await["keys"][0]["expired"], true);
    set_end("app_keys", "NULL");
    set_end("grants", "1");
    let closed = page(&http, &server, "/apis/travel/plane").await;
    assert!(closed.contains("$SLUICE_KEY") && !closed.contains("DEMO_APP_KEY"), "a grant that has ended");
    assert_eq!(admin.get("/apis/travel/plane").await["apps"][0]["expired"], true);
    set_end("grants", "NULL");
    let form_token = Admin::form_token(&http, &server).await;
    for key in &keys {
        let form = [("domain", "travel"), ("app", "demo-app"), ("key", key.as_str()), ("form_token", form_token.as_str())];
        let request = http.post(format!("{}/fn/revoke-key", server.url)).header("origin", &server.url);
        assert_eq!(request.form(&form).send().await.unwrap().status().as_u16(), 200);
    }
    let without = page(&http, &server, "/apis/travel/plane").await;
    assert!(without.contains("Create key") && without.contains("href=\"/apps/travel/demo-app#keys\""), "no way to a key");
    assert!(page(&http, &server, "/apps/travel/demo-app").await.contains("id=\"keys\""));
    // Who may not make keys of the app is told nothing of them.
    let viewer = Admin::browser(&server, "viewer@demo").await;
    let read = page(&viewer, &server, "/apis/travel/plane").await;
    assert!(read.contains("$SLUICE_KEY") && !read.contains("Create key"));
}

#[tokio::test]
async fn the_way_out_stands_beside_the_name_and_on_the_account_page() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "viewer@demo").await;
    assert_eq!(forms_of(&page(&http, &server, "/").await, "sign-out").len(), 1);
    assert_eq!(forms_of(&page(&http, &server, "/account").await, "sign-out").len(), 2);
}

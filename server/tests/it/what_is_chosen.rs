//! What is typed or chosen is what is saved: the theme, and the domain of an API that is begun from a table.

use reqwest::Client;
use serde_json::Value as Json;
use testkit::{Admin, Sluice};

use crate::common::binary;
use crate::portal_guard::forms_of;

async fn page(http: &Client, server: &Sluice, path: &str) -> String {
    http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
}

async fn send(http: &Client, server: &Sluice, function: &str, fields: &[(&str, &str)]) -> (u16, Json) {
    let request = http.post(format!("{}/fn/{function}", server.url)).header("origin", &server.url).header("accept", "application/json");
    let response = request.form(fields).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn the_button_of_the_theme_sends_the_other_one_of_what_is_shown() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "viewer@demo").await;
    for (chosen, offered) in [("dark", "light"), ("light", "dark")] {
        assert_eq!(send(&http, &server, "choose-theme", &[("theme", chosen)]).await.0, 200);
        let page = page(&http, &server, "/account").await;
        assert!(page.contains(&format!("data-theme=\"{chosen}\"")), "{chosen} is not shown");
        let form = forms_of(&page, "choose-theme")[0];
        assert!(form.contains("name=\"theme\"") && form.contains(&format!("value=\"{offered}\"")), "{form}");
        assert!(!form.contains("<input"), "nothing but the button that is pressed says which: {form}");
    }
}

#[tokio::test]
async fn an_api_of_a_table_begins_in_the_domain_of_its_source() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "admin@demo").await;
    let form_token = Admin::form_token(&http, &server).await;
    let domain = [("name", "another"), ("title", ""), ("form_token", &form_token)];
    assert!(send(&http, &server, "new-domain", &domain).await.0 < 400);
    let offers = async |path: &str| {
        let page = page(&http, &server, path).await;
        let form = forms_of(&page, "new-api")[0].to_owned();
        ["another", "travel"].map(|domain| form.contains(&format!("<option value=\"{domain}\"")))
    };
    assert_eq!(offers("/apis/new").await, [true, true]);
    assert_eq!(offers("/apis/new?source=flights-db&table=planes").await, [false, true]);
    let draft =
        |domain| [("domain", domain), ("name", "aircraft"), ("kind", "kv"), ("source", "flights-db"), ("table", "planes"), ("dataset", "")];
    let (status, problem) = send(&http, &server, "new-api", &draft("another")).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (400, Some("domain")), "{problem}");
    assert!(send(&http, &server, "new-api", &draft("travel")).await.0 < 400);
}

//! What went wrong, as a person reads it: in a form without a script, and in place of a page.

use reqwest::Client;
use testkit::{Admin, Sluice};

use crate::common::binary;

async fn page(http: &Client, server: &Sluice, path: &str) -> (u16, String) {
    let response = http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_form_without_a_script_comes_back_with_its_faults_marked_and_linked() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "admin@demo").await;
    let form_token = Admin::form_token(&http, &server).await;
    let api = [("domain", "travel"), ("name", "plane")];
    let limit = [("per_second", "many"), ("priority", "high")];
    let grant = [("app", "travel/demo-app"), ("days", "soon"), ("per_second", "")];
    for (path, function, fields, fault) in [
        ("/apps", "new-app", vec![("domain", "travel"), ("name", "Not Good")], "name"),
        ("/domains", "new-domain", vec![("name", "Not Good"), ("title", "")], "name"),
        ("/account", "new-token", vec![("name", "a"), ("days", "soon")], "days"),
        ("/people", "new-person", vec![("email", "nobody")], "email"),
        ("/apis/travel/plane/access", "grant", [&api[..], &grant[..]].concat(), "days"),
        ("/apis/travel/plane/traffic", "set-switches", [&api[..], &limit[..]].concat(), "per_second"),
    ] {
        let form: Vec<(&str, &str)> = fields.into_iter().chain([("form_token", form_token.as_str())]).collect();
        let (own, at) = (format!("{}{path}", server.url), format!("{}/fn/{function}", server.url));
        let request = http.post(at).header("origin", &server.url).header("referer", &own).header("accept", "text/html");
        let sent = request.form(&form).send().await.unwrap();
        assert_eq!((sent.status().as_u16(), sent.headers()["location"].to_str().unwrap()), (302, path), "{function}");
        let (_, page) = page(&http, &server, path).await;
        let control = page.split(&format!("id=\"{fault}\"")).nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default();
        assert!(control.contains("aria-invalid=\"true\""), "{path}: {control}");
        assert!(control.contains(&format!("aria-describedby=\"{fault}-error\"")), "{path}: {control}");
        assert!(
            page.contains(&format!("id=\"{fault}-error\"")) && page.contains(&format!("href=\"#{fault}\"")),
            "{path}: no link to {fault}"
        );
    }
    let (_, clean) = page(&http, &server, "/apps").await;
    assert!(clean.contains("aria-describedby=\"name-help\"") && clean.contains("id=\"name-help\"") && !clean.contains("aria-invalid"));
}

#[tokio::test]
async fn a_page_that_is_not_there_or_not_open_has_the_frame_one_heading_and_the_way_on() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "viewer@demo").await;
    for (path, wanted) in [
        ("/people", 403),
        ("/sources/new", 403),
        ("/datasets/new", 403),
        ("/apis/new", 403),
        ("/apis/travel/plane/edit", 403),
        ("/apis/travel/none", 404),
        ("/apis/travel/none/access", 404),
        ("/apis/travel/none/test", 404),
        ("/apps/travel/none", 404),
        ("/datasets/travel/none", 404),
        ("/domains/none", 404),
        ("/inbox/none", 404),
        ("/sources/none", 404),
        ("/nowhere", 404),
        ("/nowhere/at/all", 404),
    ] {
        let (status, page) = page(&http, &server, path).await;
        assert_eq!(status, wanted, "{path}");
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        assert!(page.contains("class=\"shell\"") && page.contains("Go to Home"), "{path}");
        let forms: Vec<&str> = page.split("action=\"/fn/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        // The frame's own: the theme, the way out, and the way back in where the session ends.
        let of_frame = ["choose-theme", "sign-out", "sign-in", "sign-in-demo"];
        assert!(forms.iter().all(|function| of_frame.contains(function)), "{path}: {forms:?}");
    }
    let (status, table) = page(&http, &server, "/sources/flights-db/tables/planes").await;
    assert!(!table.contains("/apis/new?") && !table.contains("/datasets/new?"), "{status}: what the role may not do is offered");
    let (status, page) = page(&Client::new(), &server, "/nowhere").await;
    assert!(status == 404 && !page.contains("class=\"shell\"") && page.matches("<h1").count() == 1, "{status}");
}

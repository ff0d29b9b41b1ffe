//! The pages of the catalogue without a script: search by an address, descriptions that two people write, tags on many assets with their
//! preview, and what a stranger is told.

use reqwest::Client;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice, problem_code};

use crate::common::{LONG, binary, until};
use crate::portal_guard::forms_of;

const PLANE: &str = "/catalogue/api/travel/plane";

/// One person's browser.
struct Browser<'a> {
    http: Client,
    server: &'a Sluice,
    form_token: String,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a Sluice, email: &str) -> Self {
        let http = Admin::browser(server, email).await;
        let form_token = Admin::form_token(&http, server).await;
        Self { http, server, form_token }
    }

    async fn opens(&self, path: &str) -> (u16, String) {
        let response = self.http.get(format!("{}{path}", self.server.url)).header("accept", "text/html").send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn page(&self, path: &str) -> String {
        let (status, page) = self.opens(path).await;
        assert_eq!(status, 200, "{path}");
        page
    }

    async fn sends(&self, function: &str, fields: &[(&str, &str)]) -> (u16, Json) {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", self.form_token.as_str())]).collect();
        let url = format!("{}/fn/{function}", self.server.url);
        let request = self.http.post(url).header("origin", &self.server.url).header("accept", "application/json");
        let response = request.form(&fields).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

/// What a hidden field of a form holds.
fn hidden(form: &str, name: &str) -> String {
    let input = form.split("<input ").find(|input| input.contains(&format!("name=\"{name}\""))).unwrap();
    let value = input.split_once("value=\"").unwrap().1.split('"').next().unwrap();
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

#[tokio::test]
async fn of_two_who_write_a_description_the_second_is_told_and_nothing_is_written_over() {
    let server = Sluice::demo(binary());
    let (builder, owner) = (Browser::of(&server, "builder@demo").await, Browser::of(&server, "owner@demo").await);
    let edit = |page: &str| hidden(forms_of(page, "set-asset-values")[0], "edit");
    let (first, second) = (edit(&builder.page(PLANE).await), edit(&owner.page(PLANE).await));
    assert_eq!(first, second);
    let path = ("path", "api:travel/plane");
    let text = "# Planes\n\nBy *tail number*. <script>alert(1)</script> [runbook](javascript:alert(1))";
    assert_eq!(builder.sends("set-asset-values", &[path, ("edit", &first), ("description", text)]).await.0, 200);
    let (status, problem) = owner.sends("set-asset-values", &[path, ("edit", &second), ("description", "Mine.")]).await;
    assert_eq!((status, problem_code(&problem).0), (409, "conflict"), "{problem}");
    let page = owner.page(PLANE).await;
    for part in ["<em>tail number</em>", "&lt;script&gt;alert(1)&lt;/script&gt;", "Planes</h3>", "Written by builder@demo"] {
        assert!(page.contains(part), "{part} is missing: {page}");
    }
    assert!(!page.contains("<script>alert") && !page.contains("href=\"javascript:") && !page.contains("Mine."), "{page}");
    // Who has seen it may replace it.
    let seen = edit(&page);
    assert_eq!(owner.sends("set-asset-values", &[path, ("edit", &seen), ("description", "Mine.")]).await.0, 200);
    let history = owner.page(&format!("{PLANE}?tab=history")).await;
    assert!(history.contains("builder@demo") && history.contains("Mine."), "{history}");
}

#[tokio::test]
async fn what_a_search_asks_for_stands_in_its_address() {
    let server = Sluice::demo(binary());
    let builder = Browser::of(&server, "builder@demo").await;
    until(LONG, "the index has the demo", async || {
        builder.page("/catalogue?q=plane&kind=api").await.contains(&format!("href=\"{PLANE}\""))
    })
    .await;
    let page = builder.page("/catalogue?q=plane&kind=api").await;
    // The words are in the field, the type is a filter that a link takes away, and the form keeps it.
    assert!(page.contains("value=\"plane\"") && page.contains("href=\"/catalogue?q=plane\""), "{page}");
    assert!(page.contains("<input type=\"hidden\" name=\"kind\" value=\"api\""), "{page}");
    let saved = json!({"text": "plane", "filters": {"kind": ["api"]}}).to_string();
    assert_eq!(builder.sends("save-view", &[("name", "Planes"), ("query", &saved)]).await.0, 200);
    let page = builder.page("/catalogue").await;
    assert!(page.contains(">Planes<") && page.contains("href=\"/catalogue?q=plane&amp;kind=api\""), "{page}");
    // Views are of one person alone, and a stranger finds nothing, not even a number.
    assert!(!Browser::of(&server, "owner@demo").await.page("/catalogue").await.contains(">Planes<"));
    let admin = Admin::demo(&server, "admin@demo").await;
    admin.post("/domains", json!({"name": "finance"})).await;
    admin.post("/people", json!({"email": "stranger@demo"})).await;
    let roles = json!({"roles": ["owner"]});
    admin.call(reqwest::Method::PUT, "/domains/finance/members/stranger@demo", Some(roles)).await;
    let stranger = Browser::of(&server, "stranger@demo").await;
    assert!(!stranger.page("/catalogue?q=plane").await.contains("travel"));
    let (status, page) = stranger.opens(PLANE).await;
    let (other, nothing) = stranger.opens("/catalogue/api/travel/none").await;
    assert_eq!((status, other), (404, 404));
    let told = |page: &str| page.contains("There is no asset");
    assert!(told(&page) && told(&nothing), "{page}");
}

#[tokio::test]
async fn many_assets_are_tagged_after_a_preview_and_the_change_is_undone() {
    let server = Sluice::demo(binary());
    let builder = Browser::of(&server, "builder@demo").await;
    let (status, saved) = builder.sends("set-tag", &[("name", "Reviewed"), ("colour", "green")]).await;
    assert_eq!(status, 200, "{saved}");
    let tag = saved["id"].as_str().unwrap();
    let page = builder.page(&format!("/catalogue/bulk?asset=api:travel/plane&asset=api:travel/delays&tag={tag}&act=add")).await;
    assert!(page.contains("Tags added: 2"), "{page}");
    let form = forms_of(&page, "tag-assets")[0];
    let (query, expect) = (hidden(form, "query"), hidden(form, "expect"));
    let (status, done) = builder.sends("tag-assets", &[("query", &query), ("expect", &expect)]).await;
    assert_eq!((status, done["counts"]["added"].as_u64()), (200, Some(2)), "{done}");
    assert!(builder.page(PLANE).await.contains("Reviewed"));
    // The preview was of what stood there: the second time it is something else.
    assert_eq!(builder.sends("tag-assets", &[("query", &query), ("expect", &expect)]).await.0, 409);
    let undo = builder.page("/catalogue/bulk").await;
    let id = hidden(forms_of(&undo, "undo-tagging")[0], "id");
    assert_eq!(builder.sends("undo-tagging", &[("id", &id)]).await.0, 200);
    let labels = builder.page(PLANE).await;
    let tagged = labels.split("id=\"labels\"").nth(1).unwrap().split("</ul>").next().unwrap();
    assert!(!tagged.contains("Reviewed"), "{tagged}");
}

#[tokio::test]
async fn an_owner_certifies_and_a_viewer_reads() {
    let server = Sluice::demo(binary());
    let (viewer, owner) = (Browser::of(&server, "viewer@demo").await, Browser::of(&server, "owner@demo").await);
    let page = viewer.page(PLANE).await;
    for function in ["set-asset-values", "set-asset-status", "tag-asset"] {
        assert!(forms_of(&page, function).is_empty(), "a viewer has the form of {function}");
    }
    let admin = Admin::demo(&server, "owner@demo").await;
    let before = admin.get("/stewardship?domain=travel").await;
    let edit = hidden(forms_of(&owner.page(PLANE).await, "set-asset-status")[0], "edit");
    let fields = [("path", "api:travel/plane"), ("edit", edit.as_str()), ("status", "certified")];
    assert_eq!(viewer.sends("set-asset-status", &fields).await.0, 403);
    assert_eq!(owner.sends("set-asset-status", &fields).await.0, 200);
    assert!(viewer.page(PLANE).await.contains("Certified"));
    let access = viewer.page(&format!("{PLANE}?tab=access")).await;
    for part in ["mailto:owner@demo", "travel/demo-app", "Certify or deprecate"] {
        assert!(access.contains(part), "{part} is missing: {access}");
    }
    // The board counts it.
    let board = admin.get("/stewardship?domain=travel").await;
    let certified = |board: &Json| board["all"]["certified"].as_u64().unwrap();
    assert_eq!((certified(&board), &board["all"]["assets"]), (certified(&before) + 1, &before["all"]["assets"]), "{board}");
    assert_eq!(board["days"].as_array().unwrap().last().unwrap()["counts"], board["all"]);
}

//! The pages of alerts without a script: what a form shows is what it sends, what is wrong is told beside its field, and nothing goes
//! without a question.

use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::binary;
use crate::portal_guard::forms_of;

/// One person's browser.
struct Browser<'a> {
    http: Client,
    server: &'a Sluice,
    form_token: String,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a Sluice) -> Self {
        Self::signed_in(server, "owner@demo").await
    }

    async fn signed_in(server: &'a Sluice, email: &str) -> Self {
        let http = Admin::browser(server, email).await;
        let form_token = Admin::form_token(&http, server).await;
        Self { http, server, form_token }
    }

    async fn page(&self, path: &str) -> String {
        let response = self.http.get(format!("{}{path}", self.server.url)).header("accept", "text/html").send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.unwrap()
    }

    async fn sends(&self, function: &str, fields: &[(&str, &str)]) -> (u16, Json) {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", self.form_token.as_str())]).collect();
        let url = format!("{}/fn/{function}", self.server.url);
        let request = self.http.post(url).header("origin", &self.server.url).header("accept", "application/json");
        let response = request.form(&fields).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }
}

/// What the hidden fields of a form hold, but for its token.
fn hidden(form: &str) -> Vec<(&str, &str)> {
    let value = |tag: &'static str, input: &str| -> Option<(usize, usize)> {
        let begin = input.find(tag)? + tag.len();
        Some((begin, begin + input[begin..].find('"')?))
    };
    let inputs = form.split("<input ").skip(1).filter_map(|rest| rest.split('>').next()).filter(|input| input.contains("type=\"hidden\""));
    inputs
        .filter_map(|input| {
            let (name, text) = (value("name=\"", input)?, value("value=\"", input)?);
            Some((&input[name.0..name.1], &input[text.0..text.1]))
        })
        .filter(|(name, _)| *name != "form_token")
        .collect()
}

/// Whether a list of a page has a value to choose.
fn offers(page: &str, list: &str, value: &str) -> bool {
    let begin = format!("<datalist id=\"{list}\"");
    let options = page.split_once(&begin).and_then(|(_, rest)| rest.split_once("</datalist>")).map_or("", |(options, _)| options);
    options.contains(&format!("value=\"{value}\""))
}

/// The first input of a page with a part.
fn input<'a>(page: &'a str, part: &str) -> &'a str {
    let mut inputs = page.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    inputs.find(|input| input.contains(part)).unwrap_or_default()
}

/// Whether a form opens a question in place of doing what it is for.
fn asks(page: &str, function: &str) -> bool {
    let forms = forms_of(page, function);
    !forms.is_empty() && forms.iter().all(|form| form.split_once("<dialog").is_some_and(|(before, _)| !before.contains("type=\"submit\"")))
}

const RULE: &str = "domain=travel&name=errors&kind=api&environment=prod&path=travel%2Fplane&metric=error-share&operator=above&threshold=0.05&window_minutes=5&for_minutes=2&keep_minutes=5&min_events=5&no_data=keep&receivers=&repeat_minutes=60&template=errors-p2";

#[tokio::test]
async fn a_rule_is_previewed_saved_as_it_was_shown_changed_and_deleted() {
    let server = Sluice::demo(binary());
    let (browser, owner) = (Browser::of(&server).await, Admin::demo(&server, "owner@demo").await);
    let begin = browser.page("/monitoring/alerts/rules/new?template=latency-p0").await;
    assert!(begin.contains("value=\"500\"") && forms_of(&begin, "set-alert-rule").is_empty(), "nothing is saved that was not previewed");
    let wrong = browser.page(&format!("/monitoring/alerts/rules/new?{}", RULE.replace("0.05", "5"))).await;
    assert!(wrong.contains("Enter a share between 0 and 1") && forms_of(&wrong, "set-alert-rule").is_empty());

    // What can be watched and told is picked out of what there is; nodes are for admins.
    let team = json!({"channel": "portal"});
    let (status, said) = owner.call(Method::PUT, "/receivers/travel/team", Some(team)).await;
    assert!(status.is_success(), "{said}");
    let picking = browser.page(&format!("/monitoring/alerts/rules/new?{}", RULE.replace("receivers=", "receivers=team"))).await;
    for path in ["travel/plane", "travel/demo-app", "travel/aircraft", "flights-db", "travel/high", "travel"] {
        assert!(offers(&picking, "path-choices", path), "{path}");
    }
    assert!(picking.contains("value=\"domain\"") && !picking.contains("value=\"node\""));
    let picked = input(&picking, "name=\"receivers\"");
    assert!(picked.contains("value=\"team\"") && picked.contains("checked"), "{picked}");
    assert!(hidden(forms_of(&picking, "set-alert-rule")[0]).contains(&("fields[receivers]", "team")));
    let admin = Browser::signed_in(&server, "admin@demo").await.page("/monitoring/alerts/rules/new?domain=travel").await;
    assert!(admin.contains("value=\"node\""));

    let shown = browser.page(&format!("/monitoring/alerts/rules/new?{RULE}")).await;
    assert!(shown.contains("id=\"preview\"") && shown.contains("Error share above 5 % over 5 min, for 2 min"), "{shown}");
    let forms = forms_of(&shown, "set-alert-rule");
    let (status, said) = browser.sends("set-alert-rule", &hidden(forms[0])).await;
    assert_eq!(status, 200, "{said}");
    let rules = owner.get("/alert-rules").await;
    let rule = json!({"watch": {"kind": "api", "environment": "prod", "path": "travel/plane"}, "metric": "error-share", "operator": "above",
        "threshold": 0.05, "window_minutes": 5, "for_minutes": 2, "keep_minutes": 5, "min_events": 5, "no_data": "keep",
        "notify": {"repeat_minutes": 60}, "template": "errors-p2"});
    assert_eq!((&rules[0]["name"], &rules[0]["rule"]), (&json!("errors"), &rule), "{rules}");
    let (status, taken) = browser.sends("set-alert-rule", &hidden(forms[0])).await;
    assert_eq!((status, &taken["errors"][0]["field"]), (400, &json!("name")), "{taken}");

    // The page of the rule previews it as it is, and saves it with the edit that was seen.
    let known = browser.page("/monitoring/alerts/rules/travel/errors").await;
    assert!(known.contains("id=\"preview\"") && asks(&known, "delete-alert-rule"));
    let kept = forms_of(&known, "set-alert-rule");
    assert_eq!(browser.sends("set-alert-rule", &hidden(kept[0])).await.0, 200);
    assert_eq!(browser.sends("set-alert-rule", &hidden(kept[0])).await.0, 409, "somebody was faster");
    assert!(browser.page("/monitoring/alerts").await.contains("/monitoring/alerts/rules/travel/errors"));
    let at = [("domain", "travel"), ("name", "errors")];
    assert_eq!(browser.sends("delete-alert-rule", &at).await.0, 200);
    assert_eq!(owner.get("/alert-rules").await, json!([]));
}

#[tokio::test]
async fn silences_windows_receivers_and_objectives_are_made_by_their_forms() {
    let server = Sluice::demo(binary());
    let browser = Browser::of(&server).await;
    let silence = [("domain", "travel"), ("kind", "api"), ("path", "travel/plane"), ("reason", "a move")];
    let (status, said) = browser.sends("new-silence", &silence).await;
    assert_eq!((status, &said["errors"][0]["field"]), (400, &json!("hours")), "{said}");
    let silence = [&silence[..], &[("hours", "2")]].concat();
    assert_eq!(browser.sends("new-silence", &silence).await.0, 200);
    let window =
        [("domain", "travel"), ("name", "night"), ("days[]", "monday"), ("days[]", "sunday"), ("start", "23:30"), ("minutes", "90")];
    assert_eq!(browser.sends("new-maintenance-window", &window).await.0, 200);
    let page = browser.page("/monitoring/alerts/silences").await;
    assert!(offers(&page, "path-choices", "flights-db") && offers(&page, "window-path-choices", "travel/plane"), "{page}");
    assert!(page.contains("api travel/plane") && page.contains("Monday, Sunday at 23:30 for 90 min, UTC"), "{page}");
    assert!(asks(&page, "end-silence") && asks(&page, "delete-maintenance-window"));

    let receiver = [("domain", "travel"), ("name", "team"), ("channel", "webhook"), ("url", "https://hooks.invalid/team")];
    let (status, saved) = browser.sends("set-receiver", &receiver).await;
    assert!(status == 200 && saved["secret"].as_str().is_some_and(|secret| secret.len() > 20), "{saved}");
    let page = browser.page("/monitoring/alerts/receivers").await;
    assert!(page.contains("https://hooks.invalid/team") && asks(&page, "delete-receiver"));
    assert!(!page.contains(saved["secret"].as_str().unwrap()), "a secret is shown once");

    let objective = [("domain", "travel"), ("name", "plane"), ("kind", "latency"), ("environment", "prod"), ("path", "travel/plane")];
    let objective = [&objective[..], &[("target", "99.5"), ("within", "200"), ("period_days", "30"), ("min_bad", "5")]].concat();
    let named = [&objective[..], &[("receivers[]", "travel/team"), ("receivers[]", "finance/team")]].concat();
    let (status, said) = browser.sends("set-objective", &named).await;
    assert_eq!((status, &said["errors"][0]["field"]), (400, &json!("notify.receivers.1")), "{said}");
    let objective = [&objective[..], &[("receivers[]", "travel/team")]].concat();
    assert_eq!(browser.sends("set-objective", &objective).await.0, 200);
    let page = browser.page("/monitoring/objectives?change=travel/plane").await;
    let picked = input(&page, "name=\"receivers[]\"");
    assert!(picked.contains("value=\"travel/team\"") && picked.contains("checked"), "{picked}");
    assert!(offers(&page, "path-choices", "travel/aircraft") && !offers(&page, "path-choices", "flights-db"), "APIs and datasets alone");
    assert!(page.contains("99.5 % of requests within 200 ms over 30 days") && asks(&page, "delete-objective"), "{page}");
    let form = forms_of(&page, "set-objective")[0];
    assert!(form.contains("value=\"99.5\"") && form.contains("name=\"edit\""), "{form}");
}

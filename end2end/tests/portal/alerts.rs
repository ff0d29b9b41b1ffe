//! Alerts as an owner meets them: a rule by form with its preview, what fires on the pages of things, silenced, acknowledged and deleted;
//! receivers and objectives; on a phone, and without a script.

use std::time::{Duration, Instant};

use end2end::{DESK, NO_SCRIPT, PHONE, Person, Stage};
use testkit::Admin;

/// Figures are written each ten seconds, and rules look at them as of fifteen seconds before.
const FIRES: Duration = Duration::from_secs(90);

async fn calls(stage: &Stage, count: usize) {
    let http = reqwest::Client::new();
    for _ in 0..count {
        let url = format!("{}/api/travel/plane?tailnum=N14228", stage.server.url);
        assert_eq!(http.get(url).bearer_auth(stage.server.demo_key()).send().await.unwrap().status(), 200);
    }
}

/// Sends requests until an alert of the rule fires.
async fn fires(stage: &Stage, rule: &str) {
    let (owner, since) = (Admin::demo(&stage.server, "owner@demo").await, Instant::now());
    loop {
        calls(stage, 5).await;
        let alerts = owner.get("/alerts").await;
        if alerts.as_array().unwrap().iter().any(|alert| alert["name"] == rule && alert["phase"] == "firing") {
            return;
        }
        assert!(since.elapsed() < FIRES, "{rule} does not fire: {alerts}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Fills the form of a rule that fires on any request, and looks at its preview.
async fn fills_a_rule(person: &Person, name: &str) {
    person.picks("#begin-template", "errors-p2").await;
    person.click("button:has-text(\"Use template\")").await;
    person.sees("#rule:has(input[name=template][value=errors-p2])").await;
    person.fill("#name", name).await;
    person.picks("#metric", "requests").await;
    person.fill("#path", "travel/plane").await;
    person.fill("#threshold", "0").await;
    person.fill("#window_minutes", "1").await;
    person.fill("#for_minutes", "0").await;
    person.fill("#keep_minutes", "60").await;
    person.fill("#min_events", "0").await;
    person.click("button:has-text(\"Show preview\")").await;
    person.sees("#preview").await;
    person.reads("#save", "Requests per second above 0 /s over 1 min").await;
}

#[tokio::test]
async fn a_rule_is_made_by_form_fires_is_silenced_acknowledged_and_deleted() {
    let stage = Stage::open().await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/").await;
    owner.click("nav.side a[href=\"/monitoring/alerts\"]").await;
    owner.sees("text=Nothing fires").await;
    owner.click("a.btn:has-text(\"New rule\")").await;
    owner.sees("h1:has-text(\"New alert rule\")").await;
    fills_a_rule(&owner, "busy").await;
    owner.shots("alert-rule-preview").await;
    owner.fits().await;
    owner.click("#save button:has-text(\"Create rule\")").await;
    owner.sees("#rules a:has-text(\"travel/busy\")").await;

    fires(&stage, "busy").await;
    owner.go("/apis/travel/plane").await;
    owner.reads(".callout-bad", "Alert busy fires for API travel/plane in prod.").await;
    owner.sees("nav.side a[href=\"/monitoring/alerts\"] .count").await;
    owner.shots("alert-on-api").await;
    owner.go("/monitoring").await;
    owner.reads(".callout-bad", "Alert busy fires").await;
    owner.shots("alert-on-monitoring").await;
    owner.click(".callout-bad button:has-text(\"Silence for 1 h\")").await;
    owner.reads(".callout-bad", "Silenced until").await;
    owner.click(".callout-bad a:has-text(\"View alert rule\")").await;
    owner.sees("h1:has-text(\"Alert rule travel/busy\")").await;
    owner.sees("#preview").await;

    owner.go("/monitoring/alerts").await;
    owner.reads("#now", "Silenced until").await;
    owner.shots("alerts").await;
    owner.fits().await;
    owner.click("#now button:has-text(\"Acknowledge\")").await;
    owner.reads("#now", "Acknowledged by owner@demo").await;
    owner.reads("#history", "Acknowledged by owner@demo").await;
    owner.go("/monitoring/alerts/silences").await;
    owner.reads("#silences", "Rule busy, api travel/plane, prod").await;
    owner.shots("silences").await;
    owner.fits().await;
    owner.confirms("#silences button:has-text(\"End silence\")").await;
    owner.reads("#silences", "Ended").await;

    owner.go("/monitoring/alerts/rules/travel/busy").await;
    owner.confirms("button:has-text(\"Delete rule\")").await;
    owner.sees("text=No rules yet").await;
    owner.leaves().await;

    // Who may not change rules reads them, and has no form.
    let viewer = stage.person("viewer@demo", DESK).await;
    viewer.expects_status(403);
    viewer.go("/monitoring/alerts").await;
    viewer.sees("#history").await;
    assert_eq!(viewer.page.locator("main a.btn:has-text(\"New rule\")").count().await.unwrap(), 0);
    viewer.go("/monitoring/alerts/rules/new").await;
    viewer.reads("main", "Builders and owners of a domain change its alert rules.").await;
    viewer.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn receivers_and_objectives_are_made_changed_and_deleted() {
    let stage = Stage::open().await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.expects_status(400);
    owner.go("/monitoring/alerts/receivers").await;
    owner.fill("#name", "team").await;
    owner.fill("#url", "http://10.1.2.3/hook").await;
    owner.click("#receiver-form button[type=submit]").await;
    owner.reads("#url-error", "private network").await;
    owner.fill("#url", "https://hooks.invalid/team").await;
    owner.click("#receiver-form button[type=submit]").await;
    owner.sees("#new-secret").await;
    owner.reads("#receivers", "travel/team").await;
    owner.shots("receivers").await;
    owner.fits().await;
    owner.click("#receivers button:has-text(\"Send test\")").await;
    owner.reads("#notices", "Test: travel/team").await;
    owner.confirms("#receivers button:has-text(\"Delete receiver\")").await;
    owner.reads("#receivers", "No receivers yet.").await;

    owner.go("/monitoring/objectives").await;
    owner.sees("#risks tr:has-text(\"travel/plane\"):has-text(\"No objective\")").await;
    owner.fill("#name", "plane").await;
    owner.fill("#path", "travel/plane").await;
    owner.fill("#target", "10").await;
    owner.click("#objective-form button[type=submit]").await;
    owner.sees("#target-error").await;
    owner.fill("#target", "99.5").await;
    owner.click("#objective-form button[type=submit]").await;
    owner.sees("#objectives tr:has-text(\"travel/plane\"):has-text(\"99.5 %\")").await;
    owner.shots("objectives").await;
    owner.fits().await;
    assert_eq!(owner.page.locator("#risks tr:has-text(\"travel/plane\"):has-text(\"No objective\")").count().await.unwrap(), 0);
    owner.go("/monitoring/objectives?change=travel/plane").await;
    owner.fill("#target", "99.9").await;
    owner.click("#objective-form button[type=submit]").await;
    owner.sees("#objectives tr:has-text(\"99.9 %\")").await;
    owner.confirms("#objectives button:has-text(\"Delete objective\")").await;
    owner.sees("text=No objectives yet").await;
    owner.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn alerts_fit_a_phone() {
    let stage = Stage::open().await;
    let phone = stage.person("owner@demo", PHONE).await;
    for (path, name) in [
        ("/monitoring/alerts", "alerts"),
        ("/monitoring/alerts/rules/new", "alert-rule"),
        ("/monitoring/alerts/silences", "silences"),
        ("/monitoring/alerts/receivers", "receivers"),
        ("/monitoring/objectives", "objectives"),
    ] {
        phone.go(path).await;
        phone.has_all().await;
        phone.fits().await;
        phone.shots(&format!("{name}-phone")).await;
    }
    phone.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn a_rule_is_made_and_silenced_without_a_script() {
    let stage = Stage::open().await;
    let owner = stage.person("owner@demo", NO_SCRIPT).await;
    owner.go("/monitoring/alerts/rules/new").await;
    fills_a_rule(&owner, "quiet").await;
    owner.click("#save button:has-text(\"Create rule\")").await;
    owner.sees("#rules a:has-text(\"travel/quiet\")").await;
    owner.shots("alerts-no-script").await;
    owner.go("/monitoring/alerts/silences").await;
    owner.fill("#rule", "quiet").await;
    owner.fill("#reason", "moving to another machine").await;
    owner.click("button[type=submit]:has-text(\"Create silence\")").await;
    owner.reads("#silences", "Rule quiet").await;
    owner.confirms("#silences button:has-text(\"End silence\")").await;
    owner.reads("#silences", "Ended").await;
    // The name is taken: the page says so beside what was typed.
    owner.expects_status(400);
    owner.go("/monitoring/alerts/rules/new").await;
    fills_a_rule(&owner, "quiet").await;
    owner.click("#save button:has-text(\"Create rule\")").await;
    owner.reads("main", "This name is taken by another alert rule").await;
    owner.go("/monitoring/alerts/rules/travel/quiet").await;
    owner.confirms("button:has-text(\"Delete rule\")").await;
    owner.sees("text=No rules yet").await;
    owner.leaves().await;
    stage.close().await;
}

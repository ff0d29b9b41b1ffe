//! Suggested tags: found by profiles of a real database, without a value in their evidence, and decided by those who may.

use crate::catalogue_profiles::{asset, profiled, scanned, table_path};
use crate::catalogue_tags::{Stage, holding, refused};
use crate::common::{LONG, Source, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::Admin;

/// People, with what looks like a phone number and is none. The card numbers that pass Luhn's check are published examples.
const CUSTOMERS: &str = "
    CREATE TABLE customers (id bigint PRIMARY KEY, cust_email text, phone text, card text, order_id bigint, version text, note text);
    INSERT INTO customers SELECT n, 'anna.muster' || n || '@example.org', '+49 30 9018' || (1000 + n),
        (ARRAY['4111111111111111', '5555555555554444', '378282246310005', '6011111111111117'])[1 + n % 4],
        31000000000 + n * 7, n % 9 || '.' || n % 40 || '.0.' || n % 7, CASE WHEN n % 50 = 0 THEN 'call anna' END
        FROM generate_series(1, 400) n;
    ANALYZE customers";

/// The tags that are suggested for the columns of the table, with their confidence.
async fn suggested(admin: &Admin, filters: &str) -> Vec<Json> {
    let listed = admin.get(&format!("/suggestions?source=crm&sort=column{filters}")).await;
    assert_eq!(listed["found"], listed["rows"].as_array().unwrap().len(), "{listed:#}");
    listed["rows"].as_array().unwrap().clone()
}

fn told(suggestions: &[Json]) -> Vec<String> {
    let column = |row: &Json| row["asset"].as_str().unwrap().rsplit_once('#').unwrap().1.to_owned();
    suggestions.iter().map(|row| format!("{} {}", column(row), row["tag"].as_str().unwrap())).collect()
}

fn id(suggestions: &[Json], column: &str) -> String {
    let is_it = |row: &&Json| row["asset"].as_str().unwrap().ends_with(&format!("#{column}"));
    suggestions.iter().find(is_it).unwrap()["id"].as_str().unwrap().to_owned()
}

fn these(ids: &[&str]) -> Json {
    json!({"suggestions": ids})
}

/// Another profile, once it is made.
async fn profiled_again(admin: &Admin, path: &str) {
    let before = profiled(admin, path).await["newest"]["at"].clone();
    let (status, body) = admin.call(Method::POST, &format!("{}/profile", asset(path)), None).await;
    assert!(status.is_success(), "{body}");
    until(LONG, "another profile", async || profiled(admin, path).await["newest"]["at"] != before).await;
}

#[tokio::test]
async fn a_suggestion_is_confirmed_or_stays_dismissed_until_its_evidence_changes() {
    let source = Source::postgres();
    source.run(CUSTOMERS).await;
    let stage = Stage::new().await;
    let builder = &stage.people.builder;
    builder.put_source("crm", source.driver(), source.binding()).await;
    scanned(builder, "crm").await;
    let path = table_path(builder, "crm", "customers").await;
    profiled(builder, &path).await;
    let open = suggested(builder, "").await;
    assert_eq!(told(&open), ["card Payment card", "cust_email E-mail address", "phone Phone number"]);
    evidence_has_counts_and_no_values(&open);

    let (card, email, phone) = (id(&open, "card"), id(&open, "cust_email"), id(&open, "phone"));
    only_those_decide_who_may_set_the_tag(&stage, &email).await;
    let many: Vec<String> = (0..501).map(|number: i32| number.to_string()).collect();
    for ids in [Vec::new(), many] {
        let wrong = refused(builder, Method::POST, "/suggestions/confirm", json!({"suggestions": ids})).await;
        assert_eq!(wrong, (400, "suggestions".to_owned()));
    }

    // Several at once are one change of tags.
    let done = builder.post("/suggestions/confirm", these(&[email.as_str(), card.as_str(), "none"])).await;
    assert_eq!((&done["decided"], &done["tagged"], &done["refused"][0]["id"]), (&json!(2), &json!(2), &json!("none")));
    let held = holding(builder, &format!("{}#cust_email", path.replacen("table:", "column:table:", 1))).await;
    let tag = &held["tags"][0];
    assert_eq!((&tag["name"], &tag["origin"], &tag["by"]), (&json!("E-mail address"), &json!("rule"), &json!("builder@demo")));
    assert_eq!(refused(builder, Method::POST, "/suggestions/confirm", these(&[email.as_str()])).await.0, 409);
    builder.post("/suggestions/dismiss", these(&[phone.as_str()])).await;
    assert!(suggested(builder, "").await.is_empty());
    let decided = suggested(builder, "&state=all").await;
    let states: Vec<&Json> = decided.iter().map(|row| &row["state"]).collect();
    assert_eq!(states, ["confirmed", "confirmed", "dismissed"]);
    assert_eq!(decided[2]["decided_by"], "builder@demo");

    // The same evidence brings nothing back: not what was dismissed, and not what was confirmed and undone.
    let change = done["change"].as_str().unwrap();
    builder.post(&format!("/tagging/{change}/undo"), Json::Null).await;
    profiled_again(builder, &path).await;
    assert!(suggested(builder, "").await.is_empty());
    // Two rows are other evidence: they are too few to say much.
    source.run("DELETE FROM customers WHERE id > 2; ANALYZE customers").await;
    profiled_again(builder, &path).await;
    let again = suggested(builder, "").await;
    assert!(told(&again).contains(&"phone Phone number".to_owned()), "{again:#?}");
    let phone = again.iter().find(|row| row["id"] == phone.as_str()).expect("it is the same suggestion");
    assert_eq!((&phone["confidence"], &phone["evidence"]["basis"]), (&json!(60), &json!("name_and_few_values")));
    // Nothing of the values is left that would say more.
    assert_eq!(told(&suggested(builder, "&least=61").await), Vec::<String>::new());
}

fn evidence_has_counts_and_no_values(open: &[Json]) {
    let text = open.iter().map(|row| row["evidence"].to_string()).collect::<Vec<_>>().join("\n");
    for value in ["anna", "example.org", "9018", "4111", "378282246310005", "call"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    let email = &open[1]["evidence"];
    assert_eq!((&email["present"], &email["certain"], &email["name"]), (&json!(400), &json!(400), &json!("email")));
    assert_eq!(open[0]["evidence"]["check"], "luhn");
    assert_eq!(email["shapes"][0]["shape"], "a.a999@a.a");
    assert!(open.iter().all(|row| row["confidence"].as_u64().is_some_and(|confidence| confidence >= 90)), "{text}");
}

async fn only_those_decide_who_may_set_the_tag(stage: &Stage, suggestion: &str) {
    let viewer = Admin::demo(&stage.server, "viewer@demo").await;
    let seen = suggested(&viewer, "").await;
    assert!(seen.len() == 3 && seen.iter().all(|row| row["may_decide"] == false), "{seen:#?}");
    stage.admin.post("/domains", json!({"name": "finance"})).await;
    let stranger = stage.another("stranger@demo", "finance", "owner").await;
    assert!(suggested(&stranger, "&state=all").await.is_empty());
    for act in ["confirm", "dismiss"] {
        let to = format!("/suggestions/{act}");
        assert_eq!(refused(&viewer, Method::POST, &to, these(&[suggestion])).await.0, 403);
        assert_eq!(refused(&stranger, Method::POST, &to, these(&[suggestion])).await.0, 404, "it is not there for them");
    }
    assert_eq!(suggested(&viewer, "").await.len(), 3);
}

//! What decides the rows of a dataset that live APIs read is changed by two: one person asks, another decides, and until then builds go by
//! what was in force before.

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::{Http, People, aircraft, binary};

/// Planes by a server whose API `aircraft` is served from the dataset `planes`.
struct Stage {
    server: Sluice,
    people: People,
    http: Http,
}

impl Stage {
    async fn new() -> Self {
        let server = Sluice::demo(binary());
        let (people, http) = (People::of(&server).await, Http::new(&server));
        let built = people.planes_dataset("planes", json!({})).await;
        assert_eq!(built["state"], "live", "{built}");
        Self { server, people, http }
    }

    async fn publish(&self) {
        self.people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    }

    /// Changes a part of the dataset; gives what is answered.
    async fn put(&self, person: &Admin, what: &str, body: &Json) -> (u16, Json) {
        let (status, saved) = person.call(Method::PUT, &format!("/datasets/travel/planes/{what}"), Some(body.clone())).await;
        (status.as_u16(), saved)
    }

    /// A change that must be in force at once.
    async fn at_once(&self, what: &str, body: &Json) {
        let (status, saved) = self.put(&self.people.builder, what, body).await;
        assert_eq!((status, &saved["request"]), (200, &Json::Null), "{what} {body}: {saved}");
    }

    /// A change that must be held back; gives its request.
    async fn held(&self, person: &Admin, what: &str, body: &Json) -> String {
        let (status, saved) = self.put(person, what, body).await;
        assert_eq!(status, 200, "{what} {body}: {saved}");
        saved["request"].as_str().unwrap_or_else(|| panic!("{what} {body} is not held back")).to_owned()
    }

    async fn dataset(&self) -> Json {
        self.people.builder.get("/datasets/travel/planes").await
    }

    /// The rows of a new build, which is served.
    async fn rows_built(&self) -> usize {
        let built = self.people.builder.build("travel", "planes").await;
        assert_eq!(built["state"], "live", "{built}");
        self.people.builder.served().await;
        usize::try_from(built["figures"]["written_rows"].as_u64().unwrap()).unwrap()
    }

    async fn status_of(&self, tailnum: &str) -> u16 {
        self.http.get(&format!("/api/travel/aircraft?tailnum={tailnum}")).send().await.unwrap().status().as_u16()
    }
}

async fn decides(person: &Admin, request: &str, approve: bool) -> (u16, Json) {
    let decision = json!({"approve": approve, "reason": "a test"});
    let (status, body) = person.call(Method::POST, &format!("/requests/{request}/decide"), Some(decision)).await;
    (status.as_u16(), body)
}

/// One plane alone.
fn only(tailnum: &str) -> Json {
    json!({"only": [{"column": "tailnum", "op": "is", "value": tailnum}]})
}

#[tokio::test]
async fn a_mapping_that_live_apis_read_is_changed_by_two() {
    let stage = Stage::new().await;
    let (builder, approver) = (&stage.people.builder, &stage.people.approver);
    let admin = Admin::demo(&stage.server, "admin@demo").await;
    let all = testkit::planes().len();
    // Where no live API reads it, it is one person's matter.
    stage.at_once("mapping", &only("N10156")).await;
    assert_eq!(stage.dataset().await["spec"]["mapping"]["only"][0]["value"], "N10156");
    stage.at_once("mapping", &json!({})).await;
    stage.publish().await;

    // An admin asks, who may decide on all but that.
    let request = stage.held(&admin, "mapping", &only("N10156")).await;
    assert_eq!(stage.held(&admin, "mapping", &only("N10156")).await, request, "it is asked for once");
    let (status, waits) = stage.put(builder, "mapping", &only("N14228")).await;
    assert!(status == 409 && waits["detail"].as_str().unwrap().contains("is in review"), "{waits}");
    assert_eq!(stage.put(builder, "gates", &json!({"min_rows": 1})).await.0, 409);
    let dataset = stage.dataset().await;
    assert!(dataset["spec"].get("mapping").is_none(), "what was in force is: {dataset}");
    let change = json!([{"label": "Row filter", "before": "", "after": "tailnum is N10156"}]);
    let waiting = &dataset["waiting"];
    assert_eq!((&waiting["request"], &waiting["author"], &waiting["changes"]), (&json!(request), &json!("admin@demo"), &change));
    let detail = approver.get(&format!("/requests/{request}")).await;
    assert_eq!((&detail["change"]["changes"], &detail["change"]["apis"]), (&change, &json!(["travel/aircraft"])), "{detail}");
    let of = (&detail["request"]["kind"], &detail["request"]["name"], &detail["request"]["may_decide"]);
    assert_eq!(of, (&json!("dataset"), &json!("planes"), &json!(true)));
    let listed = admin.get("/requests").await;
    assert_eq!((&listed[0]["id"], &listed[0]["mine"], &listed[0]["may_decide"]), (&json!(request), &json!(true), &json!(false)));

    // A build meanwhile is one by the definition that is in force, and a rejection leaves all as it is.
    assert_eq!((stage.rows_built().await, stage.status_of("N14228").await), (all, 200));
    assert_eq!(decides(&admin, &request, true).await.0, 403, "nobody decides on a request of their own");
    assert_eq!(decides(builder, &request, true).await.0, 403, "a builder does not decide");
    assert_eq!(decides(approver, &request, false).await.0, 200);
    let dataset = stage.dataset().await;
    assert!(dataset["spec"].get("mapping").is_none() && dataset.get("waiting").is_none(), "{dataset}");

    // Documents ask for it too, once, and an approving token makes no difference.
    let document = json!({
        "document": "dataset", "domain": "travel", "name": "planes", "source": "flights-db", "table": {"name": "planes"},
        "mapping": only("N10156"),
    });
    let apply = async || {
        let asked = json!({"documents": document.to_string(), "approver_token": approver.token});
        builder.post("/apply", asked).await["changes"][0]["effect"].clone()
    };
    assert_eq!([apply().await, apply().await], ["send for review", "keep"]);
    assert_eq!(stage.rows_built().await, all);
    let request = stage.dataset().await["waiting"]["request"].as_str().unwrap().to_owned();
    approver.approve(&request).await;
    assert_eq!(decides(approver, &request, true).await.0, 409, "decided once");
    let dataset = stage.dataset().await;
    assert_eq!(dataset["spec"]["mapping"]["only"][0]["value"], "N10156", "{dataset}");
    assert_eq!(apply().await, "keep");
    assert_eq!(stage.status_of("N14228").await, 200, "what is live stays until the next build");
    assert_eq!((stage.rows_built().await, stage.status_of("N14228").await, stage.status_of("N10156").await), (1, 404, 200));

    // What one has asked for, one takes back.
    let request = stage.held(builder, "mapping", &json!({})).await;
    assert_eq!(admin.call(Method::POST, &format!("/requests/{request}/withdraw"), None).await.0.as_u16(), 403);
    builder.post(&format!("/requests/{request}/withdraw"), Json::Null).await;
    assert!(stage.dataset().await.get("waiting").is_none());
    let audit = admin.get("/audit").await;
    let rows: Vec<(&str, &str)> = audit
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["subject"] == "travel/planes")
        .map(|row| (row["action"].as_str().unwrap(), row["actor"].as_str().unwrap()))
        .filter(|(action, _)| !action.starts_with("dataset.build") && !action.starts_with("dataset.switched"))
        .collect();
    for told in [
        ("dataset.withdrawn", "builder@demo"),
        ("dataset.approved", "approver@demo"),
        ("dataset.rejected", "approver@demo"),
        ("dataset.requested", "admin@demo"),
        ("dataset.requested", "builder@demo"),
    ] {
        assert!(rows.contains(&told), "{told:?}: {rows:?}");
    }
}

#[tokio::test]
async fn of_a_job_and_of_checks_only_what_can_change_an_answer_waits() {
    let stage = Stage::new().await;
    stage.publish().await;
    let (builder, approver) = (&stage.people.builder, &stage.people.approver);
    let job = async || stage.dataset().await["job"]["spec"].clone();
    // When it runs, how much it matters, and whether an owner is asked: at once.
    stage.at_once("job", &json!({"tier": "P3", "compare": {"every_minutes": 60}})).await;
    stage.at_once("gates", &json!({"hold": true})).await;
    assert_eq!((&job().await["tier"], &stage.dataset().await["spec"]["gates"]["hold"]), (&json!("P3"), &json!(true)));

    // An owner who is asked no more, and rows that may be left out, are for somebody else to decide; the rest of a save is not.
    let request = stage.held(builder, "gates", &json!({})).await;
    assert_eq!(stage.dataset().await["spec"]["gates"]["hold"], true);
    assert_eq!(decides(approver, &request, false).await.0, 200);
    let request = stage.held(builder, "job", &json!({"dirty": {"rows": 5}, "tier": "P1"})).await;
    let kept = job().await;
    assert_eq!((&kept["tier"], kept.get("rejected"), kept.get("reconcile")), (&json!("P1"), None, None), "{kept}");
    // The same again with another schedule: that is in force, and stays so when the request is approved.
    let again = json!({"dirty": {"rows": 5}, "when": {"cron": {"pattern": "0 3 * * *", "zone": "UTC"}}});
    assert_eq!(stage.held(builder, "job", &again).await, request);
    assert_eq!(job().await["when"]["cron"]["pattern"], "0 3 * * *");
    approver.approve(&request).await;
    let changed = job().await;
    assert_eq!((&changed["rejected"]["rows"], &changed["when"]["cron"]["pattern"]), (&json!(5), &json!("0 3 * * *")), "{changed}");

    // The page of a person goes the same way.
    let browser = Admin::browser(&stage.server, "builder@demo").await;
    let body = json!({"domain": "travel", "name": "planes", "mapping": only("N10156")});
    let url = format!("{}/fn/set-mapping", stage.server.url);
    let saved =
        browser.post(url).header("origin", &stage.server.url).header("accept", "application/json").json(&body).send().await.unwrap();
    let saved: Json = saved.json().await.unwrap();
    assert_eq!(saved["request"], stage.dataset().await["waiting"]["request"], "{saved}");
    let page = browser.get(format!("{}/datasets/travel/planes", stage.server.url)).header("accept", "text/html").send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("A change of this dataset waits for an approver.") && page.contains("tailnum is N10156"), "{page}");

    // What does not fit the table any more cannot be approved, and says so.
    let flights = stage.server.data().join("sources/flights.db");
    testkit::sqlite3(&flights, "ALTER TABLE planes RENAME COLUMN tailnum TO registration");
    let (status, refused) = decides(approver, saved["request"].as_str().unwrap(), true).await;
    assert!(status == 409 && refused["detail"].as_str().unwrap().contains("travel/planes"), "{status} {refused}");
    assert!(stage.dataset().await["spec"].get("mapping").is_none());
}

#[tokio::test]
async fn an_api_reads_a_dataset_through_a_source_of_datasets_too() {
    let stage = Stage::new().await;
    let (people, folder) = (&stage.people, testkit::folder());
    let config = json!({"path": folder.path().display().to_string()});
    people.builder.put_source("warehouse", "datasets", json!({"config": config, "secrets": {}})).await;
    let built = people.planes_dataset("hangar", json!({"store": "columnar"})).await;
    assert_eq!(built["state"], "live", "{built}");
    people.builder.served().await;
    let by_maker = json!({
        "title": "Planes by maker", "source": "warehouse", "kind": "sql",
        "form": {
            "table": {"name": "hangar"},
            "select": [{"name": "manufacturer", "column": "manufacturer"}, {"name": "planes", "aggregate": "count"}],
            "filters": [{"column": "engines", "op": "is", "parameter": "engines"}],
            "sort": [{"field": "manufacturer"}],
        },
        "parameters": [{"name": "engines", "type": "int64", "test_value": "2"}],
    });
    let change = async || {
        let (status, saved) = people.builder.call(Method::PUT, "/datasets/travel/hangar/mapping", Some(only("N10156"))).await;
        assert!(status.is_success(), "{saved}");
        saved["request"].clone()
    };
    assert_eq!(change().await, Json::Null);
    let (status, body) = people.builder.call(Method::PUT, "/datasets/travel/hangar/mapping", Some(json!({}))).await;
    assert!(status.is_success(), "{body}");
    people.publish("by-maker", by_maker, json!({})).await;
    let request = change().await;
    let detail = people.approver.get(&format!("/requests/{}", request.as_str().expect("it is held back"))).await;
    assert_eq!(detail["change"]["apis"], json!(["travel/by-maker"]), "{detail}");
}

#[tokio::test]
async fn a_save_of_a_source_that_was_held_back_is_followed_by_another() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let second = server.data().join("sources/second.db").display().to_string();
    testkit::sqlite3(&server.data().join("sources/flights.db"), &format!("VACUUM INTO '{second}'"));
    let known = builder.get("/sources/flights-db").await;
    let put = async |edit: &Json, path: &str, about: &str| {
        let bindings = json!({"test": {"config": known["bindings"]["test"]["config"]}, "prod": {"config": {"path": path}}});
        let body = json!({"name": "", "domain": "travel", "driver": "sqlite", "about": about, "edit": edit, "bindings": bindings});
        let (status, body) = builder.call(Method::PUT, "/sources/flights-db", Some(body)).await;
        (status.as_u16(), body)
    };
    let (status, held) = put(&known["edit"], &second, "One sentence").await;
    assert!(status == 200 && held["request"].is_string(), "{held}");
    // A form that stays open saves against the edit that it was told, and asks for nothing twice.
    let (status, again) = put(&held["edit"], &second, "Another sentence").await;
    assert_eq!((status, &again["request"]), (200, &held["request"]), "{again}");
    let now = builder.get("/sources/flights-db").await;
    assert_eq!((&now["about"], &now["edit"]), (&json!("Another sentence"), &again["edit"]));
    assert_eq!(now["bindings"]["prod"]["config"], known["bindings"]["prod"]["config"]);
    assert_eq!(put(&held["edit"], &second, "A third sentence").await.0, 409, "somebody has saved since");
    let third = server.data().join("sources/third.db").display().to_string();
    assert_eq!(put(&again["edit"], &third, "A third sentence").await.0, 409, "another change waits");
}

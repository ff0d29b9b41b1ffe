//! What a build must pass before it goes live: sizes, rules on columns, the source's own count, and a person's yes.

use crate::common::{Http, People, aircraft, binary};
use model::number::grouped;
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Sluice, problem_code};

struct Stage {
    server: Sluice,
    people: People,
    http: Http,
}

impl Stage {
    /// The planes as a dataset that an API is served from; `store` is where.
    async fn new(more: Json) -> Self {
        let server = Sluice::demo(binary());
        let (people, http) = (People::of(&server).await, Http::new(&server));
        let built = people.planes_dataset("planes", more).await;
        assert_eq!(built["state"], "live", "{built}");
        Self { server, people, http }
    }

    async fn gates(&self, gates: Json) -> (u16, Json) {
        let (status, body) = self.people.builder.call(Method::PUT, "/datasets/travel/planes/gates", Some(gates)).await;
        (status.as_u16(), body)
    }

    fn sql(&self, text: &str) {
        testkit::sqlite3(&self.server.data().join("sources/flights.db"), text);
    }

    /// A build that must fail, and say these words.
    async fn fails(&self, words: &[&str]) {
        let built = self.people.builder.build("travel", "planes").await;
        let reason = built["reason"].as_str().unwrap_or_default();
        assert!(built["state"] == "failed" && words.iter().all(|word| reason.contains(word)), "{words:?}: {built}");
    }

    async fn passes(&self) {
        let built = self.people.builder.build("travel", "planes").await;
        assert_eq!(built["state"], "live", "{built}");
    }
}

#[tokio::test]
async fn sizes_and_rules_keep_bad_rows_from_going_live() {
    for store in ["embedded", "columnar"] {
        let stage = Stage::new(json!({"store": store})).await;
        let all = testkit::planes().len();
        assert_eq!(stage.gates(json!({"shrink_percent": 10, "min_rows": 100})).await.0, 200);
        stage.sql("CREATE TABLE aside AS SELECT * FROM planes WHERE rowid % 5 = 0; DELETE FROM planes WHERE rowid % 5 = 0");
        stage.fails(&["10 % fewer", &grouped(all)]).await;
        stage.sql("INSERT INTO planes SELECT * FROM aside");
        stage.passes().await;
        let rules = json!({"count_source": true, "rules": [
            {"column": "manufacturer", "must": "be-filled"},
            {"column": "seats", "must": {"be-between": {"least": "2", "most": "600"}}},
            {"column": "engines", "must": {"be-one-of": ["1", "2", "3", "4"]}},
            {"column": "tailnum", "must": {"match": "N[0-9A-Z]+"}},
        ]});
        assert_eq!(stage.gates(rules).await.0, 200);
        stage.passes().await;
        stage.sql("UPDATE planes SET manufacturer = NULL WHERE tailnum = 'N14228'; UPDATE planes SET seats = 0, engines = 9 WHERE tailnum = 'N10156'");
        stage
            .fails(&[
                "manufacturer is never empty (1 row",
                "seats is between 2 and 600",
                "for example 0",
                "engines is one of",
                "for example 9",
            ])
            .await;
        stage.sql("UPDATE planes SET manufacturer = 'BOEING' WHERE tailnum = 'N14228'; UPDATE planes SET seats = 55, engines = 2 WHERE tailnum = 'N10156'");
        stage.sql("UPDATE planes SET tailnum = 'n14228' WHERE tailnum = 'N14228'");
        stage.fails(&["tailnum matches N[0-9A-Z]+", "n14228"]).await;
        stage.sql("UPDATE planes SET tailnum = 'N14228' WHERE tailnum = 'n14228'");
        stage.passes().await;
        // Different in each row, beside the key.
        assert_eq!(stage.gates(json!({"rules": [{"column": "model", "must": "be-unique"}]})).await.0, 200);
        stage.fails(&["model is unique"]).await;
        let live = stage.people.builder.get("/datasets/travel/planes").await;
        let versions = live["versions"].as_array().unwrap().clone();
        let live: Vec<&Json> = versions.iter().filter(|version| version["state"] == "live").collect();
        assert_eq!((live.len(), live[0]["figures"]["written_rows"].as_u64()), (1, Some(all as u64)));
    }
}

#[tokio::test]
async fn a_version_that_lost_all_rows_waits_unless_a_check_allows_it() {
    let stage = Stage::new(json!({})).await;
    stage.sql("CREATE TABLE aside AS SELECT * FROM planes; DELETE FROM planes");
    let empty = stage.people.builder.build("travel", "planes").await;
    assert_eq!((&empty["state"], &empty["figures"]["written_rows"]), (&json!("checked"), &json!(0)), "{empty}");
    let dataset = stage.people.builder.get("/datasets/travel/planes").await;
    let live = dataset["versions"].as_array().unwrap().iter().find(|version| version["state"] == "live").unwrap();
    assert!(live["figures"]["written_rows"].as_i64().unwrap() > 0, "what is live stays: {dataset}");
    // An owner may say yes; from then on there is nothing to lose.
    stage.people.owner.post("/datasets/travel/planes/switch", json!({"version": empty["number"]})).await;
    stage.passes().await;
    stage.sql("INSERT INTO planes SELECT * FROM aside");
    stage.passes().await;
    assert_eq!(stage.gates(json!({"min_rows": 0})).await.0, 200);
    stage.sql("DELETE FROM planes");
    stage.passes().await;
}

#[tokio::test]
async fn a_held_version_waits_for_an_owners_yes() {
    let stage = Stage::new(json!({})).await;
    stage.people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    let seats = async || {
        let response = stage.http.get("/api/travel/aircraft?tailnum=N14228").send().await.unwrap();
        let version = response.headers()["x-sluice-data-version"].to_str().unwrap().to_owned();
        (version, response.json::<Json>().await.unwrap()["seats"].clone())
    };
    assert_eq!(stage.gates(json!({"hold": true})).await.0, 200);
    let build = async |seats: u32| {
        stage.sql(&format!("UPDATE planes SET seats = {seats} WHERE tailnum = 'N14228'"));
        stage.people.builder.build("travel", "planes").await
    };
    let second = build(150).await;
    assert_eq!(second["state"], "checked", "{second}");
    stage.people.builder.served().await;
    assert_eq!(seats().await, ("1".into(), json!(149)));
    // A builder may not say so; an owner does; the one before is kept.
    let yes = |number: u32| Some(json!({"version": number}));
    let (status, refused) = stage.people.builder.call(Method::POST, "/datasets/travel/planes/switch", yes(2)).await;
    assert_eq!((status.as_u16(), problem_code(&refused).0), (403, "forbidden"));
    stage.people.owner.post("/datasets/travel/planes/switch", json!({"version": 2})).await;
    stage.people.owner.served().await;
    assert_eq!(seats().await, ("2".into(), json!(150)));
    stage.people.owner.post("/datasets/travel/planes/switch", json!({"version": 1})).await;
    stage.people.owner.served().await;
    assert_eq!(seats().await, ("1".into(), json!(149)));
    // One that nobody let through is gone once there is a newer one.
    assert_eq!(build(151).await["state"], "checked");
    assert_eq!(build(152).await["state"], "checked");
    let states: Vec<Json> = stage.people.builder.get("/datasets/travel/planes").await["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["state"].clone())
        .collect();
    assert_eq!(states, ["checked", "dropped", "kept", "live"]);
    let (status, gone) = stage.people.owner.call(Method::POST, "/datasets/travel/planes/switch", yes(3)).await;
    assert_eq!((status.as_u16(), problem_code(&gone).0), (409, "conflict"), "{gone}");
}

#[tokio::test]
async fn rules_that_make_no_sense_are_told_at_their_place() {
    let stage = Stage::new(json!({})).await;
    for (rule, words) in [
        (json!({"column": "wings", "must": "be-filled"}), "no column wings"),
        (json!({"column": "seats", "must": {"be-between": {"least": "few"}}}), "Expected an integer"),
        (json!({"column": "tailnum", "must": {"match": "N["}}), "regular expression"),
        (json!({"column": "seats", "must": {"match": "[0-9]"}}), "Only a string"),
    ] {
        let (status, problem) = stage.gates(json!({"rules": [{"column": "tailnum", "must": "be-filled"}, rule]})).await;
        let error = &problem["errors"][0];
        assert_eq!((status, &error["field"]), (400, &json!("rules.1")), "{problem}");
        assert!(error["message"].as_str().unwrap().contains(words), "{words}: {problem}");
    }
    assert_eq!(stage.gates(json!({"shrink_percent": 101})).await.0, 400);
    let dataset = stage.people.builder.get("/datasets/travel/planes").await;
    assert!(dataset["spec"].get("gates").is_none(), "nothing is half applied: {dataset}");
}

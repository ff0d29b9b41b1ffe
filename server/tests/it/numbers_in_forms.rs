//! Numbers as people type them into the forms of the portal: each is taken as what it says, or told beside its field, and then what was
//! stored stays as it was. And rows that cannot be read: told by name everywhere, and never written over.

use crate::common::{LONG, People, binary, until};
use reqwest::Client;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice, sqlite3};

/// What is no number, may mean two, or is none that any field takes.
const WRONG: [&str; 7] = ["abc", "1e3", "1.5", "10.000", "1,00", "-1", "9999999999999999999999"];

/// Fields with what stands in them.
type Fields<'a> = &'a [(&'a str, &'a str)];

/// One person's browser.
struct Browser<'a> {
    http: Client,
    server: &'a Sluice,
    form_token: String,
}

impl<'a> Browser<'a> {
    async fn of(server: &'a Sluice) -> Self {
        let http = Admin::browser(server, "admin@demo").await;
        let form_token = Admin::form_token(&http, server).await;
        Self { http, server, form_token }
    }

    async fn sent(&self, function: &str, request: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> (u16, Json) {
        let url = format!("{}/fn/{function}", self.server.url);
        let asked = self.http.post(url).header("origin", &self.server.url).header("accept", "application/json");
        let response = request(asked).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Json::Null))
    }

    /// As a form is sent without a script.
    async fn form(&self, function: &str, fields: &[(&str, &str)]) -> (u16, Json) {
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("form_token", self.form_token.as_str())]).collect();
        self.sent(function, |request| request.form(&fields)).await
    }

    async fn json(&self, function: &str, body: &Json) -> (u16, Json) {
        self.sent(function, |request| request.json(body)).await
    }
}

/// The field is named, with a sentence.
fn tells(answer: &(u16, Json), field: &str) -> bool {
    let errors = answer.1["errors"].as_array().cloned().unwrap_or_default();
    answer.0 == 400 && errors.iter().any(|error| error["field"] == field && error["message"].as_str().is_some_and(|text| text.len() > 10))
}

#[tokio::test]
async fn a_number_in_a_form_that_is_sent_as_it_is_is_taken_exactly_or_told_beside_its_field() {
    let server = Sluice::demo(binary());
    let browser = Browser::of(&server).await;
    let key = [("domain", "travel"), ("app", "demo-app"), ("environment", "prod")];
    let grant = [("domain", "travel"), ("name", "plane"), ("app", "travel/demo-app")];
    let switches = [("domain", "travel"), ("name", "plane"), ("priority", "medium")];
    let compartment = [("domain", "travel"), ("priority", "low")];
    // The function and its fields; the number fields, each with what an error calls it; where what is stored is seen.
    let forms: [(&str, Fields<'_>, Fields<'_>, (&str, Fields<'_>)); 5] = [
        ("new-token", &[("name", "a test")], &[("days", "days")], ("tokens", &[])),
        ("new-key", &key, &[("days", "days")], ("app", &[("domain", "travel"), ("name", "demo-app")])),
        ("grant", &grant, &[("days", "days"), ("per_second", "per_second")], ("api", &grant[..2])),
        ("set-switches", &switches, &[("per_second", "per_second"), ("burst", "burst")], ("switches", &switches[..2])),
        ("set-compartment", &compartment, &[("per_second", "low-per_second"), ("burst", "low-burst")], ("compartments", &[])),
    ];
    for (function, fields, numbers, (view, of)) in forms {
        let with = |number: &str, text: &str| -> Vec<(String, String)> {
            let right = |field: &str| if field == "days" { "30" } else { "1,200" };
            let numbers = numbers.iter().map(|(field, _)| (*field, if *field == number { text } else { right(field) }));
            fields.iter().copied().chain(numbers).map(|(field, text)| (field.to_owned(), text.to_owned())).collect()
        };
        let send = async |number: &str, text: &str| {
            let fields = with(number, text);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(field, text)| (field.as_str(), text.as_str())).collect();
            browser.form(function, &fields).await
        };
        assert_eq!(send("", "").await.0, 200, "{function}");
        let before = browser.form(view, of).await;
        assert_eq!(before.0, 200, "{view}");
        let stored = |answer: (u16, Json)| {
            let mut body = answer.1;
            // What a node counts is no setting.
            body.as_object_mut().into_iter().for_each(|body| drop(body.remove("figures")));
            body
        };
        let before = stored(before);
        for (field, told) in numbers {
            for text in WRONG {
                // Those who look at the bounds name the field as the form does, too.
                let answer = send(field, text).await;
                assert!(tells(&answer, told), "{function} {field} {text:?}: {answer:?}");
            }
            if *field == "days" {
                assert!(tells(&send(field, "10,000").await, "days"), "{function}");
            }
        }
        assert_eq!(stored(browser.form(view, of).await), before, "{function}");
    }
    let (_, view) = browser.form("switches", &switches[..2]).await;
    assert_eq!(view["switches"]["limit"], json!({"per_second": 1_200, "burst": 1_200}), "{view}");
    assert_eq!(browser.form("set-switches", &[&switches[..], &[("per_second", ""), ("burst", "")]].concat()).await.0, 200);
    assert_eq!(browser.form("switches", &switches[..2]).await.1["switches"]["limit"], Json::Null);
}

#[tokio::test]
async fn a_number_in_a_form_of_the_page_is_taken_exactly_or_told_beside_its_field() {
    let server = Sluice::demo(binary());
    let (browser, admin) = (Browser::of(&server).await, Admin::demo(&server, "admin@demo").await);
    let new = json!({"domain": "travel", "name": "planes", "source": "flights-db", "table": {"name": "planes"}});
    admin.post("/datasets", new).await;
    let dataset = "/datasets/travel/planes";
    let place = json!({"domain": "travel", "name": "planes"});
    let with = |what: &str, value: Json, numbers: Json| {
        let mut body = if what == "load" { json!({"name": "flights-db"}) } else { place.clone() };
        body[what] = value;
        body["numbers"] = numbers;
        body
    };
    // Everything that can mean one number alone is that.
    let gates = with("gates", json!({}), json!({"min_rows": "10,000", "shrink_percent": " 20 ", "growth_percent": "1 000"}));
    let taken = browser.json("set-gates", &gates).await;
    assert_eq!(taken.0, 200, "{taken:?}");
    let found = admin.get(dataset).await["spec"]["gates"].clone();
    assert_eq!(found, json!({"min_rows": 10_000, "shrink_percent": 20, "growth_percent": 1_000}));
    let typed = json!({
        "retry_after_s": "1,200", "timeout_minutes": "1'000", "late_after_minutes": "", "dirty_rows": "10_000", "dirty_percent": "5",
        "every_minutes": "1,440", "at_most": "",
    });
    let taken = browser.json("set-job", &with("spec", json!({"retries": 3}), typed)).await;
    assert_eq!(taken.0, 200, "{taken:?}");
    let job = admin.get(dataset).await["job"]["spec"].clone();
    let numbers = (&job["retry_after_s"], &job["timeout_minutes"], &job["late_after_minutes"], &job["retries"]);
    assert_eq!(numbers, (&json!(1_200), &json!(1_000), &Json::Null, &json!(3)), "{job}");
    assert_eq!(
        (&job["rejected"], &job["reconcile"]),
        (&json!({"rows": 10_000, "percent": 5}), &json!({"every_minutes": 1_440, "at_most": 0}))
    );
    let typed = json!({"rows_per_s": "60,000", "bytes_per_s": "", "runs": "2", "readers": "", "slow_above_ms": "", "load_above": ""});
    let taken = browser.json("set-source-load", &with("load", json!({"zone": "UTC"}), typed)).await;
    assert_eq!(taken.0, 200, "{taken:?}");
    let load = admin.get("/sources/flights-db").await["load_limits"].clone();
    assert_eq!((&load["rows_per_s"], &load["bytes_per_s"], &load["runs"]), (&json!(60_000), &Json::Null, &json!(2)), "{load}");
    // Whatever else is told beside its field, and nothing is changed.
    let before = (admin.get(dataset).await, admin.get("/sources/flights-db").await);
    let incremental = json!({"follow": {"cursor": "year"}});
    let forms: [(&str, &str, Json, &[&str]); 4] = [
        ("set-gates", "gates", json!({}), &["min_rows", "shrink_percent", "growth_percent"]),
        (
            "set-job",
            "spec",
            json!({}),
            &["retry_after_s", "timeout_minutes", "late_after_minutes", "dirty_rows", "dirty_percent", "every_minutes", "at_most"],
        ),
        ("set-job", "spec", incremental, &["every_s", "overlap", "gone_every_minutes"]),
        (
            "set-source-load",
            "load",
            json!({"zone": "UTC"}),
            &["rows_per_s", "bytes_per_s", "runs", "readers", "slow_above_ms", "load_above"],
        ),
    ];
    for (function, what, value, fields) in forms {
        for field in fields {
            for text in WRONG {
                let answer = browser.json(function, &with(what, value.clone(), json!({*field: text}))).await;
                assert!(tells(&answer, field), "{function} {field} {text:?}: {answer:?}");
            }
        }
    }
    for (function, what, field) in
        [("set-job", "spec", "retry_after_s"), ("set-job", "spec", "dirty_percent"), ("set-gates", "gates", "shrink_percent")]
    {
        let answer = browser.json(function, &with(what, json!({}), json!({field: "10,000"}))).await;
        assert!(tells(&answer, field), "{function} {field}: {answer:?}");
    }
    let settings =
        |(dataset, source): &(Json, Json)| (dataset["spec"].clone(), dataset["job"]["spec"].clone(), source["load_limits"].clone());
    assert_eq!(settings(&(admin.get(dataset).await, admin.get("/sources/flights-db").await)), settings(&before));
}

const GARBAGE: &str = "{\"garbage\"";

/// The metadata of a server, from beside it.
struct Rows<'a>(&'a Sluice);

impl Rows<'_> {
    fn sql(&self, sql: &str) -> String {
        sqlite3(&self.0.data().join("sluice.db"), sql).trim_end().to_owned()
    }

    /// Spoils a definition; gives what it was.
    fn spoil(&self, table: &str, of: &str) -> String {
        let was = self.sql(&format!("SELECT spec FROM {table} WHERE {of}"));
        self.sql(&format!("UPDATE {table} SET spec = '{GARBAGE}' WHERE {of}"));
        was
    }

    fn is_spoiled(&self, table: &str, of: &str) -> bool {
        self.sql(&format!("SELECT spec FROM {table} WHERE {of}")) == GARBAGE
    }

    fn mend(&self, table: &str, of: &str, spec: &str) {
        self.sql(&format!("UPDATE {table} SET spec = '{}' WHERE {of}", spec.replace('\'', "''")));
    }

    /// How the run that was asked for last ended: its state, and why.
    async fn last_run(&self) -> (String, String) {
        let of = |column: &str| self.sql(&format!("SELECT {column} FROM runs ORDER BY asked_at DESC, id DESC LIMIT 1"));
        until(LONG, "the run is over", async || matches!(of("state").as_str(), "done" | "failed")).await;
        (of("state"), of("reason"))
    }
}

/// The answer is an error that names the object.
fn names(answer: &(u16, Json), what: &str) {
    let detail = answer.1["detail"].as_str().unwrap_or_default();
    assert!(answer.0 == 500 && detail.contains(&format!("{what} cannot be read")), "{what}: {answer:?}");
}

async fn admin_get(admin: &Admin, path: &str) -> (u16, Json) {
    let (status, body) = admin.call(reqwest::Method::GET, path, None).await;
    (status.as_u16(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_is_told_by_name_and_never_written_over() {
    let server = Sluice::demo(binary());
    let (people, browser, admin) = (People::of(&server).await, Browser::of(&server).await, Admin::demo(&server, "admin@demo").await);
    let built = people.planes_dataset("planes", json!({})).await;
    assert_eq!(built["state"], "live", "{built:#}");
    let rows = Rows(&server);
    let place = [("domain", "travel"), ("name", "planes")];
    let build = [("domain", "travel"), ("name", "planes"), ("environment", "prod")];
    let gates = json!({"domain": "travel", "name": "planes", "gates": {"min_rows": 5}});
    let job = json!({"domain": "travel", "name": "planes", "spec": {"retries": 1}});

    let (table, of, what) = ("datasets", "name = 'planes'", "the dataset travel/planes");
    let was = rows.spoil(table, of);
    names(&browser.form("dataset", &place).await, what);
    names(&browser.form("datasets", &[]).await, what);
    names(&browser.form("build-dataset", &build).await, what);
    names(&browser.json("set-gates", &gates).await, what);
    names(&browser.json("set-job", &job).await, what);
    names(&admin_get(&admin, "/datasets/travel/planes").await, what);
    let page = browser.http.get(format!("{}/datasets/travel/planes", server.url)).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status().as_u16(), 500);
    assert!(page.text().await.unwrap().contains("the dataset travel/planes cannot be read"));
    assert!(rows.is_spoiled(table, of));
    rows.mend(table, of, &was);
    assert_eq!(browser.form("dataset", &place).await.0, 200);

    // Spoiled while a run is under way: what was built must not be written over what nobody could read.
    rows.sql("INSERT INTO source_loads (source_id, spec) SELECT id, '{\"runs\":0}' FROM sources WHERE name = 'flights-db'");
    assert_eq!(browser.form("build-dataset", &build).await.0, 200);
    let was = rows.spoil(table, of);
    rows.sql("UPDATE source_loads SET spec = '{}'");
    let (state, reason) = rows.last_run().await;
    assert!(state == "failed" && reason.contains(&format!("{what} cannot be read")), "{state}: {reason}");
    assert!(rows.is_spoiled(table, of));
    rows.mend(table, of, &was);

    let (table, of, what) =
        ("jobs", "dataset_id = (SELECT id FROM datasets WHERE name = 'planes')", "the job of the dataset travel/planes");
    let was = rows.spoil(table, of);
    names(&browser.form("dataset", &place).await, what);
    names(&browser.form("build-dataset", &build).await, what);
    names(&browser.json("set-job", &job).await, what);
    assert!(rows.is_spoiled(table, of));
    rows.mend(table, of, &was);

    let (table, of, what) = ("source_loads", "1 = 1", "the load limits of the source flights-db");
    rows.spoil(table, of);
    names(&browser.form("source", &[("name", "flights-db")]).await, what);
    names(&browser.json("set-source-load", &json!({"name": "flights-db", "load": {"zone": "UTC"}})).await, what);
    assert_eq!(browser.form("build-dataset", &build).await.0, 200);
    let (state, reason) = rows.last_run().await;
    assert!(state == "failed" && reason.contains(&format!("{what} cannot be read")), "{state}: {reason}");
    assert!(rows.is_spoiled(table, of));
    rows.mend(table, of, "{}");
    assert_eq!(browser.form("build-dataset", &build).await.0, 200);
    let (state, reason) = rows.last_run().await;
    assert_eq!(state, "done", "{reason}");

    // States and figures as well, whoever wrote them.
    let run = rows.sql("SELECT id FROM runs ORDER BY asked_at DESC, id DESC LIMIT 1");
    let version = rows.sql(&format!("SELECT version_id FROM runs WHERE id = '{run}'"));
    for (table, column, of, what) in [
        ("runs", "state", &run, format!("the state of the run {run}")),
        ("runs", "cause", &run, format!("the cause of the run {run}")),
        ("runs", "figures", &run, format!("the figures of the run {run}")),
        ("data_versions", "state", &version, format!("the state of the dataset version {version}")),
        ("data_versions", "figures", &version, format!("the figures of the dataset version {version}")),
    ] {
        let was = rows.sql(&format!("SELECT {column} FROM {table} WHERE id = '{of}'"));
        rows.sql(&format!("UPDATE {table} SET {column} = 'later' WHERE id = '{of}'"));
        names(&browser.form("dataset", &place).await, &what);
        if (table, column) == ("runs", "state") {
            names(&browser.form("build-dataset", &build).await, &what);
        }
        assert_eq!(rows.sql(&format!("SELECT {column} FROM {table} WHERE id = '{of}'")), "later");
        rows.sql(&format!("UPDATE {table} SET {column} = '{was}' WHERE id = '{of}'"));
    }
    assert_eq!(browser.form("dataset", &place).await.0, 200);

    let spec = crate::common::aircraft(json!("source"));
    people.builder.post("/apis", json!({"domain": "travel", "name": "spoiled", "spec": spec})).await;
    let (table, of, what) = ("drafts", "api_id = (SELECT id FROM apis WHERE name = 'spoiled')", "the draft of the API travel/spoiled");
    let was = rows.spoil(table, of);
    let draft = json!({"domain": "travel", "name": "spoiled", "spec": spec, "edit": 1, "step": "table"});
    names(&browser.form("draft", &[("domain", "travel"), ("name", "spoiled")]).await, what);
    names(&browser.form("apis", &[]).await, what);
    names(&browser.json("save-draft", &draft).await, what);
    assert!(rows.is_spoiled(table, of));
    rows.mend(table, of, &was);
    // What a newer program has written beside what this one knows would be lost with the next save.
    rows.sql(&format!("UPDATE {table} SET spec = json_set(spec, '$.later', 1) WHERE {of}"));
    names(&browser.json("save-draft", &draft).await, what);
    assert_eq!(rows.sql(&format!("SELECT json_extract(spec, '$.later') FROM {table} WHERE {of}")), "1");
    rows.mend(table, of, &was);
    assert_eq!(browser.json("save-draft", &draft).await.0, 200);
}

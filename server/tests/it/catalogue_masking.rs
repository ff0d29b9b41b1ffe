//! A column that carries a masking tag shows no value in any place of docs/masking.md. Each place is asked before and after the tag: what it
//! shows is compared with the values that the source's own client reads.

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::catalogue_profiles::{asset, profiled, scanned, table_path};
use crate::common::{Http, LONG, People, binary, dataset_until, until};

/// E-mail addresses, of which two are the same, and one breaks the rule of the datasets.
const PEOPLE: &str = "
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INTEGER);
    INSERT INTO people VALUES (1, 'Ann', 'secret-ann@example.com', 30), (2, 'Bob', 'secret-bob@example.com', 31),
        (3, 'Cid', 'secret-twice@example.com', 32), (4, 'Dee', 'secret-twice@example.com', 33), (5, 'Eve', 'secret-eve!', 34)";

fn field(name: &str) -> Json {
    json!({"name": name, "column": name})
}

fn person() -> Json {
    json!({
        "title": "A person", "source": "crm", "kind": "kv", "table": {"name": "people"}, "key": ["id"],
        "fields": (["id", "name", "email"].map(field)),
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
    })
}

/// People by the beginning of their e-mail address, which the request log shows as it is given.
fn found() -> Json {
    let filter = json!({"column": "email", "op": "starts-with", "parameter": "address"});
    let form = json!({"table": {"name": "people"}, "select": (["id", "email"].map(field)), "filters": [filter], "sort": [{"field": "id"}]});
    let parameter = json!({"name": "address", "type": "string", "required": true, "loggable": true, "test_value": "secret-"});
    json!({"title": "Found", "source": "crm", "kind": "sql", "form": form, "fields": (["id", "email"].map(field)), "parameters": [parameter]})
}

fn script(sql: &str) -> Json {
    json!({"title": "In SQL", "source": "crm", "kind": "sql", "script": sql, "fields": []})
}

fn union() -> Json {
    let step = json!({"name": "who", "api": "person", "inputs": [{"parameter": "id", "from": {"parameter": "id"}}]});
    let parameter = json!({"name": "id", "type": "int64", "required": true, "test_value": "1"});
    json!({"title": "A person with more", "kind": "union", "steps": [step], "parameters": [parameter]})
}

/// A place where a value of a row could show, with what else it shows: a text that stays.
struct Place {
    name: &'static str,
    method: Method,
    path: String,
    body: Option<Json>,
    stays: &'static str,
}

impl Place {
    async fn shown(&self, admin: &Admin) -> String {
        let (status, body) = admin.call(self.method.clone(), &self.path, self.body.clone()).await;
        assert!(status.is_success(), "{}: {status} {body}", self.name);
        body.to_string()
    }
}

fn read(name: &'static str, path: impl Into<String>, stays: &'static str) -> Place {
    Place { name, method: Method::GET, path: path.into(), body: None, stays }
}

fn posted(name: &'static str, path: &str, body: Json, stays: &'static str) -> Place {
    Place { name, method: Method::POST, path: path.into(), body: Some(body), stays }
}

fn checks() -> Vec<Place> {
    let check =
        |name: &'static str, spec: Json, stays| posted(name, "/apis/travel/new/check", json!({"environment": "prod", "spec": spec}), stays);
    let mut twice = person();
    twice["key"] = json!(["email"]);
    twice["parameters"] = json!([{"name": "email", "type": "string", "required": true, "test_value": "x"}]);
    let mut all = found();
    all["form"]["filters"] = json!([]);
    all["parameters"] = json!([]);
    vec![
        check("the check of a lookup", person(), "Ann"),
        check("a key that is not unique", twice, "The key email is not unique"),
        check("the check of a form", all, "\"sample\""),
        check("the check of a script", script("SELECT id, lower(email) AS mail FROM people"), "\"sample\""),
        check("the check of a script of all columns", script("SELECT * FROM people"), "\"sample\""),
        check("the check of a Union", union(), "\"sample\""),
    ]
}

fn places(table: &str, request: &str, logged: &str) -> Vec<Place> {
    let attempt = |parameters: Json| json!({"version": 1, "environment": "prod", "parameters": parameters});
    let renamed = json!({"columns": [{"name": "mail", "of": {"expression": "lower(email)"}}], "left_out": []});
    let mut places = vec![
        read("sample rows of a source", "/sources/crm/prod/tables/people/sample", "Ann"),
        read("sample rows of a table in the catalogue", format!("{}/sample", asset(table)), "Ann"),
        read("the profile of a table", format!("{}/profile/columns", asset(table)), "Ann"),
        read("the profile of a dataset", format!("{}/profile/columns", asset("dataset:travel/kept")), "Ann"),
        read("sample rows of a dataset", format!("{}/sample", asset("dataset:travel/kept")), "Ann"),
        read("the sample of a review", format!("/requests/{request}"), "Found"),
        read("rejected rows", "/datasets/travel/kept/versions/1/dirty", "Eve"),
        read("why a build failed", "/datasets/travel/strict", "Check failed"),
        read("the quality of a dataset", format!("{}/quality", asset("dataset:travel/strict")), "Check failed"),
        read("events of OpenLineage", "/openlineage", "Check failed"),
        read("the audit log", "/audit?subject=travel/strict", "Check failed"),
        read("the request log", format!("/request-log?request_id={logged}"), "address"),
        posted(
            "the preview of a mapping",
            "/mapping/preview",
            json!({"source": "crm", "table": {"name": "people"}, "mapping": renamed}),
            "Ann",
        ),
        posted("the test console", "/apis/travel/person/try", attempt(json!([["id", "1"]])), "Ann"),
        posted("the test console, of a Union", "/apis/travel/both/try", attempt(json!([["id", "1"]])), "Ann"),
        posted("the test console, of a list", "/apis/travel/found/try", attempt(json!([["address", "secret-bob"]])), "rows"),
    ];
    places.extend(checks());
    places
}

/// What the source's own client says that nobody may see.
fn secrets(file: &std::path::Path) -> Vec<String> {
    testkit::sqlite3(file, "SELECT DISTINCT email FROM people").lines().map(str::to_owned).collect()
}

/// Tags an asset as the people do who may, when all of them have said yes.
fn tagged(server: &Sluice, path: &str) {
    let sql = format!(
        "INSERT INTO tags (id, name, name_key, colour, meaning, flows, masks, edit, updated_by, updated_at)
             VALUES ('personal', 'personal', 'personal', 'red', '', 0, 1, 1, 'test', 1);
         INSERT INTO asset_tags (asset_id, tag_id, origin, by_whom, at) SELECT id, 'personal', 'person', 'test', 1 FROM assets WHERE path = '{path}'"
    );
    testkit::sqlite3(&server.data().join("sluice.db"), &sql);
    let tagged = testkit::sqlite3(&server.data().join("sluice.db"), "SELECT count(*) FROM asset_tags WHERE tag_id = 'personal'");
    assert_eq!(tagged.trim(), "1", "{path} is an asset");
}

/// A dataset of the people whose e-mail addresses must look like some.
async fn dataset(people: &People, name: &str, rejected: Json) {
    let gates = json!({"rules": [{"column": "email", "must": {"match": ".+@example\\.com"}}]});
    people.builder.post("/datasets", json!({"domain": "travel", "name": name, "source": "crm", "table": {"name": "people"}})).await;
    people.change(name, "gates", gates).await;
    people.change(name, "job", rejected).await;
    people.builder.build("travel", name).await;
}

/// The id of a request that the request log has.
async fn logged(http: &Http, admin: &Admin) -> String {
    let called = http.get("/api/travel/found?address=secret-ann@example.com").send().await.unwrap();
    let id = called.headers()["x-request-id"].to_str().unwrap().to_owned();
    let has = async || !admin.get(&format!("/request-log?request_id={id}")).await["requests"].as_array().unwrap().is_empty();
    until(LONG, "the request is in the log", has).await;
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_masked_column_shows_no_value_anywhere() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let folder = testkit::folder();
    let file = folder.path().join("people.db");
    testkit::sqlite3(&file, PEOPLE);
    people.builder.put_source("crm", "sqlite", json!({"config": {"path": file}, "secrets": {}})).await;
    scanned(&people.builder, "crm").await;
    let table = table_path(&people.builder, "crm", "people").await;
    profiled(&people.builder, &table).await;
    people.publish("person", person(), json!({})).await;
    people.publish("both", union(), json!({})).await;
    people.publish("found", found(), json!({})).await;
    people.builder.post("/apis", json!({"domain": "travel", "name": "new", "spec": person()})).await;
    let mut waiting = found();
    waiting["title"] = json!("Found by somebody");
    let request = people.builder.send_api("travel", "waits", waiting).await;
    dataset(&people, "kept", json!({"dirty": {"rows": 5}})).await;
    dataset(&people, "strict", json!({})).await;
    dataset_until(&people.builder, "strict", "failed", |dataset| dataset["versions"][0]["state"] == "failed").await;
    profiled(&people.builder, "dataset:travel/kept").await;
    let id = logged(&http, &people.builder).await;

    let (secrets, owner) = (secrets(&file), Admin::demo(&server, "admin@demo").await);
    let places = places(&table, &request, &id);
    let shows = |text: &str| secrets.iter().any(|secret| text.contains(secret.as_str()));
    let mut wrong = Vec::new();
    for place in &places {
        let before = place.shown(&owner).await;
        if !shows(&before) || !before.contains(place.stays) {
            wrong.push(format!("{} shows nothing before the tag is there, so it proves nothing: {before}", place.name));
        }
    }
    tagged(&server, &format!("column:{table}#email"));
    for place in &places {
        let after = place.shown(&owner).await;
        if shows(&after) {
            wrong.push(format!("{} shows a value: {after}", place.name));
        }
        if !after.contains(place.stays) {
            wrong.push(format!("{} does not show {} any more: {after}", place.name, place.stays));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // What apps get is not what people see: the data plane goes on.
    let (status, row) = http.json(http.get("/api/travel/person?id=1")).await;
    assert_eq!((status, &row["email"]), (200, &json!("secret-ann@example.com")));
    // A profile that is made from now on is masked like the one before.
    let (status, _) = people.builder.call(Method::POST, &format!("{}/profile", asset(&table)), None).await;
    assert!(status.is_success());
    profiled(&people.builder, &table).await;
    let listed = people.builder.get(&format!("{}/profile/columns?q=email", asset(&table))).await;
    let column = &listed["rows"][0]["profile"];
    assert_eq!(
        (&column["masked"], &column["nulls"], &column["distinct"], column["top"].is_null()),
        (&json!(true), &json!(0), &json!(4), true),
        "{listed:#}"
    );
}

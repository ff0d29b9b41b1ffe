//! What nobody may do alone: send a stored secret elsewhere, approve what one has written, change what live APIs read.

use std::net::TcpListener;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::{Http, LONG, binary, until};

/// A source of the demo's domain as the REST interface takes it, bound in prod alone.
fn source(driver: &str, edit: &Json, config: &Json, secrets: &Json) -> Json {
    json!({"name": "", "domain": "travel", "driver": driver, "edit": edit, "bindings": {"prod": {"config": config, "secrets": secrets}}})
}

/// A config with one setting changed.
fn with(config: &Json, key: &str, value: &Json) -> Json {
    let mut config = config.clone();
    config[key] = value.clone();
    config
}

async fn put(admin: &Admin, name: &str, body: Json) -> (u16, Json) {
    let (status, body) = admin.call(Method::PUT, &format!("/sources/{name}"), Some(body)).await;
    (status.as_u16(), body)
}

async fn edit_of(admin: &Admin, name: &str) -> Json {
    admin.get(&format!("/sources/{name}")).await["edit"].clone()
}

/// The first field at fault, with its sentence.
fn fault(body: &Json) -> (&str, &str) {
    (body["errors"][0]["field"].as_str().unwrap_or_default(), body["errors"][0]["message"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_stored_secret_goes_nowhere_else_than_it_was_given_for() {
    let server = Sluice::demo(binary());
    let (builder, owner) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "owner@demo").await);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let theirs = listener.local_addr().unwrap().port().to_string();
    let config = json!({"host": "127.0.0.1", "port": "1", "database": "shop", "user": "reader"});
    assert_eq!(put(&builder, "pg", source("postgres", &Json::Null, &config, &json!({"password": "sesame-1"}))).await.0, 200);
    let edit = edit_of(&builder, "pg").await;
    let moved = with(&config, "port", &json!(theirs));

    let (status, refused) = builder.call(Method::POST, "/sources/pg/prod/test", Some(source("postgres", &edit, &moved, &json!({})))).await;
    assert_eq!(
        (status.as_u16(), fault(&refused)),
        (400, ("prod.password", "Enter the password again, because the port changed.")),
        "{refused}"
    );
    let (status, refused) = put(&builder, "pg", source("postgres", &edit, &moved, &json!({"password": ""}))).await;
    assert_eq!((status, fault(&refused).0), (400, "prod.password"), "{refused}");
    let document = format!(
        "document: source\ndomain: travel\nname: pg\ndriver: postgres\nbindings: {{ prod: {{ config: {{ host: 127.0.0.1, port: '{theirs}', database: shop, user: reader }} }} }}\n"
    );
    let (status, refused) = builder.call(Method::POST, "/apply", Some(json!({"documents": document}))).await;
    assert_eq!((status.as_u16(), fault(&refused).0), (400, "documents[0].prod.password"), "{refused}");
    assert!(listener.accept().is_err(), "nobody was spoken to");

    // Where its tables are looked for is no matter of the secret; who knows it may go anywhere, and the log says so.
    let schema = with(&config, "schema", &json!("other"));
    assert_eq!(put(&builder, "pg", source("postgres", &edit, &schema, &json!({}))).await.0, 200);
    let edit = edit_of(&builder, "pg").await;
    assert_eq!(builder.get("/sources/pg").await["bindings"]["prod"]["secrets_set"], json!(["password"]));
    let nowhere = with(&config, "port", &json!("2"));
    let known = source("postgres", &edit, &nowhere, &json!({"password": "sesame-1"}));
    let (status, away) = builder.call(Method::POST, "/sources/pg/prod/test", Some(known.clone())).await;
    assert_eq!((status.as_u16(), away["code"].as_str()), (503, Some("source-unavailable")), "{away}");
    let mut unsaved = known;
    unsaved["edit"] = Json::Null;
    let (status, away) = builder.call(Method::POST, "/sources/not-saved/prod/test", Some(unsaved)).await;
    assert_eq!(status.as_u16(), 503, "{away}");
    let audit = owner.get("/audit").await;
    for name in ["pg", "not-saved"] {
        let row = audit.as_array().unwrap().iter().find(|row| row["action"] == "source.tested" && row["subject"] == name).unwrap();
        assert_eq!(row["actor"], "builder@demo");
        let after = row["after"].as_str().unwrap();
        assert!(after.contains("does not respond") && after.contains("prod: ") && after.contains("127.0.0.1"), "{after}");
    }
    assert!(!audit.to_string().contains("sesame-1"), "no secret is in the log");

    // Documents are checked on the sources that they bring, which is a test of those, in a dry run too.
    let source =
        json!({"document": "source", "domain": "travel", "name": "dry", "driver": "postgres", "bindings": {"prod": {"config": nowhere}}});
    let api = json!({"document": "api", "domain": "travel", "name": "dry", "spec": {
        "title": "t", "source": "dry", "kind": "kv", "table": {"name": "t"}, "key": ["k"],
        "parameters": [{"name": "k", "type": "string", "required": true, "test_value": "1"}], "fields": [{"name": "k", "column": "k"}],
    }});
    let body = json!({"documents": format!("{source}\n---\n{api}"), "dry_run": true});
    let (status, said) = builder.call(Method::POST, "/apply", Some(body)).await;
    assert!(!status.is_success(), "{said}");
    let audit = owner.get("/audit").await;
    assert!(audit.as_array().unwrap().iter().any(|row| row["action"] == "source.tested" && row["subject"] == "dry"), "{said} {audit}");
}

#[tokio::test]
async fn every_kind_of_source_asks_for_its_secrets_anew() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let sasl =
        json!({"brokers": "k:9092", "security": "sasl", "user": "u", "topics": "a = json", "registry": "http://r", "registry_user": "u"});
    let http = json!({"url": "http://a.example/v1", "tables": "planes"});
    for (driver, config, secrets, changed, to) in [
        ("postgres", json!({"host": "h", "database": "d", "user": "u"}), json!({"password": "p"}), "tls", "disable"),
        ("mysql", json!({"host": "h", "database": "d", "user": "u"}), json!({"password": "p"}), "user", "other"),
        ("clickhouse", json!({"url": "http://c:8123"}), json!({"password": "p"}), "url", "http://other:8123"),
        ("redis", json!({"url": "redis://r:6379/0"}), json!({"password": "p"}), "url", "redis://other:6379/0"),
        ("http", http.clone(), json!({"secret": "p"}), "url", "http://b.example/v1"),
        ("http", http, json!({"secret": "p"}), "header", "x-other"),
        ("files", json!({"path": "s3://b/f", "access_key": "a"}), json!({"secret_key": "p"}), "endpoint", "http://other:9000"),
        ("kafka", sasl.clone(), json!({"password": "p", "registry_password": "q"}), "brokers", "other:9092"),
        ("kafka", sasl, json!({"password": "p", "registry_password": "q"}), "registry", "http://other"),
    ] {
        let name = format!("{driver}-{changed}").replace('_', "-");
        let (status, made) = put(&builder, &name, source(driver, &Json::Null, &config, &secrets)).await;
        assert_eq!(status, 200, "{name}: {made}");
        let edit = edit_of(&builder, &name).await;
        let moved = with(&config, changed, &json!(to));
        let (status, refused) = put(&builder, &name, source(driver, &edit, &moved, &json!({}))).await;
        assert_eq!(status, 400, "{name}: {refused}");
        let told: Vec<&str> = refused["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        let asked: Vec<String> = secrets.as_object().unwrap().keys().map(|key| format!("prod.{key}")).collect();
        assert_eq!(told, asked, "{name}: each secret, beside its field");
        let (status, taken) = put(&builder, &name, source(driver, &edit, &moved, &secrets)).await;
        assert_eq!(status, 200, "{name}: {taken}");
    }
}

fn carrier(title: &str) -> Json {
    json!({
        "title": title, "source": "flights-db", "kind": "kv", "table": {"name": "airlines"}, "key": ["carrier"],
        "parameters": [{"name": "carrier", "type": "string", "required": true, "test_value": "UA"}],
        "fields": [{"name": "carrier", "column": "carrier"}, {"name": "name", "column": "name"}],
    })
}

/// Saves the draft over what is there; gives its edit before that.
async fn save(admin: &Admin, name: &str, spec: &Json) -> Json {
    let path = format!("/apis/travel/{name}/draft");
    let seen = admin.get(&path).await["edit"].clone();
    let (status, body) = admin.call(Method::PUT, &path, Some(json!({"spec": spec, "edit": seen}))).await;
    assert!(status.is_success(), "{body}");
    seen
}

/// The approver of the demo, who is made a builder too.
async fn approver_who_builds(server: &Sluice, admin: &Admin) -> Admin {
    let roles = json!({"roles": ["builder", "approver"]});
    let (status, body) = admin.call(Method::PUT, "/domains/travel/members/approver@demo", Some(roles)).await;
    assert!(status.is_success(), "{body}");
    Admin::demo(server, "approver@demo").await
}

async fn decides(admin: &Admin, request: &str, approve: bool) -> (u16, Json) {
    let decision = json!({"approve": approve, "accept_costs": true, "reason": "a test"});
    let (status, body) = admin.call(Method::POST, &format!("/requests/{request}/decide"), Some(decision)).await;
    (status.as_u16(), body)
}

#[tokio::test]
async fn whoever_edited_a_draft_does_not_approve_it() {
    let server = Sluice::demo(binary());
    let (builder, admin) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "admin@demo").await);
    let both = approver_who_builds(&server, &admin).await;
    builder.post("/apis", json!({"domain": "travel", "name": "carrier", "spec": carrier("One carrier")})).await;
    let seen = save(&both, "carrier", &carrier("Another title")).await;
    // What the builder has seen is not what stands there now.
    let sent = json!({"environment": "prod", "edit": seen});
    let (status, stale) = builder.call(Method::POST, "/apis/travel/carrier/submit", Some(sent)).await;
    assert_eq!(status.as_u16(), 409, "{stale}");
    assert!(stale["detail"].as_str().unwrap().contains("approver@demo saved the draft"), "{stale}");

    let first = builder.submit("travel", "carrier").await;
    for approve in [true, false] {
        let (status, refused) = decides(&both, &first, approve).await;
        assert_eq!(status, 403, "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains("one of its authors"), "{refused}");
    }
    let detail = both.get(&format!("/requests/{first}")).await;
    assert_eq!((&detail["request"]["may_decide"], detail["authors"].as_array().unwrap().len()), (&json!(false), 2), "{detail}");
    let listed = both.get("/requests").await;
    let listed = listed.as_array().unwrap().iter().find(|request| request["id"] == first.as_str()).unwrap();
    assert_eq!(listed["may_decide"], false);
    assert_eq!(decides(&admin, &first, true).await.0, 200);

    // What was released is nobody's draft any more.
    save(&builder, "carrier", &carrier("A third title")).await;
    let second = builder.submit("travel", "carrier").await;
    assert_eq!(decides(&both, &second, true).await.0, 200);

    // What was rejected lives on in the next draft, and so do its authors.
    save(&both, "carrier", &carrier("A fourth title")).await;
    let third = builder.submit("travel", "carrier").await;
    assert_eq!(decides(&admin, &third, false).await.0, 200);
    save(&builder, "carrier", &carrier("A fifth title")).await;
    let fourth = builder.submit("travel", "carrier").await;
    assert_eq!(decides(&both, &fourth, true).await.0, 403);
    assert_eq!(decides(&admin, &fourth, true).await.0, 200);
}

#[tokio::test]
async fn an_apply_that_approves_is_held_to_what_an_approver_is_held_to() {
    let server = Sluice::demo(binary());
    let (builder, approver) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "approver@demo").await);
    let apply = async |name: &str, spec: &Json, more: Json| {
        let document = json!({"document": "api", "domain": "travel", "name": name, "spec": spec}).to_string();
        let mut body = json!({"documents": document, "approver_token": approver.token});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, body) = builder.call(Method::POST, "/apply", Some(body)).await;
        (status.as_u16(), body)
    };
    let costly = json!({
        "title": "Flights of a plane", "source": "flights-db", "kind": "sql",
        "form": {
            "table": {"name": "flights"}, "select": [{"name": "carrier", "column": "carrier"}],
            "filters": [{"column": "tailnum", "op": "is", "parameter": "tailnum"}],
        },
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}],
        "fields": [{"name": "carrier", "column": "carrier"}],
    });
    for more in [json!({}), json!({"dry_run": true})] {
        let (status, refused) = apply("of-plane", &costly, more).await;
        assert_eq!((status, fault(&refused).0), (400, "documents[0].accept_costs"), "{refused}");
        assert!(fault(&refused).1.contains("reads all of flights"), "{refused}");
    }
    let (status, _) = builder.call(Method::GET, "/apis/travel/of-plane", None).await;
    assert_eq!(status.as_u16(), 404, "nothing was made");
    let (status, done) = apply("of-plane", &costly, json!({"accept_costs": true})).await;
    assert_eq!((status, &done["changes"][0]["effect"]), (200, &json!("release")), "{done}");

    let mut kept = carrier("One carrier");
    kept["cases"] = json!([{"name": "united", "parameters": {"carrier": "UA"}, "status": 404}]);
    let (status, refused) = apply("carrier", &kept, json!({"accept_costs": true})).await;
    assert_eq!(status, 409, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("Test case united fails"), "{refused}");
    kept["cases"][0]["status"] = json!(200);
    let (status, done) = apply("carrier", &kept, json!({})).await;
    assert_eq!((status, &done["changes"][0]["effect"]), (200, &json!("release")), "{done}");
}

/// The seats of a plane, as the live API answers.
async fn seats(http: &Http, tailnum: &str) -> Json {
    http.json(http.get(&format!("/api/travel/plane?tailnum={tailnum}"))).await.1["seats"].clone()
}

#[tokio::test]
async fn a_binding_that_live_apis_read_is_changed_by_two() {
    let server = Sluice::demo(binary());
    let (builder, admin) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "admin@demo").await);
    let both = approver_who_builds(&server, &admin).await;
    let http = Http::new(&server);
    let (first, second) = (server.data().join("sources/flights.db"), server.data().join("sources/second.db"));
    testkit::sqlite3(&first, &format!("VACUUM INTO '{}'", second.display()));
    testkit::sqlite3(&second, "UPDATE planes SET seats = 7");
    let at = |path: &Path| json!({"path": path.display().to_string()});
    let known = builder.get("/sources/flights-db").await;
    let stored = known["bindings"]["prod"]["config"].clone();
    let ask = async |person: &Admin, test: &Json, prod: &Json, about: &str| {
        let bindings = json!({"test": {"config": test}, "prod": {"config": prod}});
        let edit = edit_of(person, "flights-db").await;
        let body = json!({"name": "", "domain": "travel", "driver": "sqlite", "about": about, "edit": edit, "bindings": bindings});
        put(person, "flights-db", body).await
    };

    // What nobody calls in production changes at once, and so does what changes no answer.
    let (status, saved) = ask(&builder, &at(&second), &stored, "Another sentence").await;
    assert_eq!((status, &saved["request"]), (200, &Json::Null), "{saved}");
    let now = builder.get("/sources/flights-db").await;
    assert_eq!((&now["about"], &now["bindings"]["test"]["config"]), (&json!("Another sentence"), &at(&second)));

    // The binding of production waits, whoever asks.
    let before = seats(&http, "N14228").await;
    let (status, saved) = ask(&both, &at(&second), &at(&second), "Another sentence").await;
    let request = saved["request"].as_str().unwrap_or_else(|| panic!("{status} {saved}")).to_owned();
    assert_eq!(builder.get("/sources/flights-db").await["bindings"]["prod"]["config"], stored);
    let (status, waits) = ask(&builder, &at(&second), &at(&server.data().join("third.db")), "").await;
    assert_eq!(status, 409, "{waits}");
    let (status, own) = decides(&both, &request, true).await;
    assert_eq!(status, 403, "{own}");
    assert_eq!(decides(&builder, &request, true).await.0, 403, "a builder does not decide");
    let detail = admin.get(&format!("/requests/{request}")).await;
    assert_eq!(detail["change"]["changes"], json!([{"label": "File", "before": stored["path"], "after": at(&second)["path"]}]), "{detail}");
    let apis = detail["change"]["apis"].as_array().unwrap();
    assert!(apis.contains(&json!("travel/plane")) && apis.contains(&json!("travel/flight-day")), "its APIs and their Unions: {apis:?}");
    let listed = admin.get("/requests").await;
    assert_eq!((&listed[0]["id"], &listed[0]["kind"], &listed[0]["may_decide"]), (&json!(request), &json!("binding"), &json!(true)));
    admin.served().await;
    assert_eq!(seats(&http, "N14228").await, before);
    both.post(&format!("/requests/{request}/withdraw"), Json::Null).await;

    // Documents ask for it too, once; and it is in force when a second person has said yes.
    let document = json!({
        "document": "source", "domain": "travel", "name": "flights-db", "driver": "sqlite", "about": "Another sentence",
        "bindings": {"prod": {"config": at(&second)}},
    });
    let apply = async || builder.post("/apply", json!({"documents": document.to_string()})).await["changes"][0]["effect"].clone();
    assert_eq!([apply().await, apply().await], ["send for review", "keep"]);
    let open = admin.get("/requests").await;
    let request = open.as_array().unwrap().iter().find(|request| request["state"] == "open").unwrap()["id"].as_str().unwrap().to_owned();
    both.approve(&request).await;
    assert_eq!(decides(&both, &request, true).await.0, 409, "decided once");
    assert_eq!(builder.get("/sources/flights-db").await["bindings"]["prod"]["config"], at(&second));
    admin.served().await;
    until(LONG, "the other file is read", async || seats(&http, "N24211").await == json!(7)).await;
    let audit = admin.get("/audit").await;
    let of = |action: &str| audit.as_array().unwrap().iter().find(|row| row["action"] == action).unwrap().clone();
    let (asked, approved) = (of("source.requested"), of("source.approved"));
    assert_eq!((&asked["actor"], &approved["actor"]), (&json!("builder@demo"), &json!("approver@demo")));
    assert!(approved["after"].as_str().unwrap().contains("second.db"), "{approved}");
    assert_eq!(of("source.withdrawn")["subject"], "flights-db");
}

/// Nothing live reads the source yet, so its settings change at once; what an approver has seen is of the settings before.
#[tokio::test]
async fn a_version_goes_live_on_the_settings_that_were_checked() {
    let server = Sluice::demo(binary());
    let (builder, approver) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "approver@demo").await);
    let (first, second) = (server.data().join("sources/first.db"), server.data().join("sources/second.db"));
    for (file, name) in [(&first, "The first"), (&second, "The second")] {
        testkit::sqlite3(&server.data().join("sources/flights.db"), &format!("VACUUM INTO '{}'", file.display()));
        testkit::sqlite3(file, &format!("UPDATE airlines SET name = '{name}'"));
    }
    let at = |path: &Path| json!({"path": path.display().to_string()});
    let change = async |config: &Json, about: &str| {
        let mut body = source("sqlite", &edit_of(&builder, "files-db").await, config, &json!({}));
        body["about"] = json!(about);
        let (status, said) = put(&builder, "files-db", body).await;
        assert_eq!((status, &said["request"]), (200, &Json::Null), "{said}");
    };
    let (status, made) = put(&builder, "files-db", source("sqlite", &Json::Null, &at(&first), &json!({}))).await;
    assert_eq!(status, 200, "{made}");
    let mut spec = carrier("One carrier");
    spec["source"] = json!("files-db");
    builder.post("/apis", json!({"domain": "travel", "name": "carrier", "spec": spec})).await;
    let request = builder.submit("travel", "carrier").await;
    let shown = approver.get(&format!("/requests/{request}")).await["evidence"]["sample"].to_string();
    assert!(shown.contains("The first"), "{shown}");

    change(&at(&second), "").await;
    let (status, refused) = decides(&approver, &request, true).await;
    assert!(
        status == 409 && refused["detail"].as_str().unwrap().contains("settings of source files-db have changed"),
        "{status} {refused}"
    );
    // As they were, or with other words alone, they are what was checked.
    change(&at(&first), "").await;
    change(&at(&first), "Another sentence").await;
    assert_eq!(decides(&approver, &request, true).await.0, 200);

    save(&builder, "carrier", &{
        let mut other = spec.clone();
        other["title"] = json!("Another title");
        other
    })
    .await;
    let request = builder.submit("travel", "carrier").await;
    assert_eq!(decides(&approver, &request, true).await.0, 200);
}

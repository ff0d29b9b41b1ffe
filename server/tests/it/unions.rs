//! Unions over real sources: what they give, compared with the data and with the APIs that they are made of; and what
//! is left of an answer where a step fails.

use crate::common::{Grpc, Http, People, aircraft, binary};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Postgres, Sluice, problem_code};

fn from_field(parameter: &str, step: &str, field: &str) -> Json {
    json!({"parameter": parameter, "from": {"field": {"step": step, "field": field}}})
}

fn from_parameter(parameter: &str) -> Json {
    json!({"parameter": parameter, "from": {"parameter": parameter}})
}

/// A plane and its maker's name out of a PostgreSQL that the test can stop.
async fn with_postgres(people: &People, postgres: &Postgres) {
    let tables = "CREATE TABLE notes (tailnum text PRIMARY KEY, note text NOT NULL);
        INSERT INTO notes VALUES ('N14228', 'painted'), ('N10156', 'sold')";
    postgres.run("postgres", tables).await;
    let config = json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres"});
    let binding = json!({"config": config, "secrets": {"password": ""}});
    let source = json!({"name": "notes-db", "domain": "travel", "driver": "postgres", "bindings": {"test": binding, "prod": binding}});
    assert!(people.builder.call(Method::PUT, "/sources/notes-db", Some(source)).await.0.is_success());
    let note = json!({
        "title": "What is noted of a plane", "source": "notes-db", "kind": "kv", "table": {"schema": "public", "name": "notes"}, "key": ["tailnum"],
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}],
        "fields": [{"name": "tailnum", "column": "tailnum"}, {"name": "note", "column": "note"}],
    });
    people.publish("note", note, json!({})).await;
}

fn plane_and_note(fallback: &Json, grade: &str) -> Json {
    let mut note = json!({"name": "note", "api": "note", "grade": grade, "timeout_ms": 2_000, "inputs": [from_parameter("tailnum")]});
    if !fallback.is_null() {
        note["fallback"] = fallback.clone();
    }
    json!({
        "title": "A plane with its note", "kind": "union",
        "steps": [{"name": "plane", "api": "plane", "inputs": [from_parameter("tailnum")]}, note],
        "parameters": [{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}],
    })
}

#[tokio::test]
async fn the_day_of_a_flight_is_what_its_parts_say() {
    let server = Sluice::demo(binary());
    let (http, people) = (Http::new(&server), People::of(&server).await);
    for name in ["flight", "airport", "weather"] {
        let path = format!("/apps/travel/demo-app/grants/travel/{name}");
        assert!(people.owner.call(Method::PUT, &path, Some(json!({}))).await.0.is_success());
    }
    people.owner.served().await;
    let day = "date=2013-01-01&carrier=UA&flight=1545";
    let (status, answer) = http.json(http.get(&format!("/api/travel/flight-day?{day}"))).await;
    assert_eq!(status, 200, "{answer}");
    let one = async |path: &str| http.json(http.get(path)).await.1;
    let flight = one(&format!("/api/travel/flight?{day}")).await["rows"][0].clone();
    assert_eq!(flight["tailnum"], "N14228");
    let wanted = json!({
        "flight": flight,
        "plane": one("/api/travel/plane?tailnum=N14228").await,
        "destination": one("/api/travel/airport?faa=IAH").await,
        "weather": one("/api/travel/weather?origin=EWR&time_hour=2013-01-01T10:00:00Z").await,
    });
    assert_eq!(answer, wanted);
    assert_eq!(answer["plane"]["manufacturer"], testkit::planes()["N14228"]["manufacturer"].clone().unwrap());
    // A flight without a tail number in the register has no plane, and is there nevertheless.
    let (status, other) = http.json(http.get("/api/travel/flight-day?date=2013-01-01&carrier=AA&flight=301")).await;
    assert_eq!((status, &other["plane"], &other["degraded"]), (200, &Json::Null, &Json::Null), "{other}");
    // Without the flight, there is no answer.
    let (status, none) = http.json(http.get("/api/travel/flight-day?date=2013-01-01&carrier=ZZ&flight=1")).await;
    assert_eq!((status, problem_code(&none).0), (404, "not-found"));
    assert!(none["detail"].as_str().unwrap().starts_with("Step flight:"), "{none}");
    // The same, typed.
    let mut grpc = Grpc::new(&server);
    let request = json!({"date": "2013-01-01", "carrier": "UA", "flight": 1545});
    let typed = grpc.call("sluice.travel.FlightDay/Query", &http.key, request);
    let row = &typed["ok"]["rows"][0];
    assert_eq!(row["plane"]["seats"], answer["plane"]["seats"].to_string(), "{typed}");
    assert_eq!(row["destination"]["name"], answer["destination"]["name"]);
    assert_eq!(row["weather"]["temperature"], answer["weather"]["temperature"]);
}

#[tokio::test]
async fn steps_fan_out_in_one_batch_and_are_joined() {
    let server = Sluice::demo(binary());
    let (http, people) = (Http::new(&server), People::of(&server).await);
    people.planes_dataset("planes", json!({})).await;
    people.publish("aircraft-by-key", aircraft(json!({"dataset": "planes"})), json!({})).await;
    let day = json!({
        "title": "Flights of a day", "source": "flights-db", "kind": "sql",
        "form": {
            "table": {"name": "flights"},
            "select": (["carrier", "flight", "tailnum", "sched_dep_time"].map(|name| json!({"name": name, "column": name}))),
            "filters": [
                {"column": "month", "op": "is", "parameter": "month"}, {"column": "day", "op": "is", "parameter": "day"},
                {"column": "dest", "op": "is", "parameter": "dest"},
            ],
            "sort": [{"field": "sched_dep_time"}, {"field": "carrier"}, {"field": "flight"}],
        },
        "parameters": [
            {"name": "month", "type": "int64", "required": true, "test_value": "2"},
            {"name": "day", "type": "int64", "required": true, "test_value": "3"},
            {"name": "dest", "type": "string", "required": true, "test_value": "IAH"},
        ],
        "fields": (["carrier", "flight", "tailnum", "sched_dep_time"].map(|name| json!({"name": name, "column": name}))),
    });
    people.publish("flights-of-day", day, json!({})).await;
    let union = json!({
        "title": "Flights of a day with their planes", "kind": "union",
        "steps": [
            {"name": "flights", "api": "flights-of-day", "inputs": (["month", "day", "dest"].map(from_parameter))},
            {"name": "planes", "api": "aircraft-by-key", "for_each": {"step": "flights", "at_most": 100}, "inputs": [from_field("tailnum", "flights", "tailnum")]},
        ],
        "shape": {"joined": {"first": "flights", "on": [{"step": "planes", "field": "tailnum", "first_field": "tailnum"}]}},
        "parameters": [
            {"name": "month", "type": "int64", "required": true, "test_value": "2"},
            {"name": "day", "type": "int64", "required": true, "test_value": "3"},
            {"name": "dest", "type": "string", "required": true, "test_value": "IAH"},
        ],
        "fields": [
            {"name": "carrier", "column": "flights.carrier"}, {"name": "number", "column": "flights.flight"},
            {"name": "maker", "column": "planes.manufacturer"}, {"name": "seats", "column": "planes.seats"},
        ],
    });
    people.publish("flights-with-planes", union.clone(), json!({})).await;
    let (status, answer) = http.json(http.get("/api/travel/flights-with-planes?month=2&day=3&dest=IAH")).await;
    assert_eq!(status, 200, "{answer}");
    let planes = testkit::planes();
    let mut wanted: Vec<_> = testkit::flight_cells(&["month", "day", "dest", "sched_dep_time", "carrier", "flight", "tailnum"])
        .into_iter()
        .filter(|cells| cells[..3] == [Some("2".to_owned()), Some("3".into()), Some("IAH".into())])
        .collect();
    let number = |cell: &Option<String>| cell.as_ref().map(|text| text.parse::<i64>().unwrap());
    wanted.sort_by_key(|cells| (number(&cells[3]), cells[4].clone(), number(&cells[5])));
    let wanted: Vec<Json> = wanted
        .iter()
        .map(|cells| {
            let plane = cells[6].as_ref().and_then(|tailnum| planes.get(tailnum));
            let of = |name: &str| plane.and_then(|plane| plane[name].clone());
            json!({"carrier": cells[4], "number": number(&cells[5]), "maker": of("manufacturer"), "seats": number(&of("seats"))})
        })
        .collect();
    assert!(wanted.len() > 10 && wanted.iter().any(|row| row["maker"].is_null()), "{}", wanted.len());
    assert_eq!(answer, json!({"rows": wanted, "next": null, "truncated": false}));
    // More rows than the step may ask for fail it, by name.
    let mut narrow = union;
    narrow["steps"][1]["for_each"]["at_most"] = json!(3);
    people.publish("too-wide", narrow, json!({})).await;
    let (status, problem) = http.json(http.get("/api/travel/too-wide?month=2&day=3&dest=IAH")).await;
    assert_eq!((status, problem_code(&problem).0), (413, "too-large"), "{problem}");
}

#[tokio::test]
async fn a_step_that_fails_is_stood_in_for_or_fails_the_call() {
    let mut postgres = Postgres::start();
    let server = Sluice::demo(binary());
    let (http, people) = (Http::new(&server), People::of(&server).await);
    with_postgres(&people, &postgres).await;
    let other = json!({"api": {"api": "plane", "inputs": [from_parameter("tailnum")]}});
    for (name, grade, fallback) in [
        ("core", "core", Json::Null),
        ("empty", "secondary", Json::Null),
        ("fixed", "secondary", json!({"fixed": "{\"note\": \"unknown\"}"})),
        ("last-good", "secondary", json!("last-good")),
        ("other", "secondary", other),
    ] {
        people.publish(name, plane_and_note(&fallback, grade), json!({})).await;
    }
    let get = async |name: &str, tailnum: &str| http.json(http.get(&format!("/api/travel/{name}?tailnum={tailnum}"))).await;
    for name in ["core", "empty", "fixed", "last-good", "other"] {
        let (status, answer) = get(name, "N14228").await;
        assert_eq!((status, &answer["note"], &answer["degraded"]), (200, &json!({"tailnum": "N14228", "note": "painted"}), &Json::Null));
    }
    postgres.stop();
    let (status, problem) = get("core", "N14228").await;
    assert!(matches!(status, 503 | 504), "{problem}");
    assert!(problem["detail"].as_str().unwrap().starts_with("Step note:"), "{problem}");
    for (name, note, fallback) in [
        ("empty", Json::Null, "empty"),
        ("fixed", json!({"tailnum": null, "note": "unknown"}), "fixed"),
        ("last-good", json!({"tailnum": "N14228", "note": "painted"}), "last-good"),
        ("other", json!({"tailnum": "N14228", "note": null}), "api"),
    ] {
        let (status, answer) = get(name, "N14228").await;
        assert_eq!((status, &answer["note"]), (200, &note), "{name}: {answer}");
        assert_eq!(answer["plane"]["tailnum"], "N14228");
        let degraded = &answer["degraded"];
        assert_eq!(
            (degraded.as_array().unwrap().len(), &degraded[0]["step"], &degraded[0]["fallback"]),
            (1, &json!("note"), &json!(fallback))
        );
    }
    // What was never answered cannot be given again, and is said to be empty.
    assert_eq!(get("last-good", "N10156").await.1["degraded"][0]["fallback"], "empty");
    postgres.resume();
    // The breaker lets one try after its pause, and the answer is whole again.
    let whole = async || loop {
        let (_, answer) = get("empty", "N14228").await;
        if answer["degraded"].is_null() {
            return answer;
        }
        tokio::task::yield_now().await;
    };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(60), whole()).await.unwrap();
    assert_eq!(answer["note"]["note"], "painted");
}

#[tokio::test]
async fn what_leads_nowhere_or_back_is_refused() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let check = async |name: &str, spec: &Json| {
        let body = json!({"environment": "prod", "spec": spec});
        people.builder.post(&format!("/apis/travel/{name}/check"), body).await["errors"].as_array().unwrap().clone()
    };
    let step = |api: &str| json!({"name": "plane", "api": api, "inputs": [from_parameter("tailnum")]});
    let union = |steps: Json| json!({"title": "x", "kind": "union", "steps": steps, "parameters": [{"name": "tailnum", "type": "string", "required": true, "test_value": "N14228"}]});
    let says = |errors: &[Json], part: &str| {
        assert!(errors.iter().any(|error| error["message"].as_str().unwrap().contains(part)), "{part}: {errors:?}");
    };
    assert_eq!(check("round", &union(json!([step("plane")]))).await, [] as [Json; 0]);
    says(&check("round", &union(json!([step("nothing")]))).await, "nothing is not live in prod");
    says(&check("round", &union(json!([step("delays")]))).await, "delays has no parameter tailnum");
    let unused = json!([{"name": "plane", "api": "plane", "inputs": [{"parameter": "tailnum", "from": {"constant": "N14228"}}]}]);
    says(&check("round", &union(unused)).await, "No step uses this parameter");
    let missing = json!([step("plane"), {"name": "flight", "api": "flight", "inputs": [from_field("carrier", "plane", "seats")]}]);
    let errors = check("round", &union(missing)).await;
    says(&errors, "flight needs the parameter date");
    says(&errors, "but the parameter is a text");
    let mut wait = [step("plane"), step("plane")];
    wait[1]["name"] = json!("again");
    wait[1]["after"] = json!(["plane"]);
    wait[0]["after"] = json!(["again"]);
    says(&check("round", &union(json!(wait))).await, "waits for itself");
    // A live Union that calls another, which would call it back.
    people.publish("outer", union(json!([step("plane")])), json!({})).await;
    people.publish("inner", union(json!([step("outer")])), json!({})).await;
    says(&check("outer", &union(json!([step("inner")]))).await, "calls this API");
    // Nested, the values of the inner one are reached.
    let http = Http::new(&server);
    let (status, answer) = http.json(http.get("/api/travel/outer?tailnum=N14228")).await;
    assert_eq!((status, &answer["plane"]["tailnum"]), (200, &json!("N14228")), "{answer}");
    let (_, nested) = http.json(http.get("/api/travel/inner?tailnum=N14228")).await;
    assert_eq!(nested["plane"]["plane"], answer["plane"], "{nested}");
    // What Unions call is not taken from them.
    let retire = async |name: &str| {
        people.owner.call(Method::POST, &format!("/apis/travel/{name}/retire"), Some(json!({"environment": "prod"}))).await
    };
    let (status, problem) = retire("outer").await;
    assert_eq!(status.as_u16(), 409);
    assert!(problem["detail"].as_str().unwrap().contains("travel/inner"), "{problem}");
    for name in ["inner", "outer"] {
        assert!(retire(name).await.0.is_success());
    }
    people.owner.served().await;
    assert_eq!(http.json(http.get("/api/travel/outer?tailnum=N14228")).await.0, 404);
}

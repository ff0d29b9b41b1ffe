//! Lineage: the exact edges of the demo's definitions, through changes of them, and what cannot be told.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::{LONG, People, aircraft, binary, until};

/// The part of an address that is the path of an asset.
pub(crate) fn at(path: &str) -> String {
    path.replace('%', "%25").replace('/', "%2F").replace('#', "%23").replace(' ', "%20")
}

pub(crate) async fn lineage(admin: &Admin, path: &str, query: &str) -> Json {
    admin.get(&format!("/lineage/{}?{query}", at(path))).await
}

/// The demo with its source registered, so that the columns of its tables are known.
pub(crate) async fn demo() -> (Sluice, People) {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    people.builder.built().await;
    until(LONG, "the first scan has ended", async || !people.builder.get("/sources/flights-db/scan").await["finished_at"].is_null()).await;
    (server, people)
}

/// The boxes by their paths; those without one by their kind and count.
pub(crate) fn boxes(view: &Json) -> Vec<String> {
    let name = |one: &Json| match one["path"].as_str() {
        Some(path) => path.to_owned(),
        None => format!("{} {}", one["count"], one["kind"].as_str().unwrap()),
    };
    view["boxes"].as_array().unwrap().iter().map(name).collect()
}

/// The lines between boxes, as `from > to`; with a dotted one where only rows are decided over.
fn links(view: &Json) -> BTreeSet<String> {
    let boxes = boxes(view);
    let name = |number: &Json| boxes[usize::try_from(number.as_u64().unwrap()).unwrap()].clone();
    let line = |link: &Json| {
        let sign = if link["is_indirect"] == true { "..>" } else { "->" };
        format!("{} {sign} {}", name(&link["from"]), name(&link["to"]))
    };
    view["links"].as_array().unwrap().iter().map(line).collect()
}

/// The lines between columns of two assets, as `column how column`; without a column the line ends at the box.
fn column_links(view: &Json, from: &str, to: &str) -> BTreeSet<String> {
    let boxes = boxes(view);
    let place = |path: &str| boxes.iter().position(|known| known == path).unwrap();
    let column = |link: &Json, of: &str, column: &str| {
        let one = &view["boxes"][usize::try_from(link[of].as_u64().unwrap()).unwrap()];
        link[column]
            .as_u64()
            .map_or_else(|| "*".to_owned(), |at| one["columns"][usize::try_from(at).unwrap()]["name"].as_str().unwrap().to_owned())
    };
    let is_between = |link: &&Json| link["from"] == json!(place(from)) && link["to"] == json!(place(to));
    let line = |link: &Json| {
        format!("{} {} {}", column(link, "from", "from_column"), link["how"].as_str().unwrap(), column(link, "to", "to_column"))
    };
    view["column_links"].as_array().unwrap().iter().filter(is_between).map(line).collect()
}

fn set(lines: &[&str]) -> BTreeSet<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

pub(crate) const TABLE: &str = "table:flights-db/planes";
const FLIGHTS: &str = "table:flights-db/flights";

#[tokio::test]
async fn the_lineage_of_the_demo_is_what_its_definitions_say() {
    let (_server, people) = demo().await;
    let view = lineage(&people.builder, "api:travel/flight-day", "up=2").await;
    assert_eq!(
        links(&view),
        set(&[
            "api:travel/flight -> api:travel/flight-day",
            "api:travel/plane -> api:travel/flight-day",
            "api:travel/airport -> api:travel/flight-day",
            "api:travel/weather -> api:travel/flight-day",
            "table:flights-db/flights -> api:travel/flight",
            "table:flights-db/planes -> api:travel/plane",
            "table:flights-db/airports -> api:travel/airport",
            "table:flights-db/weather -> api:travel/weather",
            "api:travel/flight-day -> app:travel/demo-app",
            "api:travel/plane -> app:travel/demo-app",
        ])
    );
    let near = lineage(&people.builder, "api:travel/flight-day", "").await;
    assert_eq!((near["shown"].as_u64(), near["of"].as_u64()), (Some(6), Some(11)), "{near}");
    // By key, by form, by script, by the steps of a Union and by a dataset, column by column.
    let both = |one: &str, other: &str| format!("up=5&down=5&columns_of={}%0A{}", at(one), at(other));
    let plane = lineage(&people.builder, "api:travel/plane", &both(TABLE, "api:travel/plane")).await;
    assert_eq!(
        column_links(&plane, TABLE, "api:travel/plane"),
        set(&[
            "tailnum direct tailnum",
            "year direct year_built",
            "type direct type",
            "manufacturer direct manufacturer",
            "model direct model",
            "engines direct engines",
            "seats direct seats",
            "engine direct engine_type",
            "tailnum filter *",
        ])
    );
    let delays = lineage(&people.builder, "api:travel/delays", &both(FLIGHTS, "api:travel/delays")).await;
    assert_eq!(
        column_links(&delays, FLIGHTS, "api:travel/delays"),
        set(&[
            "carrier direct carrier",
            "month direct month",
            "dep_time direct cancelled",
            "dep_delay direct avg_dep_delay",
            "arr_delay direct avg_arr_delay",
            "carrier filter *",
            "month filter *",
            "carrier group *",
            "month group *",
            "carrier sort *",
            "month sort *",
        ])
    );
    let flight = lineage(&people.builder, "api:travel/flight", &both(FLIGHTS, "api:travel/flight")).await;
    let columns = ["carrier", "flight", "tailnum", "origin", "dest", "sched_dep_time", "dep_delay", "arr_delay", "distance", "time_hour"];
    let mut expected: BTreeSet<String> = columns.iter().map(|column| format!("{column} direct {column}")).collect();
    expected.extend(["year", "month", "day", "carrier", "flight"].map(|column| format!("{column} filter *")));
    expected.insert("sched_dep_time sort *".into());
    assert_eq!(column_links(&flight, FLIGHTS, "api:travel/flight"), expected);
    let union = lineage(&people.builder, "api:travel/flight-day", &both("api:travel/airport", "api:travel/flight-day")).await;
    assert_eq!(
        column_links(&union, "api:travel/airport", "api:travel/flight-day"),
        ["faa", "name", "latitude", "longitude", "altitude", "time_zone"]
            .iter()
            .map(|column| format!("{column} direct destination"))
            .collect()
    );
    assert!(union["unknown"].as_array().unwrap().is_empty() && flight["unknown"].as_array().unwrap().is_empty(), "{union}");
    let dataset = lineage(&people.builder, "dataset:travel/aircraft", "up=3").await;
    assert_eq!(
        links(&dataset),
        set(&[
            "source:flights-db -> table:flights-db/planes",
            "table:flights-db/planes -> job:travel/aircraft",
            "job:travel/aircraft -> dataset:travel/aircraft"
        ])
    );
}

#[tokio::test]
async fn a_path_is_marked_and_names_are_found_in_all_that_lies_before_and_behind() {
    let (_server, people) = demo().await;
    let view = lineage(&people.builder, TABLE, "down=2&to=app:travel%2Fdemo-app&find=FLIGHT%20day").await;
    let on: BTreeSet<&str> =
        view["boxes"].as_array().unwrap().iter().filter(|one| one["is_on"] == true).map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!(on, BTreeSet::from([TABLE, "api:travel/plane", "app:travel/demo-app", "api:travel/flight-day"]), "{view}");
    let found: Vec<&str> = view["found"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
    assert_eq!((found, view["found"][0]["is_before"].as_bool()), (vec!["api:travel/flight-day"], Some(false)));
    let none = lineage(&people.builder, "table:flights-db/airports", "to=api:travel%2Fdelays").await;
    assert_eq!(none["has_no_path"], true);
    // The way of one column: through the columns that it becomes.
    let column = lineage(&people.builder, "column:table:flights-db/planes#year", "down=2").await;
    let on: BTreeSet<String> = column["boxes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| {
            let path = one["path"].as_str().unwrap_or_default().to_owned();
            let columns = one["columns"].as_array().cloned().unwrap_or_default();
            columns
                .into_iter()
                .filter(|column| column["is_on"] == true)
                .map(move |column| format!("{path} {}", column["name"].as_str().unwrap()))
        })
        .collect();
    assert_eq!(
        on,
        set(&[
            "table:flights-db/planes year",
            "api:travel/plane year_built",
            "api:travel/flight-day plane",
            "dataset:travel/aircraft year"
        ])
    );
}

#[tokio::test]
async fn edges_follow_each_change_of_a_definition_in_the_change_itself() {
    let (_server, people) = demo().await;
    let both = format!("columns_of={}%0Adataset:travel%2Fshop", at(TABLE));
    let mapping = json!({"columns": [
        {"name": "age", "of": {"expression": "2013 - year"}},
        {"name": "maker", "of": {"column": "manufacturer"}},
        {"name": "fleet", "of": {"constant": "all"}},
    ], "only": [{"column": "engines", "op": "at-least", "value": "2"}], "left_out": ["speed"]});
    people.planes_dataset("shop", json!({"mapping": mapping})).await;
    let view = lineage(&people.builder, "dataset:travel/shop", &format!("up=2&{both}")).await;
    let job = "job:travel/shop";
    assert!(links(&view).contains(&format!("{TABLE} -> {job}")), "{view}");
    assert_eq!(
        column_links(&view, TABLE, "dataset:travel/shop"),
        set(&[
            "tailnum direct tailnum",
            "type direct type",
            "model direct model",
            "engines direct engines",
            "seats direct seats",
            "engine direct engine",
            "year direct year",
            "year direct age",
            "manufacturer direct maker",
            "engines filter *"
        ])
    );
    let incremental = json!({"incremental": {"cursor": "seats"}});
    people.change("shop", "job", incremental).await;
    let of_job = lineage(&people.builder, job, &format!("columns_of={}", at(TABLE))).await;
    assert_eq!(column_links(&of_job, TABLE, job), set(&["seats filter *"]), "{of_job}");
    // An API that is served from it, and then from the table; then it is retired.
    people.publish("tail", aircraft(json!("source")), json!({})).await;
    let up = async || boxes(&lineage(&people.builder, "api:travel/tail", "down=0").await);
    assert_eq!(up().await, ["api:travel/tail", TABLE]);
    people.publish("tail-fast", aircraft(json!({"dataset": "aircraft"})), json!({})).await;
    let fast = lineage(&people.builder, "api:travel/tail-fast", "down=0").await;
    assert_eq!(boxes(&fast), ["api:travel/tail-fast", "dataset:travel/aircraft"]);
    people.owner.post("/apis/travel/tail/retire", json!({"environment": "prod"})).await;
    assert_eq!(up().await, ["api:travel/tail"], "nothing is known of what is not in force");
}

#[tokio::test]
async fn what_cannot_be_told_is_told_as_such() {
    let (server, people) = demo().await;
    // The same tables by a source that no scan has registered: nobody knows their columns.
    let path = server.data().join("sources/flights.db");
    people.builder.put_source("unscanned", "sqlite", json!({"config": {"path": path.display().to_string()}, "secrets": {}})).await;
    let script = "SELECT * FROM planes LEFT JOIN airlines ON airlines.carrier = planes.tailnum WHERE planes.seats > 500";
    let fields = ["tailnum", "name"].map(|name| json!({"name": name, "column": name}));
    people
        .publish("odd", json!({"title": "Odd", "source": "unscanned", "kind": "sql", "script": script, "fields": fields}), json!({}))
        .await;
    let view = lineage(&people.builder, "api:travel/odd", "").await;
    assert!(boxes(&view).contains(&"table:unscanned/planes".to_owned()), "{view}");
    let unknown = view["unknown"].as_array().unwrap();
    assert!(unknown.iter().any(|gap| gap["reason"].as_str().unwrap().contains("The columns of")), "{view}");
    // It reads the table, so it may break; nobody says how.
    let impact = people.builder.get(&format!("/lineage/{}/impact", at("column:table:unscanned/planes#speed"))).await;
    let odd = impact["affected"].as_array().unwrap().iter().find(|item| item["path"] == "api:travel/odd").unwrap();
    assert_eq!(odd["effect"], "unknown");
    let seats = people.builder.get(&format!("/lineage/{}/impact", at("column:table:unscanned/planes#seats"))).await;
    assert_eq!(seats["affected"][0]["effect"], "indirect", "that is known: {seats}");
    // A draft has no lineage: it is not in force.
    let draft = json!({"domain": "travel", "name": "draft", "spec": aircraft(json!("source"))});
    people.builder.post("/apis", draft).await;
    assert_eq!(boxes(&lineage(&people.builder, "api:travel/draft", "").await), ["api:travel/draft"]);
}

#[tokio::test]
async fn definitions_from_before_there_was_lineage_get_it_at_the_next_start() {
    let folder = testkit::folder();
    let mut server = Sluice::start(binary(), "demo", folder.path(), &[]);
    People::of(&server).await.builder.built().await;
    let database = folder.path().join("sluice.db");
    server.kill();
    let edges = || testkit::sqlite3(&database, "SELECT count(*) FROM lineage_edges").trim().parse::<u64>().unwrap();
    let before = edges();
    assert!(before > 50, "{before}");
    testkit::sqlite3(&database, "DELETE FROM lineage_edges; DELETE FROM lineage_definitions; DELETE FROM lineage_unknown");
    let server = Sluice::start(binary(), "demo", folder.path(), &[]);
    until(LONG, "the edges are there again", async || edges() >= before).await;
    // A look at it writes nothing more.
    let people = People::of(&server).await;
    let now = edges();
    lineage(&people.builder, TABLE, "").await;
    assert_eq!(edges(), now);
}

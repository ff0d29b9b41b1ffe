//! What a newer program has stored beside what this one knows is refused: it would be lost where this one writes it again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests

use model::dataset::{BuildFigures, DatasetSpec, IntoTable, RegisterField};
use model::gates::{Gates, Must, Rule};
use model::hidden::HiddenField;
use model::incremental::{Incremental, IncrementalFigures};
use model::job::{Cron, JobSpec, When};
use model::load_limits::SourceLoad;
use model::row_rules::RowRules;
use model::table::TableRef;
use model::{ApiSpec, DataType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

/// Where objects stand, as JSON pointers.
fn objects(value: &Json, place: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(members) => {
            found.push(place.to_owned());
            members.iter().for_each(|(name, value)| objects(value, &format!("{place}/{name}"), found));
        }
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| objects(value, &format!("{place}/{index}"), found));
        }
        _ => {}
    }
}

/// What is written is read, and with one member more in any of its objects it is not.
fn refuses_more<T>(written: &Json, read: impl Fn(&str) -> Result<T, serde_json::Error>) {
    if let Err(error) = read(&written.to_string()) {
        panic!("{error}: {written}");
    }
    let mut places = Vec::new();
    objects(written, "", &mut places);
    for place in places {
        let mut later = written.clone();
        later.pointer_mut(&place).unwrap().as_object_mut().unwrap().insert("later".into(), json!(1));
        assert!(read(&later.to_string()).is_err(), "{place:?} of {later}");
    }
}

fn of<T: Serialize + DeserializeOwned>(value: &T) {
    refuses_more(&serde_json::to_value(value).unwrap(), |text| serde_json::from_str::<T>(text));
}

fn gates() -> Gates {
    let between = Must::BeBetween { least: "1".into(), most: "2".into() };
    Gates { min_rows: Some(1), rules: vec![Rule { column: "id".into(), must: between }], ..Gates::default() }
}

#[test]
fn what_is_stored_of_datasets_has_no_more_than_is_known() {
    let into = IntoTable { source: "s".into(), table: TableRef::new("shown") };
    let register = vec![RegisterField { number: 1, column: "id".into(), data_type: DataType::Int64, retired: false }];
    let table = TableRef::new("planes");
    of(&DatasetSpec { source: "s".into(), table, into: Some(into), register, gates: gates(), ..DatasetSpec::default() });
    let cron = Cron { pattern: "0 3 * * *".into(), zone: "UTC".into() };
    of(&JobSpec { when: When::Cron(cron), incremental: Some(Incremental::default()), ..JobSpec::default() });
    of(&RowRules { gates: gates(), incremental: Some(Incremental::default()), ..RowRules::default() });
    of(&SourceLoad::default());
    of(&IncrementalFigures::default());
    of(&HiddenField { name: "seats".into(), number: 3, dataset: "planes".into() });
}

/// Names in code may change; what rows and responses say stays.
#[test]
fn what_is_stored_keeps_its_names() {
    let written = |value: serde_json::Result<Json>| value.unwrap();
    let build = written(serde_json::to_value(BuildFigures { rejected_rows: 3, ..BuildFigures::default() }));
    let incremental = written(serde_json::to_value(IncrementalFigures { rejected_rows: 3, ..IncrementalFigures::default() }));
    assert_eq!([&build["dirty_rows"], &incremental["dirty_rows"]], [&json!(3), &json!(3)]);
    let rules = written(serde_json::to_value(RowRules { incremental: Some(Incremental::default()), ..RowRules::default() }));
    assert!(rules["follow"].is_object() && rules["dirty"].is_object(), "{rules}");
}

#[test]
fn what_is_stored_of_apis_has_no_more_than_is_known() {
    let kv = json!({
        "title": "A plane", "source": "s", "kind": "kv", "table": {"schema": "public", "name": "planes"}, "key": ["tailnum"],
        "parameters": [{"name": "tailnum", "type": "string", "required": true}],
        "fields": [{"name": "tailnum", "column": "tailnum", "type": "string"}],
        "policy": {"timeout_ms": 1_000}, "serve_from": {"dataset": "planes"}, "cases": [{"name": "one", "status": 200}],
    });
    let script = json!({"source": "s", "kind": "sql", "script": "select 1 as one", "page_size": 5});
    let form = json!({
        "source": "s", "kind": "sql", "keyset": true, "page_size": 5,
        "form": {"table": {"name": "planes"}, "select": [{"name": "seats", "column": "seats"}], "sort": [{"field": "seats"}]},
    });
    let union = json!({"kind": "union", "steps": [{"name": "plane", "api": "plane"}], "shape": "named"});
    for written in [kv, script, form, union] {
        refuses_more(&written, ApiSpec::read_stored);
        // Nothing that this program writes is unknown to it.
        let spec = ApiSpec::read_stored(&written.to_string()).unwrap();
        assert_eq!(ApiSpec::read_stored(&serde_json::to_string(&spec).unwrap()).unwrap(), spec);
    }
}

//! What a check says of a name that is not there: where it stands in the text that somebody wrote, and what may have been meant.

use serde_json::json;
use testkit::{Admin, Sluice};

use crate::common::binary;

#[tokio::test]
async fn an_error_of_a_script_tells_its_place_and_the_names_that_are_near() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let said = async |spec: serde_json::Value| {
        let report = builder.post("/apis/travel/by-hand/check", json!({"environment": "prod", "spec": spec})).await;
        report["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{report:#}")).to_owned()
    };
    let of_script = async |sql: &str| {
        let is_always = |name: &str| name == "origin" || !sql.contains("[[");
        let parameter = |name: &str| json!({"name": name, "type": "string", "required": is_always(name), "test_value": "UA"});
        let names = ["code", "origin"].into_iter().filter(|name| sql.contains(&format!(":{name}")));
        let parameters: Vec<_> = names.map(parameter).collect();
        said(json!({"title": "By hand", "source": "flights-db", "kind": "sql", "script": sql, "parameters": parameters})).await
    };
    // Each with the word at fault, and what is offered. Parameters before it are longer than their placeholders.
    for (sql, word, wanted) in [
        ("SELECT flight\nFROM flight", "flight", Some("Did you mean flights?")),
        ("SELECT carrier FROM flights\nWHERE origin = :origin AND carier = :code", "carier", Some("Did you mean carrier?")),
        (
            "SELECT carrier FROM flights\nWHERE origin = :origin [[ AND carrier = :code ]] AND f.dep_dely > 1",
            "dep_dely",
            Some("Did you mean dep_delay?"),
        ),
        ("SELECT carrier FROM flights\nWHERE origin = :origin AND pg_sleep(1) = 1", "pg_sleep", None),
    ] {
        let message = of_script(sql).await;
        let line = sql.lines().last().unwrap();
        let column = line.rfind(word).unwrap() + 1;
        // A column behind its table begins where its table does, or at itself.
        let columns = [column, column.saturating_sub(2)];
        let told = columns.iter().any(|column| message.to_lowercase().contains(&format!("line 2, column {column}")));
        assert!(told, "{sql}: {message}");
        assert!(wanted.is_none_or(|wanted| message.contains(wanted)), "{sql}: {message}");
    }
    // Nothing is offered where nothing is near.
    assert!(!of_script("SELECT carrier FROM nowhere_at_all").await.contains("Did you mean"));
    let form = json!({"title": "One", "source": "flights-db", "kind": "kv", "table": {"name": "plane"}, "key": ["tailnum"],
        "parameters": [{"name": "tailnum", "type": "string", "required": true}], "fields": [{"name": "tailnum", "column": "tailnum"}]});
    assert_eq!(said(form).await, "flights-db has no table plane. Did you mean planes?");
}

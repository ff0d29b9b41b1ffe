//! `sluice apply` and `sluice export`: planned, all or nothing, idempotent, reviewed like everything else.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use testkit::{Admin, DEMO_APIS, Sluice};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

fn run(server: &Sluice, token: &str, arguments: &[&str], input: &str) -> Output {
    let file = server.data().join("documents.yaml");
    std::fs::write(&file, input).unwrap();
    let mut command = Command::new(binary());
    command.args(arguments).env("SLUICE_URL", &server.url).env("SLUICE_TOKEN", token).stdin(Stdio::null());
    if arguments[0] == "apply" {
        command.arg("-f").arg(&file);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const CARRIER: &str = "
document: api
domain: travel
name: carrier
spec:
  title: One carrier by its code
  source: flights-db
  kind: kv
  table: { name: airlines }
  key: [carrier]
  parameters: [{ name: carrier, type: string, required: true, test_value: UA }]
  fields: [{ name: carrier, column: carrier }, { name: name, column: name }]
";

#[tokio::test]
async fn documents_are_planned_applied_once_and_exported_without_secrets() {
    let server = Sluice::demo(binary());
    let (builder, approver) = (Admin::demo(&server, "builder@demo").await, Admin::demo(&server, "approver@demo").await);
    let planned = run(&server, &builder.token, &["apply", "--dry-run"], CARRIER);
    assert!(planned.status.success(), "{}", text(&planned.stderr));
    assert!(text(&planned.stdout).contains("send for review  api travel/carrier"), "{}", text(&planned.stdout));
    assert_eq!(builder.get("/apis").await.as_array().unwrap().len(), DEMO_APIS, "a dry run changes nothing");

    let approving = ["apply", "--approver-token", approver.token.as_str()];
    let done = run(&server, &builder.token, &approving, CARRIER);
    assert!(text(&done.stdout).contains("Applied."), "{}{}", text(&done.stdout), text(&done.stderr));
    let again = run(&server, &builder.token, &approving, CARRIER);
    assert!(text(&again.stdout).contains("keep") && text(&again.stdout).contains("Nothing was changed"), "{}", text(&again.stdout));
    let own =
        run(&server, &builder.token, &["apply", "--approver-token", builder.token.as_str()], &CARRIER.replace("One carrier", "A carrier"));
    assert!(text(&own.stderr).contains("second person"), "{}", text(&own.stderr));

    let exported = text(&run(&server, &builder.token, &["export"], "").stdout);
    assert!(exported.contains("name: carrier") && exported.contains("name: flights-db"), "{exported}");
    assert!(!exported.contains("secret"), "{exported}");
    // A Union's choices are written as people write them.
    assert!(exported.contains("name: flight-day") && !exported.contains(": !"), "{exported}");
    let round = run(&server, &builder.token, &["apply", "--dry-run"], &exported);
    assert!(!text(&round.stdout).contains("make") && !text(&round.stdout).contains("change "), "{}", text(&round.stdout));
}

#[tokio::test]
async fn one_fault_and_nothing_is_applied() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let source = "document: source\ndomain: travel\nname: second\ndriver: sqlite\nbindings: { prod: { config: { path: /nowhere.db } } }\n";
    for (documents, word) in [
        (format!("{source}---\n{}", CARRIER.replace("key: [carrier]", "key: [nothing]")), "nothing"),
        (format!("{source}---\n{}", CARRIER.replace("kind: kv", "kind: kw")), "kw"),
        (format!("{source}---\n{}", CARRIER.replace("domain: travel", "domain: finance")), "finance"),
        (format!("{source}---\n{}", CARRIER.replace("title:", "titel:")), "titel"),
        ("document: [".to_owned(), "YAML"),
    ] {
        let refused = run(&server, &builder.token, &["apply"], &documents);
        assert!(!refused.status.success());
        assert!(text(&refused.stderr).contains(word), "{word}: {}", text(&refused.stderr));
        assert_eq!(builder.get("/sources").await.as_array().unwrap().len(), 1, "{word}: the source was not made either");
    }
}

const DATASETS: &str = "
document: source
domain: travel
name: second
driver: sqlite
bindings: { prod: { config: { path: '{database}' } } }
load: { rows_per_s: 50000, runs: 2, load_query: SELECT count(*) FROM airlines, load_above: 100 }
---
document: dataset
domain: travel
name: airports-copy
source: second
table: { name: airports }
store: columnar
compression: none
job: { when: { after: airlines-copy } }
---
document: dataset
domain: travel
name: airlines-copy
source: second
table: { name: airlines }
compression: zstd
gates: { min_rows: 10, rules: [{ column: name, must: be-filled }] }
job: { when: { cron: { pattern: 0 3 * * *, zone: Europe/Zurich } }, retries: 4, tier: P1 }
";

#[tokio::test]
async fn datasets_with_their_jobs_and_what_sources_bear_come_as_documents() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let documents = DATASETS.replace("{database}", &server.data().join("sources/flights.db").display().to_string());
    let apply = |documents: &str| {
        let done = run(&server, &builder.token, &["apply"], documents);
        let said = text(&done.stdout) + &text(&done.stderr);
        (done.status.success(), said.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    // One fault in the last of them, and not even the source is made.
    for (wrong, words) in [
        (documents.replace("column: name", "column: nothing"), "documents[2]"),
        (documents.replace("after: airlines-copy", "after: nowhere"), "no dataset nowhere"),
        (
            documents.replace("when: { cron: { pattern: 0 3 * * *, zone: Europe/Zurich } }", "when: { after: airports-copy }"),
            "wait for each other",
        ),
        (documents.replace("load_above: 100", "load_above: 0, rows: 1"), "rows"),
        (documents.replace("SELECT count(*) FROM airlines", "DELETE FROM airlines"), "load_limits.load_query"),
        (documents.replace("tier: P1", "tier: P9"), "P9"),
    ] {
        let (ok, said) = apply(&wrong);
        assert!(!ok && said.contains(words), "{words}: {said}");
        assert_eq!(builder.get("/sources").await.as_array().unwrap().len(), 1, "{words}");
    }
    let (ok, said) = apply(&documents);
    assert!(ok && said.contains("make dataset travel/airports-copy") && said.contains("Applied."), "{said}");
    let made = builder.get("/datasets/travel/airlines-copy").await;
    assert_eq!(
        (&made["spec"]["gates"]["min_rows"], &made["job"]["spec"]["retries"], &made["job"]["followers"][0]),
        (&10.into(), &4.into(), &"airports-copy".into()),
        "{made:#}"
    );
    assert_eq!(made["job"]["next"].as_array().unwrap().len(), 3, "its schedule is followed");
    assert_eq!(builder.get("/sources/second").await["load_limits"]["rows_per_s"], 50_000);
    assert_eq!(builder.build("travel", "airlines-copy").await["state"], "live");
    let (ok, said) = apply(&documents);
    assert!(ok && said.contains("Nothing was changed"), "{said}");
    // Absent gates, jobs and limits stay; what is said again is changed; what it is made of is not.
    let (ok, said) = apply(&documents.replace("retries: 4", "retries: 1").replace("runs: 2", "runs: 3"));
    assert!(ok && said.contains("change dataset travel/airlines-copy") && said.contains("change source second"), "{said}");
    assert_eq!(builder.get("/datasets/travel/airlines-copy").await["job"]["spec"]["retries"], 1);
    let (ok, said) = apply(&documents.replace("table: { name: airlines }", "table: { name: planes }"));
    assert!(!ok && said.contains("has another source"), "{said}");
    let exported = text(&run(&server, &builder.token, &["export"], "").stdout);
    assert!(
        exported.contains("document: dataset") && exported.contains("pattern: 0 3 * * *") && exported.contains("rows_per_s: 50000"),
        "{exported}"
    );
    let round = run(&server, &builder.token, &["apply", "--dry-run"], &exported);
    let round = text(&round.stdout) + &text(&round.stderr);
    assert!(!round.contains("make") && !round.contains("change "), "{round}");
}

/// As `sluice export` wrote it before these members had the names of the glossary.
const OLD_EXPORT: &str = "
document: source
name: second
domain: travel
driver: sqlite
bindings: { prod: { config: { path: '{database}' } } }
load: { rows_per_s: 50000, windows: [], zone: UTC }
---
document: dataset
name: planes-copy
domain: travel
source: second
table: { name: planes }
key: [tailnum]
store: embedded
compression: none
job:
  when: asked
  environment: prod
  retries: 2
  follow: { cursor: year, overlap: 1, every_s: 60, deleted: '', start: '' }
  dirty: { rows: 5 }
  compare: { every_minutes: 60, at_most: 0 }
";

#[tokio::test]
async fn an_old_export_is_read_and_exported_under_the_names_of_the_glossary() {
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let old = OLD_EXPORT.replace("{database}", &server.data().join("sources/flights.db").display().to_string());
    let done = run(&server, &builder.token, &["apply"], &old);
    assert!(text(&done.stdout).contains("Applied."), "{}{}", text(&done.stdout), text(&done.stderr));
    let job = builder.get("/datasets/travel/planes-copy").await["job"]["spec"].clone();
    assert_eq!(
        (&job["incremental"]["cursor"], &job["rejected"]["rows"], &job["reconcile"]["every_minutes"]),
        (&"year".into(), &5.into(), &60.into()),
        "{job}"
    );
    assert_eq!(builder.get("/sources/second").await["load_limits"]["rows_per_s"], 50_000);
    let exported = text(&run(&server, &builder.token, &["export"], "").stdout);
    let names = ["load_limits:", "incremental:", "rejected:", "reconcile:"];
    assert!(names.iter().all(|name| exported.contains(name)) && !exported.contains("follow:"), "{exported}");
    for documents in [&old, &exported] {
        let again = run(&server, &builder.token, &["apply", "--dry-run"], documents);
        let said = text(&again.stdout) + &text(&again.stderr);
        assert!(again.status.success() && !said.contains("make") && !said.contains("change "), "{said}");
    }
}

#[tokio::test]
async fn what_a_source_bears_is_for_those_of_its_own_domain() {
    let server = Sluice::demo(binary());
    let admin = Admin::demo(&server, "admin@demo").await;
    admin.post("/domains", serde_json::json!({"name": "elsewhere", "title": "Elsewhere"})).await;
    // A viewer of travel who builds elsewhere says that a source of travel is one of theirs.
    for (domain, role) in [("elsewhere", "builder"), ("travel", "viewer")] {
        let path = format!("/domains/{domain}/members/builder@demo");
        let (status, body) = admin.call(reqwest::Method::PUT, &path, Some(serde_json::json!({"roles": [role]}))).await;
        assert!(status.is_success(), "{body}");
    }
    let builder = Admin::demo(&server, "builder@demo").await;
    let about = admin.get("/sources/flights-db").await["about"].as_str().unwrap().to_owned();
    let theirs = format!(
        "document: source\ndomain: elsewhere\nname: flights-db\ndriver: sqlite\nabout: {about:?}\nbindings: {{}}\nload: {{ rows_per_s: 1 }}\n"
    );
    for arguments in [&["apply"][..], &["apply", "--dry-run"]] {
        let refused = run(&server, &builder.token, arguments, &theirs);
        assert!(!refused.status.success(), "{}", text(&refused.stdout));
    }
    assert_eq!(admin.get("/sources/flights-db").await["load_limits"]["rows_per_s"], serde_json::Value::Null);
}

#[tokio::test]
async fn a_source_of_another_domain_is_as_absent_as_one_that_was_never_made() {
    let server = Sluice::demo(binary());
    let (admin, builder) = (Admin::demo(&server, "admin@demo").await, Admin::demo(&server, "builder@demo").await);
    admin.post("/domains", serde_json::json!({"name": "elsewhere"})).await;
    let known = admin.get("/sources/flights-db").await;
    let foreign = serde_json::json!({"name": "source-a", "domain": "elsewhere", "driver": known["driver"],
        "bindings": {"prod": {"config": known["bindings"]["prod"]["config"]}}});
    let (status, body) = admin.call(reqwest::Method::PUT, "/sources/source-a", Some(foreign)).await;
    assert!(status.is_success(), "{body}");
    let mut told = Vec::new();
    // The second one does not exist.
    for (source, name) in [("source-a", "carrier-a"), ("source-b", "carrier-b")] {
        let spec = serde_json::json!({"source": source, "kind": "kv", "table": {"name": "airlines"}, "key": ["carrier"],
            "parameters": [{"name": "carrier", "type": "string", "required": true, "test_value": "UA"}],
            "fields": [{"name": "name", "column": "name"}]});
        builder.post("/apis", serde_json::json!({"domain": "travel", "name": name, "spec": spec})).await;
        let documents = CARRIER.replace("name: carrier\n", &format!("name: {name}\n")).replace("flights-db", source);
        let dataset =
            format!("document: dataset\ndomain: travel\nname: copy\nsource: {source}\ntable: {{ name: airlines }}\nkey: [carrier]\n");
        let calls = [
            (format!("/apis/travel/{name}/submit"), serde_json::json!({"environment": "prod", "edit": 1})),
            (format!("/apis/travel/{name}/try"), serde_json::json!({"environment": "prod", "parameters": [["carrier", "UA"]]})),
            (format!("/apis/travel/{name}/check"), serde_json::json!({"environment": "prod", "spec": spec})),
            ("/apply".into(), serde_json::json!({"documents": documents})),
            ("/apply".into(), serde_json::json!({"documents": dataset})),
        ];
        for (path, body) in calls {
            let (status, mut answer) = builder.call(reqwest::Method::POST, &path, Some(body)).await;
            assert!(status.is_client_error(), "{path}: {status} {answer}");
            answer["request_id"] = serde_json::Value::Null;
            assert!(!answer.to_string().contains("elsewhere"), "{path}: {answer}");
            told.push((status, answer.to_string().replace(source, "source")));
        }
    }
    let (foreign, absent) = told.split_at(told.len() / 2);
    assert_eq!(foreign, absent);
}

//! `sluice apply` and `sluice export`: planned, all or nothing, idempotent, reviewed like everything else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

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

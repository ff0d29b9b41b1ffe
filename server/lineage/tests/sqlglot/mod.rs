//! Direct edges beside those of sqlglot, which is written by other people. Where it says something else, the truth of the text says why.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use model::dialect::Dialect;
use serde::Deserialize;

use crate::cases::{self, Case, TrueOutput};

#[derive(Deserialize)]
struct Answer {
    columns: Option<Vec<Vec<String>>>,
    error: Option<String>,
}

/// The environment that `scripts/setup.sh test` makes.
fn python() -> String {
    std::env::var("SLUICE_PYTHON").unwrap_or_else(|_| format!("{}/.cache/sluice/python/bin/python", std::env::var("HOME").unwrap()))
}

/// What sqlglot calls a dialect. It knows none of the engine's: that is PostgreSQL's with names as they are written.
fn called(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "postgres",
        Dialect::Mysql => "mysql",
        Dialect::Sqlite => "sqlite",
        Dialect::Clickhouse => "clickhouse",
        Dialect::Datafusion => "postgres, normalization_strategy = case_sensitive",
    }
}

fn answers(cases: &[Case]) -> Vec<Answer> {
    let tables = cases::schema().0;
    let text = |case: &Case| serde_json::json!({ "sql": case.sql, "dialect": called(case.truth.dialect), "tables": tables });
    let texts = serde_json::to_vec(&cases.iter().map(text).collect::<Vec<_>>()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sqlglot/lineage.py");
    let mut run = Command::new(python()).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    run.stdin.take().unwrap().write_all(&texts).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "scripts/setup.sh test installs sqlglot");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Without regard to letters: sqlglot writes names in small letters where a dialect does not tell them apart.
fn sources(sources: &[String]) -> BTreeSet<String> {
    sources.iter().map(|source| source.to_lowercase()).collect()
}

#[test]
fn direct_edges_are_those_of_sqlglot_but_where_the_truth_says_why() {
    let all = cases::all();
    let (mut wrong, mut same, mut other, mut errors) = (Vec::new(), 0, 0, 0);
    for (case, answer) in all.iter().zip(answers(&all)) {
        let reason = |column: &str| case.truth.sqlglot.get(column);
        let outputs = &case.truth.outputs;
        let columns = answer.columns.unwrap_or_default();
        if columns.len() != outputs.len() || reason("*").is_some() {
            errors += 1;
            if reason("*").is_none() || columns.len() == outputs.len() {
                wrong.push(format!("{}: sqlglot has {} columns of {}. {:?}", case.name, columns.len(), outputs.len(), answer.error));
            }
            continue;
        }
        for (output, said) in outputs.iter().zip(&columns) {
            let TrueOutput { name, edges, .. } = output;
            let name = name.as_deref().unwrap_or_default();
            let is_same = sources(&edges.direct) == sources(said);
            if is_same {
                same += 1;
            } else {
                other += 1;
            };
            if is_same == reason(name).is_some() {
                let told =
                    if is_same { "is the same, and the truth says why it is not" } else { "differs, and the truth does not say why" };
                wrong.push(format!("{} {name} {told}: {:?}, sqlglot {said:?}", case.name, edges.direct));
            }
        }
    }
    println!("sqlglot: {same} columns with the same sources, {other} with others and {errors} texts not compared, each with its reason");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

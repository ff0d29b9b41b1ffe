//! Lineage beside PostgreSQL's own: a view depends on every column that its statement names, and the server says on which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lineage::{Columns, Lineage, TableName, of_text};
use model::dialect::Dialect;
use testkit::Postgres;

/// The tables of the texts, with types that let the server take the statements.
const TABLES: &str = r#"
CREATE SCHEMA sales; CREATE SCHEMA "Sales"; CREATE TYPE place AS (city text);
CREATE TABLE flights (year bigint, month bigint, day bigint, dep_time bigint, sched_dep_time bigint, dep_delay bigint,
  arr_time bigint, sched_arr_time bigint, arr_delay bigint, carrier text, flight bigint, tailnum text, origin text, dest text,
  air_time bigint, distance bigint, hour bigint, minute bigint, time_hour timestamp);
CREATE TABLE planes (tailnum text, year bigint, type text, manufacturer text, model text, engines bigint, seats bigint, speed bigint,
  engine text);
CREATE TABLE airlines (carrier text, name text);
CREATE TABLE airports (faa text, name text, lat bigint, lon bigint, alt bigint, tz bigint, dst text, tzone text);
CREATE TABLE weather (origin text, year bigint, month bigint, day bigint, hour bigint, temp bigint, visib bigint, time_hour timestamp);
CREATE TABLE parts (part_id bigint, parent_id bigint, name text, cost bigint, amount bigint);
CREATE TABLE bookings (id bigint, doc json, tags text[], place place, begins timestamp, ends timestamp);
CREATE TABLE sales.report (id bigint, "Region" text, total bigint);
CREATE TABLE "Sales"."Report" (id bigint, "Total" bigint, "weird ""name""" bigint);
"#;

/// The columns that a view names, wherever it names them.
const NAMED: &str = "SELECT DISTINCT n.nspname || '.' || c.relname || '.' || a.attname
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
WHERE r.ev_class = 'seen'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0;";

/// Texts that are not compared, and why.
const OTHERS: [(&str, &str); 6] = [
    ("02-postgres-ctes", "The server counts what a part of WITH names that nobody uses."),
    ("09-postgres-stars", "The server counts the columns of a star that nobody uses."),
    ("19-postgres-rows-of-tables", "The server counts a row of a table as the table."),
    ("20-postgres-unknown", "The server refuses what is unknown."),
    ("21-postgres-one-unknown-table", "The server has no such table."),
    ("49-postgres-group-by-of-an-unknown-table", "The server has no such table."),
];

/// What the server says of its tables.
struct Known(BTreeMap<String, Vec<String>>);

impl Known {
    fn of(server: &Postgres) -> Self {
        let listed = server.psql(
            "postgres",
            "SELECT table_schema || '.' || table_name || chr(9) || column_name FROM information_schema.columns
             WHERE table_schema IN ('public', 'sales', 'Sales') ORDER BY table_schema, table_name, ordinal_position;",
        );
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in listed.lines().filter_map(|line| line.split_once('\t')) {
            tables.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        Self(tables)
    }
}

fn with_schema(table: &TableName) -> String {
    let schema = if table.schema.is_empty() { "public" } else { &table.schema };
    format!("{schema}.{}", table.name)
}

impl Columns for Known {
    fn columns(&self, table: &TableName) -> Option<Vec<String>> {
        self.0.get(&with_schema(table)).cloned()
    }
}

/// The texts for PostgreSQL among those of the crate `lineage`, by name.
fn texts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lineage/tests/texts");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut texts: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .map(|path| (name(&path), std::fs::read_to_string(&path).unwrap()))
        .filter(|(name, _)| name.contains("-postgres-") && !OTHERS.iter().any(|(other, _)| other == name))
        .collect();
    texts.sort();
    texts
}

fn named(lineage: &Lineage) -> BTreeSet<String> {
    let edges = lineage.outputs.iter().map(|output| &output.edges).chain([&lineage.rows]);
    edges.flat_map(|edges| &edges.known).map(|edge| format!("{}.{}", with_schema(&edge.from.table), edge.from.column)).collect()
}

#[test]
fn every_column_that_a_statement_names_has_an_edge_and_no_other_one() {
    let server = Postgres::start();
    server.psql("postgres", TABLES);
    let known = Known::of(&server);
    let (mut wrong, mut compared, mut columns) = (Vec::new(), 0, 0);
    for (name, sql) in texts() {
        // A view has no parameters: any literal stands for one.
        let sql = (1..=9).fold(sql, |sql, number| sql.replace(&format!("${number}"), "'1'"));
        let lineage = of_text(&sql, Dialect::Postgres, &known);
        let names: Vec<String> = (0..lineage.outputs.len()).map(|index| format!("c{index}")).collect();
        let view = format!("DROP VIEW IF EXISTS seen; CREATE VIEW seen ({}) AS {sql};\n{NAMED}", names.join(", "));
        let should: BTreeSet<String> = server.psql("postgres", &view).lines().map(str::to_owned).collect();
        let is = named(&lineage);
        (compared, columns) = (compared + 1, columns + should.len());
        if is != should {
            wrong.push(format!("{name}: {is:?}, and the server says {should:?}"));
        }
    }
    println!("lineage beside PostgreSQL: {compared} texts, {columns} columns");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= 15, "{compared} texts were found");
}

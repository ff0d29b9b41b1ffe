//! ClickHouse, over its HTTP interface.

mod counts;
mod errors;
mod http;
mod line;
mod nulls;
mod sink;
mod tables;
mod types;

use std::sync::Arc;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::source_types::UNSIGNED;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};

use self::http::Client;
use self::sink::ClickHouseSink;
use crate::guard::Shape;
use crate::rights::of_grants;
use crate::sink::{Sink, Writes};
use crate::{BatchStream, BindingConfig, ConfigField, Connection, Connector, Excess, SourceError, Statement, tls};

pub(crate) struct ClickHouse;

#[async_trait]
impl Connector for ClickHouse {
    fn driver(&self) -> &'static str {
        "clickhouse"
    }

    fn title(&self) -> &'static str {
        "ClickHouse"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Clickhouse
    }

    fn form(&self) -> Vec<ConfigField> {
        let mut form = vec![
            ConfigField::new(
                "url",
                "Address",
                "The address of the HTTP interface, without ? and #. With https, the certificate is checked.",
                "http://clickhouse.example.com:8123",
            )
            .required(),
            ConfigField::new("database", "Database", "", "default"),
            ConfigField::new("user", "User", "A user with read permission is enough, and safest.", "default"),
            ConfigField::new("password", "Password", "Stored encrypted, never shown again.", "").secret(),
        ];
        form.push(crate::sink::form());
        form.extend(tls::certificates());
        form
    }

    fn writes(&self) -> Writes {
        Writes::Tables
    }

    fn sink(&self, config: &BindingConfig) -> Result<Arc<dyn Sink>, SourceError> {
        Ok(Arc::new(ClickHouseSink { client: Client::new(config)? }))
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        Ok(Arc::new(Source { client: Client::new(config)? }))
    }
}

struct Source {
    client: Client,
}

#[async_trait]
impl Connection for Source {
    async fn test(&self) -> Result<String, SourceError> {
        let rows = self.client.rows("SELECT version()", &[]).await?;
        let version = rows.first().and_then(|row| row.first()).and_then(serde_json::Value::as_str).unwrap_or_default();
        Ok(format!("ClickHouse {version}"))
    }

    async fn rights(&self) -> Result<Vec<Excess>, SourceError> {
        let rows = self.client.rows("SHOW GRANTS", &[]).await?;
        let grants: Vec<&str> = rows.iter().filter_map(|row| row.first()?.as_str()).collect();
        Ok(of_grants(&grants))
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        tables::list(&self.client, None).await
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        let found = tables::list(&self.client, Some(table)).await?;
        Ok(found.into_iter().next().map(|info| TableInfo { table: table.clone(), ..info }))
    }

    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        let rows = self.client.rows(&format!("DESCRIBE ({sql}\n)"), binds).await?;
        let counts = counts::of(sql);
        let column = |row: &Vec<serde_json::Value>| {
            let column = types::column(row.first()?.as_str()?, row.get(1)?.as_str()?);
            let is_count = column.data_type == UNSIGNED && counts.contains(&column.name);
            Some(if is_count { Column { data_type: DataType::Int64, ..column } } else { column })
        };
        Ok(rows.iter().filter_map(column).collect())
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        let rows = self.client.rows(&format!("EXPLAIN indexes = 1 {sql}"), binds).await?;
        let lines: Vec<String> = rows.iter().filter_map(|row| row.first()?.as_str().map(str::to_owned)).collect();
        let full_scans = full_scans(sql, &lines);
        Ok(QueryPlan { lines, full_scans })
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        self.client.stream(statement).await
    }
}

/// One table of a plan.
struct Read {
    table: String,
    /// None of its indexes has a condition.
    unconditional: bool,
    /// Every block of it is read, whatever its indexes were asked: said where they have several.
    all_blocks: bool,
}

/// The tables that are read from end to end.
fn full_scans(sql: &str, lines: &[String]) -> Vec<String> {
    let mut read: Vec<Read> = Vec::new();
    for line in lines.iter().map(|line| line.trim()) {
        if let Some(name) = line.strip_prefix("ReadFrom").and_then(|rest| rest.split_once('(')).map(|(_, name)| name.trim_end_matches(')'))
        {
            let table = name.rsplit('.').next().unwrap_or(name).to_owned();
            read.push(Read { table, unconditional: true, all_blocks: false });
        } else if let Some(last) = read.last_mut() {
            if let Some(condition) = line.strip_prefix("Condition: ") {
                last.unconditional &= condition == "true";
            } else if let Some((selected, all)) = line.strip_prefix("Granules: ").and_then(|granules| granules.split_once('/')) {
                // The last index that is asked says what is left.
                last.all_blocks = selected == all && !matches!(all, "0" | "1");
            }
        }
    }
    let sorts = lines.iter().any(|line| line.trim().starts_with("Sorting"));
    let whole = read.into_iter().filter(|read| read.unconditional || read.all_blocks).map(|read| read.table);
    Shape::of(sql, Dialect::Clickhouse).read_whole(whole, sorts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements with the plans that ClickHouse makes of them, and the tables that they read whole.
    #[test]
    fn a_table_of_which_no_index_leaves_anything_out_is_read_whole() {
        let by_key = |granules: &str| {
            format!(
                "Expression ((Project names + Projection))\n  Expression ((WHERE + Change column names))\n    ReadFromMergeTree (shop.orders)\n    Indexes:\n      PrimaryKey\n        Keys: \n          id\n        Condition: (id in [7, 7])\n        Parts: 1/3\n        Granules: {granules}"
            )
        };
        let unasked = "Expression ((Project names + Projection))\n  ReadFromMergeTree (shop.orders)\n  Indexes:\n    PrimaryKey\n      Condition: true\n      Parts: 3/3\n      Granules: 42/42";
        let grouped = "Expression\n  Aggregating\n    Expression (Before GROUP BY)\n      ReadFromMergeTree (shop.orders)";
        let sorted = "Limit (preliminary LIMIT)\n  Sorting (Sorting for ORDER BY)\n    ReadFromMergeTree (shop.orders)\n    Indexes:\n      PrimaryKey\n        Condition: true";
        let skipped = "ReadFromMergeTree (shop.orders)\nIndexes:\n  PrimaryKey\n    Condition: true\n    Parts: 3/3\n    Granules: 42/42\n  Skip\n    Name: by_customer\n    Description: bloom_filter GRANULARITY 1\n    Parts: 1/3\n    Granules: 2/42\n    Condition: (customer in [7, 7])";
        let cases: [(&str, String, &[&str]); 8] = [
            ("SELECT total FROM orders WHERE id = 7", by_key("1/42"), &[]),
            ("SELECT total FROM orders WHERE id > 0", by_key("42/42"), &["orders"]),
            // A table of one block is read so whatever is asked of it.
            ("SELECT total FROM orders WHERE id = 7", by_key("1/1"), &[]),
            ("SELECT total FROM orders WHERE total > 5", unasked.into(), &["orders"]),
            ("SELECT total FROM orders LIMIT 9", unasked.into(), &[]),
            ("SELECT customer, count(*) FROM orders GROUP BY customer", grouped.into(), &["orders"]),
            ("SELECT total FROM orders ORDER BY total LIMIT 9", sorted.into(), &["orders"]),
            ("SELECT total FROM orders WHERE customer = 7", skipped.into(), &[]),
        ];
        for (sql, plan, whole) in cases {
            let lines: Vec<String> = plan.lines().map(str::to_owned).collect();
            assert_eq!(full_scans(sql, &lines), whole, "{sql}: {plan}");
        }
    }
}

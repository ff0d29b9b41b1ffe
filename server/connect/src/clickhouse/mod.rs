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
                "Of its HTTP interface, without ? and #. With https, its certificate is checked.",
                "http://clickhouse.example.com:8123",
            )
            .required(),
            ConfigField::new("database", "Database", "", "default"),
            ConfigField::new("user", "User", "One that may only read is enough, and safest.", "default"),
            ConfigField::new("password", "Password", "Kept sealed, never shown again.", "").secret(),
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
        let full_scans = full_scans(&lines);
        Ok(QueryPlan { lines, full_scans })
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        self.client.stream(statement).await
    }
}

/// Tables of which every part is read: none of their indexes has a condition.
fn full_scans(lines: &[String]) -> Vec<String> {
    let mut tables: Vec<(String, bool)> = Vec::new();
    for line in lines {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("ReadFrom").and_then(|rest| rest.split_once('(')).map(|(_, name)| name.trim_end_matches(')'))
        {
            tables.push((name.rsplit('.').next().unwrap_or(name).to_owned(), true));
        } else if let Some((_, whole)) = tables.last_mut()
            && let Some(condition) = line.strip_prefix("Condition: ")
        {
            *whole &= condition == "true";
        }
    }
    tables.into_iter().filter(|(_, whole)| *whole).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_a_condition_on_its_index_is_read_whole() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(full_scans(&lines("Expression\n ReadFromMergeTree (d.t)\n  Indexes:\n   PrimaryKey\n    Condition: true")), ["t"]);
        assert!(full_scans(&lines("ReadFromMergeTree (d.t)\n PrimaryKey\n  Keys: id\n  Condition: (id in [1, 1])")).is_empty());
    }
}

//! ClickHouse, over its HTTP interface.

mod counts;
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
use crate::{BatchStream, BindingConfig, ConfigField, Connection, Connector, Excess, SourceError, SourceErrorKind, Statement, tls};

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

/// The server's error number, by what it means for a person.
fn of_code(code: u32, said: &str) -> SourceError {
    let (kind, sentence) = match code {
        60 => (SourceErrorKind::Missing, "There is no such table. It may have been renamed or dropped."),
        16 | 47 | 36 if said.contains("identifier") || said.contains("column") => {
            (SourceErrorKind::Missing, "There is no such column. It may have been renamed or dropped.")
        }
        81 => (SourceErrorKind::Refused, "It has no database of this name. Check the name."),
        192 | 193 | 194 | 516 => (SourceErrorKind::Refused, "It refuses the user or the password. Check both."),
        497 => (
            SourceErrorKind::Refused,
            "Its user may not do this. Ask its owner for SELECT, or to write for the right to make tables and views.",
        ),
        202 | 203 => (SourceErrorKind::Busy, "It takes no more questions just now. Try again in a moment."),
        159 | 160 | 209 => (SourceErrorKind::Timeout, "It took longer than this API allows. Narrow the question, or raise the time-out."),
        164 => (SourceErrorKind::Statement, "Only reading is allowed."),
        46 => (SourceErrorKind::Statement, "There is no such function."),
        215 => (SourceErrorKind::Statement, "A column must be in GROUP BY or inside an aggregate."),
        42 | 43 | 62 | 184 | 386 => (SourceErrorKind::Statement, "It cannot read this statement. Check the types of the parameters."),
        // Too many columns, too deep subqueries, and a tree or a recursion that is too deep or too large.
        161 | 162 | 165..=168 | 306 => return SourceError::too_complex().because(said),
        // Values that cannot be parsed, converted or calculated with, and patterns that cannot be read.
        6 | 25 | 26 | 27 | 38 | 41 | 69 | 70 | 72 | 117 | 131 | 153 | 376 | 407 | 427 | 457 | 467 | 675 | 676 => {
            return SourceError::value().because(said);
        }
        53 => (SourceErrorKind::Mismatch, "A value does not fit the type that it is compared with."),
        241 => (SourceErrorKind::Other, "The question needs more memory than the server gives it. Narrow it."),
        _ => (SourceErrorKind::Other, "It could not answer. The log has the reason under this request's id."),
    };
    SourceError::new(kind, sentence).because(said)
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

    #[test]
    fn values_that_cannot_be_used_are_told_from_faults_of_the_source() {
        for code in [6, 38, 41, 69, 72, 376, 407, 427, 457] {
            assert_eq!(of_code(code, "Code: …").kind, SourceErrorKind::Value, "{code}");
        }
        assert_eq!(of_code(241, "").kind, SourceErrorKind::Other);
        for code in [167, 168, 306] {
            let error = of_code(code, "Code: …");
            assert!(error.code() == model::ErrorCode::Invalid && error.sentence.contains("nested too deeply"), "{code}: {error}");
        }
    }
}

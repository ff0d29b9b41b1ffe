//! Looking into a source: its tables, their columns, and some of their rows.

use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use connect::{Purpose, Statement, unreadable};
use futures::TryStreamExt;
use model::snapshot::Environment;
use model::spec::DEFAULT_TIMEOUT_MS;
use model::table::{Column, Sample, TableInfo, TableRef};
use model::{Action, DataType, Field, Problem};

use super::resolve::Resolved;
use crate::failure::from_source;
use crate::{Caller, Control};

/// Rows of a sample.
const SAMPLE_ROWS: usize = 8;

impl Control {
    /// The tables of a source, with their columns and about how many rows.
    ///
    /// # Errors
    /// Where the source does not answer.
    pub async fn tables(&self, caller: &Caller, source: &str, environment: Environment) -> Result<Vec<TableInfo>, Problem> {
        self.visible_source(caller, source).await?;
        let resolved = self.resolve_source(source, environment).await?;
        let told = resolved.connection.tables().await.map_err(|error| from_source(source, &error));
        self.told.keep(&resolved.snapshot, &told, self.host.now());
        told
    }

    /// Some real rows of a table.
    ///
    /// # Errors
    /// For those who may read samples; where there is no such table, or the source does not answer.
    pub async fn sample_table(
        &self,
        caller: &Caller,
        source: &str,
        table: &TableRef,
        environment: Environment,
    ) -> Result<(TableInfo, Sample), Problem> {
        let row = self.visible_source(caller, source).await?;
        caller.authorise(Action::ReadSample, &row.domain)?;
        let resolved = self.resolve_source(source, environment).await?;
        let info = resolved.connection.table(table).await.map_err(|error| from_source(source, &error))?;
        let info = info.ok_or_else(|| Problem::not_found(format!("table {}", table.path())))?;
        let sample = read_readable(&resolved, table_statement(&resolved, &info)).await?;
        let asked = &resolved.snapshot;
        self.told.answered((source, environment), (&asked.config, &asked.secret));
        Ok((info, sample))
    }
}

/// The first rows of a table, every column.
fn table_statement(resolved: &Resolved, info: &TableInfo) -> Statement {
    let quote = |name: &str| resolved.dialect.quote(name);
    let columns: Vec<String> = info.columns.iter().map(|column| quote(&column.name)).collect();
    let from = resolved.dialect.table(&info.table);
    let fields = info
        .columns
        .iter()
        .map(|column| Field {
            name: column.name.clone(),
            column: column.name.clone(),
            data_type: column.data_type,
            nullable: column.nullable,
            ..Field::default()
        })
        .collect();
    Statement {
        sql: resolved.dialect.cut(&format!("SELECT {} FROM {from}", columns.join(", ")), SAMPLE_ROWS),
        binds: Vec::new(),
        fields,
        timeout: Duration::from_millis(DEFAULT_TIMEOUT_MS.into()),
        max_rows: SAMPLE_ROWS,
        purpose: Purpose::Sample,
    }
}

/// Runs a statement and gives its rows as JSON.
pub(crate) async fn read_rows(resolved: &Resolved, statement: Statement) -> Result<Sample, Problem> {
    let failed = |error| from_source(&resolved.name, &error);
    let fields = statement.fields.clone();
    let started = Instant::now();
    let batches: Vec<_> = resolved.connection.query(statement).await.map_err(failed)?.try_collect().await.map_err(failed)?;
    Ok(sample_of(&fields, &batches, started.elapsed().as_secs_f64() * 1_000.0))
}

/// The same, but for rows and cells that cannot be read, or are too large: of those, where they stand and why, so that one of them does
/// not hide the others.
async fn read_readable(resolved: &Resolved, statement: Statement) -> Result<Sample, Problem> {
    let failed = |error| from_source(&resolved.name, &error);
    let fields = statement.fields.clone();
    let started = Instant::now();
    let (sender, mut rejected) = tokio::sync::mpsc::unbounded_channel();
    let asked = resolved.connection.query_rejecting(statement, sender).await.map_err(failed)?;
    let batches: Vec<_> = asked.try_collect().await.map_err(failed)?;
    let mut sample = sample_of(&fields, &batches, started.elapsed().as_secs_f64() * 1_000.0);
    let spoiled = std::iter::from_fn(|| rejected.try_recv().ok()).take(SAMPLE_ROWS);
    sample.unreadable.extend(spoiled.map(|spoiled| format!("{}: {}", spoiled.place, spoiled.reason)));
    Ok(sample)
}

/// Rows as JSON, with their columns.
pub(crate) fn sample_of(fields: &[Field], batches: &[RecordBatch], took_ms: f64) -> Sample {
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for batch in batches {
        let (batch, unread) = unreadable::take(batch.clone());
        notes.extend(unread.into_iter().map(|cell| cell.reason));
        for row in 0..batch.num_rows() {
            let cells = fields.iter().enumerate().map(|(column, field)| {
                let mut text = Vec::new();
                connect::json::write_cell(&mut text, batch.column(column), row, field);
                shown(&text, field.data_type)
            });
            rows.push(cells.collect());
        }
    }
    let columns = fields
        .iter()
        .map(|field| Column {
            native: field.data_type.word().into(),
            name: field.name.clone(),
            data_type: field.data_type,
            nullable: field.nullable,
        })
        .collect();
    Sample { columns, rows, unreadable: notes, took_ms }
}

/// A cell for a person. JSON that would be another one read back, of doubled names or more digits than a number has, is shown as its text.
fn shown(text: &[u8], data_type: DataType) -> serde_json::Value {
    let json: serde_json::Value = serde_json::from_slice(text).unwrap_or_default();
    if data_type != DataType::Json || json.to_string().as_bytes() == squeezed(text) {
        return json;
    }
    serde_json::Value::String(String::from_utf8_lossy(text).into_owned())
}

/// JSON without the white space that says nothing.
fn squeezed(text: &[u8]) -> Vec<u8> {
    let (mut is_text, mut is_escaped) = (false, false);
    let keeps = |byte: &u8| {
        let kept = is_text || !byte.is_ascii_whitespace();
        if *byte == b'"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && *byte == b'\\' && !is_escaped;
        kept
    };
    text.iter().copied().filter(keeps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_shown_with_all_its_digits() {
        let of = |text: &str| shown(text.as_bytes(), DataType::Json);
        assert_eq!(of("{\"a b\": [1, null, \"x \\\" y\"]}"), serde_json::json!({"a b": [1, null, "x \" y"]}));
        for kept in ["{\"price\": 1.10}", "[12345678901234567890123]", "{\"a\": 1, \"a\": 2}"] {
            assert_eq!(of(kept), serde_json::Value::String(kept.into()));
        }
    }
}

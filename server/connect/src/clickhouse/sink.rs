//! Writing tables into ClickHouse: portions of rows, each a line of JSON. It has no transactions, so a table is made as a whole alone.

use arrow_array::RecordBatch;
use async_trait::async_trait;
use model::dialect::Dialect;
use model::{DataType, Field, Value};
use serde_json::{Map, Value as Json};

use super::http::Client;
use crate::SourceError;
use crate::proto::value_of;
use crate::sink::{Rows, Sink};

pub(super) struct ClickHouseSink {
    pub(super) client: Client,
}

/// Each portion becomes a part, of which it does not like many.
const PORTION: usize = 20_000;

#[async_trait]
impl Sink for ClickHouseSink {
    fn portion(&self) -> usize {
        PORTION
    }

    async fn run(&self, statements: &[String]) -> Result<(), SourceError> {
        for statement in statements {
            self.client.write(statement.clone()).await?;
        }
        Ok(())
    }

    async fn append(&self, rows: &Rows<'_>) -> Result<(), SourceError> {
        if rows.batch.num_rows() == 0 {
            return Ok(());
        }
        let columns: Vec<String> = rows.fields.iter().map(|field| Dialect::Clickhouse.quote(&field.name)).collect();
        let head = format!("INSERT INTO {} ({}) FORMAT JSONEachRow\n", Dialect::Clickhouse.table(rows.table), columns.join(", "));
        self.client.write(head + &lines_of(rows.batch, rows.fields)).await
    }
}

fn lines_of(batch: &RecordBatch, fields: &[Field]) -> String {
    let mut lines = String::with_capacity(batch.num_rows() * 256);
    for row in 0..batch.num_rows() {
        let cells = fields.iter().enumerate();
        let line: Map<String, Json> = cells
            .map(|(column, field)| (field.name.clone(), json_of(value_of(batch, column, row, field.data_type), field.data_type)))
            .collect();
        lines.push_str(&Json::Object(line).to_string());
        lines.push('\n');
    }
    lines
}

/// A cell as the server reads it for its type: digits as text where JSON would lose some, times without the signs of ISO 8601.
fn json_of(value: Value, data_type: DataType) -> Json {
    match value {
        Value::Bool(yes) => Json::Bool(yes),
        Value::Int(number) => Json::from(number.to_string()),
        Value::Float(number) => Json::from(number.to_string()),
        Value::Text(text) if data_type == DataType::Timestamp => Json::from(text.replace('T', " ").trim_end_matches('Z')),
        Value::Text(text) => Json::from(text),
        // It keeps no bytes; see `sink::takes`.
        Value::Null | Value::List(_) | Value::Bytes(_) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_its_digits() {
        assert_eq!(json_of(Value::Int(i64::MAX), DataType::Int64), Json::from("9223372036854775807"));
        assert_eq!(
            json_of(Value::Text("2013-01-01T05:00:00.000001Z".into()), DataType::Timestamp),
            Json::from("2013-01-01 05:00:00.000001")
        );
    }
}

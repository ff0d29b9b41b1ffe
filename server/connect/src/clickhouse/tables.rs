//! What tables there are, their columns, and about how many rows. ClickHouse has no unique keys, so none is named.

use std::collections::BTreeMap;

use model::table::{TableInfo, TableRef};
use model::{DataType, Value};
use serde_json::Value as Json;

use super::http::Client;
use super::types::column;
use crate::SourceError;

pub(super) async fn list(client: &Client, only: Option<&TableRef>) -> Result<Vec<TableInfo>, SourceError> {
    let schema = only.map(|table| table.schema.clone()).unwrap_or_default();
    let name = only.map(|table| table.name.clone()).unwrap_or_default();
    let sql = "SELECT c.table, c.name, c.type, t.total_rows FROM system.columns AS c \
               INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table \
               WHERE c.database = if({p1:String} = '', currentDatabase(), {p1:String}) AND ({p2:String} = '' OR c.table = {p2:String}) \
               ORDER BY c.table, c.position";
    let binds = [(DataType::String, Value::Text(schema)), (DataType::String, Value::Text(name))];
    let mut tables: BTreeMap<String, TableInfo> = BTreeMap::new();
    for row in client.rows(sql, &binds).await? {
        let text = |index: usize| row.get(index).and_then(Json::as_str).unwrap_or_default();
        let rows = row.get(3).and_then(|cell| cell.as_i64().or_else(|| cell.as_str()?.parse().ok()));
        let info = tables.entry(text(0).to_owned()).or_insert_with_key(|name| TableInfo {
            table: TableRef::new(name),
            rows,
            ..TableInfo::default()
        });
        info.columns.push(column(text(1), text(2)));
    }
    Ok(tables.into_values().collect())
}

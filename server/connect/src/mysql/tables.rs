//! What tables there are, their columns, their keys, and about how many rows: out of `information_schema`.

use std::collections::BTreeMap;

use model::form::JoinOn;
use model::source_types;
use model::table::{Column, ForeignKey, TableInfo, TableRef};
use sqlx::FromRow;
use sqlx::mysql::MySqlPool;

#[derive(FromRow)]
struct CatalogueRow {
    table_name: String,
    about_rows: Option<i64>,
    column_name: String,
    native: String,
    nullable: i64,
}

#[derive(FromRow)]
struct KeyRow {
    table_name: String,
    index_name: String,
    column_name: String,
    nullable: i64,
}

#[derive(FromRow)]
struct RelationRow {
    table_name: String,
    constraint_name: String,
    column_name: String,
    other_table: String,
    other_column: String,
}

const COLUMNS: &str = "
SELECT CAST(c.table_name AS CHAR) AS table_name, CAST(t.table_rows AS SIGNED) AS about_rows, CAST(c.column_name AS CHAR) AS column_name,
       CAST(c.column_type AS CHAR) AS native, CAST(c.is_nullable = 'YES' AS SIGNED) AS nullable
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.table_schema = COALESCE(?, DATABASE()) AND (? IS NULL OR c.table_name = ?)
ORDER BY c.table_name, c.ordinal_position";
/// The primary key first, then the other unique indexes by name; each in the order of its columns.
const KEYS: &str = "
SELECT CAST(table_name AS CHAR) AS table_name, CAST(index_name AS CHAR) AS index_name, CAST(column_name AS CHAR) AS column_name,
       CAST(nullable = 'YES' AS SIGNED) AS nullable
FROM information_schema.statistics
WHERE table_schema = COALESCE(?, DATABASE()) AND (? IS NULL OR table_name = ?) AND non_unique = 0
ORDER BY table_name, index_name <> 'PRIMARY', index_name, seq_in_index";

/// The foreign keys into tables of the same schema.
const RELATIONS: &str = "
SELECT CAST(table_name AS CHAR) AS table_name, CAST(constraint_name AS CHAR) AS constraint_name, CAST(column_name AS CHAR) AS column_name,
       CAST(referenced_table_name AS CHAR) AS other_table, CAST(referenced_column_name AS CHAR) AS other_column
FROM information_schema.key_column_usage
WHERE table_schema = COALESCE(?, DATABASE()) AND (? IS NULL OR table_name = ?) AND referenced_table_schema = table_schema
ORDER BY table_name, constraint_name, ordinal_position";

pub(super) async fn list(pool: &MySqlPool, only: Option<&TableRef>) -> Result<Vec<TableInfo>, sqlx::Error> {
    let schema = only.map(|table| table.schema.as_str()).filter(|schema| !schema.is_empty());
    let name = only.map(|table| table.name.as_str());
    let rows: Vec<CatalogueRow> = sqlx::query_as(COLUMNS).bind(schema).bind(name).bind(name).fetch_all(pool).await?;
    let keys: Vec<KeyRow> = sqlx::query_as(KEYS).bind(schema).bind(name).bind(name).fetch_all(pool).await?;
    let mut tables: BTreeMap<String, TableInfo> = BTreeMap::new();
    for row in rows {
        let info = tables.entry(row.table_name).or_insert_with_key(|name| TableInfo {
            table: TableRef::new(name),
            rows: row.about_rows,
            ..TableInfo::default()
        });
        let data_type = source_types::mysql(&row.native);
        info.columns.push(Column { name: row.column_name, data_type, nullable: row.nullable != 0, native: row.native });
    }
    let relations: Vec<RelationRow> = sqlx::query_as(RELATIONS).bind(schema).bind(name).bind(name).fetch_all(pool).await?;
    for key in relations.chunk_by(|a, b| (&a.table_name, &a.constraint_name) == (&b.table_name, &b.constraint_name)) {
        if let Some((info, first)) = key.first().and_then(|row| Some((tables.get_mut(&row.table_name)?, row))) {
            let on = key.iter().map(|row| JoinOn { left: row.column_name.clone(), right: row.other_column.clone() }).collect();
            info.foreign_keys.push(ForeignKey { table: TableRef::new(&first.other_table), on });
        }
    }
    for index in keys.chunk_by(|a, b| (&a.table_name, &a.index_name) == (&b.table_name, &b.index_name)) {
        let whole = index.iter().all(|row| row.nullable == 0);
        if let Some(info) = index.first().and_then(|row| tables.get_mut(&row.table_name)).filter(|info| whole && info.key.is_empty()) {
            info.key = index.iter().map(|row| row.column_name.clone()).collect();
        }
    }
    Ok(tables.into_values().collect())
}

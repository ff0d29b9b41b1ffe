//! What tables there are, their columns, their keys, and about how many rows: out of the catalogue, in one question.

use std::collections::BTreeMap;

use model::DataType;
use model::form::JoinOn;
use model::source_types::postgres;
use model::table::{Column, ForeignKey, TableInfo, TableRef};
use sqlx::FromRow;
use sqlx::postgres::PgPool;

#[derive(FromRow)]
struct CatalogueRow {
    table_name: String,
    about_rows: f32,
    column_name: String,
    /// As it is declared, with what stands in brackets; of a domain, the type below it.
    native: String,
    base: String,
    is_array: bool,
    not_null: bool,
    key_position: Option<i32>,
}

/// A column of a domain is of the type that the domain is made of. The key is the primary key or, failing that, the first whole unique
/// index over columns without gaps.
const CATALOGUE: &str = "
WITH keys AS (
    SELECT DISTINCT ON (i.indrelid) i.indrelid, i.indkey
    FROM pg_index i
    WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM unnest(i.indkey::int2[]) AS k(attnum)
        JOIN pg_attribute ka ON ka.attrelid = i.indrelid AND ka.attnum = k.attnum WHERE NOT ka.attnotnull)
    ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
)
SELECT c.relname::text AS table_name, c.reltuples AS about_rows, a.attname::text AS column_name,
       format_type(t.oid, COALESCE(domain.typmod, a.atttypmod)) AS native, t.typname::text AS base,
       (t.typcategory = 'A' AND t.typelem <> 0 AND t.typlen = -1) AS is_array, a.attnotnull AS not_null,
       array_position(keys.indkey::int2[], a.attnum) AS key_position
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN LATERAL (
    WITH RECURSIVE below(oid, typmod, depth) AS (
        SELECT d.typbasetype, d.typtypmod, 1 FROM pg_type d WHERE d.oid = a.atttypid AND d.typtype = 'd'
        UNION ALL
        SELECT d.typbasetype, d.typtypmod, below.depth + 1 FROM below JOIN pg_type d ON d.oid = below.oid WHERE d.typtype = 'd'
    )
    SELECT below.oid, below.typmod FROM below ORDER BY below.depth DESC LIMIT 1
) domain ON true
JOIN pg_type t ON t.oid = COALESCE(domain.oid, a.atttypid)
LEFT JOIN keys ON keys.indrelid = c.oid
WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND ($2::text IS NULL OR c.relname = $2)
ORDER BY c.relname, a.attnum";

#[derive(FromRow)]
struct RelationRow {
    oid: i64,
    table_name: String,
    column_name: String,
    other_table: String,
    other_column: String,
}

/// The foreign keys into tables of the same schema, column by column.
const RELATIONS: &str = "
SELECT k.oid::bigint AS oid, c.relname::text AS table_name, a.attname::text AS column_name,
       other.relname::text AS other_table, b.attname::text AS other_column
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class other ON other.oid = k.confrelid AND other.relnamespace = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS pair(mine, theirs, place)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.mine
JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs
WHERE k.contype = 'f' AND n.nspname = $1 AND ($2::text IS NULL OR c.relname = $2)
ORDER BY k.oid, pair.place";

pub(super) async fn list(pool: &PgPool, schema: &str, only: Option<&str>) -> Result<Vec<TableInfo>, sqlx::Error> {
    let rows: Vec<CatalogueRow> = sqlx::query_as(CATALOGUE).bind(schema).bind(only).fetch_all(pool).await?;
    let mut tables: BTreeMap<String, (TableInfo, Vec<(i32, String)>)> = BTreeMap::new();
    for row in rows {
        let (info, key) = tables.entry(row.table_name.clone()).or_insert_with(|| {
            // -1 means that it was never analysed; a count of rows then is not known.
            #[allow(clippy::cast_possible_truncation)] // an estimate of rows
            let about = (row.about_rows >= 0.0).then_some(row.about_rows as i64);
            let table = TableRef::new(&row.table_name);
            (TableInfo { table, rows: about, ..TableInfo::default() }, Vec::new())
        });
        if let Some(position) = row.key_position {
            key.push((position, row.column_name.clone()));
        }
        let data_type = if row.is_array { DataType::Json } else { postgres(&row.base, &row.native) };
        info.columns.push(Column { name: row.column_name, data_type, nullable: !row.not_null, native: row.native });
    }
    let relations: Vec<RelationRow> = sqlx::query_as(RELATIONS).bind(schema).bind(only).fetch_all(pool).await?;
    for key in relations.chunk_by(|a, b| a.oid == b.oid) {
        if let Some((info, first)) = key.first().and_then(|row| Some((&mut tables.get_mut(&row.table_name)?.0, row))) {
            let on = key.iter().map(|row| JoinOn { left: row.column_name.clone(), right: row.other_column.clone() }).collect();
            info.foreign_keys.push(ForeignKey { table: TableRef::new(&first.other_table), on });
        }
    }
    Ok(tables
        .into_values()
        .map(|(mut info, mut key)| {
            key.sort();
            info.key = key.into_iter().map(|(_, name)| name).collect();
            info
        })
        .collect())
}

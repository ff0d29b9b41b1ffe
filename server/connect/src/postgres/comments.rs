//! What people have said of schemas, tables and columns, and which schemas there are.

use sqlx::FromRow;
use sqlx::postgres::PgPool;

use crate::described::Comment;

#[derive(FromRow)]
struct CommentRow {
    table_name: String,
    column_name: String,
    position: i32,
    comment: String,
}

/// A column is told by the number that it keeps for good, also where others are dropped before it. The table itself has none.
const COMMENTS: &str = "
SELECT c.relname::text AS table_name, '' AS column_name, 0 AS position, COALESCE(obj_description(c.oid, 'pg_class'), '') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
UNION ALL
SELECT c.relname::text, a.attname::text, a.attnum::int4, COALESCE(col_description(c.oid, a.attnum::int4), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'p', 'f')";

pub(super) async fn of_schema(pool: &PgPool, schema: &str) -> Result<Vec<Comment>, sqlx::Error> {
    let rows: Vec<CommentRow> = sqlx::query_as(COMMENTS).bind(schema).fetch_all(pool).await?;
    let comment =
        |row: CommentRow| Comment { table: row.table_name, column: row.column_name, position: row.position.into(), comment: row.comment };
    Ok(rows.into_iter().map(comment).collect())
}

/// The schemas that its user may use, without those of the server.
pub(super) async fn schemas(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT nspname::text FROM pg_namespace
         WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'USAGE') ORDER BY nspname",
    )
    .fetch_all(pool)
    .await
}

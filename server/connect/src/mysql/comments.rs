//! What people have said of tables and columns, and which databases there are.

use sqlx::FromRow;
use sqlx::mysql::MySqlPool;

use crate::described::Comment;

#[derive(FromRow)]
struct CommentRow {
    table_name: String,
    column_name: String,
    position: i64,
    comment: String,
}

/// The server calls a view that nobody has commented a view.
const TABLES: &str = "
SELECT CAST(table_name AS CHAR) AS table_name, '' AS column_name, CAST(0 AS SIGNED) AS position, CAST(table_comment AS CHAR) AS comment
FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) AND table_type <> 'VIEW'";
const COLUMNS: &str = "
SELECT CAST(table_name AS CHAR) AS table_name, CAST(column_name AS CHAR) AS column_name,
       CAST(ordinal_position AS SIGNED) AS position, CAST(column_comment AS CHAR) AS comment
FROM information_schema.columns WHERE table_schema = COALESCE(?, DATABASE())";

pub(super) async fn of_schema(pool: &MySqlPool, schema: Option<&str>) -> Result<Vec<Comment>, sqlx::Error> {
    let mut rows: Vec<CommentRow> = sqlx::query_as(TABLES).bind(schema).fetch_all(pool).await?;
    rows.extend(sqlx::query_as::<_, CommentRow>(COLUMNS).bind(schema).fetch_all(pool).await?);
    let comment =
        |row: CommentRow| Comment { table: row.table_name, column: row.column_name, position: row.position, comment: row.comment };
    Ok(rows.into_iter().map(comment).collect())
}

/// The databases that its user can see, without those of the server.
pub(super) async fn schemas(pool: &MySqlPool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata
         WHERE schema_name NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') ORDER BY schema_name",
    )
    .fetch_all(pool)
    .await
}

/// The database of the settings.
pub(super) async fn own_schema(pool: &MySqlPool) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT CAST(DATABASE() AS CHAR)").fetch_one(pool).await
}

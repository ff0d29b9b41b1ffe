//! What tables there are, their columns, their keys, and about how many rows.

use model::dialect::Dialect;
use model::form::JoinOn;
use model::source_types::sqlite;
use model::table::{Column, ForeignKey, TableInfo, TableRef};
use sqlx::sqlite::SqlitePool;

use super::times;

/// Rows that tell how times are held: of each table of a list, and of one that is looked at by itself.
const FEW_ROWS: usize = 200;
pub(super) const MANY_ROWS: usize = 20_000;

pub(super) async fn list(pool: &SqlitePool) -> Result<Vec<TableInfo>, sqlx::Error> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .fetch_all(pool)
    .await?;
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        if let Some(info) = describe(pool, &TableRef::new(name), FEW_ROWS).await? {
            tables.push(info);
        }
    }
    Ok(tables)
}

/// `rows` is how many of its rows are read to tell how it holds times.
pub(super) async fn describe(pool: &SqlitePool, table: &TableRef, rows: usize) -> Result<Option<TableInfo>, sqlx::Error> {
    let found: Vec<(String, String, i64, i64)> =
        sqlx::query_as("SELECT name, type, \"notnull\", pk FROM pragma_table_info($1)").bind(&table.name).fetch_all(pool).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let mut primary: Vec<(i64, String)> =
        found.iter().filter(|row| row.3 > 0).map(|(name, _, _, position)| (*position, name.clone())).collect();
    primary.sort();
    let mut columns: Vec<Column> = found
        .into_iter()
        .map(|(name, native, not_null, key)| Column { data_type: sqlite(&native), nullable: not_null == 0 && key == 0, name, native })
        .collect();
    let key =
        if primary.is_empty() { unique_key(pool, table, &columns).await? } else { primary.into_iter().map(|(_, name)| name).collect() };
    let foreign_keys = foreign_keys(pool, table).await?;
    times::describe(pool, table, &mut columns, rows).await;
    Ok(Some(TableInfo { table: table.clone(), columns, key, rows: row_count(pool, table).await, foreign_keys, ..TableInfo::default() }))
}

/// A key without named columns is of the other table's own key, which its row then leaves empty.
async fn foreign_keys(pool: &SqlitePool, table: &TableRef) -> Result<Vec<ForeignKey>, sqlx::Error> {
    let rows: Vec<(i64, String, String, Option<String>)> =
        sqlx::query_as("SELECT id, \"table\", \"from\", \"to\" FROM pragma_foreign_key_list($1) ORDER BY id, seq")
            .bind(&table.name)
            .fetch_all(pool)
            .await?;
    let mut found = Vec::new();
    for key in rows.chunk_by(|a, b| a.0 == b.0) {
        let on: Option<Vec<JoinOn>> =
            key.iter().map(|(_, _, left, right)| Some(JoinOn { left: left.clone(), right: right.clone()? })).collect();
        if let (Some(on), Some((_, other, ..))) = (on, key.first()) {
            found.push(ForeignKey { table: TableRef::new(other), on });
        }
    }
    Ok(found)
}

/// The columns of a unique index that can hold no gaps.
async fn unique_key(pool: &SqlitePool, table: &TableRef, columns: &[Column]) -> Result<Vec<String>, sqlx::Error> {
    let indexes: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_index_list($1) WHERE \"unique\" = 1 AND partial = 0 ORDER BY seq")
            .bind(&table.name)
            .fetch_all(pool)
            .await?;
    for index in indexes {
        let names: Vec<Option<String>> =
            sqlx::query_scalar("SELECT name FROM pragma_index_info($1) ORDER BY seqno").bind(index).fetch_all(pool).await?;
        let whole: Option<Vec<String>> = names.into_iter().collect();
        let filled = |name: &String| columns.iter().any(|column| &column.name == name && !column.nullable);
        if let Some(names) = whole.filter(|names| names.iter().all(filled)) {
            return Ok(names);
        }
    }
    Ok(Vec::new())
}

/// The greatest rowid: exact for a table that only grew, and found without reading it. Views have none.
async fn row_count(pool: &SqlitePool, table: &TableRef) -> Option<i64> {
    let sql = format!("SELECT max(rowid) FROM {}", Dialect::Sqlite.table(table));
    sqlx::query_scalar::<_, Option<i64>>(sqlx::AssertSqlSafe(sql)).fetch_one(pool).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::data_type::ANY_DECIMAL;
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;

    /// What SQLite makes of the text 7 says how it reads the name of a type.
    #[tokio::test]
    async fn names_of_types_mean_to_us_what_they_mean_to_sqlite() {
        let cases = [
            ("BOOLEAN", DataType::Bool, "integer"),
            ("INT2", DataType::Int32, "integer"),
            ("INTEGER", DataType::Int64, "integer"),
            ("TINYINT(1)", DataType::Int64, "integer"),
            ("UNSIGNED BIG INT", DataType::Int64, "integer"),
            ("INT UNSIGNED", DataType::Int64, "integer"),
            ("BIGINT UNSIGNED", DataType::Int64, "integer"),
            ("\"INT IDENTITY\"", DataType::Int64, "integer"),
            ("UINT64", DataType::Int64, "integer"),
            ("LONG", DataType::Int64, "integer"),
            ("NUMERIC", ANY_DECIMAL, "integer"),
            ("DECIMAL(10, 2)", ANY_DECIMAL, "integer"),
            ("NUMBER", ANY_DECIMAL, "integer"),
            ("MONEY", ANY_DECIMAL, "integer"),
            ("REAL", DataType::Float64, "real"),
            ("DOUBLE PRECISION", DataType::Float64, "real"),
            ("DOUBLE UNSIGNED", DataType::Float64, "real"),
            ("FLOAT8", DataType::Float64, "real"),
            ("TEXT", DataType::String, "text"),
            ("NVARCHAR(10)", DataType::String, "text"),
            ("LONG VARCHAR", DataType::String, "text"),
            ("LONGTEXT", DataType::String, "text"),
            ("CLOB", DataType::String, "text"),
            ("", DataType::String, "text"),
            ("BLOB", DataType::Bytes, "text"),
            ("LONGBLOB", DataType::Bytes, "text"),
        ];
        let folder = testkit::folder();
        let file = folder.path().join("types.db");
        let of = |write: &dyn Fn(usize, &str) -> String| {
            cases.iter().enumerate().map(|(index, (declared, ..))| write(index, declared)).collect::<Vec<_>>().join(", ")
        };
        let (columns, sevens) = (of(&|index, declared| format!("c{index} {declared}")), of(&|_, _| "'7'".to_owned()));
        testkit::sqlite3(&file, &format!("CREATE TABLE t ({columns}); INSERT INTO t VALUES ({sevens})"));
        let kinds = testkit::sqlite3(&file, &format!("SELECT {} FROM t", of(&|index, _| format!("typeof(c{index})"))));
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file).read_only(true)).await.unwrap();
        let table = describe(&pool, &TableRef::new("t"), FEW_ROWS).await.unwrap().unwrap();
        assert_eq!((table.columns.len(), kinds.trim().split('|').count()), (cases.len(), cases.len()));
        for (((declared, data_type, kind), column), found) in cases.iter().zip(&table.columns).zip(kinds.trim().split('|')) {
            assert_eq!((column.data_type, found), (*data_type, *kind), "{declared}");
        }
    }
}

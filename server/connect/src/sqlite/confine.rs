//! A connection reaches the one file that was allowed, and no other.

use std::path::Path;

use libsqlite3_sys::{SQLITE_LIMIT_ATTACHED, SQLITE_LIMIT_LENGTH, sqlite3_limit};
use sqlx::sqlite::SqliteConnection;

/// The largest value, and the largest row of a table, in bytes. SQLite works in this process, where a function makes a value of a GB from a
/// few letters.
const LARGEST: i32 = 64 << 20;

/// Ends the connection where SQLite has opened another file than the one that was checked, as a link that was put in between leads to;
/// and lets it attach no other database, and make no value without bound, whatever a statement says.
///
/// # Errors
/// Where SQLite has opened another file.
#[allow(unsafe_code)]
pub(super) async fn confine(connection: &mut SqliteConnection, file: &Path) -> Result<(), sqlx::Error> {
    let opened: String =
        sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'").fetch_one(&mut *connection).await?;
    if Path::new(&opened) != file {
        return Err(sqlx::Error::Configuration("the path now leads to another file".into()));
    }
    let mut handle = connection.lock_handle().await?;
    let raw = handle.as_raw_handle().as_ptr();
    for (limit, most) in [(SQLITE_LIMIT_ATTACHED, 0), (SQLITE_LIMIT_LENGTH, LARGEST)] {
        // Safe here: the handle is locked, so that nobody else uses the connection, and a limit is a number in it.
        unsafe { sqlite3_limit(raw, limit, most) };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use sqlx::{ConnectOptions, Executor};

    use super::*;

    #[tokio::test]
    async fn no_other_file_is_reached_over_a_connection() {
        let folder = testkit::folder();
        let root = folder.path().canonicalize().unwrap();
        for name in ["a.db", "b.db"] {
            testkit::sqlite3(&root.join(name), "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
        }
        symlink(root.join("b.db"), root.join("link.db")).unwrap();
        let open = async |name: &str| {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(root.join(name)).read_only(true);
            let mut connection = options.connect().await.unwrap();
            confine(&mut connection, &root.join(name)).await.map(|()| connection)
        };
        assert!(open("link.db").await.is_err(), "it leads to another file");
        let mut connection = open("a.db").await.unwrap();
        for attach in ["ATTACH '{}' AS other", "ATTACH 'file:{}?mode=ro' AS other", "ATTACH ':memory:' AS other"] {
            let sql = attach.replace("{}", &root.join("b.db").display().to_string());
            let said = connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap_err().to_string();
            assert!(said.contains("too many attached databases"), "{attach}: {said}");
        }
        let said = connection.execute("SELECT hex(zeroblob(40000000))").await.unwrap_err();
        assert!(said.to_string().contains("too big"), "{said}");
    }
}

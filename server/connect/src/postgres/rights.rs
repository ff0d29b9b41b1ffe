//! What the user of a binding may do beyond reading.

use model::connector::Excess;
use sqlx::PgPool;

/// Asked of the server at once: a superuser, one of the roles that reach its files and programs, and any table of the schema that may be
/// changed.
const RIGHTS: &str = "SELECT
    EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper),
    EXISTS (SELECT 1 FROM pg_roles
        WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
        AND pg_has_role(current_user, oid, 'MEMBER')),
    EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'f')
        AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))";

pub(super) async fn excess(pool: &PgPool, schema: &str) -> Result<Vec<Excess>, sqlx::Error> {
    let (superuser, files, writes): (bool, bool, bool) = sqlx::query_as(RIGHTS).bind(schema).fetch_one(pool).await?;
    // A superuser may do everything else.
    let all = [(superuser, Excess::Superuser), (files && !superuser, Excess::Files), (writes && !superuser, Excess::Writes)];
    Ok(all.into_iter().filter(|(has, _)| *has).map(|(_, excess)| excess).collect())
}

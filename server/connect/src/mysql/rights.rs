//! What a user may do, by itself and by its roles.

use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::{AssertSqlSafe, Executor};

use super::errors::read_error;
use crate::reconnect::acquire;
use crate::rights::{Role, of_grants, roles_of};
use crate::{Excess, SourceError};

/// The most roles that are looked at.
const MAX_ROLES: usize = 64;

pub(super) async fn of(pool: &MySqlPool) -> Result<Vec<Excess>, SourceError> {
    let mut connection = acquire(pool, read_error).await?;
    let mut grants = shown(&mut connection, "SHOW GRANTS FOR CURRENT_USER()").await.map_err(|error| read_error(&error))?;
    let roles = roles_of(&grants);
    let hosted: Vec<&str> = roles.iter().filter(|role| role.has_host).map(|role| role.name.as_str()).collect();
    if !hosted.is_empty() {
        // MySQL names the rights of its roles with those of the user.
        let sql = format!("SHOW GRANTS FOR CURRENT_USER() USING {}", hosted.join(", "));
        grants.extend(shown(&mut connection, &sql).await.map_err(|error| read_error(&error))?);
    }
    if roles.iter().any(|role| !role.has_host) {
        // A role is taken on here: nobody else gets this connection.
        of_roles(&mut connection.detach(), roles, &mut grants).await;
    }
    Ok(of_grants(&grants))
}

/// MariaDB tells a user of no roles but the one that it has taken on.
async fn of_roles(connection: &mut MySqlConnection, mut roles: Vec<Role>, grants: &mut Vec<String>) {
    let mut next = 0;
    while let Some(role) = roles.get(next).filter(|_| next < MAX_ROLES).cloned() {
        next += 1;
        let taken = connection.execute(AssertSqlSafe(format!("SET ROLE {}", role.name))).await.map(drop);
        let found = match taken {
            Ok(()) => shown(connection, "SHOW GRANTS FOR CURRENT_ROLE").await,
            Err(error) => Err(error),
        };
        match found {
            Ok(found) => {
                let more = roles_of(&found).into_iter().filter(|role| !roles.contains(role)).collect::<Vec<_>>();
                roles.extend(more);
                grants.extend(found);
            }
            // One that comes by another role cannot be taken on, and what it may is told with that.
            Err(error) => tracing::debug!(cause = %error, role = role.name, "what a role may cannot be seen"),
        }
    }
}

async fn shown(connection: &mut MySqlConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await
}

//! MySQL and MariaDB: one protocol, one connector.

mod moment;
mod query;
mod rights;
mod sink;
mod tables;
mod types;

use std::sync::Arc;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};
use sqlx::Executor;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions, MySqlSslMode};

use self::sink::MySqlSink;
use crate::error::of_pool;
use crate::moment::Moment;
use crate::reconnect::close_idle;
use crate::sink::{Sink, Writes};
use crate::tls::{self, Tls};
use crate::{
    BatchStream, BindingConfig, CONNECT_TIMEOUT, ConfigField, Connection, Connector, Excess, Hosts, MAX_CONNECTIONS, SourceError,
    SourceErrorKind, Statement, port_of,
};

/// What every session is told: it only reads, it reads texts as the guard does whatever the server's own mode is (a backslash is a
/// backslash, a double quote begins a text), and a reader who waits (for the server's own sake) is not hung up on after a minute.
const SESSION: [&str; 3] = [
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION sql_mode = CONCAT('STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_BACKSLASH_ESCAPES', IF(@@sql_mode LIKE '%ONLY_FULL_GROUP_BY%', ',ONLY_FULL_GROUP_BY', ''))",
    "SET SESSION net_write_timeout = 86400",
];

pub(crate) struct Mysql;

#[async_trait]
impl Connector for Mysql {
    fn driver(&self) -> &'static str {
        "mysql"
    }

    fn title(&self) -> &'static str {
        "MySQL or MariaDB"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Mysql
    }

    fn form(&self) -> Vec<ConfigField> {
        let mut form = vec![
            ConfigField::new("host", "Host", "A name or an address.", "db.example.com").required(),
            ConfigField::new("port", "Port", "", "3306"),
            ConfigField::new("database", "Database", "", "flights").required(),
            ConfigField::new("user", "User", "One that may only read is enough, and safest.", "sluice_reader").required(),
            ConfigField::new("password", "Password", "Kept sealed, never shown again.", "").secret(),
        ];
        form.push(crate::sink::form());
        form.extend(tls::form());
        form
    }

    fn writes(&self) -> Writes {
        Writes::Changes
    }

    fn hosts(&self, config: &BindingConfig) -> Result<Hosts, SourceError> {
        Hosts::of_server(config.get("host"))
    }

    fn sink(&self, config: &BindingConfig) -> Result<Arc<dyn Sink>, SourceError> {
        Ok(Arc::new(MySqlSink::new(options(config)?)))
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let pool = MySqlPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for setting in SESSION {
                        connection.execute(setting).await?;
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(options(config)?);
        Ok(Arc::new(MySqlSource { pool }))
    }
}

/// How its server is reached, for reading and for writing.
fn options(config: &BindingConfig) -> Result<MySqlConnectOptions, SourceError> {
    Hosts::of_server(config.get("host"))?;
    let tls = Tls::of(config)?;
    let mut options = MySqlConnectOptions::new()
        .host(config.get("host"))
        .port(port_of(config, 3306)?)
        .database(config.get("database"))
        .username(config.get("user"))
        .password(config.get("password"))
        .charset("utf8mb4")
        .ssl_mode(match tls.mode {
            tls::Mode::Prefer => MySqlSslMode::Preferred,
            tls::Mode::Require => MySqlSslMode::Required,
            tls::Mode::Verify => MySqlSslMode::VerifyIdentity,
            tls::Mode::Disable => MySqlSslMode::Disabled,
        });
    if let Some(authority) = tls.authority {
        options = options.ssl_ca_from_pem(authority);
    }
    if let Some((certificate, key)) = tls.client {
        options = options.ssl_client_cert_from_pem(certificate).ssl_client_key_from_pem(key);
    }
    Ok(options)
}

struct MySqlSource {
    pool: MySqlPool,
}

#[async_trait]
impl Connection for MySqlSource {
    async fn test(&self) -> Result<String, SourceError> {
        let version: String =
            sqlx::query_scalar("SELECT CAST(version() AS CHAR)").fetch_one(&self.pool).await.map_err(|error| read_error(&error))?;
        let number = version.split('-').next().unwrap_or(&version);
        Ok(if version.contains("MariaDB") { format!("MariaDB {number}") } else { format!("MySQL {number}") })
    }

    async fn rights(&self) -> Result<Vec<Excess>, SourceError> {
        rights::of(&self.pool).await
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        tables::list(&self.pool, None).await.map_err(|error| read_error(&error))
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        let found = tables::list(&self.pool, Some(table)).await.map_err(|error| read_error(&error))?;
        Ok(found.into_iter().next().map(|info| TableInfo { table: table.clone(), ..info }))
    }

    async fn describe(&self, sql: &str, _: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        query::describe(&self.pool, sql).await
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        query::explain(&self.pool, sql, binds).await
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        query::stream(&self.pool, statement).await
    }

    fn close_idle(&self) {
        close_idle(&self.pool);
    }

    async fn moment(&self, table: &TableRef, by: &[String], readers: usize) -> Result<Option<Arc<dyn Moment>>, SourceError> {
        let moment = moment::MySqlMoment::now(&self.pool, (table, by), readers).await?;
        Ok(moment.map(|moment| Arc::new(moment) as Arc<dyn Moment>))
    }
}

/// The server's error number, by what it means for a person.
fn read_error(error: &sqlx::Error) -> SourceError {
    if let Some(known) = of_pool(error) {
        return known;
    }
    let other = "It could not answer. The log has the reason under this request's id.";
    let number = error
        .as_database_error()
        .and_then(|database| database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number));
    let (kind, sentence) = match number {
        Some(1044 | 1045 | 1698) => (SourceErrorKind::Refused, "It refuses the user or the password. Check both."),
        Some(1049) => (SourceErrorKind::Refused, "It has no database of this name. Check the name."),
        Some(1040 | 1203 | 1226) => (SourceErrorKind::Busy, "It takes no more connections just now. Try again in a moment."),
        Some(1317 | 1969 | 3024) => {
            (SourceErrorKind::Timeout, "It took longer than this API allows. Narrow the question, or raise the time-out.")
        }
        Some(1146 | 1109) => (SourceErrorKind::Missing, "There is no such table. It may have been renamed or dropped."),
        Some(1054) => (SourceErrorKind::Missing, "There is no such column. It may have been renamed or dropped."),
        Some(1142 | 1143) => (SourceErrorKind::Refused, "Its user may not read this table. Ask its owner for SELECT."),
        Some(1792) => (SourceErrorKind::Statement, "Only reading is allowed."),
        Some(1052) => (SourceErrorKind::Statement, "More than one table has this column. Write the table before it."),
        Some(1055 | 1140) => (SourceErrorKind::Statement, "A column must be in GROUP BY or inside an aggregate."),
        Some(1305) => (SourceErrorKind::Statement, "There is no such function."),
        Some(1064 | 1149 | 1111 | 1248) => (SourceErrorKind::Statement, "It cannot read this statement."),
        // Its stack, or a bound on tables, columns or parameters, is less than the statement needs.
        Some(1116 | 1117 | 1119 | 1390 | 1436 | 1473) => return SourceError::too_complex().because(error),
        // Of these, the state says less than the number: letters that a character set does not have, values that do not
        // fit their type, more digits than a decimal has, a pattern that cannot be read.
        Some(1139 | 1267 | 1292 | 1300 | 1366 | 1411 | 1425 | 1426 | 1525 | 3692) => return SourceError::value().because(error),
        // It is shut down, has ended this session, or lets idle ones go.
        Some(1053 | 1077 | 1080 | 1184 | 1927 | 4031) => return SourceError::dropped().because(error),
        // Class 22, data exception.
        _ if error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|state| state.starts_with("22")) => {
            return SourceError::value().because(error);
        }
        _ => (SourceErrorKind::Other, other),
    };
    SourceError::new(kind, sentence).because(error)
}

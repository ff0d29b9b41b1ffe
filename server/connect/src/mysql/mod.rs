//! MySQL and MariaDB: one protocol, one connector.

mod errors;
mod query;
mod rights;
mod sink;
mod snapshot_read;
mod tables;
mod types;

use std::sync::Arc;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};
use sqlx::Executor;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions, MySqlSslMode};

use self::errors::read_error;
use self::sink::MySqlSink;
use crate::reconnect::close_idle;
use crate::sink::{Sink, Writes};
use crate::snapshot_read::SnapshotRead;
use crate::tls::{self, Tls};
use crate::{
    BatchStream, BindingConfig, CONNECT_TIMEOUT, ConfigField, Connection, Connector, Excess, Hosts, MAX_CONNECTIONS, SourceError,
    Statement, port_of,
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
            ConfigField::new("host", "Host", "A host name or an IP address.", "db.example.com").required(),
            ConfigField::new("port", "Port", "", "3306"),
            ConfigField::new("database", "Database", "", "flights").required(),
            ConfigField::new("user", "User", "A user with read permission is enough, and safest.", "sluice_reader").required(),
            ConfigField::new("password", "Password", "Stored encrypted, never shown again.", "").secret(),
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

    fn is_pooled(&self) -> bool {
        true
    }

    fn close_idle(&self) {
        close_idle(&self.pool);
    }

    async fn snapshot_read(&self, table: &TableRef, by: &[String], readers: usize) -> Result<Option<Arc<dyn SnapshotRead>>, SourceError> {
        let moment = snapshot_read::MySqlSnapshotRead::now(&self.pool, (table, by), readers).await?;
        Ok(moment.map(|moment| Arc::new(moment) as Arc<dyn SnapshotRead>))
    }
}

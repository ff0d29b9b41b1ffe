//! PostgreSQL.

mod binds;
mod cells;
mod copy;
mod errors;
mod plans;
mod query;
mod readable;
mod rights;
mod sink;
mod snapshot_read;
mod tables;

use std::sync::Arc;

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};
use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};

use self::errors::read_error;
use self::readable::Readable;
use self::sink::PgSink;
use crate::own_servers::{self, ServerAddress};
use crate::reconnect::close_idle;
use crate::sink::{Sink, Writes};
use crate::snapshot_read::SnapshotRead;
use crate::tls::{self, Tls};
use crate::{
    BatchStream, BindingConfig, CONNECT_TIMEOUT, ConfigField, Connection, Connector, Excess, Hosts, MAX_CONNECTIONS, SESSION_TIMEOUT,
    SourceError, SourceErrorKind, Statement, port_of,
};

/// The server looks each second whether its client is still there, and ends the statement where it is not.
const SESSION: &str = "SET client_connection_check_interval = '1s'";

pub(crate) struct Postgres;

#[async_trait]
impl Connector for Postgres {
    fn driver(&self) -> &'static str {
        "postgres"
    }

    fn title(&self) -> &'static str {
        "PostgreSQL"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn form(&self) -> Vec<ConfigField> {
        let mut form = vec![
            ConfigField::new("host", "Host", "A host name or an IP address.", "db.example.com").required(),
            ConfigField::new("port", "Port", "", "5432"),
            ConfigField::new("database", "Database", "", "flights").required(),
            ConfigField::new("schema", "Schema", "The schema of the tables.", "public").decides_rows(),
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
        Ok(Arc::new(PgSink::new(options(config)?, address_of(config)?)))
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let schema = schema_of(config);
        let address = address_of(config)?;
        let dialled = address.clone();
        let options = options(config)?.options([
            ("default_transaction_read_only", "on".to_owned()),
            ("statement_timeout", SESSION_TIMEOUT.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", SESSION_TIMEOUT.as_millis().to_string()),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let dialled = dialled.clone();
                Box::pin(async move {
                    // A name may lead elsewhere than it did when it was tested.
                    own_servers::check(&dialled).await.map_err(|error| sqlx::Error::Configuration(error.into()))?;
                    // Before version 14 there is no such setting, and a statement goes on until its own time-out.
                    if let Err(error) = connection.execute(SESSION).await {
                        tracing::debug!(cause = %error, "statements of callers that left go on until their time-out");
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        Ok(Arc::new(PgConnection { pool, address, schema: schema.to_owned(), readable: Readable::default() }))
    }
}

fn schema_of(config: &BindingConfig) -> &str {
    match config.get("schema") {
        "" => "public",
        named => named,
    }
}

/// Where its server is, and which of its databases is meant.
fn address_of(config: &BindingConfig) -> Result<ServerAddress, SourceError> {
    // Without a database, the server takes the one that is called as its user is.
    let database = Some(config.get("database")).filter(|database| !database.is_empty()).unwrap_or(config.get("user"));
    Ok(ServerAddress { host: config.get("host").to_owned(), port: port_of(config, 5432)?, database: database.to_owned() })
}

/// How its server is reached, for reading and for writing.
fn options(config: &BindingConfig) -> Result<PgConnectOptions, SourceError> {
    Hosts::of_server(config.get("host"))?;
    own_servers::check_written(&address_of(config)?)?;
    let tls = Tls::of(config)?;
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(config.get("host"))
        .port(port_of(config, 5432)?)
        .database(config.get("database"))
        .username(config.get("user"))
        .password(config.get("password"))
        .ssl_mode(match tls.mode {
            tls::Mode::Prefer => PgSslMode::Prefer,
            tls::Mode::Require => PgSslMode::Require,
            tls::Mode::Verify => PgSslMode::VerifyFull,
            tls::Mode::Disable => PgSslMode::Disable,
        })
        .application_name("sluice")
        // What a role or a database has set for itself is not what statements were checked for.
        .options([
            ("standard_conforming_strings", "on".to_owned()),
            ("search_path", Dialect::Postgres.quote(schema_of(config))),
            ("TimeZone", "UTC".to_owned()),
        ]);
    if let Some(authority) = tls.authority {
        options = options.ssl_root_cert_from_pem(authority);
    }
    if let Some((certificate, key)) = tls.client {
        options = options.ssl_client_cert_from_pem(certificate).ssl_client_key_from_pem(key);
    }
    Ok(options)
}

struct PgConnection {
    pool: PgPool,
    address: ServerAddress,
    schema: String,
    /// What is sent for statements with columns that the server has to cast.
    readable: Readable,
}

#[async_trait]
impl Connection for PgConnection {
    async fn test(&self) -> Result<String, SourceError> {
        own_servers::check(&self.address).await?;
        let version: String =
            sqlx::query_scalar("SHOW server_version").fetch_one(&self.pool).await.map_err(|error| read_error(&error, ""))?;
        let number = version.split_whitespace().next().unwrap_or(&version).to_owned();
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)")
            .bind(&self.schema)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| read_error(&error, ""))?;
        if !there {
            let sentence = format!("The database has no schema {}. Check the name of the schema.", self.schema);
            return Err(SourceError::new(SourceErrorKind::Config, sentence));
        }
        Ok(format!("PostgreSQL {number}"))
    }

    async fn rights(&self) -> Result<Vec<Excess>, SourceError> {
        rights::excess(&self.pool, &self.schema).await.map_err(|error| read_error(&error, ""))
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        tables::list(&self.pool, &self.schema, None).await.map_err(|error| read_error(&error, ""))
    }

    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        let schema = if table.schema.is_empty() { &self.schema } else { &table.schema };
        let found = tables::list(&self.pool, schema, Some(&table.name)).await.map_err(|error| read_error(&error, ""))?;
        Ok(found.into_iter().next().map(|info| TableInfo { table: table.clone(), ..info }))
    }

    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        query::describe(&self.pool, sql, binds).await
    }

    async fn parameter_types(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<String>, SourceError> {
        query::parameter_types(&self.pool, sql, binds).await
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        query::explain(&self.pool, sql, binds).await
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        query::stream(&self.pool, &self.readable, statement).await
    }

    fn is_pooled(&self) -> bool {
        true
    }

    fn close_idle(&self) {
        close_idle(&self.pool);
    }

    async fn snapshot_read(&self, _: &TableRef, by: &[String], _: usize) -> Result<Option<Arc<dyn SnapshotRead>>, SourceError> {
        match snapshot_read::PgSnapshotRead::now(&self.pool, &self.schema, by).await {
            Ok(moment) => Ok(Some(Arc::new(moment))),
            // A server before version 13, a replica that exports nothing, something that only speaks like PostgreSQL.
            Err(error) if matches!(error.kind, SourceErrorKind::Statement | SourceErrorKind::Missing | SourceErrorKind::Other) => {
                tracing::info!(cause = error.cause, "a table is read by one statement: no snapshot can be had");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

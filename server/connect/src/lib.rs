//! Sources: where data comes from, behind one trait.
//!
//! To add a connector: a folder with its [`Connector`] (the description of its form, its dialect, how to open it) and
//! its [`Connection`], and one line in [`registry::connectors`]. Everything in a source is a table.

pub mod address;
pub mod batch;
pub mod binding;
mod bounds;
mod clickhouse;
mod counted;
pub mod egress;
pub mod error;
pub mod feed;
pub mod guard;
#[cfg(test)]
mod guard_by_chance;
pub mod hosts;
pub mod json;
pub mod live_catalog;
pub mod mapper;
mod meters;
mod mysql;
mod notes;
pub mod own_servers;
pub mod places;
pub mod policy;
pub mod pools;
mod postgres;
pub mod proto;
mod purpose;
pub mod queue;
mod reconnect;
pub mod registry;
mod rights;
pub mod script_format;
pub mod seal;
pub mod sink;
mod slots;
pub mod snapshot_read;
mod sql_types;
mod sqlite;
mod statement;
pub mod stream;
pub mod text;
pub mod tls;
pub mod unreadable;
pub mod vault;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
pub use model::connector::{ConfigField, Excess};
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};

pub use bounds::{
    BATCH_BYTES, BATCH_ROWS, CONNECT_TIMEOUT, MAX_BUILD_CELL_BYTES, MAX_BUILD_ROW_BYTES, MAX_CELL_BYTES, MAX_CONNECTIONS, MAX_ROW_BYTES,
    SESSION_TIMEOUT,
};
pub use error::{SourceError, SourceErrorKind};
pub use feed::{Feed, FeedOf, Origin, Portion, Spoiled};
pub use hosts::Hosts;
pub use mapper::{MapRows, Mapped, Mapper};
pub use notes::{Note, Notes, Part, SourceLabel};
pub use purpose::Purpose;
pub use sink::{Sink, Writes};
pub use slots::Consumer;
pub use snapshot_read::SnapshotRead;
pub use statement::{BatchStream, Statement};

/// Settings of a binding, by the keys of its form; secrets are in a map of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BindingConfig {
    pub settings: BTreeMap<String, String>,
    pub secrets: BTreeMap<String, String>,
}

impl BindingConfig {
    /// A setting or secret, trimmed; empty where there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> &str {
        self.settings.get(key).or_else(|| self.secrets.get(key)).map(|value| value.trim()).unwrap_or_default()
    }
}

/// The port of a binding, or the usual one.
pub(crate) fn port_of(config: &BindingConfig, usual: u16) -> Result<u16, SourceError> {
    match config.get("port") {
        "" => Ok(usual),
        text => text.parse().map_err(|_| SourceError::new(SourceErrorKind::Config, "The port must be a number between 1 and 65535.")),
    }
}

/// A kind of source.
#[async_trait]
pub trait Connector: Send + Sync {
    /// The stable name: `sqlite`, `postgres`.
    fn driver(&self) -> &'static str;
    /// What people call it.
    fn title(&self) -> &'static str;
    fn dialect(&self) -> Dialect;
    /// Its form, in the order of the fields.
    fn form(&self) -> Vec<ConfigField>;
    /// Whether it tells the changes of its tables by itself; see [`Connection::feed`].
    fn feeds(&self) -> bool {
        false
    }
    /// Whether it can say when the files of a table have changed; see [`Connection::mark`].
    fn has_marks(&self) -> bool {
        false
    }
    /// What can be written into it; see [`Sink`].
    fn writes(&self) -> Writes {
        Writes::Nothing
    }
    /// Makes connections that write; dials nothing before they are used.
    ///
    /// # Errors
    /// Where the settings cannot be understood, or nothing can be written into it.
    fn sink(&self, _: &BindingConfig) -> Result<Arc<dyn Sink>, SourceError> {
        Err(sink::takes_nothing())
    }
    /// Where its servers are, of drivers that resolve names by themselves. Who opens a connection judges them each time before it is used.
    ///
    /// # Errors
    /// An address that may not be dialled.
    fn hosts(&self, _: &BindingConfig) -> Result<Hosts, SourceError> {
        Ok(Hosts::default())
    }
    /// Makes the connection's pool; dials nothing before it is used.
    ///
    /// # Errors
    /// Where the settings cannot be understood.
    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError>;
}

/// Where rows go that a source cannot read as its table's columns say: each with its place and the reason, before the batch behind it.
pub type Rejected = tokio::sync::mpsc::UnboundedSender<Spoiled>;

/// An open source: every session reads only, and every statement has a time-out.
#[async_trait]
pub trait Connection: Send + Sync {
    /// Dials, and says what answers: `PostgreSQL 15.8`.
    async fn test(&self) -> Result<String, SourceError>;
    /// What its user may do that reading does not need; nothing where the source has no users.
    async fn rights(&self) -> Result<Vec<Excess>, SourceError> {
        Ok(Vec::new())
    }
    /// The tables, without their columns.
    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError>;
    /// One table with its columns and key; `None` where there is no such table.
    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError>;
    /// Prepares a statement and says what columns it would give. Types that the source cannot tell before it runs
    /// are read from its first rows.
    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError>;
    /// For each bound value, the source's own type that a statement wants in its place, where that is known and is not the type that
    /// the value is bound as; empty elsewhere, and as a whole where the source cannot tell.
    async fn parameter_types(&self, _sql: &str, _binds: &[(DataType, Value)]) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }
    /// Refuses a statement that the source would answer, but otherwise than the types of its columns say.
    async fn vet(&self, _sql: &str, _binds: &[(DataType, Value)]) -> Result<(), SourceError> {
        Ok(())
    }
    /// What the source would do for a statement.
    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError>;
    /// Runs a statement.
    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError>;
    /// The same for whoever keeps rows that cannot be read, and goes on behind them. A batch may be empty. Of a source that has no
    /// such rows, or cannot go on, this is [`Connection::query`].
    async fn query_rejecting(&self, statement: Statement, _: Rejected) -> Result<BatchStream, SourceError> {
        self.query(statement).await
    }
    /// Whether [`Connection::query`] comes back as soon as it has a connection of a pool, before its statement is sent.
    fn is_pooled(&self) -> bool {
        false
    }
    /// Closes the connections that are open and idle: one like them was found closed by the server.
    fn close_idle(&self) {}
    /// What tells this state of a table's files from another; see [`Connector::has_marks`].
    async fn mark(&self, _: &TableRef) -> Result<String, SourceError> {
        Ok(String::new())
    }
    /// Its state now, for so many statements side by side that are to see the same rows of a table, which is to be divided by one of some
    /// columns; nothing where it cannot hold one.
    async fn snapshot_read(&self, _: &TableRef, _by: &[String], _readers: usize) -> Result<Option<Arc<dyn SnapshotRead>>, SourceError> {
        Ok(None)
    }
    /// The changes of a table as they come, of sources that tell them; see [`Connector::feeds`].
    async fn feed(&self, _of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        Err(feed::tells_nothing())
    }
}

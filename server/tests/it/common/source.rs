//! A source that tests change behind the platform's back.

use serde_json::{Value as Json, json};
use testkit::{MariaDb, Postgres};

/// A server whose tables are changed by its own clients.
pub enum Source {
    Postgres(Postgres),
    MariaDb(MariaDb),
}

impl Source {
    pub fn postgres() -> Self {
        Self::Postgres(Postgres::start())
    }

    pub fn mariadb() -> Self {
        let server = MariaDb::start();
        server.run("mysql", "CREATE DATABASE shop");
        Self::MariaDb(server)
    }

    pub async fn run(&self, sql: &str) {
        match self {
            Self::Postgres(server) => server.run("postgres", sql).await,
            Self::MariaDb(server) => server.run("shop", sql),
        }
    }

    /// The column `line` of an answer.
    pub async fn ask(&self, sql: &str) -> Vec<String> {
        match self {
            Self::Postgres(server) => server.ask("postgres", sql).await,
            Self::MariaDb(server) => server.ask("shop", sql),
        }
    }

    pub fn driver(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgres",
            Self::MariaDb(_) => "mysql",
        }
    }

    pub fn time_type(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "timestamptz",
            Self::MariaDb(_) => "datetime(6)",
        }
    }

    pub fn binding(&self) -> Json {
        let (port, database, user, password) = match self {
            Self::Postgres(server) => (server.port(), "postgres", "postgres", ""),
            Self::MariaDb(server) => (server.port(), "shop", "reader", "reader"),
        };
        json!({"config": {"host": "127.0.0.1", "port": port.to_string(), "database": database, "user": user}, "secrets": {"password": password}})
    }

    /// A table of it, as documents write it.
    pub fn table(&self, name: &str) -> Json {
        match self {
            Self::Postgres(_) => json!({"schema": "public", "name": name}),
            Self::MariaDb(_) => json!({"name": name}),
        }
    }
}

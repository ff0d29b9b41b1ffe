//! Redis: keys that are made alike are the rows of a table. Hashes give their fields, texts that are JSON objects
//! theirs, any other text one column.

mod keys;
mod table;

use std::sync::Arc;
use std::time::Duration;

use ::redis::{Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, TlsCertificates};
use async_trait::async_trait;
use connect::own_servers::{self, ServerAddress};
use connect::tls::{self, Tls};
use connect::{BindingConfig, ConfigField, Connection, Connector, Hosts, SourceError, SourceErrorKind};
use datafusion::execution::runtime_env::RuntimeEnv;
use model::dialect::Dialect;

use crate::catalogue::{Asked, Catalogue, Seen, Tables, runtime};
use crate::template::{Template, read_tables};
use crate::types::{Overrides, types_field};
use keys::{Keys, OWN_KEYS};

/// How long what was seen of the keys is taken to be the same.
const SEEN_STAYS: Duration = Duration::from_secs(30);

/// For the list of connectors.
pub struct Redis;

#[async_trait]
impl Connector for Redis {
    fn driver(&self) -> &'static str {
        "redis"
    }

    fn title(&self) -> &'static str {
        "Redis"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    fn form(&self) -> Vec<ConfigField> {
        let mut form = vec![
            ConfigField::new("url", "Address", "Use rediss:// for TLS. One server; clusters are not supported.", "redis://redis.example.com:6379/0").required(),
            ConfigField::new("user", "User", "A user with read permission is enough, and safest.", "default"),
            ConfigField::new("password", "Password", "Stored encrypted, never shown again.", "").secret(),
            ConfigField::new(
                "tables",
                "Tables",
                "One key pattern per line, with columns in braces and an optional name before it. Leave empty to make a table of each prefix before a colon.",
                "plane:{tailnum}\ncarts = user:{id}:cart",
            )
            .lines()
            .decides_rows(),
            types_field(),
        ];
        form.extend(tls::certificates());
        form
    }

    fn hosts(&self, config: &BindingConfig) -> Result<Hosts, SourceError> {
        hosts(&info(config)?)
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let tables = read_tables(config.get("tables"), name_of)?;
        if tables.iter().any(|(_, template)| template.beginning().starts_with(OWN_KEYS)) {
            let sentence = format!("Keys that begin with {OWN_KEYS} belong to Sluice and are not rows. Enter other keys.");
            return Err(SourceError::new(SourceErrorKind::Config, sentence));
        }
        let (client, address) = client(config)?;
        Ok(Arc::new(Asked(RedisSource {
            keys: Arc::new(Keys::new(client, address)),
            tables,
            overrides: Overrides::read(config.get("types"))?,
            runtime: runtime()?,
            seen: Seen::default(),
        })))
    }
}

/// `plane` of `plane:{tailnum}`.
fn name_of(template: &Template) -> String {
    template.beginning().trim_end_matches(|char: char| !char.is_alphanumeric()).to_owned()
}

fn bad(cause: ::redis::RedisError) -> SourceError {
    SourceError::new(SourceErrorKind::Config, "The address must have the form redis://host:6379/0, and its certificate must be PEM.")
        .because(cause)
}

fn info(config: &BindingConfig) -> Result<ConnectionInfo, SourceError> {
    config.get("url").into_connection_info().map_err(bad)
}

/// Where the server is.
fn address(info: &ConnectionInfo) -> Result<ServerAddress, SourceError> {
    let (ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. }) = info.addr() else {
        // A socket of this machine lets in whoever is this program.
        return Err(SourceError::new(SourceErrorKind::Config, "The address must contain a host, such as redis://host:6379/0."));
    };
    Ok(ServerAddress { host: host.clone(), port: *port, database: String::new() })
}

fn hosts(info: &ConnectionInfo) -> Result<Hosts, SourceError> {
    Hosts::of_server(&address(info)?.host)
}

/// The client, and where the server is.
fn client(config: &BindingConfig) -> Result<(Client, ServerAddress), SourceError> {
    let info = info(config)?;
    hosts(&info)?;
    let address = address(&info)?;
    own_servers::check_written(&address)?;
    let mut login = info.redis_settings().clone();
    if !config.get("user").is_empty() {
        login = login.set_username(config.get("user"));
    }
    if !config.get("password").is_empty() {
        login = login.set_password(config.get("password"));
    }
    let info = info.set_redis_settings(login);
    let tls = Tls::of(config)?;
    if tls.authority.is_none() && tls.client.is_none() {
        return Ok((Client::open(info).map_err(bad)?, address));
    }
    let client_tls = tls.client.map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
    let client = Client::build_with_tls(info, TlsCertificates { client_tls, root_cert: tls.authority }).map_err(bad)?;
    Ok((client, address))
}

struct RedisSource {
    keys: Arc<Keys>,
    /// As written by hand; none where they are to be found.
    tables: Vec<(String, Template)>,
    overrides: Overrides,
    runtime: Arc<RuntimeEnv>,
    seen: Seen,
}

#[async_trait]
impl Catalogue for RedisSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        self.seen.or(self.learn()).await
    }

    fn seen(&self) -> Option<Arc<Tables>> {
        self.seen.last()
    }

    async fn test(&self) -> Result<String, SourceError> {
        Ok(format!("Redis {}", self.keys.version().await?))
    }
}

impl RedisSource {
    async fn learn(&self) -> Result<(Tables, Duration), SourceError> {
        let found = if self.tables.is_empty() { self.keys.prefixes().await? } else { self.tables.clone() };
        let mut tables = Tables::new(self.runtime.clone());
        for (name, template) in found {
            match table::learn(&self.keys, &name, template, &self.overrides).await {
                Err(error) if error.kind != SourceErrorKind::Mismatch && error.kind != SourceErrorKind::Missing => return Err(error),
                learnt => tables.add(&name, learnt),
            }
        }
        Ok((tables, SEEN_STAYS))
    }
}

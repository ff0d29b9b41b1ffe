//! Settings on the command line.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

/// Settings as flags. Each has an environment name: `SLUICE_` and the flag in capitals.
#[derive(Args, Serialize)]
pub(crate) struct SettingArgs {
    /// Where to listen for HTTP [SLUICE_HTTP_ADDR].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    http_addr: Option<SocketAddr>,
    /// Where to listen for gRPC [SLUICE_GRPC_ADDR].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_addr: Option<SocketAddr>,
    /// The data folder [SLUICE_DATA_DIR].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// sqlite://path or postgres://… [SLUICE_DATABASE_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    /// 32 bytes in base64 [SLUICE_MASTER_KEY].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    master_key: Option<String>,
    /// The certificate of both ports with its chain, a PEM file [SLUICE_TLS_CERT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, a PEM file [SLUICE_TLS_KEY].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_key: Option<PathBuf>,
    /// Where people reach the portal [SLUICE_PUBLIC_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    /// More names by which the portal is reached, as in a.example,b.example [SLUICE_HOSTS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    hosts: Option<String>,
    /// Networks of proxies in front whose x-forwarded-for is believed, with commas [SLUICE_TRUSTED_PROXIES].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_proxies: Option<String>,
    /// Who may read /metrics: loopback, token or open [SLUICE_SCRAPE].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape: Option<String>,
    /// What they bring, where it is token [SLUICE_SCRAPE_TOKEN].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_token: Option<String>,
    /// redis://host:port for datasets and caches [SLUICE_REDIS_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_url: Option<String>,
    /// The authority's certificate for rediss://, a PEM file [SLUICE_REDIS_CA].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_ca: Option<PathBuf>,
    /// Folders that sources of files, logs and SQLite may read, with commas [SLUICE_SOURCE_ROOTS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    source_roots: Option<String>,
    /// Networks such as 127.0.0.0/8 that sources may dial although they are refused by default, with commas [SLUICE_EGRESS_ALLOW].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    egress_allow: Option<String>,
    /// Memory for kept answers, in MiB [SLUICE_CACHE_MIB].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_mib: Option<u64>,
    /// Memory for the large responses that are under way at once, in bytes [SLUICE_MAX_BYTES_IN_FLIGHT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bytes_in_flight: Option<u64>,
    /// How long a client may keep a connection waiting, in seconds [SLUICE_CONNECTION_TIMEOUT_S].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_timeout_s: Option<NonZeroU32>,
    /// Connections at once, of both ports together [SLUICE_MAX_CONNECTIONS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections: Option<NonZeroU32>,
    /// Connections at once from one address [SLUICE_MAX_CONNECTIONS_PER_ADDRESS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections_per_address: Option<NonZeroU32>,
    /// What is logged [SLUICE_LOG].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// How a line of the log is written: text or json [SLUICE_LOG_FORMAT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<String>,
}

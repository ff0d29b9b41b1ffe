//! Settings on the command line.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

/// Settings as flags. Each has an environment name: `SLUICE_` and the flag in capitals.
#[derive(Args, Serialize)]
pub(crate) struct SettingArgs {
    /// Address of the HTTP port, for example 0.0.0.0:8080 [SLUICE_HTTP_ADDR].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    http_addr: Option<SocketAddr>,
    /// Address of the HTTP port for other nodes of the same metadata, for example 10.0.0.7:8080 [SLUICE_NODE_ADDRESS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    node_address: Option<String>,
    /// Address of the gRPC port, for example 0.0.0.0:8081 [SLUICE_GRPC_ADDR].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_addr: Option<SocketAddr>,
    /// Data folder: metadata, datasets and the master key [SLUICE_DATA_DIR].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// Metadata database: sqlite://path or postgres://user@host/database [SLUICE_DATABASE_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    /// Master key, which encrypts all secrets: 32 bytes in base64 [SLUICE_MASTER_KEY].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    master_key: Option<String>,
    /// TLS certificate of both ports with its chain: a PEM file [SLUICE_TLS_CERT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_cert: Option<PathBuf>,
    /// Private key of the TLS certificate: a PEM file [SLUICE_TLS_KEY].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_key: Option<PathBuf>,
    /// URL of the portal as people open it, for example https://sluice.example.com [SLUICE_PUBLIC_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    /// More host names of the portal, separated by commas: a.example,b.example [SLUICE_HOSTS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    hosts: Option<String>,
    /// Networks of reverse proxies whose x-forwarded-for is trusted, separated by commas: 10.0.0.0/8 [SLUICE_TRUSTED_PROXIES].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_proxies: Option<String>,
    /// Access to /metrics: loopback, token or open [SLUICE_SCRAPE].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape: Option<String>,
    /// Token for /metrics, if --scrape is token [SLUICE_SCRAPE_TOKEN].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape_token: Option<String>,
    /// Write lines for each app into /metrics; --metrics-apps=false does not [SLUICE_METRICS_APPS].
    #[arg(long, global = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_apps: Option<bool>,
    /// Redis for datasets and response caches: redis://host:port [SLUICE_REDIS_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_url: Option<String>,
    /// CA certificate for rediss://: a PEM file [SLUICE_REDIS_CA].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    redis_ca: Option<PathBuf>,
    /// Folders that file, log and SQLite sources can read, separated by commas: /srv/data [SLUICE_SOURCE_ROOTS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    source_roots: Option<String>,
    /// Networks that sources can connect to although they are refused by default, separated by commas: 127.0.0.0/8 [SLUICE_EGRESS_ALLOW].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    egress_allow: Option<String>,
    /// Mail server of alert notices: smtps://user:password@host:465 [SLUICE_SMTP_URL].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    smtp_url: Option<String>,
    /// Sender of alert notices: sluice@example.com [SLUICE_SMTP_FROM].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    smtp_from: Option<String>,
    /// Memory of the response cache, in MiB [SLUICE_CACHE_MIB].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_mib: Option<u64>,
    /// Memory for all large responses in progress, in bytes [SLUICE_MAX_BYTES_IN_FLIGHT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_bytes_in_flight: Option<u64>,
    /// Time-out for a client that does not send or read, in seconds [SLUICE_CONNECTION_TIMEOUT_S].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_timeout_s: Option<NonZeroU32>,
    /// Maximum open connections of both ports together [SLUICE_MAX_CONNECTIONS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections: Option<NonZeroU32>,
    /// Maximum open connections from one client address [SLUICE_MAX_CONNECTIONS_PER_ADDRESS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_connections_per_address: Option<NonZeroU32>,
    /// How long the request log keeps an entry, in days [SLUICE_REQUEST_LOG_DAYS].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_log_days: Option<NonZeroU32>,
    /// Maximum size of the request log, in MB [SLUICE_REQUEST_LOG_MB].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_log_mb: Option<NonZeroU32>,
    /// Collector for traces over OTLP/gRPC, for example http://127.0.0.1:4317 [SLUICE_OTLP_ENDPOINT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_endpoint: Option<String>,
    /// Log filter: error, warn, info or debug, also by module: info,gateway=debug [SLUICE_LOG].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<String>,
    /// How a line of the log is written: text or json [SLUICE_LOG_FORMAT].
    #[arg(long, global = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_format: Option<String>,
}

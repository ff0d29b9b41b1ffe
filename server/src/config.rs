//! Configuration: flags, then `SLUICE_…` in the environment, then `sluice.toml`, then what stands here.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use opentelemetry_sdk::trace::SdkTracer;
use serde::{Deserialize, Deserializer, Serialize};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::flags::SettingArgs;

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The portal, `/admin/v1` and the APIs over HTTP.
    pub(crate) http_addr: SocketAddr,
    /// Where the other nodes of the same metadata reach the HTTP port, as `10.0.0.7:8080`; also what this node is called. By default the
    /// address that the port listens on.
    pub(crate) node_address: Option<String>,
    /// The APIs over gRPC.
    pub(crate) grpc_addr: SocketAddr,
    /// Where the metadata (by default), the generated master key and the last snapshot are kept.
    pub(crate) data_dir: PathBuf,
    /// `sqlite://path` or `postgres://…`; by default a SQLite file in the data folder.
    pub(crate) database_url: Option<String>,
    /// 32 bytes in base64. Generated into the data folder beside SQLite; must be given on PostgreSQL.
    pub(crate) master_key: Option<String>,
    /// The certificate of both ports with its chain, a PEM file, read again when it changes. Without it there is no TLS.
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate, a PEM file.
    pub(crate) tls_key: Option<PathBuf>,
    /// Where people reach the portal; used in links and ready-made calls.
    pub(crate) public_url: Option<String>,
    /// More names by which the portal is reached, with commas between them; requests by others are refused.
    pub(crate) hosts: Option<String>,
    /// Networks of the proxies in front of the ports, as in `10.0.0.0/24`: what these say in `x-forwarded-for` is believed.
    #[serde(default, deserialize_with = "list")]
    pub(crate) trusted_proxies: Vec<String>,
    /// Who may read `/metrics` and the details of `/readyz`: `loopback`, `token` or `open`.
    pub(crate) scrape: ScrapeBy,
    /// What they bring, where it is `token`.
    pub(crate) scrape_token: Option<String>,
    /// Whether `/metrics` has lines for each app.
    pub(crate) metrics_apps: bool,
    /// The Redis for datasets and caches: `redis://host:port`, `redis-cluster://host:port,host:port` or
    /// `redis-sentinel://host:port/master`; `rediss…` for TLS. Without it, everything is embedded.
    pub(crate) redis_url: Option<String>,
    /// A file with the certificate of the authority that signed Redis's own, in PEM.
    pub(crate) redis_ca: Option<PathBuf>,
    /// The folders that sources of files, logs and SQLite may read; none by default.
    #[serde(default, deserialize_with = "list")]
    pub(crate) source_roots: Vec<PathBuf>,
    /// Networks, as `127.0.0.0/8`, that sources over HTTP may dial although they are refused by default; without the setting, the demo
    /// may dial its own machine.
    #[serde(default, deserialize_with = "some_list")]
    pub(crate) egress_allow: Option<Vec<String>>,
    /// The mail server of notices: `smtps://user:password@host:465`, `smtp://host:587?tls=required` or `smtp://host:25`.
    pub(crate) smtp_url: Option<String>,
    /// Who they come from: `Sluice <sluice@example.com>`.
    pub(crate) smtp_from: Option<String>,
    /// Memory of the response cache, in MiB.
    pub(crate) cache_mib: u64,
    /// Memory for the large responses that are under way at once, in bytes; large request bodies have a quarter as much again.
    /// Those that want more are answered 503.
    pub(crate) max_bytes_in_flight: u64,
    /// Whether gRPC reflection answers without a key, with every API and all of its fields; else it wants a key, and shows
    /// what the key's app may call.
    pub(crate) open_reflection: bool,
    /// How long a client may keep a connection waiting, in seconds.
    pub(crate) connection_timeout_s: NonZeroU32,
    /// Connections at once, of both ports together.
    pub(crate) max_connections: NonZeroU32,
    /// Connections at once from one address.
    pub(crate) max_connections_per_address: NonZeroU32,
    /// How long the request log keeps an entry, in days.
    pub(crate) request_log_days: NonZeroU32,
    /// The largest size of the request log, in MB.
    pub(crate) request_log_mb: NonZeroU32,
    /// The collector that traces are sent to over OTLP/gRPC, as in `http://127.0.0.1:4317`; none are sent without it.
    pub(crate) otlp_endpoint: Option<String>,
    /// What is logged, as in `info` or `info,gateway=debug`.
    pub(crate) log: String,
    /// How a line of the log is written: `text` or `json`.
    pub(crate) log_format: LogFormat,
    /// The file that settings were read from, where there is one.
    #[serde(skip)]
    pub(crate) file: PathBuf,
}

/// Who may read `/metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ScrapeBy {
    /// Whoever asks from this machine, by a name of this machine.
    #[default]
    Loopback,
    /// Whoever brings `scrape_token`.
    Token,
    Open,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Long enough for a slow line, and short enough that those who wait for nothing are soon gone.
const CONNECTION_TIMEOUT_S: NonZeroU32 = at_least_one(15);
/// A connection over which little is asked holds about 20 KiB.
const MAX_CONNECTIONS: NonZeroU32 = at_least_one(8_192);
/// More than one machine needs; a proxy before the ports is one address, and may need more.
const MAX_CONNECTIONS_PER_ADDRESS: NonZeroU32 = at_least_one(1_024);

/// A week: a fault is often looked for some days after it.
const REQUEST_LOG_DAYS: NonZeroU32 = at_least_one(7);
const REQUEST_LOG_MB: NonZeroU32 = at_least_one(512);

/// Enough for a dozen of the largest responses that are made whole.
const MAX_BYTES_IN_FLIGHT: u64 = 1 << 30;

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            http_addr: SocketAddr::from(([127, 0, 0, 1], 8080)),
            node_address: None,
            grpc_addr: SocketAddr::from(([127, 0, 0, 1], 8081)),
            data_dir: PathBuf::from("data"),
            database_url: None,
            master_key: None,
            tls_cert: None,
            tls_key: None,
            public_url: None,
            hosts: None,
            trusted_proxies: Vec::new(),
            scrape: ScrapeBy::default(),
            scrape_token: None,
            metrics_apps: false,
            redis_url: None,
            redis_ca: None,
            source_roots: Vec::new(),
            egress_allow: None,
            smtp_url: None,
            smtp_from: None,
            cache_mib: gateway::CACHE_BYTES >> 20,
            max_bytes_in_flight: MAX_BYTES_IN_FLIGHT,
            open_reflection: false,
            connection_timeout_s: CONNECTION_TIMEOUT_S,
            max_connections: MAX_CONNECTIONS,
            max_connections_per_address: MAX_CONNECTIONS_PER_ADDRESS,
            request_log_days: REQUEST_LOG_DAYS,
            request_log_mb: REQUEST_LOG_MB,
            otlp_endpoint: None,
            log: "info".into(),
            log_format: LogFormat::default(),
            file: PathBuf::new(),
        }
    }
}

impl Config {
    pub(crate) fn database_url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite://{}", self.data_dir.join("sluice.db").display()))
    }

    /// How the HTTP port is spoken to.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls_cert.is_some() { "https" } else { "http" }
    }

    /// What this node is called, and where the others reach it.
    pub(crate) fn node_address(&self) -> String {
        self.node_address.clone().unwrap_or_else(|| self.http_addr.to_string())
    }

    pub(crate) fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("{}://{}", self.scheme(), self.http_addr)).trim_end_matches('/').to_owned()
    }
}

/// # Errors
/// A setting that is not known or cannot be read, by its name.
pub(crate) fn load(file: &Path, flags: &SettingArgs) -> Result<Config, String> {
    let known = [
        "http_addr",
        "node_address",
        "grpc_addr",
        "data_dir",
        "database_url",
        "master_key",
        "tls_cert",
        "tls_key",
        "public_url",
        "hosts",
        "trusted_proxies",
        "scrape",
        "scrape_token",
        "metrics_apps",
        "redis_url",
        "redis_ca",
        "source_roots",
        "egress_allow",
        "smtp_url",
        "smtp_from",
        "cache_mib",
        "max_bytes_in_flight",
        "open_reflection",
        "connection_timeout_s",
        "max_connections",
        "max_connections_per_address",
        "request_log_days",
        "request_log_mb",
        "otlp_endpoint",
        "log",
        "log_format",
    ];
    let config: Config = Figment::from(Serialized::defaults(Config::default()))
        .merge(Toml::file(file))
        .merge(Env::prefixed("SLUICE_").only(&known))
        .merge(Serialized::defaults(flags))
        .extract()
        .map_err(|error| error.to_string())?;
    Ok(Config { file: file.to_path_buf(), ..config })
}

/// Several values: a list, or with commas in one text, as the environment and flags have them.
fn list<'de, D: Deserializer<'de>, T: From<String>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Text(String),
    }
    let values = match Written::deserialize(deserializer)? {
        Written::List(values) => values,
        Written::Text(text) => text.split(',').map(|value| value.trim().to_owned()).collect(),
    };
    Ok(values.into_iter().filter(|value| !value.is_empty()).map(T::from).collect())
}

fn some_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    struct Listed(#[serde(deserialize_with = "list")] Vec<String>);
    Ok(Option::<Listed>::deserialize(deserializer)?.map(|listed| listed.0))
}

/// Sentences with fields, on standard error; and spans, where they are sent anywhere.
pub(crate) fn start_log(filter: &str, format: LogFormat, traces: Option<SdkTracer>) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    if let Some(tracer) = traces {
        return start_log_and_traces(filter, format, tracer);
    }
    // A line that cannot be written, on a full disk, is lost: to say so on standard error as well would end whoever logs in a panic.
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false).with_target(false);
    match format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
    }
}

/// The same log. What is logged has no part in what is traced: spans of runs and of requests of the portal, and none of the libraries,
/// among which are those that send spans.
fn start_log_and_traces(filter: EnvFilter, format: LogFormat, tracer: SdkTracer) {
    let traced = Targets::new().with_target("traces", LevelFilter::TRACE).with_target("sluice::edge", LevelFilter::ERROR);
    let spans = tracing_opentelemetry::layer().with_tracer(tracer).with_filter(traced);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let all = tracing_subscriber::registry().with(spans);
    match format {
        LogFormat::Text => all.with(lines.with_filter(filter)).init(),
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(true).with_span_list(false);
            all.with(lines.with_filter(filter)).init();
        }
    }
}

//! The operator's Redis: one server, a cluster, or a master that sentinels name. Connections are multiplexed, so calls
//! that are under way at once share round trips; a broken one is opened again by the next call, and calls in between
//! fail at once instead of queueing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClientBuilder, SentinelServerType};
use redis::{Client, Cmd, ConnectionAddr, FromRedisValue, IntoConnectionInfo, Pipeline, RedisError, RedisFuture, TlsCertificates, Value};
use tokio::sync::Mutex;

use crate::{AccelError, AccelErrorKind};

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long one command may take.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// After a connection failed, how long calls fail at once before the next tries again.
const RETRY_AFTER: Duration = Duration::from_millis(250);
/// Connections of one process to one server: each is written by one task, so two fill two cores.
const LANES: usize = 2;

/// Where the Redis is, as its operator writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedisConfig {
    /// `redis://[user:password@]host:port[/db]`, `redis-cluster://…host:port,host:port` or
    /// `redis-sentinel://…host:port,host:port/master[/db]`; `rediss…` for TLS.
    pub url: String,
    /// The certificate of the authority that signed the servers', in PEM; the machine's own roots where there is none.
    pub ca: Option<Vec<u8>>,
}

enum Topology {
    One(Client),
    Cluster(redis::cluster::ClusterClient),
    Sentinel(Mutex<redis::sentinel::SentinelClient>),
}

#[derive(Clone)]
enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(one) => one.req_packed_command(cmd),
            Self::Cluster(cluster) => cluster.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(&'a mut self, cmd: &'a Pipeline, offset: usize, count: usize) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(one) => one.req_packed_commands(cmd, offset, count),
            Self::Cluster(cluster) => cluster.req_packed_commands(cmd, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(one) => one.get_db(),
            Self::Cluster(cluster) => cluster.get_db(),
        }
    }
}

struct Lane {
    connection: ArcSwapOption<Connection>,
    /// One call dials; the time is that of the last failure.
    dialling: Mutex<Option<Instant>>,
}

struct Inner {
    topology: Topology,
    lanes: Vec<Lane>,
    next: AtomicUsize,
}

/// A link to the operator's Redis. Cheap to clone; dials when it is first used.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

impl Link {
    /// # Errors
    /// An address that cannot be understood.
    pub fn new(config: &RedisConfig) -> Result<Self, AccelError> {
        let topology = topology(config)?;
        let lanes = (0..LANES).map(|_| Lane { connection: ArcSwapOption::empty(), dialling: Mutex::new(None) }).collect();
        Ok(Self(Arc::new(Inner { topology, lanes, next: AtomicUsize::new(0) })))
    }

    /// Whether commands of one pipeline may go to different servers, so that each must travel alone.
    #[must_use]
    pub fn is_cluster(&self) -> bool {
        matches!(self.0.topology, Topology::Cluster(_))
    }

    /// # Errors
    /// Where it does not answer, or refuses.
    pub async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, AccelError> {
        let lane = self.lane();
        let connection = self.connection(lane).await?;
        let result = { (*connection).clone() }.req_packed_command(command).await;
        self.settle(lane, &connection, result).and_then(read)
    }

    /// Several commands in one round trip; on a cluster, in one for each server.
    ///
    /// # Errors
    /// Where one of them fails.
    pub async fn run_all(&self, commands: Vec<Cmd>) -> Result<Vec<Value>, AccelError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        if self.is_cluster() {
            // Also after an error, all of them are waited for: nothing is on its way any more when this returns.
            let answers = futures::future::join_all(commands.iter().map(|command| self.run::<Value>(command))).await;
            return answers.into_iter().collect();
        }
        let count = commands.len();
        let mut pipeline = Pipeline::with_capacity(count);
        for command in commands {
            pipeline.add_command(command);
        }
        let lane = self.lane();
        let connection = self.connection(lane).await?;
        let result = { (*connection).clone() }.req_packed_commands(&pipeline, 0, count).await;
        self.settle(lane, &connection, result)
    }

    fn lane(&self) -> &Lane {
        let lanes = &self.0.lanes;
        &lanes[self.0.next.fetch_add(1, Ordering::Relaxed) % lanes.len()]
    }

    async fn connection(&self, lane: &Lane) -> Result<Arc<Connection>, AccelError> {
        if let Some(open) = lane.connection.load_full() {
            return Ok(open);
        }
        // Rare, and large: every command would carry its bytes along.
        Box::pin(self.dialled(lane)).await
    }

    async fn dialled(&self, lane: &Lane) -> Result<Arc<Connection>, AccelError> {
        let mut failed = lane.dialling.lock().await;
        if let Some(open) = lane.connection.load_full() {
            return Ok(open);
        }
        if failed.is_some_and(|at| at.elapsed() < RETRY_AFTER) {
            return Err(unreachable_server());
        }
        match tokio::time::timeout(CONNECT_TIMEOUT, self.dial()).await {
            Ok(Ok(open)) => {
                let open = Arc::new(open);
                lane.connection.store(Some(open.clone()));
                *failed = None;
                Ok(open)
            }
            Ok(Err(error)) => {
                *failed = Some(Instant::now());
                Err(of_redis(&error))
            }
            Err(_) => {
                *failed = Some(Instant::now());
                Err(unreachable_server())
            }
        }
    }

    async fn dial(&self) -> Result<Connection, RedisError> {
        let config =
            redis::AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT)).set_response_timeout(Some(RESPONSE_TIMEOUT));
        match &self.0.topology {
            Topology::One(client) => Ok(Connection::One(client.get_multiplexed_async_connection_with_config(&config).await?)),
            Topology::Cluster(client) => Ok(Connection::Cluster(client.get_async_connection().await?)),
            Topology::Sentinel(client) => Ok(Connection::One(client.lock().await.get_async_connection_with_config(&config).await?)),
        }
    }

    /// Lets go of a connection that is broken, or whose server is no longer the master.
    fn settle<T>(&self, lane: &Lane, used: &Arc<Connection>, result: Result<T, RedisError>) -> Result<T, AccelError> {
        result.map_err(|error| {
            let demoted = error.code() == Some("READONLY");
            if error.is_unrecoverable_error() || error.is_connection_dropped() || demoted {
                let broken = lane.connection.load();
                if broken.as_ref().is_some_and(|open| Arc::ptr_eq(open, used)) {
                    lane.connection.store(None);
                }
            }
            of_redis(&error)
        })
    }
}

/// # Errors
/// Where the response is not of the wanted shape.
pub(crate) fn read<T: FromRedisValue>(value: Value) -> Result<T, AccelError> {
    T::from_redis_value(value).map_err(AccelError::broken)
}

fn unreachable_server() -> AccelError {
    AccelError::new(AccelErrorKind::Unreachable, "Redis does not respond. Sluice reconnects by itself; try again in a moment.")
}

fn of_redis(error: &RedisError) -> AccelError {
    if error.is_timeout() {
        return AccelError::new(AccelErrorKind::Timeout, "Redis timed out. Try again in a moment.").because(error);
    }
    if error.code() == Some("OOM") {
        return AccelError::new(AccelErrorKind::Full, "Redis has no free memory. Drop standby versions, or give Redis more memory.")
            .because(error);
    }
    unreachable_server().because(error)
}

fn topology(config: &RedisConfig) -> Result<Topology, AccelError> {
    let bad = |cause: &dyn std::fmt::Display| {
        let sentence = "The address of Redis is not valid. Use redis://host:port, redis-cluster://host:port,host:port or redis-sentinel://host:port/master; rediss… for TLS.";
        AccelError::new(AccelErrorKind::Config, sentence).because(cause)
    };
    let certificates = config.ca.clone().map(|pem| TlsCertificates { client_tls: None, root_cert: Some(pem) });
    let (scheme, rest) = config.url.split_once("://").ok_or_else(|| bad(&"no scheme"))?;
    let (base, form) = scheme.split_once('-').unwrap_or((scheme, ""));
    match form {
        "" => {
            let info = config.url.as_str().into_connection_info().map_err(|error| bad(&error))?;
            let client = match certificates {
                Some(certificates) => Client::build_with_tls(info, certificates),
                None => Client::open(info),
            };
            Ok(Topology::One(client.map_err(|error| bad(&error))?))
        }
        "cluster" => {
            let (user, hosts) = rest.rsplit_once('@').map_or(("", rest), |(user, hosts)| (user, hosts));
            let login = if user.is_empty() { String::new() } else { format!("{user}@") };
            let nodes: Vec<String> = hosts.trim_end_matches('/').split(',').map(|host| format!("{base}://{login}{host}")).collect();
            let mut builder =
                ClusterClientBuilder::new(nodes).connection_timeout(CONNECT_TIMEOUT).response_timeout(RESPONSE_TIMEOUT).retries(2);
            if let Some(certificates) = certificates {
                builder = builder.certs(certificates);
            }
            Ok(Topology::Cluster(builder.build().map_err(|error| bad(&error))?))
        }
        "sentinel" => {
            let (login, hosts) = rest.rsplit_once('@').map_or((None, rest), |(login, hosts)| (Some(login), hosts));
            let mut parts = hosts.splitn(3, '/');
            let (hosts, master) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let db = parts.next().map(str::parse::<i64>).transpose().map_err(|error| bad(&error))?;
            if master.is_empty() {
                return Err(bad(&"no master"));
            }
            let address = |host: &str| {
                let (name, port) = host.rsplit_once(':').unwrap_or((host, "26379"));
                port.parse().map(|port| ConnectionAddr::Tcp(name.to_owned(), port)).map_err(|error| bad(&error))
            };
            let sentinels = hosts.split(',').map(address).collect::<Result<Vec<_>, _>>()?;
            let mut builder = SentinelClientBuilder::new(sentinels, master, SentinelServerType::Master).map_err(|error| bad(&error))?;
            if let Some((user, password)) = login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
                builder = builder.set_client_to_redis_password(password);
                if !user.is_empty() {
                    builder = builder.set_client_to_redis_username(user);
                }
            }
            if let Some(db) = db {
                builder = builder.set_client_to_redis_db(db);
            }
            if base == "rediss" {
                builder = builder.set_client_to_redis_tls_mode(redis::TlsMode::Secure);
                if let Some(certificates) = certificates {
                    builder = builder.set_client_to_redis_certificates(certificates);
                }
            }
            Ok(Topology::Sentinel(Mutex::new(builder.build().map_err(|error| bad(&error))?)))
        }
        _ => Err(bad(&"an unknown form")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_every_form_are_read_and_others_refused() {
        let link = |url: &str| Link::new(&RedisConfig { url: url.into(), ca: None });
        for url in [
            "redis://127.0.0.1:6379",
            "redis://user:secret@127.0.0.1:6379/2",
            "rediss://127.0.0.1:6379",
            "redis-cluster://127.0.0.1:7000,127.0.0.1:7001",
            "rediss-cluster://user:secret@127.0.0.1:7000",
            "redis-sentinel://:secret@127.0.0.1:26379,127.0.0.1:26380/main/1",
        ] {
            assert!(link(url).is_ok(), "{url}");
        }
        for url in ["", "127.0.0.1:6379", "redis-sentinel://127.0.0.1:26379", "redis-ring://127.0.0.1:1", "http://127.0.0.1"] {
            assert!(link(url).is_err(), "{url}");
        }
    }
}

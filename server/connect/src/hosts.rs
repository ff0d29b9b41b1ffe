//! Hosts of databases, whose drivers resolve names by themselves and say nothing of it: a name is judged by where it leads, right before
//! a driver may make a connection.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::egress::{self, Peer, Refusal};
use crate::{SourceError, SourceErrorKind, policy};

/// How long a name may take to be resolved.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a name that was judged is not judged again: a busy source makes many connections at once.
const JUDGED_STAYS: Duration = Duration::from_secs(1);

/// Where the servers of a source are.
#[derive(Debug, Default)]
pub struct Hosts {
    /// Those that are names; addresses were judged when they were read.
    names: Vec<String>,
    /// When all names were last found to lead where they may.
    judged: Mutex<Option<Instant>>,
}

impl Hosts {
    /// The one host of a database, as a person wrote it.
    ///
    /// # Errors
    /// An address that may not be dialled, and a path: a socket of this machine lets in whoever is this program.
    pub fn of_server(host: &str) -> Result<Self, SourceError> {
        check(host)?;
        Ok(Self::of(vec![host]))
    }

    /// Brokers with commas, each with its port or without; they may be named with a protocol before them.
    ///
    /// # Errors
    /// As [`Hosts::of_server`].
    pub fn of_brokers(brokers: &str) -> Result<Self, SourceError> {
        let hosts: Vec<&str> = brokers
            .split(',')
            .map(|broker| {
                let broker = broker.trim();
                without_port(broker.split_once("://").map_or(broker, |(_, host)| host))
            })
            .collect();
        hosts.iter().try_for_each(|host| check(host))?;
        Ok(Self::of(hosts))
    }

    fn of(hosts: Vec<&str>) -> Self {
        let names = hosts.into_iter().filter(|host| !host.is_empty() && !is_address(host)).map(str::to_owned).collect();
        Self { names, judged: Mutex::default() }
    }

    /// Whether its names lead where sources may be dialled, as they are resolved now. Called before whatever may make a connection.
    ///
    /// # Errors
    /// A name with an address that may not be dialled, and one that takes too long to be resolved the first time.
    pub async fn judge(&self) -> Result<(), SourceError> {
        let judged = *self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if self.names.is_empty() || judged.is_some_and(|at| at.elapsed() < JUDGED_STAYS) {
            return Ok(());
        }
        for name in &self.names {
            match tokio::time::timeout(PATIENCE, tokio::net::lookup_host((name.as_str(), 0))).await {
                Ok(Ok(found)) => only_allowed(found.map(|at| at.ip()), Peer::Database)?,
                // The driver does not find it either, and says so.
                Ok(Err(_)) => {}
                // Connections that are there go on while names cannot be asked for.
                Err(_) if judged.is_some() => {}
                Err(_) => return Err(unresolved()),
            }
        }
        *self.judged.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(())
    }
}

/// Whether a host that a server named may be dialled, by where its name leads now. Waits for the names, on a thread where one may.
///
/// # Errors
/// An address that may not be dialled.
pub fn check_told(host: &str) -> Result<(), SourceError> {
    check(host)?;
    // What cannot be resolved is not dialled.
    let found: Vec<SocketAddr> = (host, 0).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
    only_allowed(found.into_iter().map(|at| at.ip()), Peer::Database)
}

fn only_allowed(mut addresses: impl Iterator<Item = IpAddr>, peer: Peer) -> Result<(), SourceError> {
    // The driver takes any of them.
    if addresses.all(|address| policy::egress().allows(address, peer)) { Ok(()) } else { Err(Refusal.into()) }
}

fn unresolved() -> SourceError {
    SourceError::new(SourceErrorKind::Unreachable, "The host name cannot be resolved in time. Check the name, then try again.")
}

/// A host as its driver takes it, whole.
fn check(host: &str) -> Result<(), SourceError> {
    if host.contains(['/', '\0']) {
        return Err(SourceError::new(SourceErrorKind::Config, "The host must be a name or an address, not a path or a URL."));
    }
    // Read as URLs are, which know an address in each way of writing its number.
    let written = if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]") } else { host.to_owned() };
    match Url::parse(&format!("http://{written}/")) {
        Ok(url) => egress::check(&url, Peer::Database),
        Err(_) => policy::egress().check(host, Peer::Database),
    }
}

/// `kafka` of `kafka:9092`; `::1` of `[::1]:9092`.
fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_address(host: &str) -> bool {
    host.split('%').next().unwrap_or_default().parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_they_are_dialled() {
        for host in ["169.254.169.254", "fe80::1%eth0", "2852039166", "/var/run/postgresql", "x/../run", "SSL://169.254.169.254", "a://b"] {
            assert!(Hosts::of_server(host).is_err(), "{host}");
        }
        for host in ["127.0.0.1", "db.example.com", "::1"] {
            assert!(Hosts::of_server(host).is_ok(), "{host}");
        }
        for brokers in ["kafka.example.com:9092, SSL://169.254.169.254:9092", "[fe80::1]:9092", "PLAINTEXT:///var/run/x", "a,b/c"] {
            assert!(Hosts::of_brokers(brokers).is_err(), "{brokers}");
        }
        let names = |brokers: &str| Hosts::of_brokers(brokers).unwrap().names;
        assert_eq!(names("10.0.0.1:9092,[fd00::1]:9092,::1"), Vec::<String>::new());
        assert_eq!(names("SSL://kafka-1.example.com:9092, kafka-2.example.com"), ["kafka-1.example.com", "kafka-2.example.com"]);
    }

    #[tokio::test]
    async fn a_name_is_judged_by_where_it_leads() {
        let found = tokio::net::lookup_host(("localhost", 0)).await.unwrap().map(|at| at.ip()).collect::<Vec<_>>();
        assert!(only_allowed(found.iter().copied(), Peer::Service).is_err(), "{found:?}");
        assert!(only_allowed(found.into_iter(), Peer::Database).is_ok());
        // One of several is enough.
        let mixed = ["10.0.0.1", "169.254.169.254"].map(|address| address.parse().unwrap());
        assert_eq!(only_allowed(mixed.into_iter(), Peer::Database).unwrap_err().kind, SourceErrorKind::Refused);
        let hosts = Hosts::of_server("localhost").unwrap();
        hosts.judge().await.unwrap();
        assert!(hosts.judged.lock().unwrap().is_some());
        assert!(check_told("localhost").is_ok() && check_told("169.254.169.254").is_err());
    }
}

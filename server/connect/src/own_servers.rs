//! The program's own servers: the database of its metadata, and its Redis. A source that led there would show a builder the hashes of
//! passwords, sessions, and what others were answered.

use std::net::{IpAddr, UdpSocket};

use sqlx::postgres::PgConnectOptions;

use crate::egress::plain;
use crate::{SourceError, SourceErrorKind, policy};

const REFUSED: &str = "Sources cannot use this address: it is the metadata database or the Redis of Sluice. Enter the address of another server, or of another database of this server.";

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    pub host: String,
    pub port: u16,
    /// Empty for all that the server holds.
    pub database: String,
}

impl ServerAddress {
    /// The database of an address such as `postgres://user@host:5432/name`; nothing for one of another kind.
    #[must_use]
    pub fn of_postgres(url: &str) -> Option<Self> {
        let options = url.starts_with("postgres").then(|| url.parse::<PgConnectOptions>().ok())??;
        // A server with a socket is one of this machine, and usually has a port as well.
        let by_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
        let host = if by_socket { "localhost" } else { options.get_host() };
        let database = options.get_database().unwrap_or(options.get_username()).to_owned();
        Some(Self { host: host.to_owned(), port: options.get_port(), database })
    }

    /// The servers of `redis://…`, `redis-cluster://…` and `redis-sentinel://…`.
    #[must_use]
    pub fn of_redis(url: &str) -> Vec<Self> {
        let Some((scheme, rest)) = url.split_once("://") else { return Vec::new() };
        let usual = if scheme.ends_with("-sentinel") { 26_379 } else { 6_379 };
        let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
        let hosts = hosts.split(['/', '?']).next().unwrap_or_default();
        let one = |host: &str| {
            let (name, port) = match host.rsplit_once(':') {
                Some((name, port)) if !port.ends_with(']') => (name, port.parse().unwrap_or(usual)),
                _ => (host, usual),
            };
            Self { host: name.to_owned(), port, database: String::new() }
        };
        hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(one).collect()
    }

    fn is_of(&self, own: &Self) -> bool {
        self.port == own.port && (own.database.is_empty() || self.database == own.database)
    }

    /// Without the brackets of an address of IPv6.
    fn name(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    async fn addresses(&self) -> Vec<IpAddr> {
        let found = tokio::net::lookup_host((self.name(), self.port)).await;
        found.map(|found| found.map(|at| plain(at.ip())).collect()).unwrap_or_default()
    }
}

/// Refuses a server that is one of the program's own as it is written.
///
/// # Errors
/// As a sentence, where it is.
pub fn check_written(asked: &ServerAddress) -> Result<(), SourceError> {
    let address = |of: &ServerAddress| of.name().parse::<IpAddr>().ok().map(plain);
    let same = |own: &&ServerAddress| match (address(own), address(asked)) {
        (Some(ours), Some(theirs)) => is_same(ours, theirs),
        _ => own.name().eq_ignore_ascii_case(asked.name()),
    };
    match policy::own_servers().iter().filter(|own| asked.is_of(own)).find(same) {
        Some(_) => Err(SourceError::new(SourceErrorKind::Config, REFUSED)),
        None => Ok(()),
    }
}

/// The same, by what the names lead to now. Costs nothing where the port is another one than those of the program's own servers.
///
/// # Errors
/// As a sentence, where it is one of them.
pub async fn check(asked: &ServerAddress) -> Result<(), SourceError> {
    check_written(asked)?;
    for own in policy::own_servers().iter().filter(|own| asked.is_of(own)) {
        let (ours, theirs) = (own.addresses().await, asked.addresses().await);
        if theirs.iter().any(|theirs| ours.iter().any(|ours| is_same(*ours, *theirs))) {
            return Err(SourceError::new(SourceErrorKind::Config, REFUSED));
        }
    }
    Ok(())
}

/// Whether two addresses lead to the same machine, as far as this one knows: it has several of its own.
fn is_same(one: IpAddr, two: IpAddr) -> bool {
    one == two || (is_here(one) && is_here(two))
}

/// Whether an address is one of this machine's own: only such can be listened at.
fn is_here(address: IpAddr) -> bool {
    address.is_loopback() || address.is_unspecified() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(host: &str, port: u16, database: &str) -> ServerAddress {
        ServerAddress { host: host.to_owned(), port, database: database.to_owned() }
    }

    #[test]
    fn own_servers_are_read_from_the_settings() {
        let of_postgres = ServerAddress::of_postgres;
        assert_eq!(of_postgres("postgres://sluice:x@db.example.com/meta"), Some(server("db.example.com", 5_432, "meta")));
        assert_eq!(of_postgres("postgresql://sluice@10.0.0.1:6000"), Some(server("10.0.0.1", 6_000, "sluice")));
        assert_eq!(of_postgres("sqlite:///srv/meta.db"), None);
        let of_redis = ServerAddress::of_redis;
        assert_eq!(of_redis("redis://user:p@ss@redis.example.com/3"), [server("redis.example.com", 6_379, "")]);
        assert_eq!(of_redis("rediss://[::1]:7000"), [server("[::1]", 7_000, "")]);
        assert_eq!(of_redis("rediss-cluster://a:1,b:2,[::1]"), [server("a", 1, ""), server("b", 2, ""), server("[::1]", 6_379, "")]);
        assert_eq!(of_redis("redis-sentinel://x:y@a,b:5/master/2"), [server("a", 26_379, ""), server("b", 5, "")]);
    }

    #[test]
    fn this_machine_is_one_whatever_its_address() {
        let same = |one: &str, two: &str| is_same(plain(one.parse().unwrap()), plain(two.parse().unwrap()));
        for two in ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::ffff:127.0.0.1"] {
            assert!(same("127.0.0.1", two), "{two}");
        }
        assert!(same("192.0.2.7", "::ffff:192.0.2.7") && !same("192.0.2.7", "192.0.2.8") && !same("127.0.0.1", "192.0.2.7"));
        let (own, other) = (server("h", 1, "meta"), server("h", 1, "shop"));
        assert!(own.is_of(&own) && !other.is_of(&own) && other.is_of(&server("h", 1, "")) && !server("h", 2, "meta").is_of(&own));
    }
}

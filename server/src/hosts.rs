//! By which names this Sluice is reached. A page of somebody else's can point a name of theirs at this machine and then
//! read, in its visitor's browser, whatever answers to that name (DNS rebinding): so foreign names get no answer.

use std::net::IpAddr;

use http::{HeaderMap, Request, Uri, Version, header};

use crate::config::Config;
use crate::nodes;

/// Names that lead to this machine and cannot be pointed elsewhere.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// What load balancers, scrapers and other nodes ask for, by whatever name they know; none of it is a person's.
const FOR_MACHINES: [&str; 4] = ["/healthz", "/readyz", "/metrics", nodes::SEARCH];

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It names no host, or several.
    NotOneHost,
    /// It names a host that is none of ours.
    Foreign,
}

/// The names, without ports: these say nothing about where an address leads.
pub(crate) struct Hosts {
    names: Vec<String>,
    /// Whether every address is one of ours, where nobody has said by which names we are reached: no page can point an address elsewhere.
    any_address: bool,
    /// Whether calls of APIs are looked at too; behind proxies these go by other names, and they need a key.
    with_apis: bool,
}

impl Hosts {
    /// # Errors
    /// A `public_url` that names no host.
    pub(crate) fn of(config: &Config, demo: bool) -> Result<Self, String> {
        let mut names: Vec<String> =
            config.hosts.iter().flat_map(|list| list.split(',')).map(|name| bare(name.trim()).to_owned()).collect();
        names.retain(|name| !name.is_empty());
        let on_loopback = config.http_addr.ip().is_loopback();
        if let Some(url) = &config.public_url {
            let host = url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
            names.push(host.ok_or_else(|| format!("public_url is {url}, which is not a URL. An example is https://sluice.example"))?);
        }
        // The demo says on its page and in its log that it is on loopback.
        if on_loopback && (demo || config.public_url.is_none()) {
            names.extend(LOOPBACK.map(str::to_owned));
            names.push(config.http_addr.ip().to_string());
        }
        let any_address = names.is_empty();
        if any_address {
            tracing::warn!("the portal accepts only localhost and IP addresses as host names; set public_url (and hosts, for more names)");
            names.extend(LOOPBACK.map(str::to_owned));
        }
        Ok(Self { names, any_address, with_apis: demo })
    }

    /// Whether a request is refused for the host that it names.
    pub(crate) fn refused<B>(&self, request: &Request<B>, is_api: bool) -> Option<Refused> {
        let for_machines = FOR_MACHINES.contains(&request.uri().path());
        let Some(host) = host_of(request) else {
            // HTTP/1.0 knew of no hosts, and there are probes that still speak it.
            let old = for_machines && request.version() < Version::HTTP_11 && !request.headers().contains_key(header::HOST);
            return (!old).then_some(Refused::NotOneHost);
        };
        let looked_at = !for_machines && (!is_api || self.with_apis);
        (looked_at && !self.knows(host)).then_some(Refused::Foreign)
    }

    fn knows(&self, host: &str) -> bool {
        let name = bare(host);
        let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        (self.any_address && is_address) || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The one host that a request names: HTTP/2 has it in its address, HTTP/1.1 in a header, and where there are both, they agree.
fn host_of<B>(request: &Request<B>) -> Option<&str> {
    let mut given = request.headers().get_all(header::HOST).iter();
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    let host = match (given.next(), given.next()) {
        (Some(one), None) => {
            let one = one.to_str().ok()?;
            if authority.is_some_and(|authority| !authority.eq_ignore_ascii_case(one)) {
                return None;
            }
            one
        }
        (None, _) => authority?,
        (Some(_), Some(_)) => return None,
    };
    (!host.is_empty() && !host.contains(['@', '/', ' '])).then_some(host)
}

/// A host without its port and without the dot of the root.
fn bare(host: &str) -> &str {
    let name = match host.rfind(']') {
        Some(end) if host.starts_with('[') => &host[..=end],
        _ => host.split(':').next().unwrap_or_default(),
    };
    name.strip_suffix('.').unwrap_or(name)
}

/// Whether a request names this machine itself.
pub(crate) fn names_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(bare);
    host.is_some_and(|host| LOOPBACK.iter().any(|known| known.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(uri: &str, hosts: &[&str]) -> Request<()> {
        let builder = Request::builder().uri(uri);
        hosts.iter().fold(builder, |builder, host| builder.header(header::HOST, *host)).body(()).unwrap()
    }

    fn hosts(change: impl FnOnce(&mut Config), demo: bool) -> Hosts {
        let mut config = Config::default();
        change(&mut config);
        Hosts::of(&config, demo).unwrap()
    }

    #[test]
    fn on_loopback_only_names_of_this_machine_are_answered() {
        let known = hosts(|_| {}, false);
        for host in ["localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:8080", "LOCALHOST", "localhost."] {
            assert_eq!(known.refused(&asked("/", &[host]), false), None, "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "evil.example:8080", "[::2]", "localhost.evil.example"] {
            assert_eq!(known.refused(&asked("/", &[host]), false), Some(Refused::Foreign), "{host}");
            assert_eq!(known.refused(&asked("/api/a/b", &[host]), true), None, "APIs are reached by other names too");
            assert_eq!(hosts(|_| {}, true).refused(&asked("/api/a/b", &[host]), true), Some(Refused::Foreign), "but those of a demo");
            assert_eq!(known.refused(&asked("/healthz", &[host]), false), None);
            assert_eq!(known.refused(&asked(nodes::SEARCH, &[host]), false), None, "nodes prove who they are");
        }
    }

    #[test]
    fn elsewhere_the_names_that_the_operator_gave() {
        let known = hosts(
            |config| {
                config.public_url = Some("https://sluice.example/".into());
                config.hosts = Some("sluice.intern, 10.0.0.7:8080".into());
            },
            false,
        );
        for host in ["sluice.example", "Sluice.Example:443", "sluice.intern", "10.0.0.7"] {
            assert_eq!(known.refused(&asked("/", &[host]), false), None, "{host}");
        }
        assert_eq!(known.refused(&asked("/", &["127.0.0.1:8080"]), false), Some(Refused::Foreign));
        let anywhere = hosts(|config| config.http_addr = std::net::SocketAddr::from(([0, 0, 0, 0], 8080)), false);
        for host in ["localhost:8080", "127.0.0.1", "10.0.0.7:8080", "[fd00::1]:8080"] {
            assert_eq!(anywhere.refused(&asked("/", &[host]), false), None, "{host}");
        }
        for host in ["sluice.intern", "evil.example", "10.0.0.7.evil.example"] {
            assert_eq!(anywhere.refused(&asked("/", &[host]), false), Some(Refused::Foreign), "{host}: nothing is known of its names");
            assert_eq!(anywhere.refused(&asked("/api/a/b", &[host]), true), None, "{host}");
        }
        assert!(Hosts::of(&Config { public_url: Some("not a URL".into()), ..Config::default() }, false).is_err());
    }

    #[test]
    fn a_request_names_one_host() {
        let known = hosts(|_| {}, false);
        let wrong: [(&str, &[&str]); 6] = [
            ("/", &[]),
            ("/", &[""]),
            ("/", &["localhost", "localhost"]),
            ("/", &["localhost", "evil.example"]),
            ("http://localhost/", &["evil.example"]),
            ("/", &["evil.example@localhost"]),
        ];
        for (uri, given) in wrong {
            assert_eq!(known.refused(&asked(uri, given), false), Some(Refused::NotOneHost), "{uri} {given:?}");
        }
        assert_eq!(known.refused(&asked("http://localhost:1/", &[]), false), None, "as HTTP/2 gives it");
        assert_eq!(known.refused(&asked("/healthz", &[]), false), Some(Refused::NotOneHost));
        let mut old = asked("/healthz", &[]);
        *old.version_mut() = Version::HTTP_10;
        assert_eq!(known.refused(&old, false), None, "a probe that knows no hosts");
    }
}

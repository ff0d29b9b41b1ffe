//! Which addresses sources may be dialled at: not this machine's own, those that are valid on one link alone, and those where a cloud
//! tells a machine its secrets, unless the operator allows them.
//!
//! The address that is dialled decides, not the name: [`client`] asks after a name was resolved, so a name that leads to another
//! address the next time is refused then. Redirects are not followed. Hosts of databases are judged by [`hosts`](crate::hosts).

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy as Redirects;
use reqwest::{ClientBuilder, Url};

use crate::{SourceError, SourceErrorKind, policy};

/// Never dialled unless allowed: links' own addresses, where clouds tell secrets too, and those of many.
const LINKS: [&str; 9] = [
    "169.254.0.0/16",
    "fe80::/10",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "224.0.0.0/4",
    "255.255.255.255",
    "ff00::/8",
];
/// This machine.
const OWN: [&str; 4] = ["0.0.0.0/8", "127.0.0.0/8", "::", "::1"];
/// Networks of organisations, whose services may trust whoever is in them.
const PRIVATE: [&str; 5] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
static REFUSED_LINKS: LazyLock<Vec<Network>> = LazyLock::new(|| LINKS.iter().filter_map(|text| Network::read(text)).collect());
static REFUSED_OWN: LazyLock<Vec<Network>> = LazyLock::new(|| OWN.iter().filter_map(|text| Network::read(text)).collect());
static REFUSED_PRIVATE: LazyLock<Vec<Network>> = LazyLock::new(|| PRIVATE.iter().filter_map(|text| Network::read(text)).collect());

/// What is dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A service of HTTP: on this machine it may be one that trusts whoever is here.
    Service,
    /// A database, which asks for a password: one on this machine is usual.
    Database,
    /// A receiver of notices, on the internet: private networks are refused too.
    Receiver,
}

/// A network of addresses, IPv4 as IPv6 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u32,
}

impl Network {
    /// `10.0.0.0/8`, `fd00::/8`, or one address.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (width, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let bits = bits.unwrap_or(width);
        (bits <= width).then(|| Self { first: number(address), bits: bits + before })
    }

    #[must_use]
    pub fn has(self, address: IpAddr) -> bool {
        self.holds(number(address))
    }

    fn holds(self, address: u128) -> bool {
        // A shift by all 128 bits is none that there is: such a network holds every address.
        (self.first ^ address).checked_shr(128 - self.bits).unwrap_or(0) == 0
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_ipv6_mapped()),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The address of IPv4 that one of IPv6 leads to by its form: mapped, compatible, translated (NAT64) or tunnelled (6to4).
pub(crate) fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let four = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match six.segments() {
        // Below 0:1:0 are the unspecified address and loopback, which are what they are.
        [0, 0, 0, 0, 0, 0, 0, _] => address,
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => four(high, low),
        _ => address,
    }
}

/// The networks that the operator allows beside what is allowed anyway.
#[derive(Debug, Clone, Default)]
pub struct Egress {
    allowed: Vec<Network>,
}

impl Egress {
    /// # Errors
    /// What is neither a network nor an address, as a sentence.
    pub fn new(allowed: &[String]) -> Result<Self, String> {
        let read = |text: &String| Network::read(text).ok_or_else(|| format!("egress_allow: {text} is not a network such as 127.0.0.0/8"));
        Ok(Self { allowed: allowed.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// Whether an address may be dialled.
    #[must_use]
    pub fn allows(&self, address: IpAddr, peer: Peer) -> bool {
        let address = number(plain(address));
        let any = |networks: &[Network]| networks.iter().any(|network| network.holds(address));
        let refused = match peer {
            Peer::Database => any(&REFUSED_LINKS),
            Peer::Service => any(&REFUSED_LINKS) || any(&REFUSED_OWN),
            Peer::Receiver => any(&REFUSED_LINKS) || any(&REFUSED_OWN) || any(&REFUSED_PRIVATE),
        };
        !refused || any(&self.allowed)
    }

    /// # Errors
    /// As [`check`].
    pub(crate) fn check(&self, host: &str, peer: Peer) -> Result<(), SourceError> {
        // An address without its zone; in brackets in a URL.
        let text = host.trim_start_matches('[').trim_end_matches(']').split('%').next().unwrap_or_default();
        match text.parse::<IpAddr>() {
            Ok(address) if !self.allows(address, peer) => Err(SourceError::new(SourceErrorKind::Config, Refusal.to_string())),
            _ => Ok(()),
        }
    }
}

/// Why an address is not dialled; found again in whatever a client makes of it.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error(
    "Sources cannot use this address: it is local to this machine, link-local, or a cloud's metadata service. Enter another address, or ask the operator to allow this one in the setting egress_allow."
)]
pub struct Refusal;

impl From<Refusal> for SourceError {
    fn from(refusal: Refusal) -> Self {
        Self::new(SourceErrorKind::Refused, refusal.to_string())
    }
}

/// Whether an error comes of an address that may not be dialled.
#[must_use]
pub fn refusal(error: &(dyn Error + 'static)) -> Option<SourceError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<Refusal>() {
            return Some(Refusal.into());
        }
        next = error.source();
    }
    None
}

/// The URL that a person wrote, of a service over HTTP that may be dialled as far as its host says. Names are judged when they are
/// resolved, by [`client`].
///
/// # Errors
/// An address that may not be dialled.
pub fn check(url: &Url, peer: Peer) -> Result<(), SourceError> {
    policy::egress().check(url.host_str().unwrap_or_default(), peer)
}

/// The same of an address as a person wrote it.
///
/// # Errors
/// An address that cannot be read, or may not be dialled.
pub fn check_text(url: &str, peer: Peer) -> Result<(), SourceError> {
    let url = Url::parse(url).map_err(|error| {
        SourceError::new(SourceErrorKind::Config, "The address must be a URL, such as https://example.com/hook.").because(error)
    })?;
    check(&url, peer)
}

/// The beginning of every client of HTTP that goes where a person said: it dials only what is allowed, whatever a name leads to, by no
/// proxy, and follows no redirect. Its URLs go through [`check`].
pub fn client(peer: Peer) -> ClientBuilder {
    reqwest::Client::builder().no_proxy().redirect(Redirects::none()).dns_resolver(Arc::new(Names(peer)))
}

/// Resolves names to the addresses that may be dialled.
struct Names(Peer);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(resolved(name, self.0))
    }
}

async fn resolved(name: Name, peer: Peer) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
    let allowed: Vec<SocketAddr> = found.iter().copied().filter(|at| policy::egress().allows(at.ip(), peer)).collect();
    if allowed.is_empty() && !found.is_empty() {
        return Err(Box::new(Refusal));
    }
    Ok(Box::new(allowed.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_links_and_metadata_are_refused_in_every_way_of_writing_them() {
        let egress = Egress::default();
        let allows = |text: &str, peer| egress.allows(text.parse().unwrap(), peer);
        for own in ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]
        {
            assert!(!allows(own, Peer::Service), "{own}");
        }
        for link in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b:1::a9fe:a9fe",
            "fe80::1",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::254",
            "224.0.0.1",
            "ff02::1",
        ] {
            assert!(!allows(link, Peer::Service) && !allows(link, Peer::Database), "{link}");
        }
        for other in ["10.0.0.1", "192.168.1.1", "172.16.0.1", "fd00::1", "8.8.8.8", "2001:db8::1", "::ffff:10.0.0.1", "100.100.100.1"] {
            assert!(allows(other, Peer::Service) && allows(other, Peer::Database), "{other}");
        }
        assert!(allows("127.0.0.1", Peer::Database));
        for private in
            ["10.0.0.1", "172.31.255.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::ffff:10.0.0.1", "127.0.0.1", "169.254.169.254"]
        {
            assert!(!allows(private, Peer::Receiver), "{private}");
        }
        assert!(allows("8.8.8.8", Peer::Receiver) && allows("172.32.0.1", Peer::Receiver));
    }

    #[test]
    fn the_operator_allows_networks() {
        let egress = Egress::new(&["127.0.0.0/8".to_owned(), "::1".to_owned()]).unwrap();
        let allows = |text: &str| egress.allows(text.parse().unwrap(), Peer::Service);
        assert!(allows("127.0.0.1") && allows("::1") && allows("::ffff:127.0.0.1"));
        assert!(!allows("169.254.169.254") && !allows("0.0.0.0"));
        assert!(Egress::new(&["::/0".to_owned()]).unwrap().allows("169.254.169.254".parse().unwrap(), Peer::Service));
        for wrong in ["", "10.0.0.0/33", "localhost", "10.0.0/8", "::/129"] {
            assert!(Egress::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hosts_are_read_as_they_are_dialled() {
        for url in [
            "http://127.0.0.1:8080/x",
            "http://127.0.0.1:x@127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]:80/",
            "http://[::ffff:7f00:1]/",
            "http://user@169.254.169.254/latest/meta-data",
        ] {
            assert!(check(&Url::parse(url).unwrap(), Peer::Service).is_err(), "{url}");
        }
        assert!(check(&Url::parse("http://127.0.0.1.example.com/").unwrap(), Peer::Service).is_ok(), "a name is resolved first");
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_resolved() {
        let error = client(Peer::Service).build().unwrap().get("http://localhost:1/").send().await.unwrap_err();
        assert!(refusal(&error).is_some(), "{error:?}");
        let error = client(Peer::Database).build().unwrap().get("http://localhost:1/").send().await.unwrap_err();
        assert!(refusal(&error).is_none(), "{error:?}");
    }
}

//! Who asks behind a proxy: limits of sign-ins, the audit log and `/metrics` are about the client and not about the proxy. Only a proxy
//! that the operator names is believed.

use std::net::{IpAddr, SocketAddr};

use connect::egress::Network;
use http::{HeaderMap, HeaderName};

use crate::config::Config;

/// What proxies write, each behind what the one before it wrote.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed.
pub(crate) struct Proxies(Vec<Network>);

impl Proxies {
    /// # Errors
    /// What is neither a network nor an address, as a sentence.
    pub(crate) fn of(config: &Config) -> Result<Self, String> {
        let read =
            |text: &String| Network::read(text).ok_or_else(|| format!("trusted_proxies: {text} is not a network such as 10.0.0.0/8"));
        Ok(Self(config.trusted_proxies.iter().map(read).collect::<Result<_, _>>()?))
    }

    /// The client of a request: the last address that no proxy of ours has. What stands before that may be the client's own invention.
    pub(crate) fn client_of(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.trust(peer.ip()) {
            return peer;
        }
        let given: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
        let mut client = peer;
        for text in given.iter().flat_map(|value| value.split(',')).rev() {
            let Ok(address) = text.trim().parse::<IpAddr>() else { break };
            client = SocketAddr::new(address, 0);
            if !self.trust(address) {
                break;
            }
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(peer: &str, forwarded: &[&'static str]) -> String {
        let config = Config { trusted_proxies: vec!["10.0.0.0/24".into(), "::1".into()], ..Config::default() };
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 9);
        Proxies::of(&config).unwrap().client_of(peer, &headers).ip().to_string()
    }

    #[test]
    fn a_proxy_of_ours_is_believed_and_nobody_else() {
        assert_eq!(client("192.0.2.1", &["198.51.100.7"]), "192.0.2.1", "no proxy of ours");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client("::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 198.51.100.7", "10.0.0.2"]), "198.51.100.7", "the first is the client's invention");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, nobody"]), "10.0.0.1");
        let wrong = Config { trusted_proxies: vec!["proxy".into()], ..Config::default() };
        assert!(Proxies::of(&wrong).is_err());
    }
}

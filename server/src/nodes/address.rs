//! Where a node is reached by the others.

use http::uri::Authority;

use crate::config::Config;

/// Whether a text is `host:port`.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<Authority>()
        .is_ok_and(|authority| !text.contains('@') && !authority.host().is_empty() && authority.port_u16().is_some_and(|port| port > 0))
}

/// Says where nodes cannot reach this one.
///
/// # Errors
/// A setting that is no address.
pub(crate) fn check_address(config: &Config) -> Result<(), String> {
    let address = config.node_address();
    if !is_address(&address) {
        return Err(format!("node_address is {address}, which is not a host and a port. An example is 10.0.0.7:8080"));
    }
    let is_shared = !config.database_url().starts_with("sqlite:");
    if is_shared && config.node_address.is_none() && config.http_addr.ip().is_unspecified() {
        tracing::warn!("other nodes cannot reach this node at {address}; set node_address to a host and a port that they can reach");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_are_an_address() {
        for good in ["127.0.0.1:8080", "node-2.sluice:80", "[fd00::2]:8080"] {
            assert!(is_address(good), "{good}");
        }
        for bad in
            ["", "10.0.0.7", ":8080", "10.0.0.7:0", "10.0.0.7:70000", "http://10.0.0.7:80", "a@10.0.0.7:80", "10.0.0.7:80/x", "a b:80"]
        {
            assert!(!is_address(bad), "{bad}");
        }
        assert!(check_address(&Config::default()).is_ok());
        assert!(check_address(&Config { node_address: Some("10.0.0.7".into()), ..Config::default() }).is_err());
    }
}

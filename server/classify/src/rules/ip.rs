//! Addresses of the internet, told from versions that look like them.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const IP_ADDRESS: Rule = Rule {
    id: "ip_address",
    tag: Tag::IpAddress,
    names: &["ip", "ip address", "ip addr", "ip adresse", "ipaddress", "ipaddr", "ipadresse", "ipv4", "ipv6", "remote addr", "ip地址"],
    hints: &["host", "server", "client", "remote", "peer", "addr", "address", "adresse", "地址"],
    against: &["version", "ver", "build", "release", "firmware", "revision", "agent", "driver", "software", "os", "版本", "固件"],
    fit,
    named: Need { form: 0.6, likely: 0.6, sure: 0.0 },
    hinted: Need { form: 0.9, likely: 0.9, sure: 0.3 },
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.95, sure: 0.5 }, distinct: 3, beginnings: 1, beginning: 4 }),
    ..BASE
};

/// Parts of a version are small; one part of most addresses is not.
const LARGE: u8 = 99;

fn fit(value: &str) -> Fit {
    let (address, _) = value.split_once('/').unwrap_or((value, ""));
    if let Ok(address) = address.parse::<Ipv6Addr>() {
        // `::` and `::1` are short, and may be anything.
        return if address.segments().iter().filter(|segment| **segment != 0).count() > 1 { Fit::Sure } else { Fit::Likely };
    }
    let without_port = address.split_once(':').map_or(address, |(host, _)| host);
    let Ok(address) = without_port.parse::<Ipv4Addr>() else { return Fit::No };
    if address.octets().iter().any(|octet| *octet > LARGE) { Fit::Sure } else { Fit::Likely }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn addresses_have_a_large_part_and_versions_small_ones() {
        for value in ["192.168.1.1", "8.8.4.255:53", "10.1.0.200/24", "2001:db8::1", "fe80::1/64", "::ffff:10.0.0.1"] {
            assert_eq!(fit(value), Fit::Sure, "{value}");
        }
        assert_eq!(fit("4.15.0.42"), Fit::Likely);
        for value in ["", "1.2.3", "10.0.19041.1", "256.1.1.1", "12:30:45", "a:b", "1.2.3.4.5", "b2:b4:ea:03:61:99"] {
            assert_eq!(fit(value), Fit::No, "{value}");
        }
    }
}

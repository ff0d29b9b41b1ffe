//! Ports for servers of tests: below those that the kernel gives to outgoing connections. A port of that range may
//! become the source of somebody's connection between the moment it is found free and the moment a server binds it.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// Linux gives 32768 and above to outgoing connections; below 10000 are the ports of well-known servers.
const FIRST: u32 = 10_000;
const PORTS: u32 = 22_000;

/// How many were looked at by this process: no two of its tests look at the same one.
static LOOKED_AT: AtomicU32 = AtomicU32::new(0);

/// A port that nobody listens on now, and that nobody is given until all others were.
#[must_use]
pub fn free_port() -> u16 {
    // Two test programs at the same time begin at different ports.
    let begin = std::process::id().wrapping_mul(193);
    loop {
        let place = begin.wrapping_add(LOOKED_AT.fetch_add(1, Ordering::Relaxed)) % PORTS;
        let port = u16::try_from(FIRST + place).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

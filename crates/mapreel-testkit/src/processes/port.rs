//! Ports for servers that cannot choose one themselves.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// The first port of the system's range of ephemeral ports, by default.
const EPHEMERAL: u16 = 32768;

/// A free port of this machine below the range of ephemeral ports. A server takes seconds until it listens; by then, the system could have
/// given an ephemeral port to a connection of another process.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 20_000) as u16;
    let ports =
        std::iter::repeat_with(|| 10_240 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % (EPHEMERAL - 10_240));
    ports.take(5_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

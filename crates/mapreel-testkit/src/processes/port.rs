//! Ports for servers that cannot choose one themselves.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// Where the system's own range of ports begins, by default.
const EPHEMERAL: u16 = 32768;

/// A port of this machine that nobody listens at, and that the system gives to nobody by itself: a server takes seconds to
/// come to its port, and a port of the system's own range could be that of somebody's connection by then.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 20_000) as u16;
    let ports =
        std::iter::repeat_with(|| 10_240 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % (EPHEMERAL - 10_240));
    ports.take(5_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

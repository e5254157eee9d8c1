//! Real servers for tests and benchmarks, each started by the process that uses it and ended with it.
//!
//! `./test` installs what they need. Where one cannot be started, the tests that need it say so loudly and are skipped;
//! with `MAPREEL_TEST_SERVERS=required`, as in `./test`, they fail.

#![allow(clippy::unwrap_used, reason = "a server that cannot be started ends the test")]

mod child;
pub mod mongodb;
pub mod proxy;
pub mod rabbitmq;
pub mod s3;
pub mod tls;

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

/// A port of this machine that nobody listens at, and that the system gives to nobody by itself: a server takes seconds to
/// come to its port, and a port of the system's own range could be that of somebody's connection by then.
pub fn free_port() -> u16 {
    /// Where the system's own range begins, by default.
    const EPHEMERAL: u16 = 32768;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = (std::process::id() % 20_000) as u16;
    let ports =
        std::iter::repeat_with(|| 10_240 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % (EPHEMERAL - 10_240));
    ports.take(5_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// Says that a test is skipped, and why; fails where every server is required.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var("MAPREEL_TEST_SERVERS").is_err(), "{what} is required and cannot be started: {why}");
    eprintln!("\n*** SKIPPED: {what} cannot be started: {why} ***\n");
}

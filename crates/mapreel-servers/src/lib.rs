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

use std::net::TcpListener;

/// A port of this machine that nobody listens at.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Says that a test is skipped, and why; fails where every server is required.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var("MAPREEL_TEST_SERVERS").is_err(), "{what} is required and cannot be started: {why}");
    eprintln!("\n*** SKIPPED: {what} cannot be started: {why} ***\n");
}

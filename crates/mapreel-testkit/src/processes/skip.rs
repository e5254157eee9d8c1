//! Tests that cannot be run on this machine.

/// Says that a test is skipped, and why; fails where every server is required.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var("MAPREEL_TEST_SERVERS").is_err(), "{what} is required and cannot be started: {why}");
    eprintln!("\n*** SKIPPED: {what} cannot be started: {why} ***\n");
}

//! Tests that cannot be run on this machine.

/// Prints that a test is skipped, and why; panics with `MAPREEL_TEST_SERVERS=required`.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var("MAPREEL_TEST_SERVERS").is_err(), "{what} is required and cannot be started: {why}");
    eprintln!("\n*** SKIPPED: {what} cannot be started: {why} ***\n");
}

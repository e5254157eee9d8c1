//! The backoff of a process whose compare-and-set failed because another process has written to the same document.

use std::time::Duration;

/// How often a process tries a compare-and-set.
pub(super) const TRIES_MAX: usize = 60;

/// The wait after this many tries: at most 2 ms at first, then doubling up to 64 ms.
pub(super) async fn back_off(tries: usize) {
    tokio::time::sleep(Duration::from_micros(fastrand::u64(0..2_000 << tries.min(5)))).await;
}

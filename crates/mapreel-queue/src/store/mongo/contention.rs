//! What a process does when another one writes to the same document: it tries again, after a random wait that grows.

use std::time::Duration;

/// How often a process tries.
pub(super) const TRIES_MAX: usize = 60;

/// The wait after this many tries: at most 2 ms at first, then doubling up to 64 ms.
pub(super) async fn back_off(tries: usize) {
    tokio::time::sleep(Duration::from_micros(fastrand::u64(0..2_000 << tries.min(5)))).await;
}

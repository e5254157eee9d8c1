//! Waiting for a condition.

use std::time::{Duration, Instant};

/// How often the condition is checked.
const LOOK: Duration = Duration::from_millis(5);

/// Waits until `is` returns true; false: it did not within `patience`.
pub fn wait_until(patience: Duration, mut is: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < patience {
        if is() {
            return true;
        }
        std::thread::sleep(LOOK);
    }
    false
}

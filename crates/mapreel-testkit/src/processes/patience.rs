//! Waiting for something that comes in its own time.

use std::time::{Duration, Instant};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(5);

/// Waits until something is so; false: within `patience` it did not become so.
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

//! The backoff between attempts to reach the broker. It doubles; jitter makes each wait between half and all of it.

use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// How many attempts have failed in a row.
#[derive(Default)]
pub(super) struct Pause(u32);

impl Pause {
    /// The wait before the next attempt.
    pub(super) fn next(&mut self) -> Duration {
        let full = PAUSE.saturating_mul(1 << self.0.min(10)).min(PAUSE_MAX);
        self.0 += 1;
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// Starts again at the shortest wait, after an attempt that succeeded.
    pub(super) fn reset(&mut self) {
        self.0 = 0;
    }
}

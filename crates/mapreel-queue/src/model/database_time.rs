//! The time of a database, counted on by this machine.

use super::time::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// The time of a database: asked for now and then, and counted on by the monotonic clock of this machine, so that setting this machine's
/// wall clock changes no lease.
#[derive(Debug, Clone)]
pub struct DatabaseTime {
    started: Instant,
    /// The database's time when the monotonic clock was at `started`.
    origin_ms: Arc<AtomicI64>,
}

impl DatabaseTime {
    /// The database said `time` while `asked` was the middle between question and answer.
    pub(crate) fn new(time: Time, asked: Instant) -> Self {
        let new = Self { started: asked, origin_ms: Arc::default() };
        new.correct(time, asked);
        new
    }

    /// The database said once more which time it is.
    pub(crate) fn correct(&self, time: Time, asked: Instant) {
        let since = asked.saturating_duration_since(self.started).as_millis() as i64;
        self.origin_ms.store(time.0 - since, Ordering::SeqCst);
    }

    /// The database's time, as far as is known.
    pub(crate) fn now(&self) -> Time {
        Time(self.origin_ms.load(Ordering::SeqCst)).after(self.started.elapsed())
    }
}

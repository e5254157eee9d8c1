//! The time of a database, extrapolated by this machine's monotonic clock.

use super::time::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

/// The time of a database: read now and then, and between two readings extrapolated by the monotonic clock of this machine. So setting
/// this machine's wall clock changes no lease.
#[derive(Debug, Clone)]
pub struct DatabaseTime {
    started: Instant,
    /// The database's time when the monotonic clock was at `started`.
    origin_ms: Arc<AtomicI64>,
}

impl DatabaseTime {
    /// The database answered `time`; `asked` is the middle between the query and its answer.
    pub(crate) fn new(time: Time, asked: Instant) -> Self {
        let new = Self { started: asked, origin_ms: Arc::default() };
        new.correct(time, asked);
        new
    }

    /// Takes over a new reading of the database's time.
    pub(crate) fn correct(&self, time: Time, asked: Instant) {
        let since = asked.saturating_duration_since(self.started).as_millis() as i64;
        self.origin_ms.store(time.0 - since, Ordering::SeqCst);
    }

    /// The database's time, extrapolated from the newest reading.
    pub(crate) fn now(&self) -> Time {
        Time(self.origin_ms.load(Ordering::SeqCst)).after(self.started.elapsed())
    }
}

//! Times of jobs, and where they come from.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// So much later.
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// So many milliseconds later, or earlier.
    pub(crate) fn shifted(self, by_ms: i64) -> Self {
        Self(self.0.saturating_add(by_ms))
    }

    /// How long after `earlier`; nothing when it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0).max(0) as u64)
    }
}

/// Where a store has its time from. All processes of one store must share it.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// This machine's, as it stands on the wall; a store takes one instead that nobody sets.
    #[default]
    System,
    /// This machine's count of the time since it was started, from this point on the wall.
    Machine {
        /// What stood on the wall when the count was zero, in milliseconds since 1970.
        origin_ms: i64,
    },
    /// The database's own, as last asked for, carried on by a clock that nobody sets.
    Database(DatabaseTime),
    /// One that stands still until it is set: for tests.
    Manual(Arc<AtomicI64>),
}

/// The time of a database: asked for now and then, and counted on by the monotonic clock of this machine, so that whoever sets
/// this machine's clock changes no lease.
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

    /// The same, once more.
    pub(crate) fn correct(&self, time: Time, asked: Instant) {
        let since = asked.saturating_duration_since(self.started).as_millis() as i64;
        self.origin_ms.store(time.0 - since, Ordering::SeqCst);
    }

    fn now(&self) -> Time {
        Time(self.origin_ms.load(Ordering::SeqCst)).after(self.started.elapsed())
    }
}

impl Clock {
    /// Milliseconds since the machine was started, sleep included; the same in all of its processes, and set by nobody.
    #[cfg(target_os = "linux")]
    pub(crate) fn up_ms() -> i64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: it writes to the struct that it is given, and to nothing else.
        unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
        time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Milliseconds since this process first asked; set by nobody.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn up_ms() -> i64 {
        static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        BEGAN.get_or_init(Instant::now).elapsed().as_millis() as i64
    }

    /// The time.
    pub fn now(&self) -> Time {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Time(since.as_millis() as i64)
            }
            Self::Machine { origin_ms } => Time(origin_ms + Self::up_ms()),
            Self::Database(time) => time.now(),
            Self::Manual(time) => Time(time.load(Ordering::SeqCst)),
        }
    }
}

//! The clocks from which a store can take its time.

#[cfg(feature = "cluster")]
use super::database_time::DatabaseTime;
use super::time::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
#[cfg(not(target_os = "linux"))]
use std::time::Instant;
use std::time::{SystemTime, UNIX_EPOCH};

/// The clock from which a store takes its time. All processes of one store must use the same one.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// This machine's wall clock. A store that is opened replaces it by a monotonic clock, which no operator can set: [`Clock::Machine`] or
    /// `Clock::Database`.
    #[default]
    System,
    /// The time since this machine was started, added to the wall clock at that moment.
    Machine {
        /// The wall clock when the machine was started, in milliseconds since 1970.
        origin_ms: i64,
    },
    /// The database's clock as it was last read, plus the time since then by this machine's monotonic clock.
    #[cfg(feature = "cluster")]
    Database(DatabaseTime),
    /// A clock that moves only when a test sets it.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Milliseconds since the machine was started, sleep included. All processes of the machine read the same value, and no user can set it.
    #[cfg(target_os = "linux")]
    pub(crate) fn up_ms() -> i64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: it writes to the struct that it is given, and to nothing else.
        unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
        time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Milliseconds since the first call in this process; no user can set this clock.
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
            #[cfg(feature = "cluster")]
            Self::Database(time) => time.now(),
            Self::Manual(time) => Time(time.load(Ordering::SeqCst)),
        }
    }
}

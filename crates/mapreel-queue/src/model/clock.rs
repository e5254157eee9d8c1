//! Where a store has its time from.

#[cfg(feature = "cluster")]
use super::database_time::DatabaseTime;
use super::time::Time;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
#[cfg(not(target_os = "linux"))]
use std::time::Instant;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a store has its time from. All processes of one store must share it.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// This machine's wall clock. A store replaces it, when it is opened, by one that cannot be set: [`Clock::Machine`] or
    /// `Clock::Database`.
    #[default]
    System,
    /// This machine's count of the time since it was started, and where it began.
    Machine {
        /// The wall clock when the count was zero, in milliseconds since 1970.
        origin_ms: i64,
    },
    /// The database's own, as last asked for, counted on by a clock that cannot be set.
    #[cfg(feature = "cluster")]
    Database(DatabaseTime),
    /// Stands still until it is set: for tests.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Milliseconds since the machine was started, sleep included; the same in all of its processes, and no user can set it.
    #[cfg(target_os = "linux")]
    pub(crate) fn up_ms() -> i64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: it writes to the struct that it is given, and to nothing else.
        unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
        time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// Milliseconds since this process first asked; no user can set it.
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

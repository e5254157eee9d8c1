//! The time of a store on one machine: a clock that no user can set.
//!
//! The machine counts the time since its start, sleep included (`CLOCK_BOOTTIME`). A process that opens the file stores an anchor: the
//! wall-clock time at which that count was zero. If another process has the file open already, the new process takes over the stored anchor
//! instead. So all processes agree to the millisecond, even if the wall clock was set in between.
//!
//! The wall clock may be wrong when the anchor is stored. If the file was last used in the future, or long ago, the store moves the times for
//! which its jobs wait by the difference: time in which no process used the store does not count as waiting.

use super::{properties, row};
use crate::Error;
use crate::model::{Clock, Settings, Time};
use rusqlite::{Connection, TransactionBehavior};
use std::time::Duration;

/// How often a process notes that the store is in use.
pub(super) const SEEN_EVERY: Duration = Duration::from_secs(60);
/// If no process has used a store for longer than this, the store was asleep: its times are moved.
const ASLEEP_AFTER: Duration = Duration::from_secs(3600);

/// The wall clock at the machine's start, and the id of that start (`boot_id`).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Anchor {
    boot: String,
    origin_ms: i64,
}

/// The readings of this machine's clocks.
struct Machine {
    boot: String,
    up_ms: i64,
    wall_ms: i64,
}

impl Machine {
    fn read() -> Self {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
        Self { boot, up_ms: Clock::up_ms(), wall_ms: Clock::System.now().0 }
    }

    /// The anchor of a process that opens a store.
    fn anchor(&self, stored: Option<Anchor>, others_live: bool) -> Anchor {
        let of_others = stored.filter(|stored| others_live && !self.boot.is_empty() && stored.boot == self.boot);
        of_others.unwrap_or_else(|| Anchor { boot: self.boot.clone(), origin_ms: self.wall_ms - self.up_ms })
    }
}

/// Sets the clock of a handle, and moves the times for which jobs wait if the store was asleep.
pub(super) fn start(connection: &mut Connection, settings: &mut Settings, others_live: bool) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if matches!(settings.clock, Clock::System) {
        settings.clock = Clock::Machine { origin_ms: anchor(&transaction, others_live)?.origin_ms };
    }
    let now = settings.clock.now();
    if !others_live && let Some(asleep_ms) = asleep_ms(seen(&transaction)?, now) {
        tracing::warn!(
            hours = asleep_ms as f64 / 3_600_000.0,
            "the store was last used long ago, or in the future; the times of its jobs are moved by the difference"
        );
        shift(&transaction, asleep_ms, settings)?;
    }
    note_seen(&transaction, now)?;
    Ok(transaction.commit()?)
}

/// The anchor of this process; it is stored.
fn anchor(connection: &Connection, others_live: bool) -> Result<Anchor, Error> {
    let boot = properties::get(connection, "boot")?;
    let stored = boot.zip(properties::get(connection, "origin_ms")?.and_then(|ms| ms.parse().ok()));
    let anchor = Machine::read().anchor(stored.map(|(boot, origin_ms)| Anchor { boot, origin_ms }), others_live);
    properties::set(connection, "boot", &anchor.boot)?;
    properties::set(connection, "origin_ms", &anchor.origin_ms.to_string())?;
    Ok(anchor)
}

/// Moves the times for which jobs wait.
fn shift(connection: &Connection, by_ms: i64, settings: &Settings) -> Result<(), Error> {
    let live = "SELECT record FROM jobs WHERE open = 1 OR state = 'SUCCESS' OR garbage_at IS NOT NULL";
    for mut job in row::records(connection, live, [])? {
        job.shift(by_ms);
        row::store(connection, &job, settings)?;
    }
    Ok(())
}

/// By how many milliseconds the times for which jobs wait are to be moved, if the store was last used at `seen`.
fn asleep_ms(seen: Option<Time>, now: Time) -> Option<i64> {
    let seen = seen?;
    (now < seen || now.since(seen) > ASLEEP_AFTER).then(|| now.0.saturating_sub(seen.0))
}

/// When the store was last used, to a minute.
pub(super) fn seen(connection: &Connection) -> Result<Option<Time>, Error> {
    Ok(properties::get(connection, "seen_ms")?.and_then(|ms| ms.parse().ok()).map(Time))
}

/// Notes that the store is in use.
pub(super) fn note_seen(connection: &Connection, now: Time) -> Result<(), Error> {
    properties::set(connection, "seen_ms", &now.0.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concurrent_processes_share_an_anchor_and_a_process_alone_reads_the_wall_clock() {
        let machine = |boot: &str, up_ms, wall_ms| Machine { boot: boot.into(), up_ms, wall_ms };
        let first = machine("a", 1_000, 50_000).anchor(None, false);
        assert_eq!(first.origin_ms, 49_000);
        // In between, the wall clock was set forward by an hour.
        let later = machine("a", 2_000, 51_000 + 3_600_000);
        assert_eq!(later.anchor(Some(first.clone()), true), first);
        assert_eq!(later.anchor(Some(first.clone()), false).origin_ms, 49_000 + 3_600_000);
        // The machine was started again, so the stored anchor is not valid.
        assert_eq!(machine("b", 10, 60_000).anchor(Some(first), true).origin_ms, 59_990);
    }

    #[test]
    fn a_store_was_asleep_if_it_was_used_long_ago_or_in_the_future() {
        let at = |seen, now| asleep_ms(seen, Time(now));
        assert_eq!(at(None, 5), None);
        assert_eq!(at(Some(Time(1_000)), 60_000), None);
        assert_eq!(at(Some(Time(60_000)), 1_000), Some(-59_000));
        assert_eq!(at(Some(Time(0)), 86_400_000), Some(86_400_000));
    }
}

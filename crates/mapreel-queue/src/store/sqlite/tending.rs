//! Tending: takes leases from dead and silent holders, expires artifacts, fails jobs that take too long, deletes old records.

use super::owner::Owner;
use super::{clock, row};
use crate::Error;
use crate::model::{Deaths, Settings, TendReport, Time};
use rusqlite::{Connection, params};
use std::time::Duration;

/// How long idempotency keys are kept.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3600);

/// Whether a round of tending would change anything: an idle store is not written to.
pub(super) fn is_needed(connection: &Connection, reads: u32, now: Time) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM jobs WHERE leased > 0) OR EXISTS (SELECT 1 FROM jobs WHERE ages_at <= ?1)
               OR EXISTS (SELECT 1 FROM jobs WHERE request_ends_at <= ?1) OR EXISTS (SELECT 1 FROM jobs WHERE forgotten_at <= ?1) OR EXISTS (SELECT 1 FROM keys WHERE created <= ?2)
               OR EXISTS (SELECT 1 FROM jobs WHERE open = 1 AND plan_version > ?3)";
    if clock::seen(connection)?.is_none_or(|seen| now.since(seen) > clock::SEEN_EVERY) {
        return Ok(true);
    }
    let values = params![now.0, keys_end_ms(now), reads];
    Ok(connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?)
}

/// One round of tending, inside the caller's transaction.
pub(super) fn tend(connection: &Connection, owner: &Owner, settings: &Settings) -> Result<TendReport, Error> {
    let now = settings.clock.now();
    clock::note_seen(connection, now)?;
    let rescued = rescue(connection, owner, settings, now)?;
    let (aged, prepared_again) = (age(connection, settings, now)?, prepare_again(connection, settings, now)?);
    delete_requests(connection, now)?;
    Ok(TendReport { rescued, aged, prepared_again, forgotten: forget(connection, now)? })
}

/// Takes the leases that are over or whose owner is dead; returns how many.
fn rescue(connection: &Connection, owner: &Owner, settings: &Settings, now: Time) -> Result<usize, Error> {
    let mut rescued = 0;
    let leased = row::records(connection, "SELECT record FROM jobs WHERE leased > 0", [])?;
    let deaths = Deaths::new(&leased, owner.death_check());
    for mut job in leased {
        let before = job.clone();
        rescued += job.rescue(now, now, settings, fastrand::f64(), &deaths);
        if job != before {
            row::store(connection, &job, settings)?;
        }
    }
    Ok(rescued)
}

/// Expires artifacts, and fails jobs that have waited too long; returns the number of jobs.
fn age(connection: &Connection, settings: &Settings, now: Time) -> Result<usize, Error> {
    let mut aged = 0;
    for mut job in row::records(connection, "SELECT record FROM jobs WHERE ages_at <= ?1 LIMIT 500", [now.0])? {
        if job.age(now, settings) {
            row::store(connection, &job, settings)?;
            aged += 1;
        }
    }
    Ok(aged)
}

/// Lets jobs be prepared again if this process cannot read their plan and no other process works on them; returns how many.
fn prepare_again(connection: &Connection, settings: &Settings, now: Time) -> Result<usize, Error> {
    let mut prepared_again = 0;
    let unread = "SELECT record FROM jobs WHERE open = 1 AND plan_version > ?1";
    for mut job in row::records(connection, unread, [settings.plan_version])? {
        if job.prepare_again(now, settings) {
            row::store(connection, &job, settings)?;
            prepared_again += 1;
        }
    }
    Ok(prepared_again)
}

/// Deletes requests that are not needed any more. When such a job is stored again, a later round finds it again and deletes nothing.
fn delete_requests(connection: &Connection, now: Time) -> Result<(), Error> {
    let ended = "SELECT id FROM jobs WHERE request_ends_at <= ?1";
    connection.execute(&format!("DELETE FROM requests WHERE id IN ({ended})"), [now.0])?;
    connection.execute("UPDATE jobs SET request_ends_at = NULL WHERE request_ends_at <= ?1", [now.0])?;
    Ok(())
}

/// Deletes records and idempotency keys that are old enough; returns the number of records.
fn forget(connection: &Connection, now: Time) -> Result<usize, Error> {
    let forgotten = "SELECT id FROM jobs WHERE forgotten_at <= ?1 AND garbage_at IS NULL";
    let forgotten = connection.execute(&format!("DELETE FROM jobs WHERE id IN ({forgotten})"), [now.0])?;
    connection.execute("DELETE FROM keys WHERE created <= ?1", [keys_end_ms(now)])?;
    Ok(forgotten)
}

fn keys_end_ms(now: Time) -> i64 {
    now.0 - KEYS_KEPT.as_millis() as i64
}

//! Accepting a job: its idempotency key, the bounds on open jobs, its rows.

use super::{claims, row};
use crate::Error;
use crate::model::{Bound, Job, JobId, NewJob, Settings, Submitted, Time};
use rusqlite::{Connection, OptionalExtension, params};

/// Accepts a job, inside the caller's transaction.
pub(super) fn submit(connection: &Connection, new: &NewJob, settings: &Settings) -> Result<Submitted, Error> {
    let now = settings.clock.now();
    // The scorecard's control ignores idempotency keys.
    if let Some(key) = new.idempotency_key.as_ref().filter(|_| !crate::IS_CONTROL)
        && let Some(known) = known(connection, key, new)?
    {
        return Ok(known);
    }
    if let Some(full) = full(connection, new, settings)? {
        return Ok(full);
    }
    let turn = claims::turns(connection, new.service)?.of(&new.owner);
    let job = Job::new(JobId::random(), new, turn, now);
    row::store(connection, &job, settings)?;
    connection
        .prepare_cached("INSERT INTO requests (id, document) VALUES (?1, ?2)")?
        .execute(params![job.id.to_string(), &new.document[..]])?;
    if let Some(key) = &new.idempotency_key {
        store_key(connection, key, &job, now)?;
    }
    Ok(Submitted::Created(job))
}

/// The job that an idempotency key stands for, or that the key belongs to another request; `None`: the key is new, or the record of its
/// job was deleted.
fn known(connection: &Connection, key: &str, new: &NewJob) -> Result<Option<Submitted>, Error> {
    let sql = "SELECT request_sha256, service, id FROM keys WHERE key = ?1";
    let row =
        |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?));
    let Some((sha256, service, id)) = connection.prepare_cached(sql)?.query_row([key], row).optional()? else {
        return Ok(None);
    };
    if sha256 != new.request_sha256 || service != new.service.name() {
        return Ok(Some(Submitted::KeyReused));
    }
    let job = id.parse().ok().map(|id| row::load(connection, id)).transpose()?.flatten();
    Ok(job.map(Submitted::Known))
}

/// Whether the bound on open jobs is reached: that of all owners, or that of this owner.
fn full(connection: &Connection, new: &NewJob, settings: &Settings) -> Result<Option<Submitted>, Error> {
    let open: i64 =
        connection.prepare_cached("SELECT count(*) FROM jobs WHERE open = 1")?.query_row([], |r| r.get(0))?;
    if open as u64 >= settings.open_jobs_max {
        return Ok(Some(Submitted::Full { open: open as u64, bound: Bound::All }));
    }
    let Some(max) = new.open_jobs_of_owner_max else { return Ok(None) };
    let sql = "SELECT count(*) FROM jobs WHERE open = 1 AND owner = ?1";
    let open: i64 = connection.prepare_cached(sql)?.query_row([&new.owner], |row| row.get(0))?;
    Ok((open as u64 >= max).then_some(Submitted::Full { open: open as u64, bound: Bound::Owner }))
}

fn store_key(connection: &Connection, key: &str, job: &Job, now: Time) -> Result<(), Error> {
    let sql = "INSERT OR REPLACE INTO keys (key, request_sha256, service, id, created) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![key, job.request_sha256, job.service.name(), job.id.to_string(), now.0];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

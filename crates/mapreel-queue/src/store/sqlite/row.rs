//! A job as a row: its record as JSON, and the columns by which queries search.

use crate::Error;
use crate::model::{Job, JobId, Settings};
use rusqlite::{Connection, OptionalExtension, Params, params};

/// A job, if it is known.
pub(super) fn load(connection: &Connection, id: JobId) -> Result<Option<Job>, Error> {
    let mut statement = connection.prepare_cached("SELECT record FROM jobs WHERE id = ?1")?;
    let record: Option<String> = statement.query_row([id.to_string()], |row| row.get(0)).optional()?;
    Ok(record.map(|record| serde_json::from_str(&record)).transpose()?)
}

/// The jobs of a query whose only column is the record.
pub(super) fn records(connection: &Connection, sql: &str, params: impl Params) -> Result<Vec<Job>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let records = statement.query_map(params, |row| row.get::<_, String>(0))?;
    records.map(|record| Ok(serde_json::from_str(&record?)?)).collect()
}

/// Stores a job, new or changed.
pub(super) fn store(connection: &Connection, job: &Job, settings: &Settings) -> Result<(), Error> {
    let sql = "INSERT INTO jobs (id, service, state, open, claimable_at, leased, ages_at, garbage_at, forgotten_at, created, record,
                                 owner, turn, ready, request_ends_at, plan_version, searched)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
               ON CONFLICT (id) DO UPDATE SET state = ?3, open = ?4, claimable_at = ?5, leased = ?6, ages_at = ?7,
               garbage_at = ?8, forgotten_at = ?9, record = ?11, owner = ?12, turn = ?13, ready = ?14,
               request_ends_at = ?15, plan_version = ?16, searched = ?17";
    connection.prepare_cached(sql)?.execute(params![
        job.id.to_string(),
        job.service.name(),
        job.state.name(),
        !job.state.is_final(),
        job.claimable_at().map(|time| time.0),
        job.leases().count() as i64,
        job.ages_at(settings).map(|time| time.0),
        job.garbage.map(|time| time.0),
        job.forgotten_at(settings).map(|time| time.0),
        job.created.0,
        serde_json::to_string(job)?,
        job.owner,
        job.turn,
        job.ready() as i64,
        job.request_ends_at(settings).map(|time| time.0),
        job.plan_version,
        job.searched(),
    ])?;
    Ok(())
}

//! Queries that change nothing: request documents, lists of jobs, numbers of jobs.

use super::row;
use crate::Error;
use crate::model::{Counts, Cursor, Filter, Garbage, Job, JobId, SEARCHED_MAX, Time};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};

/// The most jobs that one round of cleaning handles.
const GARBAGE_MAX: usize = 100;

/// The request document of a job, as long as it is needed.
pub(super) fn request(connection: &Connection, id: JobId) -> Result<Option<Bytes>, Error> {
    let mut statement = connection.prepare_cached("SELECT document FROM requests WHERE id = ?1")?;
    Ok(statement.query_row([id.to_string()], |row| row.get::<_, Vec<u8>>(0)).optional()?.map(Bytes::from))
}

/// Jobs, newest first. The query has only the conditions of the filter, so that SQLite can use the indexes.
pub(super) fn jobs(connection: &Connection, filter: &Filter) -> Result<Vec<Job>, Error> {
    let (beside, order, is_ascending) = match filter.cursor {
        None => (None, "", false),
        Some(Cursor::OlderThan(id)) => (Some(id.to_string()), " AND id < ?3", false),
        Some(Cursor::NewerThan(id)) => (Some(id.to_string()), " AND id > ?3", true),
    };
    let conditions = [
        (filter.state.is_some(), " AND state = ?1"),
        (filter.service.is_some(), " AND service = ?2"),
        (beside.is_some(), order),
        (filter.owner.is_some(), " AND owner = ?4"),
    ];
    let wanted: String = conditions.iter().filter(|(is, _)| *is).map(|(_, condition)| *condition).collect();
    let direction = if is_ascending { "ASC" } else { "DESC" };
    let nearest = format!("FROM jobs WHERE 1{wanted} ORDER BY id {direction} LIMIT");
    let sql = match &filter.search {
        None => format!("SELECT record {nearest} ?5"),
        Some(_) => format!(
            "SELECT record FROM (SELECT id, record, searched {nearest} {SEARCHED_MAX}) WHERE instr(searched, ?6) > 0 ORDER BY id {direction} LIMIT ?5"
        ),
    };
    let (state, service) = (filter.state.map(|s| s.name()), filter.service.map(|s| s.name()));
    let (limit, search) = (filter.limit.min(i64::MAX as usize) as i64, filter.search.as_deref().map(str::to_lowercase));
    let mut jobs = match search {
        None => row::records(connection, &sql, params![state, service, beside, filter.owner, limit])?,
        Some(search) => row::records(connection, &sql, params![state, service, beside, filter.owner, limit, search])?,
    };
    if is_ascending {
        jobs.reverse();
    }
    Ok(jobs)
}

/// Jobs whose objects are to be cleaned up.
pub(super) fn garbage(connection: &Connection, now: Time) -> Result<Vec<Garbage>, Error> {
    let sql = "SELECT record FROM jobs WHERE garbage_at <= ?1 ORDER BY garbage_at LIMIT ?2";
    let jobs = row::records(connection, sql, params![now.0, GARBAGE_MAX as i64])?;
    Ok(jobs.iter().map(|job| Garbage { id: job.id, keep: job.kept_keys() }).collect())
}

/// How many jobs are in which state.
pub(super) fn counts(connection: &Connection) -> Result<Counts, Error> {
    let mut statement = connection.prepare_cached("SELECT service, state, count(*) FROM jobs GROUP BY 1, 2")?;
    let jobs = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)? as u64)))?;
    let sql = "SELECT min(created) FROM jobs WHERE open = 1 AND state = 'PENDING'";
    let oldest: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(Counts { jobs: jobs.collect::<Result<_, _>>()?, oldest_pending: oldest.map(Time) })
}

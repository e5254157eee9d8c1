//! Which part is claimed: `model/fair.rs` chooses, by the owners, leases and turns that these queries read from the indexes.

use super::row;
use crate::Error;
use crate::model::{Claim, Contender, Job, Service, Settings, Time, Turn, Turns};
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// Whether any of these lanes has a part that a process which `reads` plans up to this version can claim, and whose owner is not in
/// `except`.
pub(super) fn has_any(
    connection: &Connection,
    lanes: &[Service],
    except: &[String],
    reads: u32,
    now: Time,
) -> Result<bool, Error> {
    for lane in lanes {
        let found = if except.is_empty() {
            is_claimable(connection, *lane, reads, now)?
        } else {
            contenders(connection, *lane, reads, now)?.iter().any(|contender| !except.contains(&contender.owner))
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a lane has a part, of any owner, that can be claimed.
fn is_claimable(connection: &Connection, lane: Service, reads: u32, now: Time) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM jobs WHERE service = ?1 AND claimable_at IS NOT NULL AND claimable_at <= ?2 AND plan_version <= ?3)";
    Ok(connection.prepare_cached(sql)?.query_row(params![lane.name(), now.0, reads], |row| row.get(0))?)
}

/// Takes the part whose turn it is, from the first of these lanes that has one, passing over the owners in `except`.
pub(super) fn claim(
    connection: &Connection,
    lanes: &[Service],
    except: &[String],
    holder: &str,
    settings: &Settings,
) -> Result<Option<Claim>, Error> {
    let (reads, now) = (settings.plan_version, settings.clock.now());
    for lane in lanes {
        let (contenders, turns) = (contenders(connection, *lane, reads, now)?, turns(connection, *lane)?);
        let Some(next) = turns.next(&contenders, except) else { continue };
        let Some(mut job) = first_of(connection, *lane, &next.owner, reads, now)? else { continue };
        let began = turns.of(&next.owner);
        let Some(claim) = job.claim(holder, began, now, settings) else { continue };
        row::store(connection, &job, settings)?;
        let turn = Turn { owner: job.owner, turn: job.turn, clock: turns.clock_among(&contenders) };
        store_turn(connection, *lane, &turn, &turns)?;
        return Ok(Some(claim));
    }
    Ok(None)
}

/// The owners with a part that can be claimed by a process that `reads` plans up to this version.
fn contenders(connection: &Connection, lane: Service, reads: u32, now: Time) -> Result<Vec<Contender>, Error> {
    let held = held(connection, lane)?;
    let sql = "SELECT owner, min(id), sum(ready) FROM jobs
               WHERE service = ?1 AND claimable_at IS NOT NULL AND claimable_at <= ?2 AND plan_version <= ?3 GROUP BY owner";
    let mut statement = connection.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?));
    let rows: Vec<_> = statement.query_map(params![lane.name(), now.0, reads], row)?.collect::<Result<_, _>>()?;
    let contender = |(owner, first, ready): (String, String, i64)| {
        let first = first.parse().map_err(|error| Error::Store(format!("a record is broken: {error}")))?;
        let held = held.get(&owner).map_or(0, |held| *held as u64);
        Ok(Contender { owner, held, first, ready: ready as u64 })
    };
    rows.into_iter().map(contender).collect()
}

/// How many leases there are on the parts of each owner in a lane.
fn held(connection: &Connection, lane: Service) -> Result<HashMap<String, i64>, Error> {
    let sql = "SELECT owner, sum(leased) FROM jobs WHERE service = ?1 AND leased > 0 GROUP BY owner";
    let mut statement = connection.prepare_cached(sql)?;
    let held = statement.query_map([lane.name()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    Ok(held.collect::<Result<_, _>>()?)
}

/// How many claims it takes until a part of this job is claimed.
pub(super) fn position(connection: &Connection, job: &Job, reads: u32, now: Time) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM jobs WHERE service = ?1 AND owner = ?2 AND claimable_at IS NOT NULL AND claimable_at <= ?3
               AND (turn, id) < (?4, ?5) AND plan_version <= ?6";
    let values = params![job.service.name(), job.owner, now.0, job.turn, job.id.to_string(), reads];
    let before: i64 = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    let (contenders, turns) = (contenders(connection, job.service, reads, now)?, turns(connection, job.service)?);
    Ok(1 + turns.ahead(&contenders, &job.owner, before as u64))
}

/// The turns of a lane.
pub(super) fn turns(connection: &Connection, lane: Service) -> Result<Turns, Error> {
    let mut statement = connection.prepare_cached("SELECT owner, turn, clock FROM turns WHERE lane = ?1")?;
    let row = |row: &rusqlite::Row<'_>| Ok(Turn { owner: row.get(0)?, turn: row.get(1)?, clock: row.get(2)? });
    Ok(Turns::new(statement.query_map([lane.name()], row)?.collect::<Result<Vec<_>, _>>()?))
}

/// Of an owner's jobs the one that was served least recently.
fn first_of(connection: &Connection, lane: Service, owner: &str, reads: u32, now: Time) -> Result<Option<Job>, Error> {
    let sql =
        "SELECT record FROM jobs WHERE service = ?1 AND owner = ?2 AND claimable_at IS NOT NULL AND claimable_at <= ?3
               AND plan_version <= ?4 ORDER BY turn, id LIMIT 1";
    Ok(row::records(connection, sql, params![lane.name(), owner, now.0, reads])?.pop())
}

/// Stores the turn of the owner whose part was claimed, and deletes the turns that the clock has passed.
fn store_turn(connection: &Connection, lane: Service, turn: &Turn, before: &Turns) -> Result<(), Error> {
    let clock = before.clock().max(turn.clock);
    connection
        .prepare_cached("DELETE FROM turns WHERE lane = ?1 AND turn <= ?2")?
        .execute(params![lane.name(), clock])?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO turns (lane, owner, turn, clock) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![lane.name(), turn.owner, turn.turn, turn.clock])?;
    Ok(())
}

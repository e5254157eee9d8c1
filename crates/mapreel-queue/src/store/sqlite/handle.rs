//! The handle on a file: opens it, and does what the trait [`Queue`] asks for.

use super::commits::Commits;
use super::guard::Guard;
use super::owner::Owner;
use super::watcher::Watcher;
use super::writer::Writer;
use super::{claims, clock, guard, row, schema};
use crate::folder;
use crate::model::{
    Bound, Claim, Counts, Deaths, Failure, Filter, Garbage, Job, JobId, Lease, NewJob, Outcome, Queue, Service,
    Settings, State, Submitted, Tended, Time, Verdict, Waiting, compact,
};
use crate::{Error, Supervise};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long one process waits for another one's transaction. What comes while it waits is tried once more after it: who asks
/// is told within twice this that the store cannot be written to.
const BUSY: Duration = Duration::from_millis(1400);
/// Jobs looked at by one round of cleaning.
const GARBAGE_MAX: usize = 100;
/// How long idempotency keys are remembered.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3600);

/// The queue in one SQLite file. A handle is an owner of leases: dropped, or with its process killed, its leases are over.
pub struct Sqlite {
    writer: Writer,
    reader: Arc<Mutex<Connection>>,
    watcher: Watcher,
    owner: Arc<Owner>,
    guard: Arc<Guard>,
    settings: Settings,
}

impl Sqlite {
    /// Opens the file, or makes it. Called on a runtime; the handle's tasks end with it.
    ///
    /// # Errors
    /// It cannot be opened, is no such file, was made by a newer version, or has lost what was committed to it.
    pub fn open(path: &Path, mut settings: Settings, supervisor: &dyn Supervise) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            folder::make(folder)?;
        }
        let mut connection = connect(path)?;
        schema::migrate(&mut connection, path, &settings)?;
        let owner = Arc::new(Owner::new(path)?);
        clock::start(&mut connection, &mut settings, owner.has_company())?;
        let mark = guard::marked(&connection)?;
        let commits = Commits::open(path, &mark, &connection)?;
        let guard = Arc::new(Guard::new(path, mark)?);
        let (watcher, watching) = Watcher::new(path.to_owned(), guard.clone());
        let (writer, writing) = Writer::new(path.to_owned(), watcher.bell(), commits);
        [watching, writing].into_iter().for_each(|task| supervisor.start(task));
        Ok(Self { writer, reader: Arc::new(Mutex::new(connection)), watcher, owner, guard, settings })
    }

    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let reader = self.reader.clone();
        // One that panicked while it read has changed nothing.
        let work = move || f(&reader.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Store(error.to_string()))?
    }

    /// Loads a job, changes it, and stores it if the change says so.
    async fn change<T: Send + 'static>(
        &self,
        id: JobId,
        unknown: T,
        f: impl FnOnce(&mut Job, Time, &Settings) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let settings = self.settings.clone();
        self.writer
            .run(move |connection| {
                let Some(mut job) = row::load(connection, id)? else { return Ok(unknown) };
                let before = job.clone();
                let result = f(&mut job, settings.clock.now(), &settings);
                if job != before {
                    row::store(connection, &job, &settings)?;
                }
                Ok(result)
            })
            .await
    }
}

pub(super) fn connect(path: &Path) -> Result<Connection, Error> {
    let connection =
        Connection::open(path).map_err(|error| Error::Store(format!("cannot open `{}`: {error}", path.display())))?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Dropped by the control: durability.
    connection.pragma_update(None, "synchronous", if crate::NAIVE { "OFF" } else { "FULL" })?;
    Ok(connection)
}

#[async_trait::async_trait]
impl Queue for Sqlite {
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error> {
        let settings = self.settings.clone();
        let new = NewJob { document: compact(&new.document), ..new };
        self.guard.check()?;
        let submitted = self.writer.run(move |connection| submit(connection, &new, &settings)).await?;
        // What was written to a file that is not there any more is not durable.
        self.guard.check()?;
        Ok(submitted)
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.read(move |connection| row::load(connection, id)).await
    }

    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT document FROM requests WHERE id = ?1")?;
            Ok(statement.query_row([id.to_string()], |row| row.get::<_, Vec<u8>>(0)).optional()?.map(Bytes::from))
        })
        .await
    }

    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error> {
        self.read(move |connection| {
            // Only what is asked for stands there, so that the indexes can be used.
            let wanted = [
                (filter.state.is_some(), " AND state = ?1"),
                (filter.service.is_some(), " AND service = ?2"),
                (filter.before.is_some(), " AND id < ?3"),
                (filter.owner.is_some(), " AND owner = ?4"),
            ];
            let wanted: String = wanted.iter().filter(|(is, _)| *is).map(|(_, condition)| *condition).collect();
            let sql = format!("SELECT record FROM jobs WHERE 1{wanted} ORDER BY id DESC LIMIT ?5");
            let (state, service) = (filter.state.map(|s| s.name()), filter.service.map(|s| s.name()));
            let (before, limit) = (filter.before.map(|id| id.to_string()), filter.limit.min(i64::MAX as usize) as i64);
            row::records(connection, &sql, params![state, service, before, filter.owner, limit])
        })
        .await
    }

    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error> {
        let (lanes, except) = (lanes.to_vec(), except.to_vec());
        let (settings, owner) = (self.settings.clone(), self.owner.clone());
        // Most of the time there is nothing, and finding that out needs no transaction.
        let (wanted, without, now) = (lanes.clone(), except.clone(), settings.clock.now());
        let reads = settings.plan_version;
        let found = self.read(move |connection| {
            for lane in wanted {
                if claims::has_any(connection, lane, &without, reads, now)? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        if !found.await? {
            return Ok(None);
        }
        self.writer.run(move |connection| claims::claim(connection, &lanes, &except, owner.name(), &settings)).await
    }

    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error> {
        let lease = lease.clone();
        self.change(lease.job, Verdict::Lost, move |job, now, settings| {
            job.heartbeat(&lease, done, why, now, now.after(settings.lease))
        })
        .await
    }

    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error> {
        let lease = lease.clone();
        self.change(lease.job, false, move |job, now, settings| job.finish(&lease, key, outcome, now, settings)).await
    }

    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error> {
        let lease = lease.clone();
        self.change(lease.job, false, move |job, now, settings| {
            job.fail(&lease, failure, now, settings, fastrand::f64())
        })
        .await
    }

    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error> {
        let lease = lease.clone();
        self.change(lease.job, false, move |job, now, _| job.release(&lease, delay, why, now)).await
    }

    async fn position(&self, job: &Job) -> Result<Option<u64>, Error> {
        if job.state != State::Pending || job.ready() == 0 {
            return Ok(None);
        }
        let (job, reads, now) = (job.clone(), self.settings.plan_version, self.now());
        self.read(move |connection| claims::position(connection, &job, reads, now).map(Some)).await
    }

    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.change(id, None, |job, now, _| {
            job.cancel(now);
            Some(job.clone())
        })
        .await
    }

    async fn tend(&self) -> Result<Tended, Error> {
        let (settings, owner) = (self.settings.clone(), self.owner.clone());
        let now = settings.clock.now();
        let reads = settings.plan_version;
        if !self.read(move |connection| needs_tending(connection, reads, now)).await? {
            return Ok(Tended::default());
        }
        self.writer.run(move |connection| tend(connection, &owner, &settings)).await
    }

    async fn garbage(&self) -> Result<Vec<Garbage>, Error> {
        let now = self.now();
        self.read(move |connection| {
            let sql = "SELECT record FROM jobs WHERE garbage_at <= ?1 ORDER BY garbage_at LIMIT ?2";
            let jobs = row::records(connection, sql, params![now.0, GARBAGE_MAX as i64])?;
            Ok(jobs.iter().map(|job| Garbage { id: job.id, keep: job.kept_keys() }).collect())
        })
        .await
    }

    async fn cleaned(&self, id: JobId) -> Result<(), Error> {
        self.change(id, (), |job, now, _| job.cleaned(now)).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT service, state, count(*) FROM jobs GROUP BY 1, 2")?;
            let jobs = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get::<_, i64>(2)? as u64)))?;
            let sql = "SELECT min(created) FROM jobs WHERE open = 1 AND state = 'PENDING'";
            let oldest: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
            Ok(Counts { jobs: jobs.collect::<Result<_, _>>()?, oldest_pending: oldest.map(Time) })
        })
        .await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.watcher.subscribe()
    }

    fn now(&self) -> Time {
        self.settings.clock.now()
    }

    fn trouble(&self) -> Option<&'static str> {
        self.guard.trouble()
    }

    fn mark(&self) -> Option<&str> {
        Some(self.guard.mark())
    }
}

fn submit(connection: &Connection, new: &NewJob, settings: &Settings) -> Result<Submitted, Error> {
    let now = settings.clock.now();
    // Dropped by the control: one key is one job.
    if let Some(key) = new.idempotency_key.as_ref().filter(|_| !crate::NAIVE) {
        let sql = "SELECT request_sha256, service, id FROM keys WHERE key = ?1";
        let known = connection
            .prepare_cached(sql)?
            .query_row([key], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
            .optional()?;
        if let Some((sha256, service, id)) = known {
            if sha256 != new.request_sha256 || service != new.service.name() {
                return Ok(Submitted::KeyReused);
            }
            if let Some(job) = id.parse().ok().map(|id| row::load(connection, id)).transpose()?.flatten() {
                return Ok(Submitted::Known(job));
            }
        }
    }
    let open: i64 =
        connection.prepare_cached("SELECT count(*) FROM jobs WHERE open = 1")?.query_row([], |r| r.get(0))?;
    if open as u64 >= settings.open_jobs_max {
        return Ok(Submitted::Full { open: open as u64, bound: Bound::All });
    }
    if let Some(max) = new.open_jobs_of_owner_max {
        let sql = "SELECT count(*) FROM jobs WHERE open = 1 AND owner = ?1";
        let open: i64 = connection.prepare_cached(sql)?.query_row([&new.owner], |row| row.get(0))?;
        if open as u64 >= max {
            return Ok(Submitted::Full { open: open as u64, bound: Bound::Owner });
        }
    }
    let turn = claims::turns(connection, new.service)?.of(&new.owner);
    let job = Job::new(JobId::random(), new, turn, now);
    row::store(connection, &job, settings)?;
    let id = job.id.to_string();
    connection
        .prepare_cached("INSERT INTO requests (id, document) VALUES (?1, ?2)")?
        .execute(params![id, &new.document[..]])?;
    if let Some(key) = &new.idempotency_key {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO keys (key, request_sha256, service, id, created) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![key, new.request_sha256, new.service.name(), id, now.0])?;
    }
    Ok(Submitted::Created(job))
}

fn needs_tending(connection: &Connection, reads: u32, now: Time) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM jobs WHERE leased > 0) OR EXISTS (SELECT 1 FROM jobs WHERE ages_at <= ?1)
               OR EXISTS (SELECT 1 FROM jobs WHERE request_ends_at <= ?1) OR EXISTS (SELECT 1 FROM jobs WHERE forgotten_at <= ?1) OR EXISTS (SELECT 1 FROM keys WHERE created <= ?2)
               OR EXISTS (SELECT 1 FROM jobs WHERE open = 1 AND plan_version > ?3)";
    if clock::seen(connection)?.is_none_or(|seen| now.since(seen) > clock::SEEN_EVERY) {
        return Ok(true);
    }
    let keys_end = now.0 - KEYS_KEPT.as_millis() as i64;
    Ok(connection.prepare_cached(sql)?.query_row(params![now.0, keys_end, reads], |row| row.get(0))?)
}

fn tend(connection: &Connection, owner: &Owner, settings: &Settings) -> Result<Tended, Error> {
    let now = settings.clock.now();
    clock::note_seen(connection, now)?;
    let mut tended = Tended::default();
    let leased = row::records(connection, "SELECT record FROM jobs WHERE leased > 0", [])?;
    let deaths = Deaths::new(&leased, owner.deaths());
    for mut job in leased {
        let before = job.clone();
        let rescued = job.rescue(now, now, settings, fastrand::f64(), &deaths);
        if job != before {
            row::store(connection, &job, settings)?;
        }
        tended.rescued += rescued;
    }
    for mut job in row::records(connection, "SELECT record FROM jobs WHERE ages_at <= ?1 LIMIT 500", [now.0])? {
        if job.age(now, settings) {
            row::store(connection, &job, settings)?;
            tended.aged += 1;
        }
    }
    let unread = "SELECT record FROM jobs WHERE open = 1 AND plan_version > ?1";
    for mut job in row::records(connection, unread, [settings.plan_version])? {
        if job.prepare_again(now, settings) {
            row::store(connection, &job, settings)?;
            tended.prepared_again += 1;
        }
    }
    // A job that changes once more comes here once more, and finds nothing.
    let ended = "SELECT id FROM jobs WHERE request_ends_at <= ?1";
    connection.execute(&format!("DELETE FROM requests WHERE id IN ({ended})"), [now.0])?;
    connection.execute("UPDATE jobs SET request_ends_at = NULL WHERE request_ends_at <= ?1", [now.0])?;
    let forgotten = "SELECT id FROM jobs WHERE forgotten_at <= ?1 AND garbage_at IS NULL";
    tended.forgotten = connection.execute(&format!("DELETE FROM jobs WHERE id IN ({forgotten})"), [now.0])?;
    connection.execute("DELETE FROM keys WHERE created <= ?1", [now.0 - KEYS_KEPT.as_millis() as i64])?;
    Ok(tended)
}

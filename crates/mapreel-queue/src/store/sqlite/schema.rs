//! The tables, and how files of earlier versions are converted.

use super::row;
use crate::Error;
use crate::model::Settings;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// The version of the schema; raised with every change that older programs cannot read.
const VERSION: i64 = 4;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS jobs (
        id TEXT PRIMARY KEY, service TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL,
        claimable_at INTEGER, leased INTEGER NOT NULL, ages_at INTEGER, garbage_at INTEGER, forgotten_at INTEGER,
        created INTEGER NOT NULL, record TEXT NOT NULL,
        owner TEXT NOT NULL DEFAULT '', turn INTEGER NOT NULL DEFAULT 0, ready INTEGER NOT NULL DEFAULT 0,
        request_ends_at INTEGER, plan_version INTEGER NOT NULL DEFAULT 0, searched TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS turns (
        lane TEXT NOT NULL, owner TEXT NOT NULL, turn INTEGER NOT NULL, clock INTEGER NOT NULL, PRIMARY KEY (lane, owner))
        WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY, document BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS keys (
        key TEXT PRIMARY KEY, request_sha256 TEXT NOT NULL, service TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS store (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
";
const INDEXES: &str = "
    CREATE INDEX IF NOT EXISTS contending ON jobs (service, owner, turn, id, claimable_at, ready, plan_version) WHERE claimable_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS held ON jobs (service, owner, leased) WHERE leased > 0;
    CREATE INDEX IF NOT EXISTS open ON jobs (owner, id) WHERE open = 1;
    CREATE INDEX IF NOT EXISTS unread ON jobs (plan_version) WHERE open = 1;
    CREATE INDEX IF NOT EXISTS by_owner ON jobs (owner, id);
    CREATE INDEX IF NOT EXISTS ageing ON jobs (ages_at) WHERE ages_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS garbage ON jobs (garbage_at) WHERE garbage_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS forgotten ON jobs (forgotten_at) WHERE forgotten_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS requests_end ON jobs (request_ends_at) WHERE request_ends_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS by_state ON jobs (state, service);
    CREATE INDEX IF NOT EXISTS keys_by_age ON keys (created);
";
/// Version 1 had neither owners nor turns, and `leased` was a boolean.
const FROM_1: &str = "
    ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    ALTER TABLE jobs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN request_ends_at INTEGER;
    DROP INDEX IF EXISTS claimable;
    DROP INDEX IF EXISTS leased;
    DROP INDEX IF EXISTS open;
";

/// Version 2 had no versions of plans.
const FROM_2: &str = "ALTER TABLE jobs ADD COLUMN plan_version INTEGER NOT NULL DEFAULT 0;";

/// Version 3 had no text to search in.
const FROM_3: &str = "ALTER TABLE jobs ADD COLUMN searched TEXT NOT NULL DEFAULT '';";

/// Converts the file to this version; an error if a newer version has made the file.
pub(super) fn migrate(connection: &mut Connection, path: &Path, settings: &Settings) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > VERSION {
        return Err(Error::Store(format!("`{}` was made by a newer version of Mapreel", path.display())));
    }
    if version == 1 {
        transaction.execute_batch(FROM_1)?;
    }
    if matches!(version, 1 | 2) {
        transaction.execute_batch(FROM_2)?;
        transaction.execute_batch("DROP INDEX IF EXISTS contending")?;
    }
    if matches!(version, 1..=3) {
        transaction.execute_batch(FROM_3)?;
    }
    transaction.execute_batch(TABLES)?;
    if matches!(version, 1..=3) {
        for job in row::records(&transaction, "SELECT record FROM jobs", [])? {
            row::store(&transaction, &job, settings)?;
        }
    }
    transaction.execute_batch(INDEXES)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use crate::model::{NewJob, Queue, Settings, Submitted};
    use crate::sqlite::Sqlite;
    use crate::{Service, Unsupervised};
    use rusqlite::Connection;

    /// The schema of version 1.
    const VERSION_1: &str = "
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, service TEXT NOT NULL, state TEXT NOT NULL, open INTEGER NOT NULL,
            claimable_at INTEGER, leased INTEGER NOT NULL, ages_at INTEGER, garbage_at INTEGER, forgotten_at INTEGER,
            created INTEGER NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE requests (id TEXT PRIMARY KEY, document BLOB NOT NULL);
        CREATE TABLE keys (
            key TEXT PRIMARY KEY, request_sha256 TEXT NOT NULL, service TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL);
        CREATE INDEX claimable ON jobs (service, id) WHERE claimable_at IS NOT NULL;
        CREATE INDEX leased ON jobs (id) WHERE leased = 1;
        CREATE INDEX open ON jobs (id) WHERE open = 1;
        PRAGMA user_version = 1;
    ";

    fn job(owner: &str, segments: Vec<u32>) -> NewJob {
        NewJob {
            service: Service::Animation,
            owner: owner.into(),
            title: None,
            document: "{}".into(),
            request_sha256: "ab".into(),
            segments,
            idempotency_key: None,
            open_jobs_of_owner_max: None,
        }
    }

    /// A record as version 1 wrote it: without the fields of later versions.
    fn of_version_1(record: &str) -> String {
        let mut record: serde_json::Value = serde_json::from_str(record).unwrap();
        record.as_object_mut().unwrap().retain(|name, _| !["owner", "turn"].contains(&name.as_str()));
        record.to_string()
    }

    #[tokio::test]
    async fn a_file_of_version_2_is_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db");
        let queue = Sqlite::open(&path, Settings::default(), &Unsupervised).unwrap();
        queue.submit(job("a", vec![12, 12])).await.unwrap();
        drop(queue);
        let connection = Connection::open(&path).unwrap();
        let back = "DROP INDEX contending; DROP INDEX unread; ALTER TABLE jobs DROP COLUMN plan_version;
                    ALTER TABLE jobs DROP COLUMN searched; PRAGMA user_version = 2;";
        connection.execute_batch(back).unwrap();
        drop(connection);
        for _ in 0..2 {
            let queue = Sqlite::open(&path, Settings::default(), &Unsupervised).unwrap();
            let claim = queue.claim(&[Service::Animation], &[]).await.unwrap().unwrap();
            assert!(queue.release(&claim.lease, std::time::Duration::ZERO, None).await.unwrap());
        }
    }

    #[tokio::test]
    async fn a_file_of_version_1_is_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let (new, old) = (folder.path().join("new.db"), folder.path().join("old.db"));
        let queue = Sqlite::open(&new, Settings::default(), &Unsupervised).unwrap();
        let Submitted::Created(film) = queue.submit(job("a", vec![12, 12])).await.unwrap() else { panic!() };
        let claim = queue.claim(&[Service::Animation], &[]).await.unwrap().unwrap();
        assert!(queue.finish(&claim.lease, None, None).await.unwrap());
        queue.claim(&[Service::Animation], &[]).await.unwrap().unwrap();
        drop(queue);
        let connection = Connection::open(&old).unwrap();
        connection.execute_batch(VERSION_1).unwrap();
        connection.execute("ATTACH ?1 AS new", [new.to_str().unwrap()]).unwrap();
        let columns =
            "id, service, state, open, claimable_at, leased, ages_at, garbage_at, forgotten_at, created, record";
        connection.execute(&format!("INSERT INTO jobs SELECT {columns} FROM new.jobs"), []).unwrap();
        connection.execute("INSERT INTO requests SELECT * FROM new.requests", []).unwrap();
        let record: String = connection.query_row("SELECT record FROM jobs", [], |row| row.get(0)).unwrap();
        connection.execute("UPDATE jobs SET record = ?1", [of_version_1(&record)]).unwrap();
        drop(connection);
        for _ in 0..2 {
            let queue = Sqlite::open(&old, Settings::default(), &Unsupervised).unwrap();
            let known = queue.job(film.id).await.unwrap().unwrap();
            assert_eq!((known.state, known.owner.as_str(), known.parts.len()), (crate::State::Running, "", 4));
        }
        let queue = Sqlite::open(&old, Settings::default(), &Unsupervised).unwrap();
        // The owner of its job is empty, and takes turns like any other owner.
        queue.submit(job("b", vec![5])).await.unwrap();
        let mut owners = Vec::new();
        while let Some(claim) = queue.claim(&[Service::Animation], &[]).await.unwrap() {
            owners.push(claim.job.owner);
        }
        assert_eq!(owners, ["b", ""]);
    }
}

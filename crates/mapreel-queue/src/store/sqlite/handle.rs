//! The handle on a file: its fields, how it is opened, how it reads and writes.

use super::commits::Commits;
use super::connection::connect;
use super::guard::{self, Guard};
use super::owner::Owner;
use super::watcher::Watcher;
use super::writer::Writer;
use super::{clock, row, schema};
use crate::model::{Job, JobId, Settings, Time};
use crate::{Error, Supervise, folder};
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The queue in one SQLite file. A handle is an owner of leases: its leases are over when it is dropped or its process dies.
pub struct Sqlite {
    pub(super) writer: Writer,
    reader: Arc<Mutex<Connection>>,
    pub(super) watcher: Watcher,
    pub(super) owner: Arc<Owner>,
    pub(super) guard: Arc<Guard>,
    pub(super) settings: Settings,
}

impl Sqlite {
    /// Opens the file, or makes it. Called on a runtime; the tasks of the handle end when the handle is dropped.
    ///
    /// # Errors
    /// The file cannot be opened, is not a store, was made by a newer version, or has lost commits.
    pub fn open(path: &Path, mut settings: Settings, supervisor: &dyn Supervise) -> Result<Self, Error> {
        if let Some(folder) = path.parent() {
            folder::make(folder)?;
        }
        let mut connection = connect(path)?;
        schema::migrate(&mut connection, path, &settings)?;
        let owner = Arc::new(Owner::new(path)?);
        clock::start(&mut connection, &mut settings, owner.others_live())?;
        let mark = guard::marked(&connection)?;
        let commits = Commits::open(path, &mark, &connection)?;
        let guard = Arc::new(Guard::new(path, mark)?);
        let (watcher, watching) = Watcher::new(path.to_owned(), guard.clone());
        let (writer, writing) = Writer::new(path.to_owned(), watcher.notifier(), commits);
        [watching, writing].into_iter().for_each(|task| supervisor.start(task));
        Ok(Self { writer, reader: Arc::new(Mutex::new(connection)), watcher, owner, guard, settings })
    }

    /// The store's time.
    pub(super) fn time(&self) -> Time {
        self.settings.clock.now()
    }

    /// Runs a query on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let reader = self.reader.clone();
        // A reader that panicked has changed nothing, so a poisoned lock does no harm.
        let work = move || f(&reader.lock().unwrap_or_else(PoisonError::into_inner));
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Store(error.to_string()))?
    }

    /// Loads a job, applies `f`, and stores the job if `f` changed it.
    pub(super) async fn change<T: Send + 'static>(
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

//! The only thread of a process that writes to the store. It commits together all operations that arrive while it writes (group commit):
//! they share one sync to the disk.

use super::commits::Commits;
use super::connection::connect;
use super::watcher::Notifier;
use crate::{Error, Task};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// The most operations that wait for the thread.
const WAITING_MAX: usize = 1024;
/// The most operations that are committed together.
const TOGETHER_MAX: usize = 64;

/// Why a transaction failed. All operations of the transaction get the same error.
#[derive(Debug, Clone, thiserror::Error)]
enum NotCommitted {
    /// The transaction could not begin, usually because another process writes for too long.
    #[error("{0}")]
    Begin(Arc<rusqlite::Error>),
    /// The number of commits could not be counted up.
    #[error("{0}")]
    Count(Arc<Error>),
    /// The transaction could not be committed.
    #[error("{0}")]
    Commit(Arc<rusqlite::Error>),
}

impl From<NotCommitted> for Error {
    fn from(why: NotCommitted) -> Self {
        Self::Store(why.to_string())
    }
}

/// Runs inside the transaction, or gets the error that prevented the transaction. Returns the function that gets the result of the commit.
type Operation = Box<dyn FnOnce(Result<&Connection, NotCommitted>) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Result<(), NotCommitted>) + Send>;

/// The handle on the thread.
pub(super) struct Writer {
    operations: mpsc::Sender<Operation>,
}

impl Writer {
    /// The handle, and the task that writes until the handle is dropped. After a panic the operations of the transaction have failed, and
    /// the task, started again, opens a new connection.
    pub(super) fn new(path: PathBuf, notifier: Notifier, commits: Commits) -> (Self, Task) {
        let (operations, waiting) = mpsc::channel::<Operation>(WAITING_MAX);
        let waiting = Mutex::new(waiting);
        let task = Task::on_thread("store", move || {
            let connection = match connect(&path) {
                Ok(connection) => connection,
                Err(error) => return tracing::error!(%error, "the store cannot be opened"),
            };
            write(&connection, &mut waiting.lock().unwrap_or_else(PoisonError::into_inner), &notifier, &commits);
        });
        (Self { operations }, task)
    }

    /// Runs an operation in a transaction: all of its changes become durable, or none.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (send, receive) = oneshot::channel();
        let operation: Operation = Box::new(move |connection| {
            let result = connection.map_err(Error::from).and_then(|connection| in_savepoint(connection, f));
            Box::new(move |committed| {
                // The caller may be gone.
                let _ = send.send(committed.map_err(Error::from).and(result));
            })
        });
        let stopped = || Error::Store("it has stopped".into());
        self.operations.send(operation).await.map_err(|_| stopped())?;
        receive.await.map_err(|_| stopped())?
    }
}

/// Commits operations until the handle is dropped.
fn write(connection: &Connection, waiting: &mut mpsc::Receiver<Operation>, notifier: &Notifier, commits: &Commits) {
    while let Some(first) = waiting.blocking_recv() {
        crate::failpoint::hit("store", None);
        let mut together = vec![first];
        while together.len() < TOGETHER_MAX
            && let Ok(next) = waiting.try_recv()
        {
            together.push(next);
        }
        // Only after a commit that changed a row: otherwise a slot whose claim found nothing would be woken and claim again at once.
        if commit(connection, together, commits) {
            notifier.notify();
        }
    }
}

/// Runs an operation in a savepoint: if it fails, only its own changes are undone.
fn in_savepoint<T>(connection: &Connection, f: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    connection.execute_batch("SAVEPOINT operation")?;
    let result = f(connection);
    let end = if result.is_ok() { "RELEASE operation" } else { "ROLLBACK TO operation; RELEASE operation" };
    connection.execute_batch(end)?;
    result
}

/// Runs operations in one transaction and answers each. Returns whether the commit changed a row.
fn commit(connection: &Connection, operations: Vec<Operation>, commits: &Commits) -> bool {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        tracing::error!(%error, "the store cannot be written to");
        let why = NotCommitted::Begin(Arc::new(error));
        operations.into_iter().for_each(|operation| operation(Err(why.clone()))(Ok(())));
        return false;
    }
    let before = connection.total_changes();
    let replies: Vec<Reply> = operations.into_iter().map(|operation| operation(Ok(connection))).collect();
    let has_changed = connection.total_changes() > before;
    let committed = end(connection, has_changed, commits);
    replies.into_iter().for_each(|reply| reply(committed.clone()));
    has_changed && committed.is_ok()
}

/// Commits the transaction, or rolls it back. A transaction that changed no row is not counted: SQLite writes nothing to the disk for it.
fn end(connection: &Connection, has_changed: bool, commits: &Commits) -> Result<(), NotCommitted> {
    let count = has_changed.then(|| Commits::count(connection)).transpose();
    let committed = count.map_err(|error| NotCommitted::Count(Arc::new(error))).and_then(|count| {
        connection.execute_batch("COMMIT").map_err(|error| NotCommitted::Commit(Arc::new(error)))?;
        Ok(count)
    });
    match committed {
        Ok(count) => {
            count.into_iter().for_each(|count| commits.note(count));
            Ok(())
        }
        Err(why) => {
            drop(connection.execute_batch("ROLLBACK"));
            Err(why)
        }
    }
}

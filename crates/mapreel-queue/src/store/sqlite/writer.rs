//! The one thread of a process that writes. What comes while it writes is committed together: a disk that takes a
//! millisecond to be sure takes it once for all of them.

use super::commits::Commits;
use super::connection::connect;
use super::watcher::Bell;
use crate::{Error, Task};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Operations waiting for the disk.
const WAITING_MAX: usize = 1024;
/// Operations committed together.
const TOGETHER_MAX: usize = 64;

/// An operation inside the transaction, or why there is none; what it returns is called with how the commit went.
type Operation = Box<dyn FnOnce(Result<&Connection, String>) -> Reply + Send>;
type Reply = Box<dyn FnOnce(Result<(), String>) + Send>;

pub(super) struct Writer {
    operations: mpsc::Sender<Operation>,
}

impl Writer {
    /// The handle, and the task that writes for it until it is dropped. After a panic, whose operations have failed, the task
    /// goes on with a new connection.
    pub(super) fn new(path: PathBuf, bell: Bell, commits: Commits) -> (Self, Task) {
        let (operations, waiting) = mpsc::channel::<Operation>(WAITING_MAX);
        let waiting = Mutex::new(waiting);
        let task = Task::on_thread("store", move || {
            let connection = match connect(&path) {
                Ok(connection) => connection,
                Err(error) => return tracing::error!(%error, "the store cannot be opened"),
            };
            let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            while let Some(first) = waiting.blocking_recv() {
                crate::failpoint::hit("store", None);
                let mut together = vec![first];
                while together.len() < TOGETHER_MAX
                    && let Ok(next) = waiting.try_recv()
                {
                    together.push(next);
                }
                // The bell rings only for a commit that changed a row: a slot whose claim found nothing would be woken to claim again.
                if commit(&connection, together, &commits) {
                    bell.ring();
                }
            }
        });
        (Self { operations }, task)
    }

    /// Runs an operation in a transaction: all of it, durably, or nothing.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (send, receive) = oneshot::channel();
        let operation: Operation = Box::new(move |connection| {
            let result = connection.map_err(Error::Store).and_then(|connection| alone(connection, f));
            Box::new(move |committed| {
                // Who asked may be gone.
                let _ = send.send(committed.map_err(Error::Store).and(result));
            })
        });
        let stopped = || Error::Store("it has stopped".into());
        self.operations.send(operation).await.map_err(|_| stopped())?;
        receive.await.map_err(|_| stopped())?
    }
}

/// Undoes this operation alone when it fails.
fn alone<T>(connection: &Connection, f: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
    connection.execute_batch("SAVEPOINT operation")?;
    let result = f(connection);
    let end = if result.is_ok() { "RELEASE operation" } else { "ROLLBACK TO operation; RELEASE operation" };
    connection.execute_batch(end)?;
    result
}

/// Runs operations in one transaction. Whether anything has changed.
fn commit(connection: &Connection, operations: Vec<Operation>, commits: &Commits) -> bool {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        tracing::error!(%error, "the store cannot be written to");
        operations.into_iter().for_each(|operation| operation(Err(error.to_string()))(Ok(())));
        return false;
    }
    let before = connection.total_changes();
    let replies: Vec<Reply> = operations.into_iter().map(|operation| operation(Ok(connection))).collect();
    // A transaction that changed no row is not counted: SQLite writes nothing to the disk for it.
    let count = (connection.total_changes() > before).then(|| Commits::count(connection)).transpose();
    let count = count.map_err(|error| error.to_string());
    let committed = count.and_then(|count| {
        connection.execute_batch("COMMIT").map_err(|error| error.to_string())?;
        Ok(count)
    });
    match &committed {
        Ok(Some(count)) => commits.note(*count),
        Ok(None) => {}
        Err(_) => drop(connection.execute_batch("ROLLBACK")),
    }
    let has_changed = matches!(committed, Ok(Some(_)));
    let committed = committed.map(drop);
    replies.into_iter().for_each(|reply| reply(committed.clone()));
    has_changed
}

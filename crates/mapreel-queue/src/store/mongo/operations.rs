//! Operations with a time limit.

use super::contention::TRIES_MAX;
use crate::Error;
use mongodb::Collection;
use mongodb::bson::Document;
use mongodb::error::{ErrorKind, WriteFailure};
use std::time::Duration;

/// The time limit of an operation. It is short, because a client of the API may wait for the operation.
pub(super) const PATIENCE: Duration = Duration::from_millis(2_000);
/// The server's error code for a write that conflicts with a concurrent write.
const WRITE_CONFLICT: i32 = 112;
/// The server's error code for an insert whose `_id` exists already.
const DUPLICATE_KEY: i32 = 11_000;

/// Runs an operation, and waits for its result until the time limit. The operation is a task of its own and runs to its end even after the
/// limit: dropping it half-way would leave a connection in the middle of an answer.
pub(super) async fn within<T: Send + 'static>(
    operation: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, tokio::spawn(operation)).await {
        Ok(Ok(result)) => Ok(result?),
        Ok(Err(stopped)) => Err(Error::Store(stopped.to_string())),
        Err(_) => Err(Error::Store(format!("it did not answer within {} s", PATIENCE.as_secs()))),
    }
}

/// The result of one try to insert a document.
enum Insertion {
    Inserted,
    /// A document with this `_id` exists already.
    Known,
    /// Another process inserts at the same moment. The next try shows whether its document has this `_id`.
    Conflict,
}

/// Inserts a document. False: a document with its `_id` exists already.
pub(super) async fn insert(collection: &Collection<Document>, document: Document) -> Result<bool, Error> {
    for _ in 0..TRIES_MAX {
        match within(try_insert(collection.clone(), document.clone())).await? {
            Insertion::Inserted => return Ok(true),
            Insertion::Known => return Ok(false),
            Insertion::Conflict => tokio::time::sleep(Duration::from_micros(fastrand::u64(500..5_000))).await,
        }
    }
    Err(Error::Store("too many write the same".into()))
}

async fn try_insert(collection: Collection<Document>, document: Document) -> mongodb::error::Result<Insertion> {
    match collection.insert_one(document).await {
        Ok(_) => Ok(Insertion::Inserted),
        Err(error) => match code(&error) {
            Some(DUPLICATE_KEY) => Ok(Insertion::Known),
            Some(WRITE_CONFLICT) => Ok(Insertion::Conflict),
            _ => Err(error),
        },
    }
}

fn code(error: &mongodb::error::Error) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Command(error) => Some(error.code),
        _ => None,
    }
}

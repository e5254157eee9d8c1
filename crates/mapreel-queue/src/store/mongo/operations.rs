//! Operations with an end: the caller waits for each only so long.

use super::contention::TRIES_MAX;
use crate::Error;
use mongodb::Collection;
use mongodb::bson::Document;
use mongodb::error::{ErrorKind, WriteFailure};
use std::time::Duration;

/// How long an operation may take; a client of the API waits for it.
pub(super) const PATIENCE: Duration = Duration::from_millis(2_000);
/// The server's code for a write that met another one.
const WRITE_CONFLICT: i32 = 112;
/// The server's code for a document whose name is taken.
const DUPLICATE_KEY: i32 = 11_000;

/// Runs an operation to its end, and waits for it only so long. The operation is a task of its own, so it is never dropped half-way,
/// which would leave a connection in the middle of an answer.
pub(super) async fn within<T: Send + 'static>(
    operation: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, tokio::spawn(operation)).await {
        Ok(Ok(result)) => Ok(result?),
        Ok(Err(stopped)) => Err(Error::Store(stopped.to_string())),
        Err(_) => Err(Error::Store(format!("it did not answer within {} s", PATIENCE.as_secs()))),
    }
}

/// What became of one try to insert a document.
enum Insertion {
    Inserted,
    /// There is a document of this name.
    Known,
    /// Another process inserts at the same moment; whether its document has this name, the next try will tell.
    Conflict,
}

/// Inserts a document. False: there is one of this name.
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

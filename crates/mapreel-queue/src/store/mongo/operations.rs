//! The collections, their indexes, and operations with an end: each is waited for only so long.

use super::CONTENTION_MAX;
use crate::Error;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, IndexModel};
use std::time::Duration;

/// How long an operation may take; a client of the API waits for it.
pub(super) const PATIENCE: Duration = Duration::from_millis(2_000);
/// The code of a write that met another one, and of a key that is there already.
const WRITE_CONFLICT: i32 = 112;
const DUPLICATE_KEY: i32 = 11_000;

#[derive(Clone)]
pub(super) struct Collections {
    pub jobs: Collection<Document>,
    pub requests: Collection<Document>,
    pub keys: Collection<Document>,
    pub owners: Collection<Document>,
    pub turns: Collection<Document>,
}

/// Runs an operation to its end, and waits for it only so long. It is never dropped half-way, which would leave a connection
/// in the middle of an answer.
pub(super) async fn within<T: Send + 'static>(
    operation: impl Future<Output = mongodb::error::Result<T>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, tokio::spawn(operation)).await {
        Ok(Ok(result)) => Ok(result?),
        Ok(Err(stopped)) => Err(Error::Store(stopped.to_string())),
        Err(_) => Err(Error::Store(format!("it did not answer within {} s", PATIENCE.as_secs()))),
    }
}

/// Inserts a document. False: there is one of this name.
pub(super) async fn insert(collection: &Collection<Document>, document: Document) -> Result<bool, Error> {
    for _ in 0..CONTENTION_MAX {
        let (collection, document) = (collection.clone(), document.clone());
        let insert = async move {
            match collection.insert_one(document).await {
                Ok(_) => Ok(Some(true)),
                Err(error) => match code(&error) {
                    Some(DUPLICATE_KEY) => Ok(Some(false)),
                    // Two at once: which of them it is will show.
                    Some(WRITE_CONFLICT) => Ok(None),
                    _ => Err(error),
                },
            }
        };
        if let Some(inserted) = within(insert).await? {
            return Ok(inserted);
        }
        tokio::time::sleep(Duration::from_micros(fastrand::u64(500..5_000))).await;
    }
    Err(Error::Store("too many write the same".into()))
}

fn code(error: &mongodb::error::Error) -> Option<i32> {
    use mongodb::error::{ErrorKind, WriteFailure};
    match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Command(error) => Some(error.code),
        _ => None,
    }
}

pub(super) async fn make_indexes(collections: &Collections) -> Result<(), Error> {
    let of_jobs = [
        doc! { "service": 1, "open": 1, "owner": 1, "held": 1, "ready": 1, "claimable_at": 1, "plan_version": 1, "_id": 1 },
        doc! { "service": 1, "owner": 1, "turn": 1, "_id": 1 },
        doc! { "open": 1, "plan_version": 1 },
        doc! { "owner": 1, "_id": -1 },
        doc! { "owners": 1 },
        doc! { "lease_ends_at": 1 },
        doc! { "open": 1, "state": 1, "created": 1 },
        doc! { "announce_at": 1 },
        doc! { "ages_at": 1 },
        doc! { "garbage_at": 1 },
        doc! { "request_ends_at": 1 },
        doc! { "forgotten_at": 1 },
        doc! { "changed": -1 },
        doc! { "service": 1, "state": 1 },
    ];
    let index = |keys| IndexModel::builder().keys(keys).build();
    let Collections { jobs, requests, keys, turns, .. } = collections.clone();
    // On a large collection it takes its time; only at the first start of a version that has a new one.
    tokio::spawn(async move {
        jobs.create_indexes(of_jobs.map(index)).await?;
        requests.create_index(index(doc! { "created": 1 })).await?;
        turns.create_index(index(doc! { "lane": 1 })).await?;
        keys.create_index(index(doc! { "created": 1 })).await
    })
    .await
    .map_err(|stopped| Error::Store(stopped.to_string()))??;
    Ok(())
}

//! The collections of the database and their indexes.

use crate::Error;
use mongodb::bson::{Document, doc};
use mongodb::{Collection, Database, IndexModel};

/// The collections, as handles that are cheap to clone.
#[derive(Clone)]
pub(super) struct Collections {
    /// A document for each job: its record, and the fields by which queries search.
    pub jobs: Collection<Document>,
    /// The request documents.
    pub requests: Collection<Document>,
    /// Idempotency keys, each with the job that it stands for.
    pub keys: Collection<Document>,
    /// The handles that hold leases, each with its presence, the number that it counts up.
    pub owners: Collection<Document>,
    /// The turns of the owners of jobs, for each lane.
    pub turns: Collection<Document>,
}

impl Collections {
    pub(super) fn of(database: &Database) -> Self {
        Self {
            jobs: database.collection("jobs"),
            requests: database.collection("requests"),
            keys: database.collection("keys"),
            owners: database.collection("owners"),
            turns: database.collection("turns"),
        }
    }

    /// Makes the missing indexes. On a large collection that may take long, so there is no time limit. It happens only at the first start of
    /// a version of the program that has a new index.
    pub(super) async fn make_indexes(&self) -> Result<(), Error> {
        let Self { jobs, requests, keys, turns, .. } = self.clone();
        let index = |keys| IndexModel::builder().keys(keys).build();
        tokio::spawn(async move {
            jobs.create_indexes(indexes_of_jobs().map(index)).await?;
            requests.create_index(index(doc! { "created": 1 })).await?;
            turns.create_index(index(doc! { "lane": 1 })).await?;
            keys.create_index(index(doc! { "created": 1 })).await
        })
        .await
        .map_err(|stopped| Error::Store(stopped.to_string()))??;
        Ok(())
    }
}

fn indexes_of_jobs() -> [Document; 14] {
    [
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
    ]
}

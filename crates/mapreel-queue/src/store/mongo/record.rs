//! A job as a document: its record, the fields by which queries search, and a random number that changes with every write.

use crate::Error;
use crate::model::{Job, Settings, Time};
use mongodb::bson::{self, Binary, Bson, Document, doc, spec::BinarySubtype};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long the process that has made a part ready has time to publish its hint. After that, the reconciler of any process publishes it.
pub(super) const OUTBOX_GRACE: Duration = Duration::from_secs(1);

/// A job as it was read.
pub(super) struct Stored {
    pub job: Job,
    /// The random number of the last write, by which compare-and-set compares.
    pub write: i64,
}

/// The fields by which queries search.
fn columns(job: &Job, settings: &Settings) -> Document {
    let time = |time: Option<Time>| time.map_or(Bson::Null, |time| Bson::Int64(time.0));
    doc! {
        "state": job.state.name(),
        "open": !job.state.is_final(),
        "owner": &job.owner,
        "claimable_at": time(job.claimable_at()),
        // Null in jobs that cannot be claimed, so that a query by the index skips jobs that have ended.
        "turn": job.claimable_at().map_or(Bson::Null, |_| Bson::Int64(job.turn)),
        "ready": job.ready() as i64,
        "held": job.leases().count() as i64,
        "owners": job.leases().map(|part| part.owner.clone()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        "lease_ends_at": time(job.leases().map(|part| part.at).min()),
        "announce_at": time(job.unannounced().map(|hint| hint.at).min().map(|at| at.after(OUTBOX_GRACE))),
        "ages_at": time(job.ages_at(settings)),
        "garbage_at": time(job.garbage),
        "request_ends_at": time(job.request_ends_at(settings)),
        "forgotten_at": time(job.forgotten_at(settings)),
        "plan_version": i64::from(job.plan_version),
        "searched": job.searched(),
        "changed": job.changed.0,
    }
}

/// The document of a new job.
pub(super) fn insert(job: &Job, settings: &Settings) -> Result<Document, Error> {
    let mut document = doc! { "_id": job.id.to_string(), "service": job.service.name(), "created": job.created.0 };
    document.extend(update(job, write(), settings)?);
    Ok(document)
}

/// The request of a job: a document of its own, since it may be large and never changes.
pub(super) fn request(job: &Job, request: &[u8]) -> Document {
    let bytes = Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: request.to_vec() });
    doc! { "_id": job.id.to_string(), "created": job.created.0, "request": bytes }
}

/// The fields of a job's document that change.
pub(super) fn update(job: &Job, write: i64, settings: &Settings) -> Result<Document, Error> {
    let mut fields = columns(job, settings);
    fields.insert("write", write);
    fields.insert("job", bson::serialize_to_document(job).map_err(broken)?);
    Ok(fields)
}

/// The random number of a new write.
pub(super) fn write() -> i64 {
    fastrand::i64(..)
}

/// A job from its document.
pub(super) fn read(mut document: Document) -> Result<Stored, Error> {
    let write = document.get_i64("write").map_err(broken)?;
    let Some(Bson::Document(job)) = document.remove("job") else { return Err(broken("it has no job")) };
    Ok(Stored { job: bson::deserialize_from_document(job).map_err(broken)?, write })
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Store(format!("a record is broken: {error}"))
}

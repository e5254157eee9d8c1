//! The outbox: parts, noted in their job's document, of which the broker is to be told.

use super::operations::within;
use super::{Mongo, record};
use crate::Error;
use crate::model::{Hint, Job, JobId, Queue, Service};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use std::time::Duration;

/// Jobs of which one round of the reconciler tells the broker.
const OUTBOX_MAX: i64 = 100;
/// Who has taken up an entry of the outbox has it for so long.
const OUTBOX_LEASE: Duration = Duration::from_secs(10);

/// Is told of parts that have become ready.
pub(crate) type Outbox = Box<dyn Fn(Announcement) + Send + Sync>;

/// Parts of a job that the broker is to be told of.
#[derive(Debug, Clone)]
pub(crate) struct Announcement {
    pub job: JobId,
    pub service: Service,
    pub hints: Vec<Hint>,
}

impl Mongo {
    /// Who is told of parts that have become ready; once.
    pub(crate) fn set_outbox(&self, outbox: Outbox) {
        let _ = self.outbox.set(outbox);
    }

    /// The broker knows of these parts.
    pub(crate) async fn announced(&self, id: JobId, hints: &[Hint]) -> Result<(), Error> {
        self.change(id, (), |job, _, _| job.announced(hints)).await
    }

    /// Tells the outbox again of what the broker was not told of in time.
    pub(crate) async fn reconcile(&self) -> Result<(), Error> {
        let (jobs, now) = (self.collections.jobs.clone(), self.now());
        let overdue: Vec<Document> = within(async move {
            let filter = doc! { "announce_at": { "$lte": now.0 } };
            jobs.find(filter).limit(OUTBOX_MAX).await?.try_collect().await
        })
        .await?;
        for document in overdue {
            // One process takes an entry; if it dies, the entry comes back.
            let (jobs, taken) = (self.collections.jobs.clone(), now.after(OUTBOX_LEASE));
            let filter =
                doc! { "_id": document.get("_id").cloned(), "announce_at": document.get("announce_at").cloned() };
            let take = async move { jobs.update_one(filter, doc! { "$set": { "announce_at": taken.0 } }).await };
            if within(take).await?.modified_count == 1 {
                let job = record::read(document)?.job;
                self.tell(&job, job.unannounced());
            }
        }
        Ok(())
    }

    /// Tells of parts that can be claimed now; those that must wait are for the reconciler.
    pub(super) fn tell(&self, job: &Job, unannounced: impl Iterator<Item = Hint>) {
        let now = self.now();
        let hints: Vec<Hint> = unannounced.filter(|hint| hint.at <= now).collect();
        if let Some(outbox) = self.outbox.get()
            && !hints.is_empty()
        {
            outbox(Announcement { job: job.id, service: job.service, hints });
        }
    }
}

//! Reconciles the jobs with the broker: marks the hints that the broker has confirmed, and publishes the others again.

use super::handle::Mongo;
use super::operations::within;
use super::record;
use crate::Error;
use crate::model::{Confirm, Hint, JobId, Time};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};
use std::time::Duration;

/// Jobs that one round of the reconciler publishes again.
const JOBS_MAX: i64 = 100;
/// While one process publishes a job again, no other process does so for this long.
const TAKEN: Duration = Duration::from_secs(10);

impl Mongo {
    /// Publishes again the hints that the broker has not confirmed in time.
    pub(crate) async fn reconcile(&self) -> Result<(), Error> {
        let now = self.time();
        for document in self.overdue(now).await? {
            if self.take(&document, now).await? {
                let job = record::read(document)?.job;
                self.outbox.send(&job, job.unannounced(), self.time());
            }
        }
        Ok(())
    }

    async fn overdue(&self, now: Time) -> Result<Vec<Document>, Error> {
        let jobs = self.collections.jobs.clone();
        within(async move {
            jobs.find(doc! { "announce_at": { "$lte": now.0 } }).limit(JOBS_MAX).await?.try_collect().await
        })
        .await
    }

    /// Reserves an overdue job for this process, for a while: if the process dies, the job is overdue again. False: another process has
    /// reserved it first.
    async fn take(&self, document: &Document, now: Time) -> Result<bool, Error> {
        let (jobs, until) = (self.collections.jobs.clone(), now.after(TAKEN));
        let filter = doc! { "_id": document.get("_id").cloned(), "announce_at": document.get("announce_at").cloned() };
        let take = async move { jobs.update_one(filter, doc! { "$set": { "announce_at": until.0 } }).await };
        Ok(within(take).await?.modified_count == 1)
    }
}

#[async_trait::async_trait]
impl Confirm for Mongo {
    async fn confirmed(&self, job: JobId, hints: &[Hint]) -> Result<(), Error> {
        self.change(job, (), |job, _, _| job.announced(hints)).await
    }
}

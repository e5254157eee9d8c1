//! The documents of jobs: read, and written by compare-and-set.

use super::contention::{TRIES_MAX, back_off};
use super::handle::Mongo;
use super::operations::within;
use super::record::{self, Stored};
use crate::Error;
use crate::model::{Hint, Job, JobId, Settings, Time};
use futures_util::TryStreamExt;
use mongodb::bson::{Document, doc};

impl Mongo {
    /// A job, if it is known.
    pub(super) async fn load(&self, id: JobId) -> Result<Option<Stored>, Error> {
        let jobs = self.collections.jobs.clone();
        let find = async move { jobs.find_one(doc! { "_id": id.to_string() }).await };
        within(find).await?.map(record::read).transpose()
    }

    /// The jobs that a filter finds; a limit of 0 means no limit.
    pub(super) async fn find(&self, filter: Document, sort: Document, limit: i64) -> Result<Vec<Stored>, Error> {
        let jobs = self.collections.jobs.clone();
        let find = async move { jobs.find(filter).sort(sort).limit(limit).await?.try_collect::<Vec<_>>().await };
        within(find).await?.into_iter().map(record::read).collect()
    }

    /// How many jobs a filter finds.
    pub(super) async fn count(&self, filter: Document) -> Result<u64, Error> {
        let jobs = self.collections.jobs.clone();
        within(async move { jobs.count_documents(filter).await }).await
    }

    /// Loads a job, applies a transition, and stores the job if the transition changed it. If another process has written to the job in
    /// between, all of this is repeated.
    pub(super) async fn change<T>(
        &self,
        id: JobId,
        unknown: T,
        mut f: impl FnMut(&mut Job, Time, &Settings) -> T,
    ) -> Result<T, Error> {
        for tries in 0..TRIES_MAX {
            let Some(stored) = self.load(id).await? else { return Ok(unknown) };
            let mut job = stored.job.clone();
            let result = f(&mut job, self.time(), &self.settings);
            if job == stored.job || self.swap(&stored, &job).await? {
                return Ok(result);
            }
            back_off(tries).await;
        }
        Err(Error::Store("too many write to the same job".into()))
    }

    /// Stores a job by compare-and-set, and announces its parts that have become ready. False: another process has written to the job since
    /// it was read, and nothing was stored.
    pub(super) async fn swap(&self, stored: &Stored, job: &Job) -> Result<bool, Error> {
        let written = self.compare_and_set(stored, job).await?;
        if written {
            self.watcher.notify();
            let known: Vec<Hint> = stored.job.unannounced().collect();
            let new = job.unannounced().filter(|hint| !known.contains(hint));
            self.outbox.send(job, new, self.time());
        }
        Ok(written)
    }

    async fn compare_and_set(&self, stored: &Stored, job: &Job) -> Result<bool, Error> {
        let write = record::write();
        let fields = record::update(job, write, &self.settings)?;
        let filter = doc! { "_id": job.id.to_string(), "write": stored.write };
        let jobs = self.collections.jobs.clone();
        match within(async move { jobs.update_one(filter, doc! { "$set": fields }).await }).await {
            Ok(result) => Ok(result.matched_count == 1),
            // The server's answer is lost: the random number in the document tells whether this write was applied.
            Err(error) => match self.load(job.id).await {
                Ok(Some(now)) if now.write == write => Ok(true),
                Ok(Some(now)) if now.write != stored.write => Ok(false),
                _ => Err(error),
            },
        }
    }
}

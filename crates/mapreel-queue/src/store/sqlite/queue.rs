//! Implements the trait [`Queue`] with the functions of the other files; each transition is a pure function of the model.

use super::handle::Sqlite;
use super::{claims, queries, row, submission, tending};
use crate::Error;
use crate::model::{
    Claim, Counts, Failure, Filter, Garbage, Job, JobId, Lease, NewJob, Outcome, Queue, Service, Submitted, TendReport,
    Time, Verdict, Waiting, compact,
};
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::watch;

#[async_trait::async_trait]
impl Queue for Sqlite {
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error> {
        let settings = self.settings.clone();
        let new = NewJob { document: compact(&new.document), ..new };
        self.guard.check()?;
        let submitted = self.writer.run(move |connection| submission::submit(connection, &new, &settings)).await?;
        // The files are checked again: if the file was deleted in between, the write is not durable.
        self.guard.check()?;
        Ok(submitted)
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.read(move |connection| row::load(connection, id)).await
    }

    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error> {
        self.read(move |connection| queries::request(connection, id)).await
    }

    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error> {
        self.read(move |connection| queries::jobs(connection, &filter)).await
    }

    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error> {
        let (lanes, except) = (lanes.to_vec(), except.to_vec());
        let (settings, owner) = (self.settings.clone(), self.owner.clone());
        // Most of the time no part can be claimed, and this query needs no write transaction.
        let (wanted, without, reads, now) = (lanes.clone(), except.clone(), settings.plan_version, self.time());
        if !self.read(move |connection| claims::has_any(connection, &wanted, &without, reads, now)).await? {
            return Ok(None);
        }
        self.writer.run(move |connection| claims::claim(connection, &lanes, &except, owner.name(), &settings)).await
    }

    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error> {
        let lease = lease.clone();
        self.change(lease.job, Verdict::Lost, move |job, now, settings| {
            job.heartbeat(&lease, done, why, now, now.after(settings.lease))
        })
        .await
    }

    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error> {
        let lease = lease.clone();
        self.change(lease.job, false, move |job, now, settings| job.finish(&lease, key, outcome, now, settings)).await
    }

    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error> {
        let lease = lease.clone();
        self.change(lease.job, false, move |job, now, settings| {
            job.fail(&lease, failure, now, settings, fastrand::f64())
        })
        .await
    }

    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error> {
        let lease = lease.clone();
        self.change(lease.job, false, move |job, now, _| job.release(&lease, delay, why, now)).await
    }

    async fn position(&self, job: &Job) -> Result<Option<u64>, Error> {
        if !job.waits_for_a_claim() {
            return Ok(None);
        }
        let (job, reads, now) = (job.clone(), self.settings.plan_version, self.time());
        self.read(move |connection| claims::position(connection, &job, reads, now).map(Some)).await
    }

    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.change(id, None, |job, now, _| {
            job.cancel(now);
            Some(job.clone())
        })
        .await
    }

    async fn tend(&self) -> Result<TendReport, Error> {
        let (settings, owner) = (self.settings.clone(), self.owner.clone());
        let (reads, now) = (settings.plan_version, self.time());
        if !self.read(move |connection| tending::is_needed(connection, reads, now)).await? {
            return Ok(TendReport::default());
        }
        self.writer.run(move |connection| tending::tend(connection, &owner, &settings)).await
    }

    async fn garbage(&self) -> Result<Vec<Garbage>, Error> {
        let now = self.time();
        self.read(move |connection| queries::garbage(connection, now)).await
    }

    async fn cleaned(&self, id: JobId) -> Result<(), Error> {
        self.change(id, (), |job, now, _| job.cleaned(now)).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        self.read(queries::counts).await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.watcher.subscribe()
    }

    fn now(&self) -> Time {
        self.time()
    }

    fn trouble(&self) -> Option<&'static str> {
        self.guard.trouble()
    }

    fn mark(&self) -> Option<&str> {
        Some(self.guard.mark())
    }
}

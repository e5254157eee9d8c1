//! Implements the trait [`Queue`] with the functions of the other files; each transition is a pure function of the model.

use super::handle::Mongo;
use crate::Error;
use crate::model::{
    Claim, Counts, Failure, Filter, Garbage, Job, JobId, Lease, NewJob, Outcome, Queue, Service, Submitted, TendReport,
    Time, Verdict, Waiting,
};
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::watch;

#[async_trait::async_trait]
impl Queue for Mongo {
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error> {
        self.accept(new).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        Ok(self.load(id).await?.map(|stored| stored.job))
    }

    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error> {
        self.request_of(id).await
    }

    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error> {
        self.list(filter).await
    }

    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error> {
        for lane in lanes {
            if let Some(claim) = self.claim_in(*lane, except).await? {
                return Ok(Some(claim));
            }
        }
        Ok(None)
    }

    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error> {
        self.change(lease.job, Verdict::Lost, |job, now, settings| {
            job.heartbeat(lease, done, why.clone(), now, now.after(settings.lease))
        })
        .await
    }

    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error> {
        self.change(lease.job, false, |job, now, settings| {
            job.finish(lease, key.clone(), outcome.clone(), now, settings)
        })
        .await
    }

    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error> {
        self.change(lease.job, false, |job, now, settings| {
            job.fail(lease, failure.clone(), now, settings, fastrand::f64())
        })
        .await
    }

    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error> {
        self.change(lease.job, false, |job, now, _| job.release(lease, delay, why.clone(), now)).await
    }

    async fn position(&self, job: &Job) -> Result<Option<u64>, Error> {
        if job.waits_for_a_claim() { self.position_of(job).await.map(Some) } else { Ok(None) }
    }

    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.change(id, None, |job, now, _| {
            job.cancel(now);
            Some(job.clone())
        })
        .await
    }

    async fn tend(&self) -> Result<TendReport, Error> {
        self.tend_all().await
    }

    async fn garbage(&self) -> Result<Vec<Garbage>, Error> {
        self.to_clean().await
    }

    async fn cleaned(&self, id: JobId) -> Result<(), Error> {
        self.change(id, (), |job, now, _| job.cleaned(now)).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        self.count_all().await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.watcher.subscribe()
    }

    fn now(&self) -> Time {
        self.time()
    }
}

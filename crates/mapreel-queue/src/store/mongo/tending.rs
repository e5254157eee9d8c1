//! Tending: takes leases from dead and silent holders, expires artifacts, fails jobs that take too long, deletes old records.

use super::collections::Collections;
use super::handle::Mongo;
use super::operations::within;
use crate::Error;
use crate::model::{Deaths, Job, Service, TendReport, Time};
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashSet;
use std::time::Duration;

/// The most jobs that one round ages, prepares again or upgrades.
const JOBS_MAX: i64 = 100;
/// The most requests that one round deletes.
const REQUESTS_MAX: i64 = 1_000;
/// How long idempotency keys are kept.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3600);

impl Mongo {
    /// One round of tending.
    pub(super) async fn tend_all(&self) -> Result<TendReport, Error> {
        self.upgrade().await?;
        let rescued = self.rescue().await?;
        let now = self.time();
        let (aged, prepared_again) = (self.age(now).await?, self.prepare_again().await?);
        self.delete_requests(now).await?;
        Ok(TendReport { rescued, aged, prepared_again, forgotten: self.forget(now).await? })
    }

    /// Takes the leases that are over or whose owner is dead; returns how many.
    async fn rescue(&self) -> Result<usize, Error> {
        // After an outage of the store no lease counts as over until its holder has had time to renew it.
        let leases_end = if self.presence.is_settled() { self.time() } else { Time(i64::MIN) };
        let dead = self.presence.dead();
        let held = self.held(&dead, leases_end).await?;
        if held.is_empty() {
            return Ok(0);
        }
        let ours = self.inherit(&dead, &held).await?;
        // The jobs are read again: from now on no other handle changes the leases of these dead owners, since this handle is their heir.
        let held = self.held(&ours, leases_end).await?;
        let deaths = Deaths::new(&held, |owner| ours.iter().any(|dead| dead == owner));
        let mut rescued = 0;
        for job in held {
            let rescue = self.change(job.id, 0, |job, now, settings| {
                job.rescue(now, leases_end, settings, fastrand::f64(), &deaths)
            });
            rescued += rescue.await?;
        }
        Ok(rescued)
    }

    /// Jobs with a lease of one of these owners, or with a lease that ends at `leases_end` or before.
    async fn held(&self, owners: &[String], leases_end: Time) -> Result<Vec<Job>, Error> {
        let filter = doc! { "$or": [{ "owners": { "$in": owners } }, { "lease_ends_at": { "$lte": leases_end.0 } }] };
        let held = self.find(filter, doc! { "_id": 1 }, 0).await?;
        Ok(held.into_iter().map(|stored| stored.job).collect())
    }

    /// The dead owners that hold leases on these jobs and whose heir this handle has become.
    async fn inherit(&self, dead: &[String], jobs: &[Job]) -> Result<Vec<String>, Error> {
        let holders: HashSet<&str> = jobs.iter().flat_map(Job::leases).map(|part| part.owner.as_str()).collect();
        let mut ours = Vec::new();
        for owner in dead.iter().filter(|owner| holders.contains(owner.as_str())) {
            if self.presence.inherit(&self.collections, owner, self.time()).await? {
                ours.push(owner.clone());
            }
        }
        Ok(ours)
    }

    /// Expires artifacts, and fails jobs that have waited too long; returns the number of jobs.
    async fn age(&self, now: Time) -> Result<usize, Error> {
        let mut aged = 0;
        for old in self.find(doc! { "ages_at": { "$lte": now.0 } }, doc! { "ages_at": 1 }, JOBS_MAX).await? {
            let has_aged = self.change(old.job.id, false, |job, now, settings| job.age(now, settings)).await?;
            aged += usize::from(has_aged);
        }
        Ok(aged)
    }

    /// Lets jobs be prepared again if this process cannot read their plan and no other process works on them; returns how many.
    async fn prepare_again(&self) -> Result<usize, Error> {
        let mut prepared_again = 0;
        let unread = doc! { "open": true, "plan_version": { "$gt": i64::from(self.settings.plan_version) } };
        for stored in self.find(unread, doc! { "_id": 1 }, JOBS_MAX).await? {
            let again =
                self.change(stored.job.id, false, |job, now, settings| job.prepare_again(now, settings)).await?;
            prepared_again += usize::from(again);
        }
        Ok(prepared_again)
    }

    /// Deletes requests that are not needed any more. When such a job is written again, a later round finds it again and deletes nothing.
    async fn delete_requests(&self, now: Time) -> Result<(), Error> {
        let Collections { jobs, requests, .. } = self.collections.clone();
        let delete = async move {
            let ended = doc! { "request_ends_at": { "$lte": now.0 } };
            let found = jobs.find(ended).projection(doc! { "_id": 1 }).limit(REQUESTS_MAX);
            let ids: Vec<Document> = found.await?.try_collect().await?;
            let ids: Vec<Bson> = ids.into_iter().filter_map(|mut job| job.remove("_id")).collect();
            if ids.is_empty() {
                return Ok(());
            }
            requests.delete_many(doc! { "_id": { "$in": &ids } }).await?;
            let none = doc! { "$set": { "request_ends_at": null } };
            jobs.update_many(doc! { "_id": { "$in": ids }, "request_ends_at": { "$lte": now.0 } }, none).await?;
            Ok(())
        };
        within(delete).await
    }

    /// Deletes records and idempotency keys that are old enough; returns the number of records. Also deletes requests that are older than any
    /// job can be: the process that stored them died before it stored the job.
    async fn forget(&self, now: Time) -> Result<usize, Error> {
        let Collections { jobs, requests, keys, .. } = self.collections.clone();
        let life_max = self.settings.wait_max + self.settings.keep + self.settings.remember;
        let long_ago = move |age: Duration| doc! { "created": { "$lte": now.0 - age.as_millis() as i64 } };
        let forget = async move {
            let forgotten = jobs.delete_many(doc! { "forgotten_at": { "$lte": now.0 }, "garbage_at": null }).await?;
            requests.delete_many(long_ago(life_max)).await?;
            keys.delete_many(long_ago(KEYS_KEPT)).await?;
            Ok(forgotten.deleted_count as usize)
        };
        within(forget).await
    }

    /// Gives open jobs of an earlier version of the program the fields by which parts are claimed now.
    async fn upgrade(&self) -> Result<(), Error> {
        let lanes = Service::ALL.map(Service::name).to_vec();
        let filter = doc! { "service": { "$in": lanes }, "open": true, "owner": null };
        for stored in self.find(filter, doc! {}, JOBS_MAX).await? {
            // If another process has written to the job in between, the next round tries again.
            self.swap(&stored, &stored.job).await?;
        }
        Ok(())
    }
}

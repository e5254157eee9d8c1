//! Tending: leases of the dead and the silent are taken, time does its work, what is old is forgotten.

use super::Mongo;
use super::operations::{Collections, within};
use crate::Error;
use crate::model::{Deaths, Job, Queue, Service, Tended, Time};
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};
use std::collections::HashSet;
use std::time::Duration;

/// Jobs that time has changed, by one round.
const AGED_MAX: i64 = 100;
/// Requests deleted by one round.
const ENDED_MAX: i64 = 1_000;
/// How long idempotency keys are remembered.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 3600);

impl Mongo {
    pub(super) async fn tend_all(&self) -> Result<Tended, Error> {
        self.upgrade().await?;
        let mut tended = Tended::default();
        // After an outage of the store the holders first get the chance to say that they are there.
        let leases_end = if self.presence.is_settled() { self.now() } else { Time(i64::MIN) };
        let dead = self.presence.dead();
        let held = self.held(&dead, leases_end).await?;
        if !held.is_empty() {
            // Who inherits looks again: what the dead one held is then his alone to judge.
            let ours = self.inherit(&dead, &held).await?;
            let held = self.held(&ours, leases_end).await?;
            let deaths = Deaths::new(&held, |owner| ours.iter().any(|dead| dead == owner));
            for job in held {
                let rescued = self.change(job.id, 0, |job, now, settings| {
                    job.rescue(now, leases_end, settings, fastrand::f64(), &deaths)
                });
                tended.rescued += rescued.await?;
            }
        }
        let now = self.now();
        for old in self.find(doc! { "ages_at": { "$lte": now.0 } }, doc! { "ages_at": 1 }, AGED_MAX).await? {
            tended.aged +=
                usize::from(self.change(old.job.id, false, |job, now, settings| job.age(now, settings)).await?);
        }
        let unread = doc! { "open": true, "plan_version": { "$gt": i64::from(self.settings.plan_version) } };
        for job in self.find(unread, doc! { "_id": 1 }, AGED_MAX).await? {
            let again = self.change(job.job.id, false, |job, now, settings| job.prepare_again(now, settings)).await?;
            tended.prepared_again += usize::from(again);
        }
        self.end_requests(now).await?;
        let Collections { jobs, requests, keys, .. } = self.collections.clone();
        // No job lives longer. It finds requests whose job was never accepted, since the process died before.
        let life = self.settings.wait_max + self.settings.keep + self.settings.remember;
        let long_ago = move |age: Duration| doc! { "created": { "$lte": now.0 - age.as_millis() as i64 } };
        let forget = async move {
            let forgotten = jobs.delete_many(doc! { "forgotten_at": { "$lte": now.0 }, "garbage_at": null }).await?;
            requests.delete_many(long_ago(life)).await?;
            keys.delete_many(long_ago(KEYS_KEPT)).await?;
            Ok(forgotten.deleted_count as usize)
        };
        tended.forgotten = within(forget).await?;
        Ok(tended)
    }

    /// Deletes requests that are not needed any more. A job that changes once more comes here once more, and finds nothing.
    async fn end_requests(&self, now: Time) -> Result<(), Error> {
        let Collections { jobs, requests, .. } = self.collections.clone();
        let end = async move {
            let ended = doc! { "request_ends_at": { "$lte": now.0 } };
            let found = jobs.find(ended).projection(doc! { "_id": 1 }).limit(ENDED_MAX);
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
        within(end).await
    }

    /// Gives open jobs of the version before the fields by which parts are claimed now.
    async fn upgrade(&self) -> Result<(), Error> {
        let lanes = Service::ALL.map(Service::name).to_vec();
        let filter = doc! { "service": { "$in": lanes }, "open": true, "owner": null };
        for stored in self.find(filter, doc! {}, AGED_MAX).await? {
            // If somebody else has written meanwhile, the next round will see.
            self.swap(&stored, &stored.job).await?;
        }
        Ok(())
    }

    /// Jobs with leases of these owners, or with one that ends until then.
    async fn held(&self, owners: &[String], leases_end: Time) -> Result<Vec<Job>, Error> {
        let filter = doc! { "$or": [{ "owners": { "$in": owners } }, { "lease_ends_at": { "$lte": leases_end.0 } }] };
        let held = self.find(filter, doc! { "_id": 1 }, 0).await?;
        Ok(held.into_iter().map(|stored| stored.job).collect())
    }

    /// Of these owners, which are dead, those that hold leases which this handle is to take.
    async fn inherit(&self, dead: &[String], jobs: &[Job]) -> Result<Vec<String>, Error> {
        let holders: HashSet<&str> = jobs.iter().flat_map(Job::leases).map(|part| part.owner.as_str()).collect();
        let mut ours = Vec::new();
        for owner in dead.iter().filter(|owner| holders.contains(owner.as_str())) {
            if self.presence.inherit(&self.collections, owner, self.now()).await? {
                ours.push(owner.clone());
            }
        }
        Ok(ours)
    }
}

//! Accepting a job: its idempotency key, the bounds on open jobs, its documents.

use super::handle::Mongo;
use super::operations::{insert, within};
use super::record;
use crate::Error;
use crate::model::{Bound, Job, JobId, NewJob, Service, Submitted, compact};
use mongodb::bson::doc;

/// Which job an idempotency key stands for.
enum Reserved {
    /// The job with this id: a new id, or the id that an earlier submission gave to the key.
    Job(JobId),
    /// The key belongs to another request.
    Reused,
}

impl Mongo {
    /// Accepts a job. It is durable when this returns.
    pub(super) async fn accept(&self, new: NewJob) -> Result<Submitted, Error> {
        // The scorecard's control ignores idempotency keys.
        let id = match new.idempotency_key.as_ref().filter(|_| !crate::IS_CONTROL) {
            None => JobId::random(),
            Some(key) => match self.reserve(key, &new).await? {
                Reserved::Reused => return Ok(Submitted::KeyReused),
                Reserved::Job(id) => match self.load(id).await? {
                    Some(known) => return Ok(Submitted::Known(known.job)),
                    None => id,
                },
            },
        };
        if let Some(full) = self.full(&new).await? {
            return Ok(full);
        }
        let turn = self.turns(new.service).await?.of(&new.owner);
        self.insert(Job::new(id, &new, turn, self.time()), &new).await
    }

    /// Stores a new job and its request.
    async fn insert(&self, job: Job, new: &NewJob) -> Result<Submitted, Error> {
        // The request is stored first, so that no job is without its request. Storing it twice does no harm: the same id has the same request.
        insert(&self.collections.requests, record::request(&job, &compact(&new.document))).await?;
        if !insert(&self.collections.jobs, record::insert(&job, &self.settings)?).await? {
            // A concurrent submission with the same key has stored the job first.
            let known = self.load(job.id).await?.ok_or_else(|| Error::Store("a job was just forgotten".into()))?;
            return Ok(Submitted::Known(known.job));
        }
        self.watcher.notify();
        crate::failpoint::hit("stored", None);
        self.outbox.send(&job, job.unannounced(), self.time());
        Ok(Submitted::Created(job))
    }

    /// Gives an idempotency key a new id, unless it has one.
    async fn reserve(&self, key: &str, new: &NewJob) -> Result<Reserved, Error> {
        let id = JobId::random();
        let entry = doc! { "_id": key, "request_sha256": &new.request_sha256, "service": new.service.name(),
        "id": id.to_string(), "created": self.time().0 };
        if insert(&self.collections.keys, entry).await? {
            return Ok(Reserved::Job(id));
        }
        let (keys, key) = (self.collections.keys.clone(), key.to_owned());
        let known = within(async move { keys.find_one(doc! { "_id": key }).await }).await?;
        let known = known.ok_or_else(|| Error::Store("an idempotency key was just forgotten".into()))?;
        let same = known.get_str("request_sha256").is_ok_and(|sha256| sha256 == new.request_sha256)
            && known.get_str("service").is_ok_and(|service| service == new.service.name());
        let id = known.get_str("id").ok().filter(|_| same).and_then(|id| id.parse().ok());
        Ok(id.map_or(Reserved::Reused, Reserved::Job))
    }

    /// Whether the bound on open jobs is reached: that of all owners, or that of this owner.
    async fn full(&self, new: &NewJob) -> Result<Option<Submitted>, Error> {
        let open = self.count(doc! { "open": true }).await?;
        if open >= self.settings.open_jobs_max {
            return Ok(Some(Submitted::Full { open, bound: Bound::All }));
        }
        let Some(max) = new.open_jobs_of_owner_max else { return Ok(None) };
        let lanes = Service::ALL.map(Service::name).to_vec();
        let of_owner = doc! { "service": { "$in": lanes }, "open": true, "owner": &new.owner };
        let open = self.count(of_owner).await?;
        Ok((open >= max).then_some(Submitted::Full { open, bound: Bound::Owner }))
    }
}

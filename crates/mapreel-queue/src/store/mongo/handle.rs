//! The handle on a database: opens it, and does what the trait [`Queue`] asks for.

use super::operations::{Collections, PATIENCE, insert, make_indexes, within};
use super::outbox::Outbox;
use super::presence::Presence;
use super::record::Stored;
use super::watcher::Watcher;
use super::{clock, record};
use crate::model::{
    Bound, Claim, Clock, Counts, Failure, Filter, Garbage, Hint, Job, JobId, Lease, NewJob, Outcome, Queue, Service,
    Settings, State, Submitted, Tended, Time, Verdict, Waiting, compact,
};
use crate::{Error, Supervise};
use bytes::Bytes;
use futures_util::TryStreamExt;
use mongodb::Client;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{Acknowledgment, ClientOptions, WriteConcern};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// How often a transition is tried when others write to the same job.
pub(super) const CONTENTION_MAX: usize = 60;
/// Jobs looked at by one round of cleaning.
const GARBAGE_MAX: i64 = 100;

/// The queue in a MongoDB database. A handle is an owner of leases: dropped, or with its process dead, its leases are over.
pub struct Mongo {
    pub(super) collections: Collections,
    pub(super) presence: Presence,
    pub(super) watcher: Watcher,
    pub(super) settings: Settings,
    pub(super) outbox: OnceLock<Outbox>,
    _alive: Arc<()>,
}

impl Mongo {
    /// Opens the database that a connection string names (`mongodb://HOST/DATABASE`; without a name, `mapreel`), and makes
    /// its indexes. The handle's tasks end with it.
    ///
    /// # Errors
    /// The connection string cannot be read, or the server does not answer.
    pub async fn open(uri: &str, mut settings: Settings, supervisor: &dyn Supervise) -> Result<Self, Error> {
        let setting =
            |error: mongodb::error::Error| Error::Setting(format!("the store's URL cannot be used: {}", error.kind));
        let mut options = ClientOptions::parse(uri).await.map_err(setting)?;
        options.app_name.get_or_insert_with(|| "mapreel".to_owned());
        options.server_selection_timeout = Some(PATIENCE);
        options.connect_timeout = Some(PATIENCE);
        options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
        let name = options.default_database.clone().unwrap_or_else(|| "mapreel".to_owned());
        let database = Client::with_options(options).map_err(setting)?.database(&name);
        let collections = Collections {
            jobs: database.collection("jobs"),
            requests: database.collection("requests"),
            keys: database.collection("keys"),
            owners: database.collection("owners"),
            turns: database.collection("turns"),
        };
        make_indexes(&collections).await?;
        let (alive, mut tasks) = (Arc::new(()), Vec::new());
        if matches!(settings.clock, Clock::System) {
            let (clock, task) = clock::start(database, Arc::downgrade(&alive)).await?;
            settings.clock = clock;
            tasks.push(task);
        }
        let (presence, counting) = Presence::start(collections.clone(), settings.clock.now()).await?;
        let (watcher, watching) = Watcher::new(collections.clone());
        tasks.extend([counting, watching]);
        // Not before all of it is there: a handle that could not be opened leaves no task behind.
        tasks.into_iter().for_each(|task| supervisor.start(task));
        Ok(Self { collections, presence, watcher, settings, outbox: OnceLock::new(), _alive: alive })
    }

    /// Rings the bell of [`Queue::changes`].
    pub(crate) fn ring(&self) -> impl Fn() + Send + Sync + use<> {
        let watcher = self.watcher.clone();
        move || watcher.ring()
    }

    pub(super) async fn load(&self, id: JobId) -> Result<Option<Stored>, Error> {
        let jobs = self.collections.jobs.clone();
        let find = async move { jobs.find_one(doc! { "_id": id.to_string() }).await };
        within(find).await?.map(record::read).transpose()
    }

    pub(super) async fn find(&self, filter: Document, sort: Document, limit: i64) -> Result<Vec<Stored>, Error> {
        let jobs = self.collections.jobs.clone();
        let find = async move { jobs.find(filter).sort(sort).limit(limit).await?.try_collect::<Vec<_>>().await };
        within(find).await?.into_iter().map(record::read).collect()
    }

    /// Loads a job, changes it, and stores it if that changed anything; again, when somebody else was quicker.
    pub(super) async fn change<T>(
        &self,
        id: JobId,
        unknown: T,
        mut f: impl FnMut(&mut Job, Time, &Settings) -> T,
    ) -> Result<T, Error> {
        for attempt in 0..CONTENTION_MAX {
            let Some(stored) = self.load(id).await? else { return Ok(unknown) };
            let mut job = stored.job.clone();
            let result = f(&mut job, self.now(), &self.settings);
            if job == stored.job || self.swap(&stored, &job).await? {
                return Ok(result);
            }
            tokio::time::sleep(Duration::from_micros(fastrand::u64(0..2_000 << attempt.min(5)))).await;
        }
        Err(Error::Store("too many write to the same job".into()))
    }

    /// Stores a job unless it has been written since it was read. False: it has.
    pub(super) async fn swap(&self, stored: &Stored, job: &Job) -> Result<bool, Error> {
        let write = record::write();
        let fields = record::update(job, write, &self.settings)?;
        let filter = doc! { "_id": job.id.to_string(), "write": stored.write };
        let jobs = self.collections.jobs.clone();
        let result = within(async move { jobs.update_one(filter, doc! { "$set": fields }).await }).await;
        let written = match result {
            Ok(result) => result.matched_count == 1,
            Err(error) => match self.load(job.id).await {
                Ok(Some(now)) if now.write == write => true,
                Ok(Some(now)) if now.write != stored.write => false,
                _ => return Err(error),
            },
        };
        if written {
            self.watcher.ring();
            let known: Vec<Hint> = stored.job.unannounced().collect();
            self.tell(job, job.unannounced().filter(|hint| !known.contains(hint)));
        }
        Ok(written)
    }

    /// The job that an idempotency key stands for: a new id, or the one that was given to it before.
    async fn reserve(&self, key: &str, new: &NewJob) -> Result<Option<JobId>, Error> {
        let id = JobId::random();
        let entry = doc! { "_id": key, "request_sha256": &new.request_sha256, "service": new.service.name(),
        "id": id.to_string(), "created": self.now().0 };
        if insert(&self.collections.keys, entry).await? {
            return Ok(Some(id));
        }
        let (keys, key) = (self.collections.keys.clone(), key.to_owned());
        let known = within(async move { keys.find_one(doc! { "_id": key }).await }).await?;
        let known = known.ok_or_else(|| Error::Store("an idempotency key was just forgotten".into()))?;
        let same = known.get_str("request_sha256").is_ok_and(|sha256| sha256 == new.request_sha256)
            && known.get_str("service").is_ok_and(|service| service == new.service.name());
        Ok(known.get_str("id").ok().filter(|_| same).and_then(|id| id.parse().ok()))
    }

    /// Whether a bound on open jobs is reached, and whose.
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

    pub(super) async fn count(&self, filter: Document) -> Result<u64, Error> {
        let jobs = self.collections.jobs.clone();
        within(async move { jobs.count_documents(filter).await }).await
    }
}

#[async_trait::async_trait]
impl Queue for Mongo {
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error> {
        // Dropped by the control: one key is one job.
        let id = match new.idempotency_key.as_ref().filter(|_| !crate::NAIVE) {
            None => JobId::random(),
            Some(key) => match self.reserve(key, &new).await? {
                None => return Ok(Submitted::KeyReused),
                Some(id) => match self.load(id).await? {
                    Some(known) => return Ok(Submitted::Known(known.job)),
                    None => id,
                },
            },
        };
        if let Some(full) = self.full(&new).await? {
            return Ok(full);
        }
        let turn = self.turns(new.service).await?.of(&new.owner);
        let job = Job::new(id, &new, turn, self.now());
        // First, so that no job is without it. Twice is as good as once: the same id has the same request.
        insert(&self.collections.requests, record::request(&job, &compact(&new.document))).await?;
        if !insert(&self.collections.jobs, record::insert(&job, &self.settings)?).await? {
            // The same key at the same time: the other one was quicker.
            let known = self.load(id).await?.ok_or_else(|| Error::Store("a job was just forgotten".into()))?;
            return Ok(Submitted::Known(known.job));
        }
        self.watcher.ring();
        crate::failpoint::hit("stored", None);
        self.tell(&job, job.unannounced());
        Ok(Submitted::Created(job))
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        Ok(self.load(id).await?.map(|stored| stored.job))
    }

    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error> {
        let requests = self.collections.requests.clone();
        let find = async move { requests.find_one(doc! { "_id": id.to_string() }).await };
        let document = within(find).await?;
        Ok(document.and_then(|mut document| match document.remove("request") {
            Some(Bson::Binary(binary)) => Some(binary.bytes.into()),
            _ => None,
        }))
    }

    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error> {
        let mut wanted = Document::new();
        if let Some(state) = filter.state {
            wanted.insert("state", state.name());
        }
        if let Some(service) = filter.service {
            wanted.insert("service", service.name());
        }
        if let Some(owner) = filter.owner {
            wanted.insert("owner", owner);
        }
        if let Some(before) = filter.before {
            wanted.insert("_id", doc! { "$lt": before.to_string() });
        }
        let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
        Ok(self.find(wanted, doc! { "_id": -1 }, limit).await?.into_iter().map(|stored| stored.job).collect())
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
        if job.state != State::Pending || job.ready() == 0 {
            return Ok(None);
        }
        self.position_of(job).await.map(Some)
    }

    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.change(id, None, |job, now, _| {
            job.cancel(now);
            Some(job.clone())
        })
        .await
    }

    async fn tend(&self) -> Result<Tended, Error> {
        self.tend_all().await
    }

    async fn garbage(&self) -> Result<Vec<Garbage>, Error> {
        let filter = doc! { "garbage_at": { "$lte": self.now().0 } };
        let jobs = self.find(filter, doc! { "garbage_at": 1 }, GARBAGE_MAX).await?;
        Ok(jobs.iter().map(|stored| Garbage { id: stored.job.id, keep: stored.job.kept_keys() }).collect())
    }

    async fn cleaned(&self, id: JobId) -> Result<(), Error> {
        self.change(id, (), |job, now, _| job.cleaned(now)).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        let jobs = self.collections.jobs.clone();
        within(async move {
            // By an index alone: the documents are much larger than what is counted.
            let lanes = Service::ALL.map(Service::name).to_vec();
            let of_all = doc! { "$match": { "service": { "$in": lanes } } };
            let named = doc! { "$project": { "_id": 0, "service": 1, "state": 1 } };
            let group = doc! { "$group": { "_id": { "service": "$service", "state": "$state" }, "n": { "$sum": 1 } } };
            let groups: Vec<Document> = jobs.aggregate([of_all, named, group]).await?.try_collect().await?;
            let pending = doc! { "open": true, "state": "PENDING" };
            let oldest = jobs.find_one(pending).sort(doc! { "created": 1 }).projection(doc! { "created": 1 }).await?;
            let count = |group: &Document| {
                let of = group.get_document("_id").ok()?;
                let n = group.get_i32("n").map(i64::from).or_else(|_| group.get_i64("n")).ok()?;
                Some(((of.get_str("service").ok()?.to_owned(), of.get_str("state").ok()?.to_owned()), n as u64))
            };
            Ok(Counts {
                jobs: groups.iter().filter_map(count).collect(),
                oldest_pending: oldest.and_then(|oldest| oldest.get_i64("created").ok()).map(Time),
            })
        })
        .await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.watcher.subscribe()
    }

    fn now(&self) -> Time {
        self.settings.clock.now()
    }
}

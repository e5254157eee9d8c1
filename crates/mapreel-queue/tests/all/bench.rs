//! A back-end under test, with a clock that the test sets.

use bytes::Bytes;
use mapreel_queue::mongo::Mongo;
use mapreel_queue::rabbit;
use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{
    Clock, Cluster, Failure, JobId, NewJob, Outcome, Queue, Service, Settings, Submitted, Time, Unsupervised,
};
use mapreel_spec::manifest::Artifact;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

pub const ANY: &[Service] = &[Service::Image, Service::Animation];

pub struct Bench {
    store: Store,
    time: Arc<AtomicI64>,
    settings: Settings,
}

enum Store {
    Sqlite(tempfile::TempDir),
    /// A database's connection string, and a broker's URL.
    Mongodb(String, Option<String>),
}

impl Bench {
    /// The embedded store.
    pub fn sqlite() -> Self {
        Self::new(Store::Sqlite(tempfile::tempdir().unwrap()))
    }

    /// MongoDB without a broker; `None`: there is no server.
    pub fn mongodb() -> Option<Self> {
        Some(Self::new(Store::Mongodb(database()?, None)))
    }

    /// MongoDB with RabbitMQ; the queues of the broker are not shared with other tests.
    pub fn cluster() -> Option<Self> {
        let broker = mapreel_testkit::servers::rabbitmq::shared()?.url();
        Some(Self::new(Store::Mongodb(database()?, Some(broker))))
    }

    /// The connection string of its MongoDB.
    pub fn database(&self) -> Option<&str> {
        match &self.store {
            Store::Sqlite(_) => None,
            Store::Mongodb(database, _) => Some(database),
        }
    }

    fn new(store: Store) -> Self {
        let time = Arc::new(AtomicI64::new(1_000_000));
        let settings = Settings {
            lease: Duration::from_secs(10),
            attempts_max: 3,
            open_jobs_max: 40,
            wait_max: Duration::from_secs(100_000),
            keep: Duration::from_secs(1_000),
            remember: Duration::from_secs(10_000),
            plan_version: 1,
            clock: Clock::Manual(time.clone()),
        };
        Self { store, time, settings }
    }

    /// The same back-end with another bound on open jobs.
    pub fn with_open_jobs(mut self, max: u64) -> Self {
        self.settings.open_jobs_max = max;
        self
    }

    /// Opens a new handle, which is an owner of leases.
    pub async fn open(&self) -> Arc<dyn Queue> {
        self.open_reading(self.settings.plan_version).await
    }

    /// Opens a new handle that makes plans of this version and cannot read newer ones.
    pub async fn open_reading(&self, plan_version: u32) -> Arc<dyn Queue> {
        let settings = Settings { plan_version, ..self.settings.clone() };
        match &self.store {
            Store::Sqlite(folder) => {
                Arc::new(Sqlite::open(&folder.path().join("jobs.db"), settings, &Unsupervised).unwrap())
            }
            Store::Mongodb(database, broker) => {
                let store = Mongo::open(database, settings, &Unsupervised).await.unwrap();
                match broker {
                    None => Arc::new(store),
                    Some(broker) => {
                        let settings = rabbit::Settings {
                            url: broker.clone(),
                            prefix: database.rsplit('/').next().unwrap().to_owned(),
                            quorum: true,
                            slots: 4,
                            image_slots: 4,
                            // Tests claim without waiting for a message.
                            look_every: Duration::ZERO,
                        };
                        Arc::new(Cluster::new(store, settings, CancellationToken::new(), &Unsupervised).unwrap())
                    }
                }
            }
        }
    }

    /// Sets the clock, as an operator may.
    pub fn set(&self, by_s: i64) {
        self.time.fetch_add(by_s * 1000, Ordering::SeqCst);
    }

    pub fn pass(&self, seconds: u64) -> Time {
        Time(self.time.fetch_add(seconds as i64 * 1000, Ordering::SeqCst))
    }
}

pub fn image() -> NewJob {
    NewJob {
        service: Service::Image,
        owner: "somebody".into(),
        title: None,
        document: Bytes::from_static(b"{}"),
        request_sha256: "ab".into(),
        segments: vec![1],
        idempotency_key: None,
        open_jobs_of_owner_max: None,
    }
}

pub fn animation(segments: &[u32]) -> NewJob {
    NewJob { service: Service::Animation, segments: segments.to_vec(), ..image() }
}

/// The same job, sent by another owner.
pub fn of(owner: &str, new: NewJob) -> NewJob {
    NewJob { owner: owner.into(), ..new }
}

pub async fn submit(queue: &dyn Queue, new: NewJob) -> JobId {
    match queue.submit(new).await.unwrap() {
        Submitted::Created(job) => job.id,
        other => panic!("{other:?}"),
    }
}

pub fn outcome() -> Option<Outcome> {
    let artifact = Artifact {
        format: "mp4".into(),
        size_bytes: 9,
        width: 4,
        height: 4,
        frames: 2,
        duration_s: 1.0,
        sha256: "cd".into(),
    };
    Some(Outcome { artifact, key: "a/final".into(), manifest_key: "a/manifest".into(), warnings: Vec::new() })
}

pub fn failure(retryable: bool) -> Failure {
    Failure { code: "layer_unavailable".into(), message: "no".into(), layer: None, retryable }
}

/// A new database on the server that all tests share.
fn database() -> Option<String> {
    let name = format!("test-{}", JobId::random());
    Some(mapreel_testkit::servers::mongodb::shared()?.database(&name))
}

/// Every law as a test, for each back-end.
macro_rules! laws {
    ($($law:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $law() { super::$law(super::Bench::sqlite()).await; })* }
        mod mongodb {
            $(#[tokio::test] async fn $law() {
                if let Some(bench) = super::Bench::mongodb() { super::$law(bench).await; }
            })*
        }
        mod cluster {
            $(#[tokio::test] async fn $law() {
                if let Some(bench) = super::Bench::cluster() { super::$law(bench).await; }
            })*
        }
    };
}
pub(crate) use laws;

//! A back-end under test, with a clock that the test holds.

use bytes::Bytes;
use mapreel_queue::sqlite::Sqlite;
use mapreel_queue::{Clock, Failure, JobId, NewJob, Outcome, Queue, Service, Settings, Submitted, Time};
use mapreel_spec::manifest::Artifact;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub const ANY: &[Service] = &[Service::Image, Service::Animation];

pub struct Bench {
    folder: tempfile::TempDir,
    time: Arc<AtomicI64>,
    settings: Settings,
}

impl Bench {
    pub fn new() -> Self {
        let time = Arc::new(AtomicI64::new(1_000_000));
        let settings = Settings {
            lease: Duration::from_secs(10),
            attempts_max: 3,
            open_jobs_max: 40,
            wait_max: Duration::from_secs(100_000),
            keep: Duration::from_secs(1_000),
            remember: Duration::from_secs(10_000),
            clock: Clock::Manual(time.clone()),
        };
        Self { folder: tempfile::tempdir().unwrap(), time, settings }
    }

    /// A new owner of leases.
    pub fn open(&self) -> Arc<dyn Queue> {
        Arc::new(Sqlite::open(&self.folder.path().join("jobs.db"), self.settings.clone()).unwrap())
    }

    pub fn pass(&self, seconds: u64) -> Time {
        Time(self.time.fetch_add(seconds as i64 * 1000, Ordering::SeqCst))
    }
}

pub fn image() -> NewJob {
    NewJob {
        service: Service::Image,
        document: Bytes::from_static(b"{}"),
        request_sha256: "ab".into(),
        segments: vec![1],
        idempotency_key: None,
    }
}

pub fn animation(segments: &[u32]) -> NewJob {
    NewJob { service: Service::Animation, segments: segments.to_vec(), ..image() }
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

//! The queue of a cluster: MongoDB stores the jobs, RabbitMQ wakes idle workers.
//!
//! A message only wakes a worker. The worker claims the part whose turn it is, which is seldom the part that the message names. There are
//! as many messages as parts, so every part finds a worker. Now and then a worker claims without a message, and more often while the
//! broker is away: so no part waits for ever for a message that was lost.

use crate::model::{
    Claim, Confirm, Counts, Failure, Filter, Garbage, Job, JobId, Lease, NewJob, Outcome, Queue, Service, Submitted,
    TendReport, Time, Verdict, Waiting,
};
use crate::store::mongo::Mongo;
use crate::wake::rabbit::{Consumer, Publisher, Received, Settings};
use crate::{Error, Supervise};
use bytes::Bytes;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often a worker claims without a message while the process has no subscription at the broker.
const LOOK_ALONE: Duration = Duration::from_millis(500);
/// A message is acknowledged when its part has had no heartbeat for this long.
const SILENCE: Duration = Duration::from_secs(120);

/// For each lease: the message with which its part was claimed, and the time of its last heartbeat.
type Held = HashMap<Lease, (Received, Instant)>;

/// The queue in MongoDB, with RabbitMQ to wake the workers.
pub struct Cluster {
    store: Arc<Mongo>,
    publisher: Publisher,
    consumer: Consumer,
    look_every: Duration,
    /// The messages of parts on which this process works.
    held: Mutex<Held>,
    /// For each lane: from when a worker may claim from it without a message.
    looks: Mutex<HashMap<Service, Instant>>,
}

impl Cluster {
    /// Joins a store and a broker. The broker need not be reachable yet. After `stop` the consumer takes no more messages. Called on a
    /// runtime; the tasks of the handle end when the handle is dropped.
    ///
    /// # Errors
    /// The broker's URL cannot be read.
    pub fn new(
        store: Mongo,
        settings: Settings,
        stop: CancellationToken,
        supervisor: &dyn Supervise,
    ) -> Result<Self, Error> {
        settings.check()?;
        let store = Arc::new(store);
        let confirm: Weak<dyn Confirm> = Arc::<Mongo>::downgrade(&store);
        let (publisher, publishing) = Publisher::new(settings.clone(), confirm);
        store.set_publisher(Box::new(publisher.sender()));
        let look_every = settings.look_every;
        let (consumer, consuming) = Consumer::new(settings, Box::new(store.notifier()), stop);
        [Some(publishing), consuming].into_iter().flatten().for_each(|task| supervisor.start(task));
        Ok(Self { store, publisher, consumer, look_every, held: Mutex::default(), looks: Mutex::default() })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acknowledges the message of a part on which this process works no more.
    fn acknowledge(&self, lease: &Lease) {
        self.held().remove(lease);
    }

    /// Whether a worker may claim from this lane without a message now. If so, sets the next time at which a worker may.
    fn is_due(&self, lane: Service) -> bool {
        let mut looks = self.looks();
        let every = if self.consumer.is_alive() { self.look_every } else { LOOK_ALONE.min(self.look_every) };
        let now = Instant::now();
        // A time that was set while the subscription worked may be far away. Once the subscription has ended, that time does not count.
        if looks.get(&lane).is_some_and(|next| *next > now && *next <= now + every.mul_f64(1.25)) {
            return false;
        }
        looks.insert(lane, now + every.mul_f64(0.75 + fastrand::f64() / 2.0));
        true
    }

    async fn claim_by_message(&self, lane: Service, except: &[String]) -> Result<Option<Claim>, Error> {
        while let Some(received) = self.consumer.take(lane) {
            match self.store.claim(&[lane], except).await {
                Ok(Some(claim)) => {
                    self.held().insert(claim.lease.clone(), (received, Instant::now()));
                    return Ok(Some(claim));
                }
                // Other workers have claimed all parts that were ready when this message was sent; or only a newer version of the program
                // can read the plans of the ready parts, and claims them without a message. Dropping the message acknowledges it.
                Ok(None) => {
                    drop(received);
                    if !except.is_empty() {
                        self.look_soon(lane);
                    }
                }
                Err(error) => {
                    self.consumer.put_back(received);
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    async fn claim_by_looking(&self, lane: Service, except: &[String]) -> Result<Option<Claim>, Error> {
        // The scorecard's control claims only by messages.
        if crate::IS_CONTROL || !self.is_due(lane) {
            return Ok(None);
        }
        let claim = self.store.claim(&[lane], except).await?;
        if claim.is_some() {
            // The lane may have more parts: the next claim need not wait either.
            self.looks().remove(&lane);
        } else if !except.is_empty() {
            self.look_soon(lane);
        }
        Ok(claim)
    }

    /// Lets a worker claim without a message soon: parts of owners in `except` may be ready, and their messages are already acknowledged. The
    /// worker does not claim at every change of the store: there are too many changes.
    fn look_soon(&self, lane: Service) {
        let soon = Instant::now() + LOOK_ALONE;
        self.looks().entry(lane).and_modify(|next| *next = soon.min(*next)).or_insert(soon);
    }

    fn looks(&self) -> MutexGuard<'_, HashMap<Service, Instant>> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Queue for Cluster {
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error> {
        self.store.submit(new).await
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.store.job(id).await
    }

    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error> {
        self.store.request(id).await
    }

    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error> {
        self.store.jobs(filter).await
    }

    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error> {
        for lane in lanes {
            if let Some(claim) = self.claim_by_message(*lane, except).await? {
                return Ok(Some(claim));
            }
            if let Some(claim) = self.claim_by_looking(*lane, except).await? {
                return Ok(Some(claim));
            }
        }
        Ok(None)
    }

    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error> {
        let verdict = self.store.heartbeat(lease, done, why).await?;
        match verdict {
            Verdict::Continue => {
                if let Some((_, last_beat)) = self.held().get_mut(lease) {
                    *last_beat = Instant::now();
                }
            }
            Verdict::Cancelled | Verdict::Lost => self.acknowledge(lease),
        }
        Ok(verdict)
    }

    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error> {
        let counts = self.store.finish(lease, key, outcome).await?;
        self.acknowledge(lease);
        Ok(counts)
    }

    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error> {
        let counts = self.store.fail(lease, failure).await?;
        self.acknowledge(lease);
        Ok(counts)
    }

    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error> {
        let counts = self.store.release(lease, delay, why).await?;
        self.acknowledge(lease);
        Ok(counts)
    }

    async fn position(&self, job: &Job) -> Result<Option<u64>, Error> {
        self.store.position(job).await
    }

    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.store.cancel(id).await
    }

    async fn tend(&self) -> Result<TendReport, Error> {
        self.held().retain(|_, (_, last_beat)| last_beat.elapsed() < SILENCE);
        let tended = self.store.tend().await?;
        // The scorecard's control has no reconciler: lost messages are not published again.
        if crate::IS_CONTROL {
            return Ok(tended);
        }
        // While the broker is away, the reconciler runs in one of four rounds, to find out whether the broker is back.
        if self.publisher.is_alive() || fastrand::u8(..4) == 0 {
            self.store.reconcile().await?;
        }
        Ok(tended)
    }

    async fn garbage(&self) -> Result<Vec<Garbage>, Error> {
        self.store.garbage().await
    }

    async fn cleaned(&self, id: JobId) -> Result<(), Error> {
        self.store.cleaned(id).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        self.store.counts().await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.store.changes()
    }

    fn now(&self) -> Time {
        self.store.now()
    }

    fn trouble(&self) -> Option<&'static str> {
        self.consumer.trouble()
    }
}

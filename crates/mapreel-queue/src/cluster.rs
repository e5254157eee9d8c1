//! The queue of a cluster: MongoDB is the truth, RabbitMQ tells who has time that there is work.
//!
//! A message only wakes. Whoever has one claims the part whose turn it is, which is seldom the one that the message tells of:
//! there are as many messages as parts, so each part is claimed by somebody who was woken for another one. Now and then, and
//! always while no messages come, the store is looked into without one, so nothing waits for ever for a message that was lost.

use crate::model::{
    Claim, Confirm, Counts, Failure, Filter, Garbage, Job, JobId, Lease, NewJob, Outcome, Queue, Service, Submitted,
    Tended, Time, Verdict, Waiting,
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

/// How often the store is looked into while no messages come.
const LOOK_ALONE: Duration = Duration::from_millis(500);
/// A message whose part nobody speaks of any more is acknowledged after so long.
const SILENCE: Duration = Duration::from_secs(120);

/// Messages by the lease of their part, and when it was last spoken of.
type Held = HashMap<Lease, (Received, Instant)>;

/// The queue in MongoDB, with RabbitMQ to wake the workers.
pub struct Cluster {
    store: Arc<Mongo>,
    publisher: Publisher,
    consumer: Consumer,
    look_every: Duration,
    /// The messages of parts that are being done.
    held: Mutex<Held>,
    /// When each lane of the store is looked into next.
    looks: Mutex<HashMap<Service, Instant>>,
}

impl Cluster {
    /// Joins a store and a broker. The broker need not be there yet. After `stop`, no more messages are taken. Called on a
    /// runtime; the handle's tasks end with it.
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
        let (consumer, consuming) = Consumer::new(settings, Box::new(store.ring()), stop);
        [Some(publishing), consuming].into_iter().flatten().for_each(|task| supervisor.start(task));
        Ok(Self { store, publisher, consumer, look_every, held: Mutex::default(), looks: Mutex::default() })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The part of a lease is done with: so is its message.
    fn acknowledge(&self, lease: &Lease) {
        self.held().remove(lease);
    }

    fn is_due(&self, lane: Service) -> bool {
        let mut looks = self.looks();
        let every = if self.consumer.is_alive() { self.look_every } else { LOOK_ALONE.min(self.look_every) };
        let now = Instant::now();
        // A look that was put off while messages came is not waited for once they do not.
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
                // Others were quicker, and whatever was ready when this message was sent has been claimed; or only a newer version
                // can read what is ready, and finds it with its next look. Dropped, the message is acknowledged, and those
                // behind it are looked at the same way.
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
        // Dropped by the control: the store as the truth beside the messages.
        if crate::NAIVE || !self.is_due(lane) {
            return Ok(None);
        }
        let claim = self.store.claim(&[lane], except).await?;
        if claim.is_some() {
            // Where one was, there may be more.
            self.looks().remove(&lane);
        } else if !except.is_empty() {
            self.look_soon(lane);
        }
        Ok(claim)
    }

    /// The store is looked into soon: parts of owners who were passed over may be there, of which no message will tell. Not at
    /// every change meanwhile: those are many.
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
                if let Some((_, spoken)) = self.held().get_mut(lease) {
                    *spoken = Instant::now();
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

    async fn tend(&self) -> Result<Tended, Error> {
        self.held().retain(|_, (_, spoken)| spoken.elapsed() < SILENCE);
        let tended = self.store.tend().await?;
        // While the broker is away, one attempt now and then finds out that it is back.
        // Dropped by the control: the outbox, from which lost messages are published again.
        if crate::NAIVE {
            return Ok(tended);
        }
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

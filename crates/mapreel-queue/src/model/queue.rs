//! The queue: a trait whose laws every back-end keeps.

use super::clock::Clock;
use super::id::JobId;
use super::job::{Failure, Job, Kind, Outcome, Service, State, Waiting};
use super::time::Time;
use crate::Error;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

/// Jobs, and the leases on their parts.
///
/// # Laws
/// Every law is a test of the conformance suite, by its number.
///
/// 1. *Durable.* What `submit` answered for is there afterwards, whatever dies.
/// 2. *One job for one key.* Equal idempotency keys with equal requests give the same job, also when they come at once;
///    with another request the key is refused.
/// 3. *One holder.* A part has at most one lease that counts. Of any number who claim at once, one gets it.
/// 4. *In order.* Images and animations wait in lanes of their own; a claim names the lanes in its order. Of one owner's jobs
///    that wait alike, the oldest goes first.
/// 5. *In stages.* Segments wait for the preparation, assembling waits for every segment.
/// 6. *Fenced.* A heartbeat, finish, failure or release with a token that is not the newest changes nothing and says so. A
///    finish that counted may be told again: it changes nothing, and is answered as before.
/// 7. *Done is done.* A finished part is never claimed again, but of a job that is prepared again (20).
/// 8. *Leases end.* What a lease held can be claimed again once the lease is over, or its owner has died.
/// 9. *Attempts are counted* with every claim. A holder who dies or goes silent has charged nothing: his parts become suspects,
///    which are to be done with nothing beside them, so that the cause is alone with its next death. Only the death of a holder of
///    one suspect and nothing else is charged; and, so that nothing is begun without end, any death beyond the tenth.
///    After the last attempt the job has failed; a failure that cannot pass ends it at once.
/// 10. *Handing back is free.* A released part can be claimed again, by anybody, and its attempt was not counted.
/// 11. *Cancel wins.* A cancelled job never becomes anything else, nothing of it can be claimed, and its holders are told
///     with their next heartbeat. Cancelling what has ended changes nothing.
/// 12. *Ends are final.* Of the final states only SUCCESS changes, to EXPIRED, when its time is over.
/// 13. *Progress never falls.* Neither by retries nor by rescues.
/// 14. *Bounded.* Beyond the allowed number of open jobs, of all or of one owner, `submit` refuses, and says whose bound it is.
/// 15. *Garbage is named.* A job that came to its end is listed with the objects to keep until it was cleaned, and once
///     more when a holder could have left something since.
/// 16. *Changes are told.* After any change by anybody, whoever watches is woken.
/// 17. *Fair.* In each lane claims go round the owners of open jobs: the next part is for the owner who holds the fewest, of
///     equals for the one who has been given the fewest frames while there was something to share. Of his jobs it is the one
///     that was served least recently. So while others wait nobody has more than his share of the slots, equal owners get
///     equal frames, and who comes late begins level with the others.
/// 18. *Requests are kept as they are needed.* A request document is stored once, without the white space between its JSON
///     values and with nothing else changed; it is deleted with the artifact, or as long after an end without one.
/// 19. *A job says what it waits for.* Why a part of it was handed back stands in the job until one is done; and while nothing
///     of it was begun, its place is known.
/// 20. *A plan goes to who can read it.* A part of a prepared job is claimed only by handles that can read the version of its
///     plan. When none has come for four leases, tending by a handle that cannot read it lets the job be prepared again: nothing is
///     charged, and each time it takes twice as long.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + 'static {
    /// Accepts a job. It is durable when this returns.
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error>;

    /// A job, if it is known.
    async fn job(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// The request document of a job, without padding, as long as it is needed.
    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error>;

    /// Jobs, newest first.
    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error>;

    /// Takes the part whose turn it is, looking through the lanes in this order, and passing over the owners in `except`.
    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error>;

    /// Renews a lease, with the frames done so far and, until there are more, `why` there are not; says whether to go on.
    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error>;

    /// A part is done and its object stored under `key`; the job's last part brings the outcome. False: it does not count,
    /// and what was stored is to be deleted.
    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error>;

    /// An attempt failed. False: it does not count.
    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error>;

    /// Hands a part back; it can be claimed again after `delay`, and until a part is done the job says `why`. False: it does
    /// not count.
    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error>;

    /// How many claims it takes, if nobody else comes, until a part of this job is claimed; `None` where none waits for that.
    async fn position(&self, job: &Job) -> Result<Option<u64>, Error>;

    /// Takes a job back; the job as it is then, if it is known.
    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// Rescues what died and lets time do its work. Anybody may call it, at any time; calling it more often than needed
    /// changes nothing.
    async fn tend(&self) -> Result<Tended, Error>;

    /// Jobs whose objects are to be cleaned up.
    async fn garbage(&self) -> Result<Vec<Garbage>, Error>;

    /// The objects of a job have been cleaned up.
    async fn cleaned(&self, id: JobId) -> Result<(), Error>;

    /// How many jobs are in which state.
    async fn counts(&self) -> Result<Counts, Error>;

    /// Changes whenever a job changes, and now and then when none does.
    fn changes(&self) -> watch::Receiver<u64>;

    /// The store's time.
    fn now(&self) -> Time;

    /// What keeps this handle from working, although the store answers: it is not told of work, or the store is not what it was.
    fn trouble(&self) -> Option<&'static str> {
        None
    }

    /// A mark that this store bears and no other, as long as it is there; `None`: stores of this kind bear none.
    fn mark(&self) -> Option<&str> {
        None
    }
}

/// How jobs are kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
    /// Attempts at a part.
    pub attempts_max: u32,
    /// Jobs that are pending or running.
    pub open_jobs_max: u64,
    /// How long a job may take, waiting included.
    pub wait_max: Duration,
    /// How long an artifact is kept.
    pub keep: Duration,
    /// How long the record of a job is kept after that.
    pub remember: Duration,
    /// The version of the plans that this process makes, and the newest that it can read.
    pub plan_version: u32,
    /// The store's time.
    pub clock: Clock,
}

impl Settings {
    /// How long a job waits for somebody who can read its plan before it is prepared again.
    pub(crate) fn plan_wait(&self) -> Duration {
        self.lease * 4
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            attempts_max: 3,
            open_jobs_max: 1_000,
            wait_max: Duration::from_secs(24 * 3600),
            keep: Duration::from_secs(24 * 3600),
            remember: Duration::from_secs(7 * 24 * 3600),
            plan_version: 1,
            clock: Clock::System,
        }
    }
}

/// A job to be accepted.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What is asked for.
    pub service: Service,
    /// Who sends it: the name of a key, or an address.
    pub owner: String,
    /// The request document.
    pub document: Bytes,
    /// Its SHA-256, in hexadecimal.
    pub request_sha256: String,
    /// The frames of each segment; never empty.
    pub segments: Vec<u32>,
    /// The client's own name for the request.
    pub idempotency_key: Option<String>,
    /// The most open jobs of its owner, this one among them; `None`: he has no bound of his own.
    pub open_jobs_of_owner_max: Option<u64>,
}

/// Whose bound on open jobs is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// That of all together.
    All,
    /// The owner's own.
    Owner,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// A new job.
    Created(Job),
    /// The job of the same idempotency key and request.
    Known(Job),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// Too many jobs are open.
    Full {
        /// So many, of all or of the owner.
        open: u64,
        /// Whose bound that is.
        bound: Bound,
    },
}

/// The right to work on a part until a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// The index of the part.
    pub part: usize,
    /// The fencing token.
    pub token: u64,
}

/// What a claim gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The lease, which lasts for [`Settings::lease`] unless it is renewed.
    pub lease: Lease,
    /// What is to be done.
    pub kind: Kind,
    /// The job, as it is now.
    pub job: Job,
}

impl Claim {
    /// Whether it is to be done with nothing else beside it in the same process.
    pub fn is_suspect(&self) -> bool {
        self.job.parts[self.lease.part].suspect
    }

    /// A key for an object of this claim: it names the token, so no other holder can write to it.
    pub fn key(&self, name: &str) -> Key {
        // Dropped by the control: keys that no other holder can write to.
        if crate::NAIVE {
            return Key(format!("{}/{}.{name}", self.lease.job, self.kind));
        }
        Key(format!("{}/{}.{}.{name}", self.lease.job, self.kind, self.lease.token))
    }
}

/// The key of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(pub String);

/// What the holder of a lease is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Continue,
    /// Stop: the job was cancelled.
    Cancelled,
    /// Stop: somebody else has the part, or the job has ended.
    Lost,
}

/// Which jobs are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this service.
    pub service: Option<Service>,
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those older than this one.
    pub before: Option<JobId>,
    /// At most so many.
    pub limit: usize,
}

/// What tending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tended {
    /// Leases taken from the dead and the silent.
    pub rescued: usize,
    /// Jobs that time has changed.
    pub aged: usize,
    /// Jobs to be prepared again, since nobody came who could read their plan.
    pub prepared_again: usize,
    /// Records forgotten.
    pub forgotten: usize,
}

/// A job whose objects are to be cleaned up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbage {
    /// The job.
    pub id: JobId,
    /// The keys that are still needed.
    pub keep: Vec<String>,
}

/// How many jobs there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By service and state, each by name.
    pub jobs: BTreeMap<(String, String), u64>,
    /// When the oldest job that nobody works on was accepted.
    pub oldest_pending: Option<Time>,
}

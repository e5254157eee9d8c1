//! The queue: a trait whose laws every back-end keeps.

use super::id::JobId;
use super::job::{Failure, Job, Outcome};
use super::lease::{Claim, Lease, Verdict};
use super::reports::{Counts, Filter, Garbage, Tended};
use super::service::Service;
use super::submission::{NewJob, Submitted};
use super::time::Time;
use super::waiting::Waiting;
use crate::Error;
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::watch;

/// Jobs, and the leases on their parts.
///
/// # Laws
/// Every law is a test of the conformance suite, by its number.
///
/// 1. *Durable.* A job that `submit` answered for is in the store afterwards, whichever process dies.
/// 2. *One job for one key.* Equal idempotency keys with equal requests give the same job, also when they come at once;
///    with another request the key is refused.
/// 3. *One holder.* A part has at most one lease that counts. Of any number of concurrent claims, one gets it.
/// 4. *In order.* Images and animations wait in lanes of their own; a claim names the lanes in its order. Of one owner's jobs
///    that wait alike, the oldest goes first.
/// 5. *In stages.* Segments wait for the preparation, assembling waits for every segment.
/// 6. *Fenced.* A heartbeat, finish, failure or release with a token that is not the newest changes nothing and says so. A
///    finish that counted may be repeated: it changes nothing, and is answered as before.
/// 7. *Done is done.* A finished part is never claimed again, unless its job is prepared again (20).
/// 8. *Leases end.* What a lease held can be claimed again once the lease is over, or its owner has died.
/// 9. *Attempts are counted* with every claim. The death or silence of a holder is not charged to its parts: they become suspects,
///    which are claimed exclusively next time, so that a part that kills its worker is the only one that the next death concerns. Only
///    the death of a holder of one suspect and nothing else is charged as an attempt; and, so that no part is claimed without end, any death
///    beyond the tenth. After the last attempt the job has failed; a failure that cannot pass ends it at once.
/// 10. *Handing back is free.* A released part can be claimed again, by any handle, and its attempt was not counted.
/// 11. *Cancel wins.* A cancelled job never becomes anything else, nothing of it can be claimed, and its holders learn of it by
///     their next heartbeat. Cancelling what has ended changes nothing.
/// 12. *Ends are final.* Of the final states only SUCCESS changes, to EXPIRED, when its time is over.
/// 13. *Progress never falls.* Neither by retries nor by rescues.
/// 14. *Bounded.* Beyond the allowed number of open jobs, of all or of one owner, `submit` refuses, and names the bound.
/// 15. *Garbage is named.* A job that came to its end is listed with the objects to keep until it was cleaned, and once
///     more when a holder could have stored an object since.
/// 16. *Changes are told.* A change by any process wakes the tasks that wait for one, in all processes.
/// 17. *Fair.* In each lane claims go round the owners of open jobs: the next part is for the owner who holds the fewest, of
///     equals for the one who has been given the fewest frames while there was something to share. Of that owner's jobs it is the one
///     that was served least recently. So while others wait no owner has more than a share of the slots, equal owners get
///     equal frames, and an owner who comes late begins level with the others.
/// 18. *Requests are kept as they are needed.* A request document is stored once, without the white space between its JSON
///     values and with nothing else changed; it is deleted with the artifact, or as long after an end without one.
/// 19. *A job says what it waits for.* The reason why a part was handed back stands in the job until a part is done; and while no part
///     was claimed, the job's place is known.
/// 20. *Plans are claimed by those who can read them.* A part of a prepared job is claimed only by handles that can read the version of
///     its plan. When none has come for four leases, tending by a handle that cannot read it lets the job be prepared again: no attempt is
///     charged, and each time the wait is twice as long.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + 'static {
    /// Accepts a job. It is durable when this returns.
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error>;

    /// A job, if it is known.
    async fn job(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// The request document of a job, without padding, as long as it is needed.
    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error>;

    /// Jobs, newest first; of those newer than one, the nearest.
    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error>;

    /// Takes the part whose turn it is, from the first of these lanes that has one, passing over the owners in `except`.
    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error>;

    /// Renews a lease and notes the frames done so far; `why` is what the job waits for until there are more. Says whether to go on.
    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error>;

    /// Notes that a part is done and its object stored under `key`; the job's last part brings the outcome. False: it does not count,
    /// and the object is to be deleted.
    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error>;

    /// Notes that an attempt failed. False: it does not count.
    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error>;

    /// Hands a part back; it can be claimed again after `delay`, and until a part is done the job says `why`. False: it does
    /// not count.
    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error>;

    /// How many claims it takes, if no other job comes, until a part of this job is claimed; `None` of a job that waits for no claim.
    async fn position(&self, job: &Job) -> Result<Option<u64>, Error>;

    /// Cancels a job, unless it has ended; the job as it is then, if it is known.
    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// Takes leases from dead and silent holders, expires and forgets. Any process may call it at any time; calling it more often than
    /// needed changes nothing.
    async fn tend(&self) -> Result<Tended, Error>;

    /// Jobs whose objects are to be cleaned up.
    async fn garbage(&self) -> Result<Vec<Garbage>, Error>;

    /// Notes that the objects of a job have been cleaned up.
    async fn cleaned(&self, id: JobId) -> Result<(), Error>;

    /// How many jobs are in which state.
    async fn counts(&self) -> Result<Counts, Error>;

    /// Changes whenever a job changes, and now and then when none does.
    fn changes(&self) -> watch::Receiver<u64>;

    /// The store's time.
    fn now(&self) -> Time;

    /// What keeps this handle from working, although the store answers: no messages come from the broker, or the store's file was replaced.
    fn trouble(&self) -> Option<&'static str> {
        None
    }

    /// A mark that this store has and no other; `None`: stores of this kind have none.
    fn mark(&self) -> Option<&str> {
        None
    }
}

//! The queue: a trait whose laws every back-end keeps.

use super::id::JobId;
use super::job::{Failure, Job, Outcome};
use super::lease::{Claim, Lease, Verdict};
use super::reports::{Counts, Filter, Garbage, TendReport};
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
/// 1. *Durable.* A job that `submit` has accepted is in the store afterwards, even if any process dies.
/// 2. *One job for one key.* Equal idempotency keys with equal requests give the same job, also when they are sent at the same time.
///    A key that comes with another request is refused.
/// 3. *One holder.* A part has at most one valid lease. Of any number of concurrent claims, one gets it.
/// 4. *In order.* Images and animations wait in a lane each; a claim lists the lanes in the order in which they are searched. Of one
///    owner's jobs with equal turns, the oldest goes first.
/// 5. *In stages.* Segments wait for the preparation, assembling waits for every segment.
/// 6. *Fenced.* A heartbeat, finish, failure or release with a token that is not the newest changes nothing and says so. A holder may
///    repeat a finish that counted: it changes nothing, and gets the same answer.
/// 7. *Done is done.* A finished part is never claimed again, unless its job is prepared again (20).
/// 8. *Leases end.* A part can be claimed again once its lease is over, or the lease's owner has died.
/// 9. *Attempts are counted* with every claim. When a holder dies or goes silent, its parts become suspects, and the attempt is not
///    charged. A suspect is claimed exclusively next time, so a part that kills its worker takes no other part with it. An attempt is
///    charged only if the holder held one suspect and nothing else; and, so that no part is claimed without end, for each death beyond
///    the tenth. After the last attempt the job has failed; a failure that is not retryable ends the job at once.
/// 10. *Handing back is free.* A released part can be claimed again, by any handle, and its attempt was not counted.
/// 11. *Cancel wins.* A cancelled job stays cancelled, none of its parts can be claimed, and its holders learn of the cancellation by
///     their next heartbeat. Cancelling a job that has ended changes nothing.
/// 12. *Ends are final.* Of the final states only SUCCESS changes: to EXPIRED, when the artifact's time is over.
/// 13. *Progress never falls.* Neither by retries nor by rescues.
/// 14. *Bounded.* `submit` refuses a job beyond the allowed number of open jobs, of all owners or of one owner, and names the bound.
/// 15. *Garbage is named.* A job that has ended is listed, with the objects to keep, until its objects have been cleaned up. It is listed
///     once more if the holder of a lease could have stored an object since then.
/// 16. *Changes are told.* A change by any process wakes the tasks that wait for a change, in all processes.
/// 17. *Fair.* In each lane claims go round the owners of open jobs. The next part is for the owner with the fewest leases; of owners
///     with equally many, for the one with the least turn. Of that owner's jobs, the one that was served least recently gives the part. So
///     while other owners wait no owner has more than a share of the slots, equal owners get equal frames, and an owner who comes late
///     begins level with the others.
/// 18. *Requests are kept as they are needed.* A request document is stored once, without the white space between its JSON
///     values and with nothing else changed. It is deleted with the artifact; a job that ended without one keeps it for the same time.
/// 19. *A job says what it waits for.* The job keeps the reason why a part was handed back until a part is done. While no part is
///     claimed, the job's position in its lane is known.
/// 20. *Plans are claimed by handles that can read them.* A part of a prepared job is claimed only by handles that can read the version of
///     its plan. When no such handle has claimed one for four lease times, tending by a handle that cannot read the plan lets the job be
///     prepared again. No attempt is charged, and each time the wait is twice as long.
#[async_trait::async_trait]
pub trait Queue: Send + Sync + 'static {
    /// Accepts a job. It is durable when this returns.
    async fn submit(&self, new: NewJob) -> Result<Submitted, Error>;

    /// A job, if it is known.
    async fn job(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// The request document of a job, without padding, as long as it is needed.
    async fn request(&self, id: JobId) -> Result<Option<Bytes>, Error>;

    /// Jobs, newest first. With [`Cursor::NewerThan`](crate::Cursor::NewerThan): those nearest to the cursor.
    async fn jobs(&self, filter: Filter) -> Result<Vec<Job>, Error>;

    /// Takes the part whose turn it is, from the first of these lanes that has one, passing over the owners in `except`.
    async fn claim(&self, lanes: &[Service], except: &[String]) -> Result<Option<Claim>, Error>;

    /// Renews a lease and notes the frames done so far; `why` is what the job waits for until more frames are done. The verdict says
    /// whether the holder is to go on.
    async fn heartbeat(&self, lease: &Lease, done: u32, why: Option<Waiting>) -> Result<Verdict, Error>;

    /// Notes that a part is done and its object stored under `key`; the job's last part brings the outcome. False: the lease is not
    /// valid, nothing was noted, and the caller is to delete the object.
    async fn finish(&self, lease: &Lease, key: Option<String>, outcome: Option<Outcome>) -> Result<bool, Error>;

    /// Notes that an attempt failed. False: the lease is not valid, and nothing was noted.
    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool, Error>;

    /// Hands a part back; it can be claimed again after `delay`, and until a part is done the job says `why`. False: the lease is not
    /// valid, and nothing was noted.
    async fn release(&self, lease: &Lease, delay: Duration, why: Option<Waiting>) -> Result<bool, Error>;

    /// How many claims it takes until a part of this job is claimed, if no other job is submitted; `None`: the job waits for no claim.
    async fn position(&self, job: &Job) -> Result<Option<u64>, Error>;

    /// Cancels a job, unless it has ended. Returns the job after that; `None`: the store does not know it.
    async fn cancel(&self, id: JobId) -> Result<Option<Job>, Error>;

    /// Takes leases from dead and silent holders, expires artifacts, fails jobs that take too long, and deletes old records. Any process may
    /// call it at any time; calling it more often than needed changes nothing.
    async fn tend(&self) -> Result<TendReport, Error>;

    /// Jobs whose objects are to be cleaned up.
    async fn garbage(&self) -> Result<Vec<Garbage>, Error>;

    /// Notes that the objects of a job have been cleaned up.
    async fn cleaned(&self, id: JobId) -> Result<(), Error>;

    /// How many jobs are in which state.
    async fn counts(&self) -> Result<Counts, Error>;

    /// The value changes whenever a job changes, and sometimes although no job has changed.
    fn changes(&self) -> watch::Receiver<u64>;

    /// The store's time.
    fn now(&self) -> Time;

    /// Why this handle does not work although the store answers: no messages arrive from the broker, or the store's file was replaced.
    fn trouble(&self) -> Option<&'static str> {
        None
    }

    /// The unique id of this store; `None`: stores of this kind have none.
    fn mark(&self) -> Option<&str> {
        None
    }
}

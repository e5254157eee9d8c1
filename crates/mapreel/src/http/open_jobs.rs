//! How many jobs of each owner are open. The store counts them in all; by owner they are counted here, from its lists: at most once a
//! second, and in between by what this process accepts. So the limits of several API servers are exact to a second.

use mapreel_queue::{Error, Filter, Queue, State};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts that are older are made anew.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// Nobody is refused by counts that are older.
const REFUSE_WITHIN: Duration = Duration::from_millis(200);

pub(super) struct OpenJobs {
    /// As many as the store takes of all owners.
    in_all: u64,
    counts: Mutex<Counts>,
    /// One counts; the others wait for it.
    counting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Counts {
    made: Option<Instant>,
    open: HashMap<String, u32>,
    /// Jobs that are being handed to the store.
    entering: HashMap<String, u32>,
}

/// A job on its way into the store; not there until it is said to be.
pub(super) struct Ticket<'a> {
    of: Option<(&'a OpenJobs, String)>,
}

impl OpenJobs {
    pub(super) fn new(in_all: u64) -> Self {
        Self { in_all, counts: Mutex::default(), counting: tokio::sync::Mutex::new(()) }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a job of this owner in, unless he has `max` already.
    ///
    /// # Errors
    /// The store does not answer.
    pub(super) async fn admit(&self, queue: &dyn Queue, owner: &str, max: u32) -> Result<Option<Ticket<'_>>, Error> {
        // The store's own limit is no wider, and exact.
        if u64::from(max) >= self.in_all {
            return Ok(Some(Ticket { of: None }));
        }
        self.count(queue, COUNT_EVERY).await?;
        if let Some(ticket) = self.enter(owner, max) {
            return Ok(Some(ticket));
        }
        self.count(queue, REFUSE_WITHIN).await?;
        Ok(self.enter(owner, max))
    }

    fn enter(&self, owner: &str, max: u32) -> Option<Ticket<'_>> {
        let mut counts = self.counts();
        let of = |counts: &HashMap<String, u32>| counts.get(owner).copied().unwrap_or(0);
        if of(&counts.open) + of(&counts.entering) >= max {
            return None;
        }
        *counts.entering.entry(owner.to_owned()).or_default() += 1;
        Some(Ticket { of: Some((self, owner.to_owned())) })
    }

    /// Counts, unless it was done within this time.
    async fn count(&self, queue: &dyn Queue, within: Duration) -> Result<(), Error> {
        let is_new = || self.counts().made.is_some_and(|made| made.elapsed() < within);
        if is_new() {
            return Ok(());
        }
        let _counting = self.counting.lock().await;
        if is_new() {
            return Ok(());
        }
        let made = Instant::now();
        let mut open = HashMap::new();
        for state in [State::Running, State::Pending] {
            let filter = Filter { state: Some(state), limit: self.in_all as usize + 1, ..Filter::default() };
            for job in queue.jobs(filter).await? {
                *open.entry(job.owner).or_default() += 1;
            }
        }
        let mut counts = self.counts();
        (counts.made, counts.open) = (Some(made), open);
        Ok(())
    }
}

impl Ticket<'_> {
    /// The job is in the store.
    pub(super) fn accepted(self) {
        if let Some((jobs, owner)) = &self.of {
            *jobs.counts().open.entry(owner.clone()).or_default() += 1;
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let Some((jobs, owner)) = &self.of else { return };
        let mut counts = jobs.counts();
        if let Some(entering) = counts.entering.get_mut(owner) {
            *entering -= 1;
            if *entering == 0 {
                counts.entering.remove(owner);
            }
        }
    }
}

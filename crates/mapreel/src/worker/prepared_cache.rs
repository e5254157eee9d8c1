//! What a worker keeps of jobs between their parts: the page with basemap and legends, and what upstreams have answered.

use super::liveness::Liveness;
use super::product::Failed;
use crate::pipeline::prepare::Prepared;
use mapreel_queue::Claim;
use mapreel_sources::Client;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// Jobs kept; each takes a page or two of memory, which is bounded besides, and the cache of its client.
const JOBS_MAX: usize = 16;

/// A prepared job.
pub(super) struct PreparedJob {
    pub prepared: Arc<Prepared>,
    pub client: Arc<Client>,
}

type Entry = Arc<OnceCell<Arc<PreparedJob>>>;

/// The jobs last worked on, newest last.
pub(crate) struct PreparedCache {
    jobs: Mutex<VecDeque<(String, Entry)>>,
    /// The memory that the jobs may take together, in MiB.
    mib_max: u64,
}

impl PreparedCache {
    pub(super) fn new(mib_max: u64) -> Self {
        Self { jobs: Mutex::default(), mib_max }
    }

    /// Keeps a job that was prepared here, by the key of what its preparation left: one that is prepared again is another.
    pub(super) fn insert(&self, key: &str, client: Arc<Client>, prepared: Prepared) {
        let kept = Arc::new(PreparedJob { prepared: Arc::new(prepared), client });
        // A part that has prepared it from the stored object meanwhile has put in the same.
        let _ = self.entry(key).set(kept);
        self.evict();
    }

    /// A prepared job: kept here, or made again from what its preparation has recorded. One of the parts that need it prepares
    /// it, until that part is stopped.
    pub(super) async fn get_or_make(
        &self,
        claim: &Claim,
        stop: &CancellationToken,
        liveness: &Liveness,
        make: impl AsyncFnOnce() -> Result<Arc<PreparedJob>, Failed>,
    ) -> Result<Arc<PreparedJob>, Failed> {
        let is_made_here = AtomicBool::new(false);
        let make_here = async || {
            is_made_here.store(true, Ordering::Relaxed);
            // The part that prepared it before may have been stopped, and others may hold this part's permit.
            liveness.permit.take().await;
            make().await
        };
        let lost = || Failed::Failure(super::product::internal("what prepared it has left nothing"));
        let entry = self.entry(claim.job.parts.first().and_then(|part| part.key.as_deref()).ok_or_else(lost)?);
        let kept = tokio::select! {
            kept = liveness.permit.give_during(entry.get_or_try_init(make_here), || !is_made_here.load(Ordering::Relaxed)) => {
                kept.cloned()
            }
            // A part that prepares the job waits for its thread; a part that only waits for another may go.
            () = async {
                stop.cancelled().await;
                if is_made_here.load(Ordering::Relaxed) {
                    std::future::pending().await
                }
            } => Err(Failed::Stopped),
        };
        self.evict();
        stop.run_until_cancelled(liveness.permit.take()).await.ok_or(Failed::Stopped)?;
        kept
    }

    /// Lets go of the jobs that were worked on the longest ago, until the others take no more memory than is set aside for them.
    /// A part that draws such a job keeps it, and has taken memory for it.
    fn evict(&self) {
        let mut jobs = self.jobs.lock().expect("no panic while held");
        let mib = |(_, entry): &(String, Entry)| entry.get().map_or(0, |kept| kept.prepared.plan().cost.shared_mib());
        while jobs.iter().map(mib).sum::<u64>() > self.mib_max {
            // A job that is still being prepared takes no memory of the cache.
            let Some(oldest) = jobs.iter().position(|(_, entry)| entry.initialized()) else { break };
            jobs.remove(oldest);
        }
    }

    fn entry(&self, key: &str) -> Entry {
        let mut jobs = self.jobs.lock().expect("no panic while held");
        let known = jobs.iter().position(|(known, _)| known == key).and_then(|i| jobs.remove(i));
        let entry = known.unwrap_or_else(|| (key.to_owned(), Entry::default()));
        jobs.push_back(entry.clone());
        while jobs.len() > JOBS_MAX {
            // A job that is still being prepared is needed.
            let Some(oldest) = jobs.iter().position(|(_, entry)| entry.initialized()) else { break };
            jobs.remove(oldest);
        }
        entry.1
    }
}

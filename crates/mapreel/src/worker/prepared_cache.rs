//! A cache of prepared jobs, for the further parts of a job: the page with basemap and legends, and the answers of upstreams.

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

/// The most jobs in the cache. Each takes the memory of a page or two, which has a bound of its own, and that of its client's cache.
const JOBS_MAX: usize = 16;

/// A prepared job.
pub(super) struct PreparedJob {
    pub prepared: Arc<Prepared>,
    pub client: Arc<Client>,
}

type Entry = Arc<OnceCell<Arc<PreparedJob>>>;

/// The most recently used jobs, the newest last.
pub(crate) struct PreparedCache {
    jobs: Mutex<VecDeque<(String, Entry)>>,
    /// The most memory of all jobs in the cache together, in MiB.
    mib_max: u64,
}

impl PreparedCache {
    pub(super) fn new(mib_max: u64) -> Self {
        Self { jobs: Mutex::default(), mib_max }
    }

    /// Caches a job that was prepared here, under the key of its preparation's object. A job that is prepared again has another key.
    pub(super) fn insert(&self, key: &str, client: Arc<Client>, prepared: Prepared) {
        let kept = Arc::new(PreparedJob { prepared: Arc::new(prepared), client });
        // If another part has cached the job in between, prepared from the stored object, that entry is equal and stays.
        let _ = self.entry(key).set(kept);
        self.evict();
    }

    /// A prepared job, from the cache or prepared again by `make`. Of the parts that need it at the same time, one prepares it; if that part is
    /// stopped, another one does.
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
            // This part may have waited for another one, and other parts may hold its permit now.
            liveness.permit.take().await;
            make().await
        };
        let lost = || Failed::Failure(super::product::internal("what prepared it has left nothing"));
        let entry = self.entry(claim.job.parts.first().and_then(|part| part.key.as_deref()).ok_or_else(lost)?);
        let kept = tokio::select! {
            kept = liveness.permit.give_during(entry.get_or_try_init(make_here), || !is_made_here.load(Ordering::Relaxed)) => {
                kept.cloned()
            }
            // A stopped part that prepares the job itself waits for the end of its thread; one that waits for another part returns at once.
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

    /// Evicts the least recently used jobs until the others keep the bound on memory. A part that draws an evicted job still has it, in memory
    /// that the part has taken from the budget.
    fn evict(&self) {
        let mut jobs = self.jobs.lock().expect("no panic while held");
        let mib = |(_, entry): &(String, Entry)| entry.get().map_or(0, |kept| kept.prepared.plan().cost.shared_mib());
        while jobs.iter().map(mib).sum::<u64>() > self.mib_max {
            // An entry that is still being prepared takes no memory of the cache yet.
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
            // An entry that is still being prepared is in use.
            let Some(oldest) = jobs.iter().position(|(_, entry)| entry.initialized()) else { break };
            jobs.remove(oldest);
        }
        entry.1
    }
}

//! What a worker keeps of jobs between their parts: the page with basemap and legends, and what upstreams have answered.

use super::product::Failed;
use super::pulse::Pulse;
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

type Place = Arc<OnceCell<Arc<PreparedJob>>>;

/// The jobs last worked on, newest last.
pub(crate) struct PreparedCache {
    jobs: Mutex<VecDeque<(String, Place)>>,
    /// What they may take of memory together, in MiB.
    mib_max: u64,
}

impl PreparedCache {
    pub(super) fn new(mib_max: u64) -> Self {
        Self { jobs: Mutex::default(), mib_max }
    }

    /// Keeps a job that was prepared here, by the key of what its preparation left: one that is prepared again is another.
    pub(super) fn put(&self, key: &str, client: Arc<Client>, prepared: Prepared) {
        let kept = Arc::new(PreparedJob { prepared: Arc::new(prepared), client });
        // Somebody who took it from the object meanwhile has the same.
        let _ = self.place(key).set(kept);
        self.make_room();
    }

    /// A prepared job: kept here, or made again from what its preparation has recorded. It is made by one of the parts that
    /// need it, and until that one is stopped.
    pub(super) async fn take(
        &self,
        claim: &Claim,
        stop: &CancellationToken,
        pulse: &Pulse,
        make: impl AsyncFnOnce() -> Result<Arc<PreparedJob>, Failed>,
    ) -> Result<Arc<PreparedJob>, Failed> {
        let is_made_here = AtomicBool::new(false);
        let make_here = async || {
            is_made_here.store(true, Ordering::Relaxed);
            // Who made it before may have been stopped, and this part's permit be with others.
            pulse.permit.take().await;
            make().await
        };
        let lost = || Failed::Failure(super::product::internal("what prepared it has left nothing"));
        let place = self.place(claim.job.parts.first().and_then(|part| part.key.as_deref()).ok_or_else(lost)?);
        let kept = tokio::select! {
            kept = pulse.permit.give_during(place.get_or_try_init(make_here), || !is_made_here.load(Ordering::Relaxed)) => {
                kept.cloned()
            }
            // Who makes it waits for its thread; who only waits for another part may go.
            () = async {
                stop.cancelled().await;
                if is_made_here.load(Ordering::Relaxed) {
                    std::future::pending().await
                }
            } => Err(Failed::Stopped),
        };
        self.make_room();
        stop.run_until_cancelled(pulse.permit.take()).await.ok_or(Failed::Stopped)?;
        kept
    }

    /// Lets go of the jobs that were worked on the longest ago, until the others take no more memory than is set aside for
    /// them. A part that draws one keeps it, and has taken memory for it.
    fn make_room(&self) {
        let mut jobs = self.jobs.lock().expect("no panic while held");
        let mib = |(_, place): &(String, Place)| place.get().map_or(0, |kept| kept.prepared.plan().cost.shared_mib());
        while jobs.iter().map(mib).sum::<u64>() > self.mib_max {
            // One that is still being made takes nothing of it.
            let Some(oldest) = jobs.iter().position(|(_, place)| place.initialized()) else { break };
            jobs.remove(oldest);
        }
    }

    fn place(&self, key: &str) -> Place {
        let mut jobs = self.jobs.lock().expect("no panic while held");
        let known = jobs.iter().position(|(known, _)| known == key).and_then(|i| jobs.remove(i));
        let entry = known.unwrap_or_else(|| (key.to_owned(), Place::default()));
        jobs.push_back(entry.clone());
        while jobs.len() > JOBS_MAX {
            // One that is still being made is needed.
            let Some(oldest) = jobs.iter().position(|(_, place)| place.initialized()) else { break };
            jobs.remove(oldest);
        }
        entry.1
    }
}

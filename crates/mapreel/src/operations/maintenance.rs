//! Maintenance: it rescues the parts of dead workers, expires artifacts, and deletes objects that no job needs. Every process runs it; doing
//! the same work twice is harmless.

use super::metrics::Metrics;
use mapreel_queue::{Artifacts, Queue, Task};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

const TEND_EVERY: Duration = Duration::from_millis(500);
/// How often maintenance sweeps orphans, and how old an orphan must be.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
const ORPHAN_AGE: Duration = Duration::from_secs(3600);

/// The task, which returns after `stop`.
pub(crate) fn task(
    queue: Arc<dyn Queue>,
    artifacts: Artifacts,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) -> Task {
    Task::new("maintenance", move || run(queue.clone(), artifacts.clone(), metrics.clone(), stop.clone()))
}

async fn run(queue: Arc<dyn Queue>, artifacts: Artifacts, metrics: Arc<Metrics>, stop: CancellationToken) {
    let mut swept = Instant::now();
    loop {
        mapreel_queue::failpoint::hit("maintenance", None);
        match queue.tend().await {
            Ok(tended) => {
                metrics.rescued(tended.rescued);
                metrics.prepared_again(tended.prepared_again);
                if tended.prepared_again > 0 {
                    warn!(
                        jobs = tended.prepared_again,
                        "jobs are prepared again: nobody came who can read their plans, which a newer version has made"
                    );
                }
                if tended.rescued > 0 {
                    warn!(leases = tended.rescued, "took leases from the dead or silent");
                }
            }
            Err(error) => warn!(%error, "cannot tend the queue"),
        }
        if let Err(error) = clean(&*queue, &artifacts).await {
            warn!(%error, "cannot clean up");
        }
        if swept.elapsed() > SWEEP_EVERY {
            swept = Instant::now();
            match sweep(&*queue, &artifacts, ORPHAN_AGE).await {
                Ok(orphans) => info!(orphans, "swept the artifacts"),
                Err(error) => warn!(%error, "cannot sweep the artifacts"),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TEND_EVERY.mul_f64(0.75 + fastrand::f64() / 2.0)) => {}
        }
    }
}

/// The prefix of objects that the readiness probe writes and deletes again, to find out whether objects can be stored.
pub(crate) const READY: &str = "ready";

/// Deletes the objects of ended jobs that are not needed any more.
async fn clean(queue: &dyn Queue, artifacts: &Artifacts) -> Result<(), mapreel_queue::Error> {
    for garbage in queue.garbage().await? {
        artifacts.clean(garbage.id, &garbage.keep).await?;
        queue.cleaned(garbage.id).await?;
    }
    Ok(())
}

/// Deletes old orphans: objects of a worker that died after storing them and before telling the queue. Returns how many.
pub(crate) async fn sweep(
    queue: &dyn Queue,
    artifacts: &Artifacts,
    age: Duration,
) -> Result<usize, mapreel_queue::Error> {
    let old = SystemTime::now() - age;
    let mut orphans = 0;
    for (key, written) in artifacts.list().await? {
        if written < old && !is_needed(queue, &key).await? {
            artifacts.delete(&key).await?;
            orphans += 1;
        }
    }
    Ok(orphans)
}

async fn is_needed(queue: &dyn Queue, key: &str) -> Result<bool, mapreel_queue::Error> {
    let folder = key.split('/').next().unwrap_or_default();
    let Ok(id) = folder.parse() else { return Ok(folder != READY) };
    let Some(job) = queue.job(id).await? else { return Ok(false) };
    let of_parts = job.parts.iter().filter_map(|part| part.key.as_deref()).any(|known| known == key);
    let of_outcome = job.outcome.iter().any(|outcome| outcome.key == key || outcome.manifest_key == key);
    let of_preview = job.preview_key().as_deref() == Some(key);
    Ok(!job.state.is_final() || of_parts || of_outcome || of_preview)
}

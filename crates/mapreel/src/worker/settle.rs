//! Settles a part that has ended: tells the queue its result, and deletes objects that do not count.

use super::product::{Failed, Product, internal};
use super::worker::Worker;
use mapreel_queue::failpoint;
use mapreel_queue::{Claim, Failure, Lease, Verdict, Waiting, WaitsFor};
use std::time::{Duration, Instant};
use tokio::task::JoinError;
use tracing::{error, info, warn};

/// How long the worker retries to tell the store the result of a part.
const TELLING: Duration = Duration::from_secs(60);
/// The rest of a suspect that cannot run exclusively because another part lingers.
const NOT_ALONE_REST: Duration = Duration::from_secs(5);
/// The pause after a write to the store that failed.
const STORE_REST: Duration = Duration::from_secs(1);
/// The rest of a part whose objects could not be read or stored.
const STORAGE_REST: Duration = Duration::from_secs(5);
/// The rest of a part for which there was no memory, before any worker can claim it again.
const MEMORY_REST: Duration = Duration::from_secs(1);

/// How a part ended.
pub(super) enum End {
    /// The part's task returned.
    Returned(Result<Product, Failed>),
    /// Another worker has the part, or the job is over.
    Lost(Verdict),
    /// The process ends before the part does.
    HandedBack,
    /// The part gave no sign of life for too long.
    Stalled,
}

/// What a part's task returned; a panic is a failure of this attempt.
pub(super) fn returned(result: Result<Result<Product, Failed>, JoinError>) -> Result<Product, Failed> {
    result.unwrap_or_else(|panic| Err(Failed::Failure(internal(&panic.to_string()))))
}

/// Tells the queue how a part ended, and counts it.
pub(super) async fn settle(worker: &Worker, claim: &Claim, end: End, began: Instant) {
    let settlement = Settlement { worker, lease: &claim.lease, duration_ms: began.elapsed().as_millis() as u64 };
    let outcome = match end {
        End::Returned(Ok(product)) => settlement.finish(product).await,
        End::Stalled => settlement.fail(stalled(worker.settings.stall)).await,
        End::Returned(Err(reason)) => settlement.fail_or_hand_back(reason).await,
        End::HandedBack => settlement.fail_or_hand_back(Failed::Stopped).await,
        End::Lost(verdict) => settlement.lose(verdict),
    };
    worker.metrics.part(claim.kind, outcome, began.elapsed());
}

/// The end of one attempt. Each function tells the queue, writes the log and returns the outcome's name in the metrics.
struct Settlement<'a> {
    worker: &'a Worker,
    lease: &'a Lease,
    duration_ms: u64,
}

impl Settlement<'_> {
    async fn finish(&self, product: Product) -> &'static str {
        let (queue, duration_ms) = (&self.worker.queue, self.duration_ms);
        failpoint::hit("uploaded", None);
        let counts = tell(|| queue.finish(self.lease, product.key.clone(), product.outcome.clone())).await;
        failpoint::hit("finished", None);
        match counts {
            Some(true) => {
                info!(duration_ms, "done");
                "done"
            }
            Some(false) => {
                warn!(duration_ms, "done too late; what it made is deleted");
                discard(self.worker, &product).await;
                "refused"
            }
            // The product stays: the store may have finished the part, and only its answer was lost. If the store has not finished the part, the
            // sweep of orphans deletes the product.
            None => "untold",
        }
    }

    async fn fail(&self, failure: Failure) -> &'static str {
        let Failure { code, retryable, message, .. } = &failure;
        warn!(duration_ms = self.duration_ms, code, retryable, "failed: {message}");
        tell(|| self.worker.queue.fail(self.lease, failure.clone())).await;
        "failed"
    }

    /// A failure is charged to the part as an attempt. For every other reason the part is released, and the attempt is not charged.
    async fn fail_or_hand_back(&self, reason: Failed) -> &'static str {
        let duration_ms = self.duration_ms;
        let (rest, waiting) = match reason {
            Failed::Failure(failure) => return self.fail(failure).await,
            Failed::NoMemory(reason) => {
                info!(duration_ms, "handed back, to be tried again: {reason}");
                (MEMORY_REST, Some(waiting_for(WaitsFor::Memory, &reason)))
            }
            Failed::Storage(reason) => {
                error!(duration_ms, "handed back, to be tried again: {reason}");
                (STORAGE_REST, Some(waiting_for(WaitsFor::Artifacts, &reason)))
            }
            Failed::NotAlone => {
                info!(duration_ms, "handed back: it is to be alone, and another part does not end");
                (NOT_ALONE_REST, None)
            }
            Failed::Stopped => {
                info!(duration_ms, "handed back");
                (Duration::ZERO, None)
            }
        };
        tell(|| self.worker.queue.release(self.lease, rest, waiting.clone())).await;
        "released"
    }

    fn lose(&self, verdict: Verdict) -> &'static str {
        let duration_ms = self.duration_ms;
        if let Verdict::Cancelled = verdict {
            info!(duration_ms, "stopped: the job was cancelled");
            return "cancelled";
        }
        warn!(duration_ms, "stopped: somebody else has it, or the job is over");
        "lost"
    }
}

fn stalled(patience: Duration) -> Failure {
    let message = format!("no frame was finished and no upstream answered for {} s", patience.as_secs());
    Failure { code: "stalled".into(), message, layer: None, retryable: true }
}

/// What the job's status shows after a part was handed back.
pub(super) fn waiting_for(on: WaitsFor, reason: &str) -> Waiting {
    Waiting { on, reason: reason.to_owned() }
}

/// Repeats a call of the queue until it succeeds, or until a time limit: then the lease ends, and another worker claims the part.
pub(super) async fn tell<T, F: Future<Output = Result<T, mapreel_queue::Error>>>(call: impl Fn() -> F) -> Option<T> {
    let began = Instant::now();
    loop {
        match call().await {
            Ok(result) => return Some(result),
            Err(error) if began.elapsed() > TELLING => {
                error!(%error, "cannot tell the store how it ended");
                return None;
            }
            Err(error) => {
                warn!(%error, "cannot tell the store how it ended, and tries again");
                tokio::time::sleep(STORE_REST.mul_f64(0.5 + fastrand::f64())).await;
            }
        }
    }
}

/// Deletes the objects of a part whose result does not count.
pub(super) async fn discard(worker: &Worker, product: &Product) {
    for key in product.keys() {
        if let Err(error) = worker.artifacts.delete(key).await {
            // The sweep of orphans will delete the object.
            warn!(%error, key, "cannot delete");
        }
    }
}

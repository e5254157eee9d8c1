//! What becomes of a part that has ended: what the queue is told, and what is deleted.

use super::product::{Failed, Product, internal};
use super::worker::Worker;
use mapreel_queue::failpoint;
use mapreel_queue::{Claim, Failure, Verdict, Waiting, WaitsFor};
use std::time::{Duration, Instant};
use tokio::task::JoinError;
use tracing::{error, info, warn};

/// How long the outcome of a part is tried to be told.
const TELLING: Duration = Duration::from_secs(60);
/// A suspect for which another part does not make room comes again after so long.
const NOT_ALONE_REST: Duration = Duration::from_secs(5);
/// After the store could not be written.
const STORE_REST: Duration = Duration::from_secs(1);
/// Before a part that could not be stored is tried again.
const STORAGE_REST: Duration = Duration::from_secs(5);
/// Before a part for which there was no memory is tried again, here or by another worker.
const MEMORY_REST: Duration = Duration::from_secs(1);

/// How a part ended.
pub(super) enum End {
    Came(Result<Product, Failed>),
    /// Somebody else has it, or the job is over.
    Lost(Verdict),
    HandedBack,
    Stalled,
}

/// What a part's task has come to; a panic is a failure of this attempt.
pub(super) fn came(result: Result<Result<Product, Failed>, JoinError>) -> Result<Product, Failed> {
    result.unwrap_or_else(|panic| Err(Failed::Failure(internal(&panic.to_string()))))
}

/// Tells the queue how a part ended.
pub(super) async fn settle(worker: &Worker, claim: &Claim, end: End, began: Instant) {
    let duration_ms = began.elapsed().as_millis() as u64;
    let (queue, lease) = (&worker.queue, &claim.lease);
    let outcome = match end {
        End::Came(Ok(product)) => {
            failpoint::hit("uploaded", None);
            let counts = tell(|| queue.finish(lease, product.key.clone(), product.outcome.clone())).await;
            failpoint::hit("finished", None);
            match counts {
                Some(true) => {
                    info!(duration_ms, "done");
                    "done"
                }
                Some(false) => {
                    warn!(duration_ms, "done too late; what it made is deleted");
                    discard(worker, &product).await;
                    "refused"
                }
                // The store may know of it, and only its answer was lost: what it made stays. The sweep of orphans will see.
                None => "untold",
            }
        }
        End::Came(Err(Failed::Failure(failure))) => {
            warn!(duration_ms, code = failure.code, retryable = failure.retryable, "failed: {}", failure.message);
            tell(|| queue.fail(lease, failure.clone())).await;
            "failed"
        }
        End::Came(Err(Failed::NoMemory(reason))) => {
            info!(duration_ms, "handed back, to be tried again: {reason}");
            let why = waits_for(WaitsFor::Memory, &reason);
            tell(|| queue.release(lease, MEMORY_REST, why.clone())).await;
            "released"
        }
        End::Came(Err(Failed::Storage(reason))) => {
            error!(duration_ms, "handed back, to be tried again: {reason}");
            let why = waits_for(WaitsFor::Artifacts, &reason);
            tell(|| queue.release(lease, STORAGE_REST, why.clone())).await;
            "released"
        }
        End::Came(Err(Failed::NotAlone)) => {
            info!(duration_ms, "handed back: it is to be alone, and another part does not end");
            tell(|| queue.release(lease, NOT_ALONE_REST, None)).await;
            "released"
        }
        End::Came(Err(Failed::Stopped)) | End::HandedBack => {
            info!(duration_ms, "handed back");
            tell(|| queue.release(lease, Duration::ZERO, None)).await;
            "released"
        }
        End::Stalled => {
            let message =
                format!("no frame was finished and no upstream answered for {} s", worker.settings.stall.as_secs());
            warn!(duration_ms, "failed: {message}");
            let failure = Failure { code: "stalled".into(), message, layer: None, retryable: true };
            tell(|| queue.fail(lease, failure.clone())).await;
            "failed"
        }
        End::Lost(Verdict::Cancelled) => {
            info!(duration_ms, "stopped: the job was cancelled");
            "cancelled"
        }
        End::Lost(_) => {
            warn!(duration_ms, "stopped: somebody else has it, or the job is over");
            "lost"
        }
    };
    worker.metrics.part(claim.kind, outcome, began.elapsed());
}

/// What the job says of why its part was handed back.
pub(super) fn waits_for(on: WaitsFor, reason: &str) -> Option<Waiting> {
    Some(Waiting { on, reason: reason.to_owned() })
}

/// Tries to tell the queue until it listens; not for ever, since the lease ends and others see to it.
pub(super) async fn tell<T, F: Future<Output = Result<T, mapreel_queue::Error>>>(what: impl Fn() -> F) -> Option<T> {
    let began = Instant::now();
    loop {
        match what().await {
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

/// Deletes what does not count.
pub(super) async fn discard(worker: &Worker, product: &Product) {
    for key in product.keys() {
        if let Err(error) = worker.artifacts.delete(key).await {
            // The sweep of orphans will find it.
            warn!(%error, key, "cannot delete");
        }
    }
}

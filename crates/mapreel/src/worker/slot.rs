//! A slot: one part at a time, from the claim to what becomes of it.

use super::Worker;
use super::company::{Alone, Beside};
use super::part::{self, Failed, Product};
use super::pulse::Pulse;
use mapreel_queue::{Claim, Failure, Service, Verdict};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, warn};

/// How often a lease is renewed, progress told and the word to stop heard.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A part that was told to stop and does not is left to itself.
const STOPPING: Duration = Duration::from_secs(3);
/// How long the outcome of a part is tried to be told.
const TELLING: Duration = Duration::from_secs(60);
/// A suspect that finds another one before it comes again after so long.
const SUSPECT_REST: Duration = Duration::from_millis(500);
/// After the store could not be read, and before a part that could not be stored is tried again.
const STORE_REST: Duration = Duration::from_secs(1);
const STORAGE_REST: Duration = Duration::from_secs(5);

/// Takes one part after another until `drain`.
pub(super) async fn serve(
    worker: Arc<Worker>,
    lanes: &'static [Service],
    drain: CancellationToken,
    hand_back: CancellationToken,
) {
    let mut changes = worker.queue.changes();
    while !drain.is_cancelled() {
        let Some(beside) = drain.run_until_cancelled(worker.company.join()).await else { return };
        changes.mark_unchanged();
        match worker.queue.claim(lanes).await {
            Ok(Some(claim)) => {
                mapreel_queue::failpoint::hit("claimed", None);
                let place = if claim.is_suspect() {
                    let Some(alone) = worker.company.leave(beside) else {
                        tell(|| worker.queue.release(&claim.lease, SUSPECT_REST)).await;
                        continue;
                    };
                    Place::Alone(alone)
                } else {
                    Place::Beside { _guard: beside }
                };
                let span = tracing::info_span!("part", job = %claim.lease.job, part = %claim.kind,
                    attempt = claim.job.parts[claim.lease.part].attempt);
                tracing::debug!(parent: &span, "begun");
                attend(&worker, &claim, place, &hand_back).instrument(span).await;
            }
            Ok(None) => {
                drop(beside);
                tokio::select! {
                    () = drain.cancelled() => {}
                    changed = changes.changed() => if changed.is_err() { return },
                }
            }
            Err(error) => {
                drop(beside);
                warn!(%error, "cannot claim");
                tokio::time::sleep(STORE_REST.mul_f64(0.5 + fastrand::f64())).await;
            }
        }
    }
}

/// How a part ended.
enum End {
    Came(Result<Product, Failed>),
    /// Somebody else has it, or the job is over.
    Lost(Verdict),
    HandedBack,
    Stalled,
}

/// Where a part is done.
enum Place {
    Beside { _guard: Beside },
    Alone(Alone),
}

async fn attend(worker: &Arc<Worker>, claim: &Claim, place: Place, hand_back: &CancellationToken) {
    let began = Instant::now();
    let _busy = worker.metrics.busy(claim.job.service);
    let (stop, pulse) = (CancellationToken::new(), Arc::new(Pulse::default()));
    let work = {
        let (worker, claim, stop, pulse) = (worker.clone(), claim.clone(), stop.clone(), pulse.clone());
        async move {
            let _alone = match &place {
                Place::Alone(alone) => Some(alone.enter().await),
                Place::Beside { .. } => None,
            };
            part::run(&worker, &claim, stop, pulse).await
        }
    };
    let mut work = tokio::spawn(work.in_current_span());
    let end = tokio::select! {
        result = &mut work => End::Came(result.unwrap_or_else(|panic| Err(Failed::Failure(internal(&panic.to_string()))))),
        verdict = beat(worker, claim, &pulse) => End::Lost(verdict),
        () = hand_back.cancelled() => End::HandedBack,
        () = stalled(&pulse, worker.settings.stall) => End::Stalled,
    };
    let end = match end {
        End::Came(_) => end,
        _ => {
            stop.cancel();
            // It may have come to its end meanwhile, and what it stored must not stay.
            match tokio::time::timeout(STOPPING, work).await {
                Ok(Ok(Ok(product))) => match end {
                    End::Lost(_) => {
                        discard(worker, &product).await;
                        end
                    }
                    _ => End::Came(Ok(product)),
                },
                _ => end,
            }
        }
    };
    settle(worker, claim, end, began).await;
}

/// Renews the lease until it is lost.
async fn beat(worker: &Worker, claim: &Claim, pulse: &Pulse) -> Verdict {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match worker.queue.heartbeat(&claim.lease, pulse.frames()).await {
            Ok(Verdict::Continue) => {}
            Ok(verdict) => return verdict,
            // Going on is safe: what does not count any more will not be accepted.
            Err(error) => warn!(%error, "cannot renew the lease"),
        }
    }
}

/// Returns when no frame was finished and no upstream answered for so long.
async fn stalled(pulse: &Pulse, patience: Duration) {
    let (mut seen, mut since) = (pulse.beats(), Instant::now());
    while since.elapsed() <= patience {
        tokio::time::sleep(HEARTBEAT).await;
        let now = pulse.beats();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
}

/// Tells the queue how a part ended.
async fn settle(worker: &Worker, claim: &Claim, end: End, began: Instant) {
    let duration_ms = began.elapsed().as_millis() as u64;
    let (queue, lease) = (&worker.queue, &claim.lease);
    let outcome = match end {
        End::Came(Ok(product)) => {
            mapreel_queue::failpoint::hit("uploaded", None);
            let counts = tell(|| queue.finish(lease, product.key.clone(), product.outcome.clone())).await;
            mapreel_queue::failpoint::hit("finished", None);
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
        End::Came(Err(Failed::Storage(reason))) => {
            error!(duration_ms, "handed back, to be tried again: {reason}");
            tell(|| queue.release(lease, STORAGE_REST)).await;
            "released"
        }
        End::Came(Err(Failed::Stopped)) | End::HandedBack => {
            info!(duration_ms, "handed back");
            tell(|| queue.release(lease, Duration::ZERO)).await;
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

/// Tries to tell the queue until it listens; not for ever, since the lease ends and others see to it.
async fn tell<T, F: Future<Output = Result<T, mapreel_queue::Error>>>(what: impl Fn() -> F) -> Option<T> {
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
async fn discard(worker: &Worker, product: &Product) {
    for key in product.keys() {
        if let Err(error) = worker.artifacts.delete(key).await {
            // The sweep of orphans will find it.
            warn!(%error, key, "cannot delete");
        }
    }
}

/// A fault of this program, or of this machine.
pub(super) fn internal(message: &str) -> Failure {
    Failure { code: "internal".into(), message: message.to_owned(), layer: None, retryable: true }
}

//! Attends to a part: renews its lease while the part runs, until the part is done, lost, handed back or stalled.

use super::isolation::{Exclusive, Shared};
use super::liveness::Liveness;
use super::owner_shares::PartUnderWay;
use super::part;
use super::product::{Failed, Product};
use super::settle::{End, discard, returned, settle, waiting_for};
use super::worker::Worker;
use crate::pipeline::drawing_permit::DrawingPermit;
use mapreel_queue::{Claim, Verdict, Waiting, WaitsFor};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, warn};

/// How often a heartbeat renews the lease, reports progress and learns whether to stop.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// If an upstream has not answered for this long, the job's status says that the job waits for it.
const SILENT: Duration = Duration::from_secs(3);
/// A part that still runs this long after its stop token was cancelled lingers: no suspect waits for it.
const STOPPING: Duration = Duration::from_secs(3);
/// A part that has lingered for this long is overdue: a gauge and the log tell operators.
const OVERDUE: Duration = Duration::from_secs(60);
/// A part that has been overdue for this long has lost its slot. This is longer than the retries of storing a file.
const SLOT_LOST_AFTER: Duration = Duration::from_secs(300);

/// A part and the worker that runs it.
pub(super) struct Attended<'a> {
    pub worker: &'a Arc<Worker>,
    pub claim: &'a Claim,
    /// Whether its slot serves every lane: a worker that has lost all such slots claims no animation.
    pub may_lose_slot: bool,
}

impl Attended<'_> {
    /// Runs the part and tells the queue how it ended as soon as that is known. Returns when no thread works on the part any more.
    pub(super) async fn until_ended(&self, resources: PartResources, hand_back: &CancellationToken) {
        let (worker, claim, began) = (self.worker, self.claim, Instant::now());
        let _busy = worker.metrics.busy(claim.job.service);
        let (stop, liveness) = (CancellationToken::new(), Arc::new(Liveness::new(resources.permits.drawing.clone())));
        // If this task panics, the guard stops the part.
        let _stop = stop.clone().drop_guard();
        let is_alone = matches!(resources.isolation, IsolationGuard::Exclusive(_));
        let work = work(worker.clone(), claim.clone(), resources, stop.clone(), liveness.clone());
        let mut work = tokio::spawn(work.in_current_span());
        let end = tokio::select! {
            result = &mut work => End::Returned(returned(result)),
            verdict = beat(worker, claim, &liveness) => End::Lost(verdict),
            () = hand_back.cancelled() => End::HandedBack,
            () = stalled(&liveness, worker.settings.stall) => End::Stalled,
        };
        let goes_on = !matches!(end, End::Returned(_));
        stop.cancel();
        settle(worker, claim, end, began).await;
        if goes_on {
            // The part may have been finished in between; its result does not count, so its objects are deleted.
            if let Ok(product) = self.linger(work, is_alone).await {
                discard(worker, &product).await;
            }
        }
    }

    /// Waits for a part whose stop token was cancelled. Drawing checks the token often. A part that does not end is counted and logged, and at
    /// last its slot counts as lost.
    async fn linger(&self, mut work: JoinHandle<Result<Product, Failed>>, is_alone: bool) -> Result<Product, Failed> {
        let worker = self.worker;
        if let Ok(result) = tokio::time::timeout(STOPPING, &mut work).await {
            return returned(result);
        }
        let _lingering = worker.isolation.lingers();
        if let Ok(result) = tokio::time::timeout(OVERDUE, &mut work).await {
            return returned(result);
        }
        let _overdue = worker.metrics.overdue();
        error!("it was stopped {} s ago and does not end; its slot is taken until it does", OVERDUE.as_secs());
        if let Ok(result) = tokio::time::timeout(SLOT_LOST_AFTER, &mut work).await {
            return returned(result);
        }
        let _hopeless = (is_alone || self.may_lose_slot).then(|| worker.give_up_slot(is_alone));
        returned(work.await)
    }
}

/// The resources that a part holds until its drawing has ended.
pub(super) struct PartResources {
    pub isolation: IsolationGuard,
    pub permits: Arc<PartPermits>,
}

/// The permits of the process that a part has taken. They are given back when its drawing has ended and the queue knows the result.
pub(super) struct PartPermits {
    drawing: Arc<DrawingPermit>,
    _under_way: PartUnderWay,
}

impl PartPermits {
    pub(super) fn new(drawing: Arc<DrawingPermit>, under_way: PartUnderWay) -> Self {
        Self { drawing, _under_way: under_way }
    }
}

impl Drop for PartPermits {
    fn drop(&mut self) {
        self.drawing.end();
    }
}

/// How the part runs: beside other parts, or exclusively.
pub(super) enum IsolationGuard {
    Shared(#[expect(dead_code, reason = "it is held")] Shared),
    Exclusive(Exclusive),
}

/// Runs a part, from its permit to its product. Its resources are given back only when this function has ended.
async fn work(
    worker: Arc<Worker>,
    claim: Claim,
    mut resources: PartResources,
    stop: CancellationToken,
    liveness: Arc<Liveness>,
) -> Result<Product, Failed> {
    let _alone = match &mut resources.isolation {
        IsolationGuard::Shared(_) => None,
        // The parts for whose end a suspect waits need permits, so the suspect gives its own permit away while it waits.
        IsolationGuard::Exclusive(alone) => {
            match stop.run_until_cancelled(resources.permits.drawing.give_during(alone.others_ended(), || true)).await {
                Some(Some(guard)) => {
                    stop.run_until_cancelled(resources.permits.drawing.take()).await.ok_or(Failed::Stopped)?;
                    Some(guard)
                }
                Some(None) => return Err(Failed::NotAlone),
                None => return Err(Failed::Stopped),
            }
        }
    };
    liveness.mark_begun();
    part::run(&worker, &claim, stop, liveness).await
}

/// Renews the lease until it is lost.
async fn beat(worker: &Worker, claim: &Claim, liveness: &Liveness) -> Verdict {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match worker.queue.heartbeat(&claim.lease, liveness.frames(), silent(liveness)).await {
            Ok(Verdict::Continue) => {}
            Ok(verdict) => return verdict,
            // The worker may go on: if the lease is over, the store refuses the result.
            Err(error) => warn!(%error, "cannot renew the lease"),
        }
    }
}

/// That the job waits for an upstream, if one has not answered for long.
fn silent(liveness: &Liveness) -> Option<Waiting> {
    let host = liveness.slow_upstream(SILENT)?;
    Some(waiting_for(WaitsFor::Upstream, &format!("waiting for `{host}`")))
}

/// Returns when, for the time `patience`, no frame was finished and no upstream has answered. A part that waits for its permit does not stall.
async fn stalled(liveness: &Liveness, patience: Duration) {
    let (mut seen, mut since) = (liveness.signs_of_life(), Instant::now());
    while since.elapsed() <= patience {
        tokio::time::sleep(HEARTBEAT).await;
        let now = liveness.signs_of_life();
        if now != seen || liveness.waits() {
            (seen, since) = (now, Instant::now());
        }
    }
}

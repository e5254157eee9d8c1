//! A part that is attended to: its lease is renewed while it is done, and it ends when it is done, lost, handed back or stalled.

use super::isolation::{Exclusive, Shared};
use super::part;
use super::product::{Failed, Product};
use super::pulse::Pulse;
use super::settle::{End, discard, returned, settle, waiting_for};
use super::share::OnTheWay;
use super::worker::Worker;
use crate::pipeline::drawing_permit::DrawingPermit;
use mapreel_queue::{Claim, Verdict, Waiting, WaitsFor};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, warn};

/// How often a lease is renewed, progress told and the word to stop heard.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// An upstream that has been asked for so long is what a job waits for.
const SILENT: Duration = Duration::from_secs(3);
/// A part that goes on for so long after it was told to stop lingers: no suspect waits for it.
const STOPPING: Duration = Duration::from_secs(3);
/// And one that has lingered for so long is overdue: operators are told.
const OVERDUE: Duration = Duration::from_secs(60);
/// And then there is no hope for its slot. Longer than storing a file is tried.
const HOPELESS: Duration = Duration::from_secs(300);

/// A part and the worker that does it.
pub(super) struct Attended<'a> {
    pub worker: &'a Arc<Worker>,
    pub claim: &'a Claim,
    /// Whether its slot is one for every lane, so that the worker is deaf when it has lost all of them.
    pub may_lose_slot: bool,
}

impl Attended<'_> {
    /// Has the part done, tells the queue how it ended as soon as that is known, and returns when nothing of it goes on.
    pub(super) async fn until_ended(&self, place: Place, hand_back: &CancellationToken) {
        let (worker, claim, began) = (self.worker, self.claim, Instant::now());
        let _busy = worker.metrics.busy(claim.job.service);
        let (stop, pulse) = (CancellationToken::new(), Arc::new(Pulse::new(place.taken.permit.clone())));
        // A slot that panics stops its part.
        let _stop = stop.clone().drop_guard();
        let is_alone = matches!(place.room, Room::Exclusive(_));
        let work = work(worker.clone(), claim.clone(), place, stop.clone(), pulse.clone());
        let mut work = tokio::spawn(work.in_current_span());
        let end = tokio::select! {
            result = &mut work => End::Returned(returned(result)),
            verdict = beat(worker, claim, &pulse) => End::Lost(verdict),
            () = hand_back.cancelled() => End::HandedBack,
            () = stalled(&pulse, worker.settings.stall) => End::Stalled,
        };
        let goes_on = !matches!(end, End::Returned(_));
        stop.cancel();
        settle(worker, claim, end, began).await;
        if goes_on {
            // It may have come to its end meanwhile, and what it stored must not stay.
            if let Ok(product) = self.linger(work, is_alone).await {
                discard(worker, &product).await;
            }
        }
    }

    /// Waits for a part that was told to stop. Drawing hears of it soon; what does not end is seen, and not forgotten.
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
        if let Ok(result) = tokio::time::timeout(HOPELESS, &mut work).await {
            return returned(result);
        }
        let _hopeless = (is_alone || self.may_lose_slot).then(|| worker.give_up_slot(is_alone));
        returned(work.await)
    }
}

/// Where a part is done, until its drawing has ended.
pub(super) struct Place {
    pub room: Room,
    pub taken: Arc<Taken>,
}

/// What a part has taken of the process. It is given back when its drawing has ended and the queue knows how.
pub(super) struct Taken {
    permit: Arc<DrawingPermit>,
    _under_way: OnTheWay,
}

impl Taken {
    pub(super) fn new(permit: Arc<DrawingPermit>, under_way: OnTheWay) -> Self {
        Self { permit, _under_way: under_way }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.permit.end();
    }
}

/// Whether other parts are done beside it.
pub(super) enum Room {
    Shared(#[expect(dead_code, reason = "it is held")] Shared),
    Exclusive(Exclusive),
}

/// A part, from its permit to its product. The place is given back when this has ended, and nothing drops it before.
async fn work(
    worker: Arc<Worker>,
    claim: Claim,
    mut place: Place,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
) -> Result<Product, Failed> {
    let _alone = match &mut place.room {
        Room::Shared(_) => None,
        // Those that it waits for need their permits.
        Room::Exclusive(alone) => {
            match stop.run_until_cancelled(place.taken.permit.give_during(alone.enter(), || true)).await {
                Some(Some(guard)) => {
                    stop.run_until_cancelled(place.taken.permit.take()).await.ok_or(Failed::Stopped)?;
                    Some(guard)
                }
                Some(None) => return Err(Failed::NotAlone),
                None => return Err(Failed::Stopped),
            }
        }
    };
    pulse.begin();
    part::run(&worker, &claim, stop, pulse).await
}

/// Renews the lease until it is lost.
async fn beat(worker: &Worker, claim: &Claim, pulse: &Pulse) -> Verdict {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match worker.queue.heartbeat(&claim.lease, pulse.frames(), silent(pulse)).await {
            Ok(Verdict::Continue) => {}
            Ok(verdict) => return verdict,
            // Going on is safe: what does not count any more will not be accepted.
            Err(error) => warn!(%error, "cannot renew the lease"),
        }
    }
}

/// What the job says of an upstream that keeps it from going on.
fn silent(pulse: &Pulse) -> Option<Waiting> {
    let host = pulse.asked_since(SILENT)?;
    Some(waiting_for(WaitsFor::Upstream, &format!("waiting for `{host}`")))
}

/// Returns when no frame was finished and no upstream answered for so long. A part that waits for its permit does not stall.
async fn stalled(pulse: &Pulse, patience: Duration) {
    let (mut seen, mut since) = (pulse.beats(), Instant::now());
    while since.elapsed() <= patience {
        tokio::time::sleep(HEARTBEAT).await;
        let now = pulse.beats();
        if now != seen || pulse.waits() {
            (seen, since) = (now, Instant::now());
        }
    }
}

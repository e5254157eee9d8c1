//! A slot: it claims parts, one after another, and sees to each from the claim to what becomes of it. While a part waits for slow
//! upstreams its permit is lent, and the slot claims another.

use super::Worker;
use super::company::{Alone, Beside};
use super::part;
use super::product::{Failed, Product, internal};
use super::pulse::Pulse;
use super::share::{OnTheWay, UnderWay};
use crate::drawing_permit::{DrawingPermit, DrawingPermits};
use futures_util::FutureExt;
use mapreel_queue::failpoint;
use mapreel_queue::{Claim, Failure, Service, Task, Verdict, Waiting, WaitsFor};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, warn};

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
/// How long the outcome of a part is tried to be told.
const TELLING: Duration = Duration::from_secs(60);
/// A suspect that finds another one before it comes again after so long.
const SUSPECT_REST: Duration = Duration::from_millis(500);
/// And one for which another part does not make room.
const NOT_ALONE_REST: Duration = Duration::from_secs(5);
/// After the store could not be read, and before a part that could not be stored is tried again.
const STORE_REST: Duration = Duration::from_secs(1);
const STORAGE_REST: Duration = Duration::from_secs(5);
/// Before a part for which there was no memory is tried again, here or by another worker.
const MEMORY_REST: Duration = Duration::from_secs(1);

/// A slot of a worker.
pub(super) struct Slot {
    worker: Arc<Worker>,
    lanes: &'static [Service],
    drain: CancellationToken,
    hand_back: CancellationToken,
    /// The permits that its parts begin with.
    permits: DrawingPermits,
    /// The parts of its lanes that are under way.
    under_way: Arc<UnderWay>,
    /// The part that it has claimed and that nobody sees to yet: if the slot's task panics, the next one knows what it owes.
    held: Mutex<Option<Claim>>,
}

impl Slot {
    /// A slot that takes one part after another until `drain`, and gives back what it has at `hand_back`.
    pub(super) fn task(
        worker: &Arc<Worker>,
        lanes: &'static [Service],
        (permits, under_way): (&DrawingPermits, &Arc<UnderWay>),
        drain: &CancellationToken,
        hand_back: &CancellationToken,
    ) -> Task {
        let (worker, drain, hand_back) = (worker.clone(), drain.clone(), hand_back.clone());
        let (permits, under_way, held) = (permits.clone(), under_way.clone(), Mutex::default());
        let slot = Arc::new(Self { worker, lanes, drain, hand_back, permits, under_way, held });
        Task::new("slot", move || slot.clone().serve())
    }

    async fn serve(self: Arc<Self>) {
        let worker = &self.worker;
        self.confess().await;
        let (mut changes, mut ends) = (worker.queue.changes(), self.under_way.ends());
        while !self.drain.is_cancelled() {
            let Some(Some(vacancy)) = self.drain.run_until_cancelled(self.vacancy()).await else { break };
            changes.mark_unchanged();
            ends.mark_unchanged();
            let served = self.under_way.served();
            failpoint::hit("slot", None);
            match worker.queue.claim(self.lanes, &served).await {
                Ok(Some(claim)) => {
                    *self.held() = Some(claim.clone());
                    failpoint::hit("claimed", None);
                    match self.place(vacancy, &claim) {
                        Some(place) => {
                            let span = tracing::info_span!("part", job = %claim.lease.job, part = %claim.kind,
                                attempt = claim.job.parts[claim.lease.part].attempt);
                            let begun = if claim.is_suspect() { "begun alone" } else { "begun" };
                            tracing::debug!(parent: &span, "{begun}");
                            tokio::spawn(self.clone().see_to(claim, place).instrument(span));
                        }
                        None => drop(tell(|| worker.queue.release(&claim.lease, SUSPECT_REST, None)).await),
                    }
                    *self.held() = None;
                }
                Ok(None) => {
                    drop(vacancy);
                    tokio::select! {
                        () = self.drain.cancelled() => {}
                        changed = changes.changed() => if changed.is_err() { break },
                        Ok(()) = ends.changed(), if !served.is_empty() => {}
                    }
                }
                Err(error) => {
                    drop(vacancy);
                    warn!(%error, "cannot claim");
                    tokio::time::sleep(STORE_REST.mul_f64(0.5 + fastrand::f64())).await;
                }
            }
        }
        worker.parts_ended().await;
    }

    /// What a part takes of the process is waited for before it is claimed. `None`: never again.
    async fn vacancy(&self) -> Option<Vacancy> {
        let (worker, permits) = (&self.worker, &self.permits);
        let under_way = self.under_way.vacancy().await?;
        loop {
            let permit = permits.clone().acquire_owned().await.ok()?;
            if let Some(beside) = worker.company.try_join() {
                return Some(Vacancy { beside, permit, under_way });
            }
            // The suspect that is alone, or wants to be, needs a permit, too: nobody holds one while he waits for it.
            drop(permit);
            drop(worker.company.join().await);
        }
    }

    /// The place of a part, which may have to be alone; `None` while that is not possible.
    fn place(&self, vacancy: Vacancy, claim: &Claim) -> Option<Place> {
        let worker = &self.worker;
        let room = match claim.is_suspect() {
            true => Room::Alone(worker.company.leave(vacancy.beside)?),
            false => Room::Beside(vacancy.beside),
        };
        let permit = DrawingPermit::new(vacancy.permit, worker.permits.of(claim.job.service));
        let _under_way = self.under_way.begin(&claim.job.owner, vacancy.under_way);
        Some(Place { room, taken: Arc::new(Taken { permit, _under_way }) })
    }

    /// Sees to a part, and tells of it if that panics. It is under way until the queue knows how it ended.
    async fn see_to(self: Arc<Self>, claim: Claim, place: Place) {
        let _taken = place.taken.clone();
        if AssertUnwindSafe(self.attend(&claim, place)).catch_unwind().await.is_err() {
            tell(|| self.worker.queue.fail(&claim.lease, internal("the slot ended in a panic"))).await;
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Claim>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of the part with which this slot's task panicked: it may have been the cause, so it costs the part an attempt.
    async fn confess(&self) {
        let held = self.held().clone();
        if let Some(claim) = held {
            tell(|| self.worker.queue.fail(&claim.lease, internal("the slot ended in a panic"))).await;
            *self.held() = None;
        }
    }

    /// Has a part done, tells the queue how it ended as soon as that is known, and returns when nothing of it goes on.
    async fn attend(&self, claim: &Claim, place: Place) {
        let (worker, began) = (&self.worker, Instant::now());
        let _busy = worker.metrics.busy(claim.job.service);
        let (stop, pulse) = (CancellationToken::new(), Arc::new(Pulse::new(place.taken.permit.clone())));
        // A slot that panics stops its part.
        let _stop = stop.clone().drop_guard();
        let is_alone = matches!(place.room, Room::Alone(_));
        let work = work(worker.clone(), claim.clone(), place, stop.clone(), pulse.clone());
        let mut work = tokio::spawn(work.in_current_span());
        let end = tokio::select! {
            result = &mut work => End::Came(came(result)),
            verdict = beat(worker, claim, &pulse) => End::Lost(verdict),
            () = self.hand_back.cancelled() => End::HandedBack,
            () = stalled(&pulse, worker.settings.stall) => End::Stalled,
        };
        let goes_on = !matches!(end, End::Came(_));
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
        let worker = &self.worker;
        if let Ok(result) = tokio::time::timeout(STOPPING, &mut work).await {
            return came(result);
        }
        let _lingering = worker.company.lingers();
        if let Ok(result) = tokio::time::timeout(OVERDUE, &mut work).await {
            return came(result);
        }
        let _overdue = worker.metrics.overdue();
        error!("it was stopped {} s ago and does not end; its slot is taken until it does", OVERDUE.as_secs());
        if let Ok(result) = tokio::time::timeout(HOPELESS, &mut work).await {
            return came(result);
        }
        let _hopeless = (is_alone || self.lanes.len() > 1).then(|| worker.give_up_slot(is_alone));
        came(work.await)
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

/// What the next part will have of the process.
struct Vacancy {
    beside: Beside,
    permit: OwnedSemaphorePermit,
    under_way: OwnedSemaphorePermit,
}

/// Where a part is done, until its drawing has ended.
struct Place {
    room: Room,
    taken: Arc<Taken>,
}

/// What a part has taken of the process. It is given back when its drawing has ended and the queue knows how.
struct Taken {
    permit: Arc<DrawingPermit>,
    _under_way: OnTheWay,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.permit.end();
    }
}

enum Room {
    Beside(#[expect(dead_code, reason = "it is held")] Beside),
    Alone(Alone),
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
        Room::Beside(_) => None,
        // Those that it waits for need their permits.
        Room::Alone(alone) => {
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

fn came(result: Result<Result<Product, Failed>, JoinError>) -> Result<Product, Failed> {
    result.unwrap_or_else(|panic| Err(Failed::Failure(internal(&panic.to_string()))))
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
    waits_for(WaitsFor::Upstream, &format!("waiting for `{host}`"))
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

/// Tells the queue how a part ended.
async fn settle(worker: &Worker, claim: &Claim, end: End, began: Instant) {
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
fn waits_for(on: WaitsFor, reason: &str) -> Option<Waiting> {
    Some(Waiting { on, reason: reason.to_owned() })
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

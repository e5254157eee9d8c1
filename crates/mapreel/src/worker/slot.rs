//! A slot claims parts, one after another, and attends to each from the claim until the queue knows its result. While a part waits for
//! slow upstreams it lends its drawing permit, and the slot claims another part.

use super::attended::{Attended, IsolationGuard, PartPermits, PartResources};
use super::isolation::Shared;
use super::owner_shares::PartsUnderWay;
use super::product::internal;
use super::settle::tell;
use super::worker::Worker;
use crate::pipeline::drawing_permit::{DrawingPermit, DrawingPermits};
use futures_util::FutureExt;
use mapreel_queue::failpoint;
use mapreel_queue::{Claim, Service, Task};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, warn};

/// The rest of a suspect that was claimed while another suspect runs or waits.
const SUSPECT_REST: Duration = Duration::from_millis(500);
/// The pause after a claim that failed.
const STORE_REST: Duration = Duration::from_secs(1);

/// A worker's slots: tasks that claim nothing after `drain`, and end when their parts have ended; `hand_back` makes them hand parts back.
pub(crate) fn tasks(worker: &Arc<Worker>, drain: &CancellationToken, hand_back: &CancellationToken) -> Vec<Task> {
    let both: &[Service] = &[Service::Animation, Service::Image];
    let [of_both, of_images] = &worker.under_way;
    let of_both = (0..worker.settings.slots).map(|_| (both, (&worker.permits.animations, of_both)));
    let of_images =
        (0..worker.settings.image_slots).map(|_| (&[Service::Image][..], (&worker.permits.images, of_images)));
    of_both.chain(of_images).map(|(lanes, has)| Slot::task(worker, lanes, has, drain, hand_back)).collect()
}

/// A slot of a worker.
pub(super) struct Slot {
    worker: Arc<Worker>,
    lanes: &'static [Service],
    drain: CancellationToken,
    hand_back: CancellationToken,
    /// The semaphore from which a part gets its drawing permit at the start.
    permits: DrawingPermits,
    /// The parts of its lanes that are under way.
    under_way: Arc<PartsUnderWay>,
    /// The part that is claimed and not yet attended to. If the slot's task panics, the task that the supervisor starts again fails this part.
    held: Mutex<Option<Claim>>,
}

impl Slot {
    /// A slot that claims one part after another until `drain`, and hands back its parts at `hand_back`.
    pub(super) fn task(
        worker: &Arc<Worker>,
        lanes: &'static [Service],
        (permits, under_way): (&DrawingPermits, &Arc<PartsUnderWay>),
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
        self.fail_held_part().await;
        let (mut changes, mut ends) = (worker.queue.changes(), self.under_way.ended_parts());
        while !self.drain.is_cancelled() {
            let Some(Some(reservation)) = self.drain.run_until_cancelled(self.reserve()).await else { break };
            changes.mark_unchanged();
            ends.mark_unchanged();
            let served = self.under_way.owners_with_their_share();
            failpoint::hit("slot", None);
            match worker.queue.claim(self.lanes, &served).await {
                Ok(Some(claim)) => {
                    *self.held() = Some(claim.clone());
                    failpoint::hit("claimed", None);
                    self.clone().begin(claim, reservation).await;
                    *self.held() = None;
                }
                Ok(None) => {
                    drop(reservation);
                    tokio::select! {
                        () = self.drain.cancelled() => {}
                        changed = changes.changed() => if changed.is_err() { break },
                        Ok(()) = ends.changed(), if !served.is_empty() => {}
                    }
                }
                Err(error) => {
                    drop(reservation);
                    warn!(%error, "cannot claim");
                    tokio::time::sleep(STORE_REST.mul_f64(0.5 + fastrand::f64())).await;
                }
            }
        }
        worker.parts_ended().await;
    }

    /// Begins a claimed part. Hands a suspect back if it cannot run exclusively now.
    async fn begin(self: Arc<Self>, claim: Claim, reservation: Reservation) {
        let Some(resources) = self.take(reservation, &claim) else {
            tell(|| self.worker.queue.release(&claim.lease, SUSPECT_REST, None)).await;
            return;
        };
        let attempt = claim.job.parts[claim.lease.part].attempt;
        let span = tracing::info_span!("part", job = %claim.lease.job, part = %claim.kind, attempt);
        let begun = if claim.is_suspect() { "begun alone" } else { "begun" };
        tracing::debug!(parent: &span, "{begun}");
        tokio::spawn(self.attend(claim, resources).instrument(span));
    }

    /// Waits for the resources of a part before the slot claims one. `None`: a semaphore was closed, so the process ends.
    async fn reserve(&self) -> Option<Reservation> {
        let (worker, permits) = (&self.worker, &self.permits);
        let under_way = self.under_way.reserve().await?;
        loop {
            let permit = permits.clone().acquire_owned().await.ok()?;
            if let Some(isolation) = worker.isolation.try_shared() {
                return Some(Reservation { isolation, permit, under_way });
            }
            // A suspect runs or waits, and it needs a permit, too: the slot gives its permit back before it waits for the suspect.
            drop(permit);
            drop(worker.isolation.shared().await);
        }
    }

    /// The resources of a claimed part; `None`: the part is a suspect and cannot run exclusively now.
    fn take(&self, reservation: Reservation, claim: &Claim) -> Option<PartResources> {
        let worker = &self.worker;
        let isolation = match claim.is_suspect() {
            true => IsolationGuard::Exclusive(worker.isolation.exclusive(reservation.isolation)?),
            false => IsolationGuard::Shared(reservation.isolation),
        };
        let permit = DrawingPermit::new(reservation.permit, worker.permits.of(claim.job.service));
        let under_way = self.under_way.begin(&claim.job.owner, reservation.under_way);
        Some(PartResources { isolation, permits: Arc::new(PartPermits::new(permit, under_way)) })
    }

    /// Attends to a part, and fails the part if attending panics. The part is under way until the queue knows its result.
    async fn attend(self: Arc<Self>, claim: Claim, resources: PartResources) {
        let _permits = resources.permits.clone();
        let attended = Attended { worker: &self.worker, claim: &claim, may_lose_slot: self.lanes.len() > 1 };
        if AssertUnwindSafe(attended.until_ended(resources, &self.hand_back)).catch_unwind().await.is_err() {
            tell(|| self.worker.queue.fail(&claim.lease, internal("the slot ended in a panic"))).await;
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Claim>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails the part that this slot's task held when it panicked. The part may have been the cause, so the attempt is charged.
    async fn fail_held_part(&self) {
        let held = self.held().clone();
        if let Some(claim) = held {
            tell(|| self.worker.queue.fail(&claim.lease, internal("the slot ended in a panic"))).await;
            *self.held() = None;
        }
    }
}

/// The resources that are reserved for the next part.
struct Reservation {
    isolation: Shared,
    permit: OwnedSemaphorePermit,
    under_way: OwnedSemaphorePermit,
}

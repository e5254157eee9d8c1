//! A slot: it claims parts, one after another, and sees to each from the claim to what becomes of it. While a part waits for slow
//! upstreams its permit is lent, and the slot claims another.

use super::attended::{Attended, Place, Room, Taken};
use super::isolation::Shared;
use super::product::internal;
use super::settle::tell;
use super::share::UnderWay;
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

/// A suspect that finds another one before it comes again after so long.
const SUSPECT_REST: Duration = Duration::from_millis(500);
/// After the store could not be read.
const STORE_REST: Duration = Duration::from_secs(1);

/// A worker's slots: tasks that end after `drain`, when their part has ended, or at `hand_back` has been handed back.
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
            if let Some(beside) = worker.isolation.try_join() {
                return Some(Vacancy { beside, permit, under_way });
            }
            // The suspect that is alone, or wants to be, needs a permit, too: nobody holds one while he waits for it.
            drop(permit);
            drop(worker.isolation.join().await);
        }
    }

    /// The place of a part, which may have to be alone; `None` while that is not possible.
    fn place(&self, vacancy: Vacancy, claim: &Claim) -> Option<Place> {
        let worker = &self.worker;
        let room = match claim.is_suspect() {
            true => Room::Exclusive(worker.isolation.leave(vacancy.beside)?),
            false => Room::Shared(vacancy.beside),
        };
        let permit = DrawingPermit::new(vacancy.permit, worker.permits.of(claim.job.service));
        let under_way = self.under_way.begin(&claim.job.owner, vacancy.under_way);
        Some(Place { room, taken: Arc::new(Taken::new(permit, under_way)) })
    }

    /// Sees to a part, and tells of it if that panics. It is under way until the queue knows how it ended.
    async fn see_to(self: Arc<Self>, claim: Claim, place: Place) {
        let _taken = place.taken.clone();
        let attended = Attended { worker: &self.worker, claim: &claim, may_lose_slot: self.lanes.len() > 1 };
        if AssertUnwindSafe(attended.until_ended(place, &self.hand_back)).catch_unwind().await.is_err() {
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
}

/// What the next part will have of the process.
struct Vacancy {
    beside: Shared,
    permit: OwnedSemaphorePermit,
    under_way: OwnedSemaphorePermit,
}

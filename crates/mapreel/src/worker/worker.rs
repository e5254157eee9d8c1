//! The worker: claims parts of jobs, draws them, stores the results, and tells the queue.
//!
//! ```text
//! slot: claim ──▶ part: fetch inputs · draw on a thread of its own · store ──▶ finish
//!         └────── heartbeat every second ──▶ go on, or stop: the queue is told at once, the slot is free when drawing has ended
//! ```
//!
//! Claims, heartbeats and storing run on the control runtime, fetching from upstreams on another runtime, drawing on threads: none
//! of them can block another.

use super::isolation::Isolation;
use super::owner_shares::PartsUnderWay;
use super::prepared_cache::PreparedCache;
use crate::config::fonts::FontSource;
use crate::operations::budget::MemoryBudget;
use crate::operations::metrics::Metrics;
use crate::operations::supervisor::Tasks;
use crate::pipeline::drawing_permit::DrawingPermits;
use mapreel_queue::{Artifacts, Queue, Service};
use mapreel_sources::Client;
use mapreel_spec::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// How many parts a worker draws at once, and when an attempt has stalled.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How many parts are drawn at once: of animations, or images if no animation waits.
    pub slots: usize,
    /// How many images are drawn at once beside them, so that no image waits for an animation.
    pub image_slots: usize,
    /// An attempt that gives no sign of life for this long (a finished frame, an upstream's answer) has failed.
    pub stall: Duration,
}

impl Settings {
    /// The most parts under way at once: of the slots for both services, and of the slots for images.
    fn parts_max(&self) -> [usize; 2] {
        [self.slots, self.image_slots].map(|slots| slots * PARTS_PER_SLOT)
    }
}

/// Draws the parts of the queue.
pub(crate) struct Worker {
    pub queue: Arc<dyn Queue>,
    pub artifacts: Artifacts,
    pub client: Client,
    pub fonts: FontSource,
    pub limits: Limits,
    pub memory: MemoryBudget,
    pub settings: Settings,
    pub metrics: Arc<Metrics>,
    /// The runtime that fetches from upstreams.
    pub fetching: Handle,
    /// The supervised tasks of the process; the slots are among them.
    pub tasks: Arc<Tasks>,
    pub permits: PermitsByService,
    /// The parts under way: of the slots for both services, and of the slots for images.
    pub under_way: [Arc<PartsUnderWay>; 2],
    pub prepared_cache: PreparedCache,
    pub isolation: Isolation,
    lost_slots: AtomicUsize,
}

/// How many parts may be under way for each slot: one is drawn, the others wait for slow upstreams.
const PARTS_PER_SLOT: usize = 8;

/// The drawing permits that a worker has.
pub(crate) struct PermitsByService {
    pub animations: DrawingPermits,
    /// Further permits, for images alone.
    pub images: DrawingPermits,
}

impl PermitsByService {
    /// The permits that a part of a service may take.
    pub fn of(&self, service: Service) -> Vec<DrawingPermits> {
        match service {
            Service::Animation => vec![self.animations.clone()],
            Service::Image => vec![self.images.clone(), self.animations.clone()],
        }
    }
}

impl Worker {
    #[allow(clippy::too_many_arguments, reason = "it joins what the program has opened")]
    pub(crate) fn new(
        queue: Arc<dyn Queue>,
        artifacts: Artifacts,
        client: Client,
        fonts: FontSource,
        limits: Limits,
        memory: MemoryBudget,
        settings: Settings,
        metrics: Arc<Metrics>,
        fetching: Handle,
        tasks: Arc<Tasks>,
    ) -> Arc<Self> {
        let (prepared_cache, isolation, lost_slots) =
            (PreparedCache::new(memory.kept_mib()), Isolation::default(), AtomicUsize::new(0));
        let permits = |count| Arc::new(Semaphore::new(count));
        let under_way = settings.parts_max().map(PartsUnderWay::new);
        let permits = PermitsByService { animations: permits(settings.slots), images: permits(settings.image_slots) };
        Arc::new(Self {
            queue,
            artifacts,
            client,
            fonts,
            limits,
            memory,
            settings,
            metrics,
            fetching,
            tasks,
            permits,
            under_way,
            prepared_cache,
            isolation,
            lost_slots,
        })
    }

    /// Waits until no part is under way.
    pub(crate) async fn parts_ended(&self) {
        for under_way in &self.under_way {
            under_way.all_ended().await;
        }
    }

    /// Counts a slot for both lanes as lost. If no such slot is left, or if the lost part is a suspect, for which all other parts wait, the
    /// process ends.
    pub fn give_up_slot(&self, is_alone: bool) -> LostSlot<'_> {
        let lost_slots = self.lost_slots.fetch_add(1, Ordering::Relaxed) + 1;
        if is_alone || lost_slots >= self.settings.slots {
            self.tasks.lose("slot", "drawing that was stopped does not end, and leaves no slot");
        }
        LostSlot(&self.lost_slots)
    }
}

/// A lost slot. It no longer counts as lost when its part ends after all.
pub(crate) struct LostSlot<'a>(&'a AtomicUsize);

impl Drop for LostSlot<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

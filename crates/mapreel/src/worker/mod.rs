//! The worker: claims parts of jobs, has them drawn, stores what comes out, and says so.
//!
//! ```text
//! slot: claim ──▶ part: fetch inputs · draw on a thread of its own · store ──▶ finish
//!         └────── heartbeat every second ──▶ go on, or stop
//! ```
//!
//! Claims, heartbeats and storing run on the control runtime, fetching from upstreams on another, drawing on threads: none
//! of them can keep another waiting.

mod company;
mod part;
mod pulse;
mod shelf;
mod slot;

use crate::fonts::FontSource;
use crate::metrics::Metrics;
use company::Company;
use mapreel_queue::{Artifacts, Queue, Service};
use mapreel_sources::Client;
use mapreel_spec::Limits;
pub(crate) use part::DrawnSegment;
use shelf::Shelf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Between giving work back and the end of the time to drain.
const HAND_BACK: Duration = Duration::from_secs(4);

/// How much a worker does at once, and how it ends.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Parts of animations, or images when there is none, at once.
    pub slots: usize,
    /// Images at once beside them, so that no image waits for an animation.
    pub image_slots: usize,
    /// From the word to stop to the end.
    pub drain: Duration,
    /// An attempt that does not finish a frame for so long has failed.
    pub stall: Duration,
}

/// Draws what is in the queue.
pub(crate) struct Worker {
    pub queue: Arc<dyn Queue>,
    pub artifacts: Artifacts,
    pub client: Client,
    pub fonts: FontSource,
    pub limits: Limits,
    pub settings: Settings,
    pub metrics: Arc<Metrics>,
    /// Where fetching from upstreams runs.
    pub fetching: Handle,
    shelf: Shelf,
    company: Company,
}

impl Worker {
    #[allow(clippy::too_many_arguments, reason = "it joins what the program has opened")]
    pub(crate) fn new(
        queue: Arc<dyn Queue>,
        artifacts: Artifacts,
        client: Client,
        fonts: FontSource,
        limits: Limits,
        settings: Settings,
        metrics: Arc<Metrics>,
        fetching: Handle,
    ) -> Arc<Self> {
        let (shelf, company) = (Shelf::new(), Company::default());
        Arc::new(Self { queue, artifacts, client, fonts, limits, settings, metrics, fetching, shelf, company })
    }

    /// Works until `drain` is cancelled; then finishes what can be finished in time, hands the rest back, and returns.
    pub(crate) async fn run(self: Arc<Self>, drain: CancellationToken) {
        let hand_back = CancellationToken::new();
        let mut slots = JoinSet::new();
        for _ in 0..self.settings.slots {
            slots.spawn(slot::serve(
                self.clone(),
                &[Service::Animation, Service::Image],
                drain.clone(),
                hand_back.clone(),
            ));
        }
        for _ in 0..self.settings.image_slots {
            slots.spawn(slot::serve(self.clone(), &[Service::Image], drain.clone(), hand_back.clone()));
        }
        drain.cancelled().await;
        let patience = self.settings.drain.saturating_sub(HAND_BACK);
        tokio::select! {
            () = tokio::time::sleep(patience) => hand_back.cancel(),
            () = async { while slots.join_next().await.is_some() {} } => {}
        }
        while slots.join_next().await.is_some() {}
    }
}

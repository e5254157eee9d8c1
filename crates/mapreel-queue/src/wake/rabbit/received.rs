//! A message that has arrived and is not acknowledged.

use crate::model::Service;
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long the broker may take to acknowledge.
const PATIENCE: Duration = Duration::from_secs(5);

/// The channel on which the messages of a lane arrive, while one connection lasts.
#[derive(Clone)]
pub(super) struct LaneChannel {
    pub lane: Service,
    pub channel: Channel,
    /// The number of messages that arrived on the channel and are not acknowledged.
    unacknowledged: Arc<AtomicUsize>,
}

impl LaneChannel {
    pub(super) fn new(lane: Service, channel: Channel) -> Self {
        Self { lane, channel, unacknowledged: Arc::default() }
    }

    /// How many messages that arrived on the channel are not acknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.unacknowledged.load(Ordering::Relaxed)
    }
}

/// A message that has arrived and is not acknowledged. Dropping it acknowledges it.
pub(crate) struct Received {
    /// `None` once it is settled: acknowledged, given back, or lost with its channel.
    delivery: Option<Delivery>,
    came_by: LaneChannel,
}

impl Received {
    /// A message that is acknowledged when it is dropped.
    pub(super) fn new(delivery: Delivery, came_by: &LaneChannel) -> Self {
        came_by.unacknowledged.fetch_add(1, Ordering::Relaxed);
        Self { delivery: Some(delivery), came_by: came_by.clone() }
    }

    /// A message that was already acknowledged when it arrived.
    pub(super) fn settled(came_by: &LaneChannel) -> Self {
        Self { delivery: None, came_by: came_by.clone() }
    }

    /// The lane of its part.
    pub(super) fn lane(&self) -> Service {
        self.came_by.lane
    }

    /// Drops the message without acknowledging it: its channel is closed, and the broker sends it again.
    pub(super) fn forget(mut self) {
        self.delivery = None;
    }

    /// Gives the message back to the broker (nack with requeue), for another process.
    pub(super) async fn give_back(mut self) {
        if let Some(delivery) = self.delivery.take() {
            let _ = delivery.nack(BasicNackOptions { requeue: true, ..BasicNackOptions::default() }).await;
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        let (Some(delivery), Ok(runtime)) = (self.delivery.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        runtime.spawn(acknowledge(delivery, self.came_by.clone()));
    }
}

async fn acknowledge(delivery: Delivery, came_by: LaneChannel) {
    // On a closed channel the acknowledgement fails, and the broker sends the message again; the worker that gets it finds nothing to claim.
    let _ = tokio::time::timeout(PATIENCE, delivery.ack(BasicAckOptions::default())).await;
    came_by.unacknowledged.fetch_sub(1, Ordering::Relaxed);
    crate::failpoint::hit("acknowledged", None);
    if crate::failpoint::trips("double-ack") {
        let _ = came_by.channel.basic_ack(delivery.delivery_tag, BasicAckOptions::default()).await;
    }
}

//! A message that came and is not acknowledged.

use crate::model::Service;
use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicNackOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long the broker may take to acknowledge.
const PATIENCE: Duration = Duration::from_secs(5);

/// The channel by which the messages of a lane come, for one life of a connection.
#[derive(Clone)]
pub(super) struct LaneChannel {
    pub lane: Service,
    pub channel: Channel,
    /// Messages that came by it and are not acknowledged.
    unacknowledged: Arc<AtomicUsize>,
}

impl LaneChannel {
    pub(super) fn new(lane: Service, channel: Channel) -> Self {
        Self { lane, channel, unacknowledged: Arc::default() }
    }

    /// How many messages that came by it are not acknowledged.
    pub(super) fn unacknowledged(&self) -> usize {
        self.unacknowledged.load(Ordering::Relaxed)
    }
}

/// A message that came and is not acknowledged. Dropped, it is.
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

    /// A message that was acknowledged when it came.
    pub(super) fn settled(came_by: &LaneChannel) -> Self {
        Self { delivery: None, came_by: came_by.clone() }
    }

    /// The lane of its part.
    pub(super) fn lane(&self) -> Service {
        self.came_by.lane
    }

    /// Forgets it without an acknowledgement: its channel is gone, and the broker sends it again.
    pub(super) fn forget(mut self) {
        self.delivery = None;
    }

    /// Gives it back to the broker, for another process.
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
    // On a channel that is gone this fails, and the broker sends the message again; the worker that gets it finds nothing to claim.
    let _ = tokio::time::timeout(PATIENCE, delivery.ack(BasicAckOptions::default())).await;
    came_by.unacknowledged.fetch_sub(1, Ordering::Relaxed);
    crate::failpoint::hit("acknowledged", None);
    if crate::failpoint::trips("double-ack") {
        let _ = came_by.channel.basic_ack(delivery.delivery_tag, BasicAckOptions::default()).await;
    }
}

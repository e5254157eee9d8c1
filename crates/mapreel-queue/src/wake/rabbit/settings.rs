//! The settings of RabbitMQ.

use crate::Error;
use crate::model::Service;
use lapin::uri::AMQPUri;
use std::time::Duration;

/// Seconds between heartbeats; a connection is dead after two of them.
const HEARTBEAT_S: u16 = 10;

/// The settings of RabbitMQ.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `amqp://USER:PASSWORD@HOST:PORT/VHOST` or `amqps://…`.
    pub url: String,
    /// The prefix of the queues' names.
    pub prefix: String,
    /// Whether the queues are quorum queues, which are replicated, or classic ones.
    pub quorum: bool,
    /// How many parts of animations this process draws at once; 0: it claims none.
    pub slots: u16,
    /// How many images this process draws beside them.
    pub image_slots: u16,
    /// How often a worker claims without a message, for parts whose message was lost.
    pub look_every: Duration,
}

impl Settings {
    /// Checks the settings; the broker need not be reachable.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub fn check(&self) -> Result<(), Error> {
        self.uri().map(drop)
    }

    /// The broker's address, with a heartbeat.
    pub(super) fn uri(&self) -> Result<AMQPUri, Error> {
        let mut uri: AMQPUri = self.url.parse().map_err(|why| Error::Setting(format!("the broker's URL: {why}")))?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        Ok(uri)
    }

    /// Whether this process draws, and so consumes messages.
    pub(super) fn consumes(&self) -> bool {
        self.slots + self.image_slots > 0
    }

    /// How many unacknowledged messages of a lane this process may have: as many as it has slots for the lane. So a message of an animation
    /// waits in this process at most while an image is drawn in its slot.
    pub(super) fn prefetch(&self, lane: Service) -> u16 {
        match lane {
            Service::Animation => self.slots,
            Service::Image => self.slots + self.image_slots,
        }
    }
}

//! How RabbitMQ is used.

use crate::Error;
use crate::model::Service;
use lapin::uri::AMQPUri;
use std::time::Duration;

/// Seconds between heartbeats; a connection is dead after two of them.
const HEARTBEAT_S: u16 = 10;

/// How RabbitMQ is used.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `amqp://USER:PASSWORD@HOST:PORT/VHOST` or `amqps://…`.
    pub url: String,
    /// What the names of the queues begin with.
    pub prefix: String,
    /// Quorum queues, which are replicated; else classic ones.
    pub quorum: bool,
    /// Parts of animations that this process draws at once; 0: it takes none.
    pub slots: u16,
    /// Images that it draws beside them.
    pub image_slots: u16,
    /// How often a worker claims without a message, for parts whose message was lost.
    pub look_every: Duration,
}

impl Settings {
    /// Whether they can be used at all; the broker need not be there.
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

    /// Whether this process draws, and so needs messages.
    pub(super) fn consumes(&self) -> bool {
        self.slots + self.image_slots > 0
    }

    /// Messages of a lane that may be in this process without being acknowledged. An animation's message waits at most until an image
    /// is drawn; an image's soon finds a slot of its own.
    pub(super) fn prefetch(&self, lane: Service) -> u16 {
        match lane {
            Service::Animation => self.slots,
            Service::Image => self.slots + self.image_slots,
        }
    }
}

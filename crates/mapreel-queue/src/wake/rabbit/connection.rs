//! How the broker is reached, and what is said to it.

use crate::Error;
use crate::certificate::{self, BY_FILE};
use crate::model::{JobId, Service};
use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long connecting may take.
const CONNECTING: Duration = Duration::from_secs(5);
/// Seconds between heartbeats; a connection is dead after two of them.
const HEARTBEAT_S: u16 = 10;
/// Waits between attempts to connect: doubling, and a random half of it.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(5);

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
    /// How often the store is looked into for what no message has told of.
    pub look_every: Duration,
}

impl Settings {
    /// Messages that may be here before the first of them is done with. An animation's part waits at most for an image to be
    /// drawn; an image finds a slot of its own soon.
    pub(super) fn prefetch(&self, lane: Service) -> u16 {
        match lane {
            Service::Animation => self.slots,
            Service::Image => self.slots + self.image_slots,
        }
    }

    /// Whether they can be used at all; the broker need not be there.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub fn check(&self) -> Result<(), Error> {
        self.uri().map(drop)
    }

    pub(super) fn uri(&self) -> Result<AMQPUri, Error> {
        let mut uri: AMQPUri = self.url.parse().map_err(|why| Error::Setting(format!("the broker's URL: {why}")))?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_S);
        Ok(uri)
    }
}

/// What a message says.
#[derive(Serialize, Deserialize)]
pub(super) struct Message {
    pub job: JobId,
    pub part: usize,
}

/// What went wrong between here and the broker; the answer is always to begin anew.
pub(super) type Trouble = String;

pub(super) async fn connect(uri: AMQPUri, purpose: &str) -> Result<Connection, Trouble> {
    let name = format!("mapreel {purpose} {}", std::process::id());
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let server = format!("{}:{}", uri.authority.host, uri.authority.port);
    let said = |error: lapin::Error| {
        let text = error.to_string();
        certificate::refused(&text, &server, BY_FILE).unwrap_or(text)
    };
    match tokio::time::timeout(CONNECTING, Connection::connect_uri(uri, properties)).await {
        Ok(connected) => connected.map_err(said),
        Err(_) => Err(format!("it does not answer within {} s", CONNECTING.as_secs())),
    }
}

/// The waits between attempts.
#[derive(Default)]
pub(super) struct Pause(u32);

impl Pause {
    pub(super) fn next(&mut self) -> Duration {
        let full = PAUSE.saturating_mul(1 << self.0.min(10)).min(PAUSE_MAX);
        self.0 += 1;
        full.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    pub(super) fn reset(&mut self) {
        self.0 = 0;
    }
}

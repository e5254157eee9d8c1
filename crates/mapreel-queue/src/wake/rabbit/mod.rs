//! RabbitMQ: tells workers of parts that wait, and nothing else.
//!
//! A message is a hint. The store is the truth: a message that is lost costs a little time until somebody looks into the
//! store by himself, one that comes twice is answered by a claim that fails. So nobody waits for the broker: not who submits,
//! not who draws. Two connections, since a broker that holds up publishers holds up everything on their connection.

mod connection;
mod consumer;
mod publisher;
mod topology;

pub use connection::Settings;
use connection::{Message, Pause, Trouble, connect};
pub(crate) use consumer::{Consumer, Received};
pub(crate) use publisher::Publisher;

//! RabbitMQ: tells workers of parts that wait, and nothing else.
//!
//! A message is a hint. The store is the truth: a lost message costs a little time until a worker looks into the store by itself, and a
//! message that comes twice is answered by a claim that finds nothing. So neither submitting nor drawing waits for the broker.
//! Publishing and consuming have a connection each, since a broker that holds up publishers holds up everything on their connection.

mod connection;
mod consumer;
mod inbox;
mod message;
mod pause;
mod publisher;
mod received;
mod settings;
mod subscription;
mod topology;
mod trouble;

pub(crate) use consumer::Consumer;
pub(crate) use publisher::Publisher;
pub(crate) use received::Received;
pub use settings::Settings;

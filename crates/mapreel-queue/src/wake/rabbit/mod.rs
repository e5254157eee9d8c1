//! RabbitMQ: wakes workers when parts wait, and does nothing else.
//!
//! A message is a hint; only the store decides who claims what. A lost message costs a little time, until a worker claims without a message.
//! A message that arrives twice leads to a claim that finds nothing. So neither submitting nor drawing waits for the broker.
//! Publishing and consuming have a connection each: a broker that blocks publishers (flow control) blocks all channels of their connection.

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

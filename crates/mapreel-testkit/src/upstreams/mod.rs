//! Upstreams in the test's own process, for answers that no real server gives on purpose.

mod capabilities;
mod query;
mod serve;
mod server;

pub use capabilities::{capabilities, capabilities_of};
pub use query::{parameter, size};
pub use serve::{Answer, Asked, picture, send, serve, serve_all, serve_streams, watched};
pub use server::Server;

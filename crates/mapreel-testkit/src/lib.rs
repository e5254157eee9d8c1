//! What the tests and benchmarks of several crates share: servers, upstreams, pictures and processes.
//!
//! - [`pictures`]: test pictures as pixels and as files, films as an independent decoder sees them, and comparisons
//! - [`upstreams`]: small HTTP servers in the test's own process, for answers that no real server gives on purpose
//! - [`processes`]: programs that end with the test, free ports, waiting, and what a process costs
//! - [`servers`] (feature `servers`): real RabbitMQ, MongoDB and S3, with a proxy and TLS before them
//! - [`repository`], [`quantile`]: files of the repository, and figures of what was measured
//!
//! It knows neither the program nor any other crate of it: it only shows what they are tested with.

#![allow(clippy::unwrap_used, reason = "what a test needs and cannot have ends the test")]

pub mod pictures;
pub mod processes;
mod quantile;
mod repository;
#[cfg(feature = "servers")]
pub mod servers;
pub mod upstreams;

pub use quantile::quantile;
pub use repository::repository;

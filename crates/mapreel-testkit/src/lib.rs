//! What the tests and benchmarks of several crates share: servers, upstreams, pictures and processes.
//!
//! - [`pictures`]: test pictures as pixels and as files, films decoded by ffmpeg, and comparisons
//! - [`upstreams`]: small HTTP servers in the test's own process, for answers that no real server gives on purpose
//! - [`processes`]: programs that end with the test, free ports, waiting, and the peak memory of a process
//! - [`servers`] (feature `servers`): real RabbitMQ, MongoDB and S3, with a proxy and TLS in front of them
//! - [`repository`], [`quantile`]: files of the repository, and quantiles of measured values
//!
//! This crate depends neither on the program nor on any other crate of it.

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

//! The demo as its clients meet it.
//!
//! - [`capabilities`]: what Mapreel reads in its documents
//! - [`pictures`]: what stands at known places
//! - [`tiles`]: the same by WMTS, and both side by side
//! - [`legends`]: as picture and as JSON
//! - [`exceptions`]: what is refused, and how
//! - [`strangers`]: thousands of requests that nobody writes
//! - [`routes`]: by HTTP

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod capabilities;
mod exceptions;
mod legends;
mod pictures;
mod routes;
mod strangers;
mod support;
mod tiles;

//! The demo as its clients meet it.
//!
//! - [`capabilities`]: what Mapreel's readers find in its documents
//! - [`pictures`]: the colours of maps at known places
//! - [`tiles`]: tiles of the WMTS, compared with maps of the WMS
//! - [`legends`]: legends as a picture and as JSON
//! - [`exceptions`]: which requests are refused, and how
//! - [`strangers`]: thousands of mutated requests (fuzzing)
//! - [`routes`]: the services by HTTP

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod capabilities;
mod exceptions;
mod legends;
mod pictures;
mod routes;
mod strangers;
mod support;
mod tiles;

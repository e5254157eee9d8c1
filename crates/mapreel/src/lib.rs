//! The program: it joins the siblings `sources` and `render` to one way from a request to an artifact.
//!
//! The stages of that way are files of `pipeline/`; the command line, the HTTP API and the worker call the same.

mod belongs;
mod budget;
pub mod cli;
#[cfg(feature = "cluster")]
mod cluster;
#[cfg(not(feature = "cluster"))]
#[path = "no_cluster.rs"]
mod cluster;
mod config;
mod credentials;
mod drawing_permit;
mod explain;
pub mod fonts;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod inquiry;
mod keys;
mod layers;
mod maintenance;
pub mod memory;
mod metrics;
mod origin;
mod pipeline;
pub mod progress;
mod proxies;
mod readers;
mod service;
mod size;
mod supervisor;
mod telemetry;
mod thread;
mod worker;

pub use pipeline::produce;

//! The program: it joins the siblings `sources` and `render` to one way from a request to an artifact.
//!
//! The stages of that way are files of `pipeline/`; the command line, the HTTP API and the worker call the same.

pub mod cli;
mod config;
mod demonstration;
mod explain;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod keys;
mod operations;
mod pipeline;
mod service;
mod worker;

pub use config::fonts;
pub use operations::memory;
pub use pipeline::produce;
pub use pipeline::progress;

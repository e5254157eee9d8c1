//! The program: it joins the crates `sources` and `render` to one pipeline from a request to an artifact.
//!
//! The stages of the pipeline are the files of `pipeline/`; the command line, the HTTP API and the worker call the same stages.

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

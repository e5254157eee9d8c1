//! The program: it joins the siblings `sources` and `render` to one way from a request to an artifact.
//!
//! ```text
//! request ──▶ plan ──▶ gather ──▶ draw ──▶ encode ──▶ assemble ──▶ artifact
//!  spec       spec     gather.rs  ╰──── segments.rs ────╯           produce.rs
//! ```

mod artifact;
pub mod cli;
mod config;
mod credentials;
mod explain;
pub mod fonts;
#[doc(hidden)]
pub mod fuzzing;
mod gather;
mod hands;
mod hold;
mod http;
mod inquiry;
mod keeper;
mod layers;
pub mod memory;
mod metrics;
mod missing;
mod prepare;
pub mod produce;
pub mod progress;
mod recording;
mod report;
mod runs;
mod segments;
mod service;
mod size;
mod telemetry;
mod worker;

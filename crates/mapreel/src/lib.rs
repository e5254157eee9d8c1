//! The program: it joins the siblings `sources` and `render` to one way from a request to an artifact.
//!
//! ```text
//! request ──▶ plan ──▶ gather ──▶ draw ──▶ encode ──▶ assemble ──▶ artifact
//!  spec       spec     gather.rs  ╰──── segments.rs ────╯           produce.rs
//! ```

mod ahead;
mod artifact;
mod belongs;
mod budget;
pub mod cli;
mod config;
mod credentials;
mod drawing_permit;
mod explain;
pub mod fonts;
#[doc(hidden)]
pub mod fuzzing;
mod gather;
mod hands;
mod hold;
mod http;
mod inquiry;
mod keys;
mod layers;
mod maintenance;
pub mod memory;
mod metrics;
mod missing;
mod origin;
mod prepare;
pub mod produce;
pub mod progress;
mod proxies;
mod readers;
mod recording;
mod report;
mod resolve;
mod runs;
mod segments;
mod service;
mod size;
mod spare;
mod stored;
mod stored_plan;
mod supervisor;
mod telemetry;
mod thread;
mod worker;

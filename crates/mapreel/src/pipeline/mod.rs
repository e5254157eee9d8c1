//! The stages from a request to an artifact. The command line, the HTTP API and the worker call the same stages.
//!
//! ```text
//! Request ──resolve──▶ Resolved ──▶ Plan ──prepare──▶ Prepared ──gather, draw, encode──▶ segments ──assemble──▶ artifact
//!          resolve.rs            prepare.rs  recording.rs        gather.rs, segments.rs            produce.rs    artifact.rs, report.rs
//! ```

pub(crate) mod artifact;
pub(crate) mod buffer_pool;
pub(crate) mod draw_context;
pub(crate) mod drawing_permit;
pub(crate) mod drawn_segment;
pub(crate) mod error;
pub(crate) mod gap_log;
pub(crate) mod gather;
pub(crate) mod hold;
pub(crate) mod legends;
pub(crate) mod plan;
pub(crate) mod prefetch;
pub(crate) mod prepare;
pub mod produce;
pub mod progress;
pub(crate) mod recording;
pub(crate) mod report;
pub(crate) mod resolve;
pub(crate) mod runs;
pub(crate) mod segments;
pub(crate) mod stored;
pub(crate) mod stored_plan;

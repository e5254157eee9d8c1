//! The program: it joins the siblings `sources` and `render` to one way from a request to an artifact.
//!
//! ```text
//! request ──▶ plan ──▶ gather ──▶ draw ──▶ encode ──▶ assemble ──▶ artifact
//!  spec       spec     gather.rs  ╰──── segments.rs ────╯           produce.rs
//! ```

mod artifact;
pub mod cli;
mod fonts;
mod gather;
pub mod memory;
pub mod produce;
pub mod progress;
mod report;
mod segments;

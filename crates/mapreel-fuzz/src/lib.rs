//! Whatever strangers send to Mapreel, as functions of bytes that must hold.
//!
//! ```text
//! seeds ──▶ mutate ──▶ bounded ──▶ target: read, and hold what is read against its laws
//!   └─ recorded documents,  └─ memory and processor time of one input
//!      golden requests
//! ```
//!
//! One list, [`TARGETS`], and two drivers of it: `tests/short.rs` mutates the seeds for some seconds in `./test`, with any
//! toolchain; the crate in `fuzz/` lets libFuzzer follow the branches of the code, for as long as one likes.

pub mod bounded;
mod memory;
pub mod mutate;
mod seeds;
mod targets;

pub use targets::TARGETS;

/// One kind of input, and what must hold for it.
#[derive(Debug)]
pub struct Target {
    /// Its name in both drivers.
    pub name: &'static str,
    /// Reads the input, and panics where a law is broken.
    pub check: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of its language that a change of single bytes would hardly hit upon.
    pub words: &'static [&'static str],
}

/// The target of this name.
///
/// # Panics
/// There is none.
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target `{name}`"))
}

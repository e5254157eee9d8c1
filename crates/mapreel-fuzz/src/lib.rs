//! Fuzz targets for everything that strangers send to Mapreel: functions of bytes that check laws.
//!
//! ```text
//! seeds ──▶ mutate ──▶ bounded ──▶ target: parse the input, and check the laws on the result
//!   └─ recorded documents,  └─ memory and processor time of one input
//!      golden requests
//! ```
//!
//! The list [`TARGETS`] has two drivers. `tests/short.rs` mutates the seeds for some seconds in `./test`, with any toolchain. The crate in
//! `fuzz/` uses libFuzzer, which is guided by the coverage of branches and runs until it is stopped.

pub mod bounded;
mod memory;
pub mod mutate;
mod seeds;
mod targets;

pub use targets::TARGETS;

/// One kind of input, and the laws that must hold for it.
#[derive(Debug)]
pub struct Target {
    /// Its name in both drivers.
    pub name: &'static str,
    /// Parses the input, and panics if a law is broken.
    pub check: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Words of the input's language, which changes of single bytes would hardly produce.
    pub words: &'static [&'static str],
}

/// The target of this name.
///
/// # Panics
/// There is no such target.
pub fn target(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target `{name}`"))
}

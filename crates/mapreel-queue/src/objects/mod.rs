//! Where objects are kept: segments under way, artifacts, manifests. A folder and a bucket look the same.

mod artifacts;
mod connector;
mod profile;

pub use artifacts::{Artifacts, Stored};

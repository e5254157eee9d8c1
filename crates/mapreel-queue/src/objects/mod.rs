//! Where objects are kept: segments under way, artifacts, manifests. A folder and a bucket look the same.

mod artifacts;
#[cfg(feature = "cluster")]
mod bucket;
#[cfg(not(feature = "cluster"))]
#[path = "no_bucket.rs"]
mod bucket;
#[cfg(feature = "cluster")]
mod connector;
mod local;
#[cfg(feature = "cluster")]
mod profile;
#[cfg(feature = "cluster")]
mod profile_credentials;
mod upload;

pub use artifacts::Artifacts;
pub use upload::Stored;

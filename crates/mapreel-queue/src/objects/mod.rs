//! The object store: segments, artifacts and manifests, in a folder or in a bucket, with one interface for both.

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

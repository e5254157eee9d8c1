//! Why the store or the artifacts could not do what was asked.

/// Why the store or the artifacts could not do what was asked. A failed operation has changed nothing, and the same may succeed later,
/// unless the store is damaged or a setting is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store does not answer, or not in time.
    #[error("the store of jobs is not available: {0}")]
    Store(String),
    /// The store's file is damaged.
    #[error("the store of jobs is damaged: {0}")]
    Damaged(String),
    /// An object cannot be written or read.
    #[error("the artifacts are not available: {0}")]
    Artifacts(#[from] object_store::Error),
    /// A setting cannot be used: which, and why.
    #[error("{0}")]
    Setting(String),
    /// A setting names a place that only a cluster has, and this build has no feature `cluster`.
    #[error(
        "this build has no `cluster`: {place} cannot be used; build Mapreel with its default features, or use `{instead}`"
    )]
    NoCluster {
        /// The kind of place that was named.
        place: &'static str,
        /// The setting that this build can use.
        instead: &'static str,
    },
    /// A file cannot be written or read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(format!("a record is broken: {error}"))
    }
}

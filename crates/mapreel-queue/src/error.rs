//! Why an operation of the store or of the artifacts failed.

/// Why an operation of the store or of the artifacts failed. A failed operation has changed nothing. Repeated later it may succeed,
/// unless the store is damaged or a setting is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store does not answer, or answers too late.
    #[error("the store of jobs is not available: {0}")]
    Store(String),
    /// The store's file is damaged.
    #[error("the store of jobs is damaged: {0}")]
    Damaged(String),
    /// An object cannot be written or read.
    #[error("the artifacts are not available: {0}")]
    Artifacts(#[from] object_store::Error),
    /// A setting cannot be used; the text says which one, and why.
    #[error("{0}")]
    Setting(String),
    /// A setting names a server or a bucket, which only the feature `cluster` can use, and this build is without it.
    #[error(
        "this build has no `cluster`: {place} cannot be used; build Mapreel with its default features, or use `{instead}`"
    )]
    NoCluster {
        /// What the setting names.
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

//! Why the store or the artifacts could not do what was asked.

#[cfg(feature = "cluster")]
use crate::certificate::{self, BY_URL};

/// Why the store or the artifacts could not do what was asked. Nothing is half done, and all of it may pass but damage.
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
    /// The setting names a place that this version does not know.
    #[error("{0}")]
    Setting(String),
    /// The setting names a place of a cluster, and this build has none.
    #[error(
        "this build has no `cluster`: {place} cannot be used; build Mapreel with its default features, or use `{instead}`"
    )]
    NoCluster {
        /// What was named.
        place: &'static str,
        /// What this build has instead.
        instead: &'static str,
    },
    /// A file cannot be written or read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Store(error.to_string()),
        }
    }
}

#[cfg(feature = "cluster")]
impl From<mongodb::error::Error> for Error {
    fn from(error: mongodb::error::Error) -> Self {
        // Not the whole of it: labels and the raw answer are for nobody.
        let text = error.kind.to_string();
        // The driver tells of its servers one after another; the first is as good as any.
        let server = text.split_once("Address: ").and_then(|(_, rest)| rest.split(',').next()).unwrap_or("the server");
        Self::Store(certificate::refused(&text, server, BY_URL).unwrap_or(text))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(format!("a record is broken: {error}"))
    }
}

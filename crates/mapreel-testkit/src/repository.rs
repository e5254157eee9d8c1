//! Paths of files of the repository, independent of the folder in which a test runs.

use std::path::{Path, PathBuf};

/// The path of a file of the repository, named from its root.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

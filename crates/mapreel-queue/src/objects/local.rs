//! Objects in a folder of this machine, or of a file system that several machines share.

use crate::{Error, folder};
use object_store::local::LocalFileSystem;
use std::path::{Path, PathBuf};

/// Opens the store in a folder, which is made if it is missing.
pub(super) fn open(path: &Path) -> Result<LocalFileSystem, Error> {
    folder::make(path)?;
    // Objects are synced to the disk before they get their names: a loss of power must not take the artifact of a job in the state SUCCESS.
    Ok(LocalFileSystem::new_with_prefix(path)?.with_automatic_cleanup(true).with_fsync(true))
}

/// Removes the files of a job's folder that `object_store` does not list, and syncs the folder: a loss of power must not bring deleted files
/// back, since maintenance does not clean a job again that is noted as clean.
pub(super) async fn sweep(folder: PathBuf) -> Result<(), Error> {
    let sweep = move || {
        remove_staged(&folder);
        folder::forget_deleted(&folder)
    };
    Ok(tokio::task::spawn_blocking(sweep).await.map_err(std::io::Error::other)??)
}

/// Removes the files `NAME#1` that dead workers have left: `object_store` writes an object to such a file and then renames it to `NAME`. The
/// job has ended, so the objects of live workers are not needed either.
fn remove_staged(folder: &Path) {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains('#'))) {
        let _ = std::fs::remove_file(path);
    }
}

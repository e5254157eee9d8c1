//! Folders that survive a loss of power: the name of a folder is on the disk only after a sync of its parent folder.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::path::Path;

/// Makes a folder and its missing parent folders, and syncs them. A sync of a file need not sync the names of its parent folders: most
/// file systems do so, but none promises it.
pub(crate) fn make(folder: &Path) -> Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    std::fs::create_dir_all(folder)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync)
}

/// Syncs a folder, so that files deleted from it do not come back after a loss of power. The folder itself may have been deleted, too.
pub(crate) fn forget_deleted(folder: &Path) -> Result<()> {
    match (sync(folder), folder.parent()) {
        (Err(error), Some(above)) if error.kind() == ErrorKind::NotFound => sync(above),
        (result, _) => result,
    }
}

fn sync(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_folders_are_made_and_existing_ones_stay() {
        let at = tempfile::tempdir().unwrap();
        let folder = at.path().join("a/b");
        make(&folder).unwrap();
        std::fs::write(folder.join("file"), "").unwrap();
        make(&folder).unwrap();
        assert!(folder.join("file").exists());
        assert!(make(&folder.join("file/c")).is_err());
        forget_deleted(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        forget_deleted(&folder).unwrap();
    }
}

//! Folders that a loss of power does not take away: the name of a folder is on the disk when the folder above it was synced.

use std::fs::File;
use std::io::Result;
use std::path::Path;

/// Makes a folder, and those above it that are not there. No fsync of a file says that the folders above it have names: most file
/// systems see to that by themselves, and none promises it.
pub(crate) fn make(folder: &Path) -> Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    std::fs::create_dir_all(folder)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync)
}

fn sync(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

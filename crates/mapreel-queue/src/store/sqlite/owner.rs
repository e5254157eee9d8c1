//! Who holds leases, and whether it still lives: each handle keeps a locked file beside the database. The system unlocks it
//! when the process ends, however it ends, so leases of the dead are known at once and not only when they are over.

use crate::Error;
use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

pub(super) struct Owner {
    name: String,
    folder: PathBuf,
    _locked: File,
}

impl Owner {
    pub(super) fn new(database: &Path) -> Result<Self, Error> {
        let folder = PathBuf::from(format!("{}.owners", database.display()));
        std::fs::create_dir_all(&folder)?;
        let name = uuid::Uuid::now_v7().simple().to_string();
        // Locked before it has its name, so that nobody meets it unlocked.
        let (draft, path) = (folder.join(format!("{name}.new")), folder.join(&name));
        let file = File::create(&draft)?;
        file.lock()?;
        std::fs::rename(&draft, &path)?;
        let owner = Self { name, folder, _locked: file };
        owner.sweep();
        Ok(owner)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Tells of owners whether they are dead; each is looked at once.
    pub(super) fn deaths(&self) -> impl FnMut(&str) -> bool {
        let mut known = HashMap::from([(self.name.clone(), false)]);
        let folder = self.folder.clone();
        move |name| *known.entry(name.to_owned()).or_insert_with(|| is_dead(&folder.join(name)))
    }

    /// Whether others have the same database open.
    pub(super) fn has_company(&self) -> bool {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut others = files.filter(|path| path.file_name().is_some_and(|name| name != &*self.name));
        others.any(|path| path.extension().is_none() && !is_dead(&path))
    }

    /// Removes what the dead have left.
    fn sweep(&self) {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        for path in files.filter(|path| path.file_name().is_some_and(|name| name != &*self.name)) {
            if path.extension().is_none() && is_dead(&path) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(self.folder.join(&self.name));
    }
}

fn is_dead(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

//! Owners of leases, and whether they are alive: each handle keeps a locked file beside the database. The operating system unlocks the
//! file when the process ends in any way. So other processes see at once that the owner is dead, before its leases are over.

use crate::Error;
use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// A handle as an owner of leases.
pub(super) struct Owner {
    name: String,
    folder: PathBuf,
    _locked: File,
}

impl Owner {
    /// Makes a new owner known, and removes the files of dead ones.
    pub(super) fn new(database: &Path) -> Result<Self, Error> {
        let folder = PathBuf::from(format!("{}.owners", database.display()));
        std::fs::create_dir_all(&folder)?;
        let name = uuid::Uuid::now_v7().simple().to_string();
        // The file is locked before it gets its name, so that no other process finds it unlocked.
        let (draft, path) = (folder.join(format!("{name}.new")), folder.join(&name));
        let file = File::create(&draft)?;
        file.lock()?;
        std::fs::rename(&draft, &path)?;
        let owner = Self { name, folder, _locked: file };
        owner.sweep();
        Ok(owner)
    }

    /// The name by which leases refer to this owner.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A function that tells whether an owner is dead. It checks the file of each owner only once.
    pub(super) fn death_check(&self) -> impl FnMut(&str) -> bool {
        let mut known = HashMap::from([(self.name.clone(), false)]);
        let folder = self.folder.clone();
        move |name| *known.entry(name.to_owned()).or_insert_with(|| is_dead(&folder.join(name)))
    }

    /// Whether other handles have the same database open.
    pub(super) fn others_live(&self) -> bool {
        let files = std::fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut others = files.filter(|path| path.file_name().is_some_and(|name| name != &*self.name));
        others.any(|path| path.extension().is_none() && !is_dead(&path))
    }

    /// Removes the files of dead owners.
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

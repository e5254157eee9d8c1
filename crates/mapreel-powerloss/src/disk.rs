//! The durable state of a folder: for each folder below it the names at its last sync, for each file the contents at its last sync. Both are
//! stored by the identity of the folder or file and not by its name, since a name can change and belongs to the parent folder.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{Error, ErrorKind, Result, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

const ROOT: &str = "MAPREEL_POWERLOSS_ROOT";
const SHADOW: &str = "MAPREEL_POWERLOSS_SHADOW";
/// The unit of writing: a disk writes a page whole, or not at all.
const PAGE: usize = 4096;
const CHUNK: usize = 1 << 20;

/// A folder for which a loss of power is simulated, and the shadow folder, which stores the durable state of the folder.
pub struct Disk {
    root: PathBuf,
    shadow: PathBuf,
}

impl Disk {
    /// Begins with the present contents of the folder as its durable state. The shadow is a folder outside of it, on the same file system; its
    /// old contents are deleted.
    ///
    /// # Errors
    /// The folder cannot be read, or the shadow not written.
    pub fn new(root: &Path, shadow: &Path) -> Result<Self> {
        let _ = fs::remove_dir_all(shadow);
        fs::create_dir_all(shadow)?;
        // Canonical paths, like those in `/proc/self/fd`.
        let disk = Self { root: root.canonicalize()?, shadow: shadow.canonicalize()? };
        disk.note_all()?;
        Ok(disk)
    }

    /// The disk of this process, if its environment names one.
    pub(crate) fn from_environment() -> Option<Self> {
        let path = |name| std::env::var_os(name).map(PathBuf::from);
        Some(Self { root: path(ROOT)?, shadow: path(SHADOW)? })
    }

    /// The environment variables for the processes that write to the folder; `library` is the path of this library.
    pub fn environment(&self, library: &Path) -> [(String, String); 3] {
        let set = |name: &str, path: &Path| (name.to_owned(), path.display().to_string());
        [set("LD_PRELOAD", library), set(ROOT, &self.root), set(SHADOW, &self.shadow)]
    }

    /// Notes the durable state of an open file or folder, after it was synced.
    pub(crate) fn note(&self, descriptor: RawFd) -> Result<()> {
        let path = fs::read_link(format!("/proc/self/fd/{descriptor}"))?;
        if !path.starts_with(&self.root) {
            return Ok(());
        }
        // SAFETY: the descriptor was synced a moment ago, so it is open. `ManuallyDrop` does not close it: it belongs to the caller.
        let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
        let metadata = file.metadata()?;
        // The state is read and written under the lock: a process that has read an older state must not write it last.
        let _locked = self.lock()?;
        if metadata.is_dir() { self.note_folder(&path, &metadata) } else { self.note_file(&file, &path, &metadata) }
    }

    /// Replaces the contents of the folder by its durable state; all processes that use it have been killed. For each page that was written but
    /// not synced, `survives` decides whether it is kept. Returns how many files have lost something, or are missing.
    ///
    /// # Errors
    /// The folder cannot be written, or the shadow not read.
    pub fn lose_power(&self, mut survives: impl FnMut() -> bool) -> Result<usize> {
        let rebuilt = self.shadow.join("rebuilt");
        let _ = fs::remove_dir_all(&rebuilt);
        fs::create_dir(&rebuilt)?;
        let mut written = HashMap::new();
        for path in below(&self.root)? {
            let metadata = path.symlink_metadata()?;
            if metadata.is_file() {
                written.insert(identity(&metadata)?, fs::read(path)?);
            }
        }
        let count = written.len();
        let whole = self.rebuild(&identity(&self.root.metadata()?)?, &rebuilt, &written, &mut survives)?;
        for entry in fs::read_dir(&self.root)? {
            let path = entry?.path();
            if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
        }
        for entry in fs::read_dir(&rebuilt)? {
            let entry = entry?;
            fs::rename(entry.path(), self.root.join(entry.file_name()))?;
        }
        self.note_all()?;
        Ok(count - whole)
    }

    /// Makes a folder in its durable state; returns how many files are as they were written.
    fn rebuild(
        &self,
        folder: &str,
        to: &Path,
        written: &HashMap<String, Vec<u8>>,
        survives: &mut impl FnMut() -> bool,
    ) -> Result<usize> {
        let names = or_nothing(fs::read(self.shadow.join("folders").join(folder)))?;
        let mut whole = 0;
        for line in String::from_utf8_lossy(&names).lines() {
            let (identity, name) = line.split_once(' ').ok_or(ErrorKind::InvalidData)?;
            let path = to.join(name);
            if let Some(folder) = identity.strip_suffix('/') {
                fs::create_dir(&path)?;
                whole += self.rebuild(folder, &path, written, survives)?;
            } else {
                let mut contents = or_nothing(fs::read(self.shadow.join("files").join(identity)))?;
                if let Some(written) = written.get(identity) {
                    mix(&mut contents, written, survives);
                    whole += usize::from(contents == *written);
                }
                fs::write(path, contents)?;
            }
        }
        Ok(whole)
    }

    /// Notes the present contents of the folder as its durable state.
    fn note_all(&self) -> Result<()> {
        let _locked = self.lock()?;
        for kind in ["files", "folders"] {
            let _ = fs::remove_dir_all(self.shadow.join(kind));
            fs::create_dir(self.shadow.join(kind))?;
        }
        for path in below(&self.root)?.into_iter().chain([self.root.clone()]) {
            let metadata = path.symlink_metadata()?;
            if metadata.is_dir() {
                self.note_folder(&path, &metadata)?;
            } else if metadata.is_file() {
                self.note_file(&File::open(&path)?, &path, &metadata)?;
            }
        }
        Ok(())
    }

    fn note_folder(&self, path: &Path, metadata: &Metadata) -> Result<()> {
        let mut names = Vec::new();
        // If the folder was deleted in between, it has no names.
        for entry in fs::read_dir(path).into_iter().flatten() {
            let entry = entry?;
            // The metadata are read by name: opening and closing the file would release the POSIX locks that this process holds on it.
            let Ok(metadata) = entry.metadata() else { continue };
            let slash = if metadata.is_dir() { "/" } else { "" };
            writeln!(names, "{}{slash} {}", identity(&metadata)?, text(&entry.file_name())?)?;
        }
        self.put("folders", metadata, |file| file.write_all(&names))
    }

    fn note_file(&self, file: &File, path: &Path, metadata: &Metadata) -> Result<()> {
        self.put("files", metadata, |copy| {
            let mut chunk = vec![0; CHUNK];
            // The file is read by the caller's descriptor, since closing another one would release the process's POSIX locks. A file that is only
            // open for writing is opened again: the process holds no read lock on it.
            let reopened = match file.read_at(&mut [0], 0) {
                Err(error) if error.raw_os_error() == Some(libc::EBADF) => Some(File::open(path)),
                _ => None,
            };
            let file = match &reopened {
                Some(Ok(reopened)) => reopened,
                // The file was deleted in between.
                Some(Err(_)) => return Ok(()),
                None => file,
            };
            let mut at = 0;
            loop {
                let length = file.read_at(&mut chunk, at)?;
                if length == 0 {
                    return Ok(());
                }
                copy.write_all(&chunk[..length])?;
                at += length as u64;
            }
        })
    }

    /// Replaces a note atomically. The caller holds the lock.
    fn put(&self, kind: &str, of: &Metadata, write: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
        let (draft, note) = (self.shadow.join("draft"), self.shadow.join(kind).join(identity(of)?));
        write(&mut File::create(&draft)?)?;
        fs::rename(draft, note)
    }

    /// Takes the lock, which excludes other threads and processes until the file is dropped. The operating system releases the lock of a killed
    /// process.
    fn lock(&self) -> Result<File> {
        let file = File::create(self.shadow.join("lock"))?;
        file.lock()?;
        Ok(file)
    }
}

/// Copies to the synced contents those unsynced pages, and the unsynced length, that `survives` keeps.
fn mix(synced: &mut Vec<u8>, written: &[u8], survives: &mut impl FnMut() -> bool) {
    if synced.len() != written.len() && survives() {
        synced.resize(written.len(), 0);
    }
    for (old, new) in synced.chunks_mut(PAGE).zip(written.chunks(PAGE)) {
        let length = old.len().min(new.len());
        if old[..length] != new[..length] && survives() {
            old[..length].copy_from_slice(&new[..length]);
        }
    }
}

/// The identity of a file: its inode and its time of birth, since a later file may have the same inode.
fn identity(metadata: &Metadata) -> Result<String> {
    let born = metadata.created()?.duration_since(UNIX_EPOCH).map_err(Error::other)?;
    Ok(format!("{}-{}", metadata.ino(), born.as_nanos()))
}

/// All files and folders below a folder; symbolic links are not followed.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(below(&entry.path())?);
        }
        found.push(entry.path());
    }
    Ok(found)
}

/// A name as a line of a note.
fn text(name: &OsStr) -> Result<&str> {
    name.to_str().filter(|name| !name.contains('\n')).ok_or_else(|| Error::other("a name that cannot be noted"))
}

fn or_nothing(read: Result<Vec<u8>>) -> Result<Vec<u8>> {
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use std::os::fd::AsRawFd;

    struct Site {
        _folder: tempfile::TempDir,
        root: PathBuf,
        disk: Disk,
    }

    fn site() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("old"), "old").unwrap();
        let disk = Disk::new(&root, &folder.path().join("shadow")).unwrap();
        Site { _folder: folder, root, disk }
    }

    impl Site {
        fn sync(&self, name: &str) {
            self.disk.note(File::open(self.root.join(name)).unwrap().as_raw_fd()).unwrap();
        }

        fn read(&self, name: &str) -> Option<String> {
            fs::read_to_string(self.root.join(name)).ok()
        }
    }

    #[test]
    fn synced_files_survive() {
        let site = site();
        fs::create_dir(site.root.join("folder")).unwrap();
        fs::write(site.root.join("folder/new"), "new").unwrap();
        ["folder/new", "folder", ""].iter().for_each(|name| site.sync(name));
        fs::write(site.root.join("folder/new"), "later").unwrap();
        assert_eq!(site.disk.lose_power(|| false).unwrap(), 1);
        assert_eq!(site.read("folder/new").as_deref(), Some("new"));
        assert_eq!(site.read("old").as_deref(), Some("old"), "it was there before");
        assert_eq!(site.disk.lose_power(|| false).unwrap(), 0, "the restored contents are durable");
    }

    #[test]
    fn a_sync_of_a_folder_saves_names_and_a_sync_of_a_file_saves_contents() {
        let site = site();
        fs::write(site.root.join("unnamed"), "synced").unwrap();
        site.sync("unnamed");
        site.disk.lose_power(|| false).unwrap();
        assert_eq!(site.read("unnamed"), None);
        fs::write(site.root.join("empty"), "not synced").unwrap();
        site.sync("");
        site.disk.lose_power(|| false).unwrap();
        assert_eq!(site.read("empty").as_deref(), Some(""));
    }

    #[test]
    fn renames_and_deletions_are_undone_until_the_folder_is_synced() {
        let site = site();
        let change = || {
            fs::write(site.root.join("draft"), "new").unwrap();
            site.sync("draft");
            fs::rename(site.root.join("draft"), site.root.join("old")).unwrap();
        };
        change();
        site.disk.lose_power(|| false).unwrap();
        assert_eq!(site.read("old").as_deref(), Some("old"));
        change();
        site.sync("");
        site.disk.lose_power(|| false).unwrap();
        assert_eq!(site.read("old").as_deref(), Some("new"));
        fs::remove_file(site.root.join("old")).unwrap();
        site.disk.lose_power(|| false).unwrap();
        assert_eq!(site.read("old").as_deref(), Some("new"));
    }

    #[test]
    fn unsynced_pages_may_survive() {
        let site = site();
        fs::write(site.root.join("old"), vec![b'x'; 3 * PAGE]).unwrap();
        let mut survives = [true, false, true, false].into_iter();
        assert_eq!(site.disk.lose_power(|| survives.next().unwrap()).unwrap(), 1);
        let found = fs::read(site.root.join("old")).unwrap();
        assert_eq!(found[..3], *b"old");
        assert_eq!(found[PAGE..2 * PAGE], vec![b'x'; PAGE]);
        assert_eq!(found[2 * PAGE..], vec![0; PAGE]);
    }

    #[test]
    fn a_file_that_is_open_for_writing_only_is_noted_too() {
        let site = site();
        let file = File::options().write(true).open(site.root.join("old")).unwrap();
        file.write_all_at(b"new", 0).unwrap();
        site.disk.note(file.as_raw_fd()).unwrap();
        site.disk.lose_power(|| false).unwrap();
        assert_eq!(site.read("old").as_deref(), Some("new"));
    }
}

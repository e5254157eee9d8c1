//! Checks that the files of an open store are still in their place. The operating system lets a process write to a file that was deleted or
//! replaced, but no other process will ever read those writes.

use super::properties;
use crate::Error;
use rusqlite::{Connection, OpenFlags};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

const GONE: &str = "the store of jobs was deleted or replaced while in use: what it knew is lost to a restart";
const CUT: &str = "the store of jobs was cut while in use: it is damaged";
const DAMAGED: &str = "the store of jobs is damaged";

/// Checks the files of a store, and remembers what is wrong with them.
pub(super) struct Guard {
    path: PathBuf,
    mark: String,
    state: Mutex<State>,
}

struct State {
    files: [File; 2],
    trouble: Option<&'static str>,
}

/// The database or its write-ahead log, as it was last seen. Neither becomes shorter while a process has it open.
struct File {
    path: PathBuf,
    inode: (u64, u64),
    length: u64,
}

impl File {
    fn open(path: PathBuf) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(&path)?;
        Ok(Self { path, inode: (metadata.dev(), metadata.ino()), length: metadata.len() })
    }

    fn look(&mut self) -> Option<&'static str> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(GONE),
            // Other errors do not show that the file has changed.
            Err(_) => None,
            Ok(metadata) if (metadata.dev(), metadata.ino()) != self.inode => Some(GONE),
            Ok(metadata) if metadata.len() < self.length => Some(CUT),
            Ok(metadata) => {
                self.length = metadata.len();
                None
            }
        }
    }
}

impl Guard {
    /// The guard of a store with this mark, which this process has open.
    pub(super) fn new(path: &Path, mark: String) -> Result<Self, Error> {
        let log = PathBuf::from(format!("{}-wal", path.display()));
        let files = [File::open(path.to_owned())?, File::open(log)?];
        Ok(Self { path: path.to_owned(), mark, state: Mutex::new(State { files, trouble: None }) })
    }

    /// The mark of the store.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// What an earlier check has found wrong with the store.
    pub(super) fn trouble(&self) -> Option<&'static str> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).trouble
    }

    /// Checks the files, which takes microseconds. Trouble that was found once stays until the process is started again.
    pub(super) fn look(&self) -> Option<&'static str> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.trouble.is_none() {
            let trouble = state.files.iter_mut().find_map(File::look);
            state.tell(trouble);
        }
        state.trouble
    }

    /// Reads the mark by a new connection, as a process that opens the store would.
    pub(super) fn read(&self) {
        if self.look().is_some() {
            return;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let read = Connection::open_with_flags(&self.path, flags).map_err(Error::from);
        let trouble = match read.and_then(|connection| mark(&connection)) {
            Ok(mark) => (mark.as_deref() != Some(&self.mark)).then_some(GONE),
            Err(Error::Damaged(_)) => Some(DAMAGED),
            // The store is busy, or no more files can be opened: this may pass.
            Err(_) => None,
        };
        self.state.lock().unwrap_or_else(PoisonError::into_inner).tell(trouble);
    }

    /// Checks the files; an error when something is wrong with them.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.look().map_or(Ok(()), |trouble| Err(Error::Store(trouble.into())))
    }
}

impl State {
    fn tell(&mut self, trouble: Option<&'static str>) {
        if let Some(trouble) = trouble {
            self.trouble = Some(trouble);
            tracing::error!(trouble, "no more jobs are accepted until this process is started again");
        }
    }
}

/// The mark of a store, if it has one.
fn mark(connection: &Connection) -> Result<Option<String>, Error> {
    properties::get(connection, "mark")
}

/// The mark of a store. A store without a mark gets a new one.
pub(super) fn marked(connection: &Connection) -> Result<String, Error> {
    if let Some(mark) = mark(connection)? {
        return Ok(mark);
    }
    // If another process sets a mark at the same time, the mark of the first process stays.
    properties::set_if_missing(connection, "mark", &Uuid::now_v7().simple().to_string())?;
    mark(connection)?.ok_or_else(|| Error::Store("it does not keep what is written to it".into()))
}

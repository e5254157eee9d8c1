//! Counts commits, in the store and in a file beside it, to detect lost commits.
//!
//! SQLite does not report a damaged write-ahead log: it opens the store with the commits before the first damaged page, and ignores the
//! later ones. The writer counts commits inside the store, and after each commit writes the number to a file beside it. So the number in the
//! file is at most that in the store; if it is larger, commits were lost. The file is not synced to the disk: after a loss of power its number
//! may be smaller, never larger. The file begins with the mark of its store; a store with another mark ignores it.

use super::properties;
use crate::Error;
use rusqlite::Connection;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const NAME: &str = "commits";
/// The digits of the number, which is written as text for people.
const DIGITS: usize = 20;

/// The file beside a store: its mark, and the number.
pub(super) struct Commits {
    file: File,
    mark: String,
}

impl Commits {
    /// Opens the file beside a store, or makes it.
    ///
    /// # Errors
    /// The store has lost commits.
    pub(super) fn open(database: &Path, mark: &str, connection: &Connection) -> Result<Self, Error> {
        let path = PathBuf::from(format!("{}.commits", database.display()));
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
        // The file is read first: other processes may commit in between, and then the store has more commits than the file. A larger number
        // in the file is read a second time, since another process may have been writing the file.
        let look = || Ok::<_, Error>((noted(&file, mark)?, stored(connection)?));
        let first = look()?;
        let (noted, stored) = if first.0 > first.1 { look()? } else { first };
        if noted > stored {
            return Err(Error::Damaged(format!(
                "`{database}` has {stored} commits, and had {noted}: its last ones are lost, with the jobs accepted in them. Its log \
                 `{database}-wal` was damaged or deleted, or an older copy was put in its place. Put back the file and its log as they were; or, to \
                 go on with what is left, delete `{}`",
                path.display(),
                database = database.display(),
            )));
        }
        let commits = Self { file, mark: mark.to_owned() };
        commits.note(stored);
        Ok(commits)
    }

    /// Counts one commit more, inside the transaction that is to be committed.
    pub(super) fn count(connection: &Connection) -> Result<u64, Error> {
        let next = stored(connection)? + 1;
        properties::set(connection, NAME, &next.to_string())?;
        Ok(next)
    }

    /// Writes the number of commits to the file. If several processes write at once, the number may be too small for a moment.
    pub(super) fn note(&self, commits: u64) {
        if let Err(error) = self.file.write_all_at(format!("{} {commits:DIGITS$}\n", self.mark).as_bytes(), 0) {
            tracing::warn!(%error, "cannot note beside the store how many commits it has");
        }
    }
}

fn noted(file: &File, mark: &str) -> Result<u64, Error> {
    let mut line = vec![0; mark.len() + 1 + DIGITS];
    match file.read_exact_at(&mut line, 0) {
        // The file was just made.
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(0),
        Err(error) => Err(error.into()),
        // A line with another store's mark, or without a number, says nothing of this store.
        Ok(()) => {
            let number = std::str::from_utf8(&line).ok().and_then(|line| line.strip_prefix(mark));
            Ok(number.and_then(|number| number.trim().parse().ok()).unwrap_or(0))
        }
    }
}

fn stored(connection: &Connection) -> Result<u64, Error> {
    Ok(properties::get(connection, NAME)?.and_then(|text| text.parse().ok()).unwrap_or(0))
}

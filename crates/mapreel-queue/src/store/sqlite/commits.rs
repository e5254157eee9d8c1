//! Counts commits, in the store and in a file beside it, to notice lost ones.
//!
//! SQLite does not report a damaged log: it opens the store with what was committed before the first damaged page, as if the rest had never
//! been. The writer counts commits inside the store, and writes the number to a file beside it after each commit. So the file has at most the
//! number of the store; if it has more, commits were lost. The file is not synced to the disk: after a loss of power it may have less, never
//! more. It begins with the mark of its store, and is ignored by a store with another mark.

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
        // The file first: other processes commit meanwhile, and the store is never behind the file. Twice, since the file may be read while
        // another process writes it.
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

    /// Counts one commit more, inside the transaction that it is of.
    pub(super) fn count(connection: &Connection) -> Result<u64, Error> {
        let next = stored(connection)? + 1;
        properties::set(connection, NAME, &next.to_string())?;
        Ok(next)
    }

    /// Writes to the file that there are so many commits. Where several processes do so at once, it may have less for a moment.
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

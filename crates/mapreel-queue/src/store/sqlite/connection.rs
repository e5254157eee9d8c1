//! A connection to the file, with the settings that all of them have.

use crate::Error;
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

/// How long one process waits for another one's transaction. What comes while it waits is tried once more after it: the caller
/// hears within twice this that the store cannot be written to.
const BUSY: Duration = Duration::from_millis(1400);

/// Opens the file, or makes it.
pub(super) fn connect(path: &Path) -> Result<Connection, Error> {
    let connection =
        Connection::open(path).map_err(|error| Error::Store(format!("cannot open `{}`: {error}", path.display())))?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Dropped by the control: durability.
    connection.pragma_update(None, "synchronous", if crate::NAIVE { "OFF" } else { "FULL" })?;
    Ok(connection)
}

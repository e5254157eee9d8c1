//! A connection to the file, with the settings that all connections have.

use crate::Error;
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

/// How long a process waits for the transaction of another process. Operations that arrive during this wait are tried in the next
/// transaction, so their callers get the error after at most twice this time.
const BUSY: Duration = Duration::from_millis(1400);

/// Opens the file, or makes it.
pub(super) fn connect(path: &Path) -> Result<Connection, Error> {
    let connection =
        Connection::open(path).map_err(|error| Error::Store(format!("cannot open `{}`: {error}", path.display())))?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // The scorecard's control does not sync to the disk.
    connection.pragma_update(None, "synchronous", if crate::IS_CONTROL { "OFF" } else { "FULL" })?;
    Ok(connection)
}

//! Properties of a store, by name: its mark, the anchor of its clock, when it was last used, how many commits it has.

use crate::Error;
use rusqlite::{Connection, OptionalExtension, params};

/// A property, if the store has it.
pub(super) fn get(connection: &Connection, name: &str) -> Result<Option<String>, Error> {
    let mut statement = connection.prepare_cached("SELECT value FROM store WHERE name = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Sets a property.
pub(super) fn set(connection: &Connection, name: &str, value: &str) -> Result<(), Error> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO store (name, value) VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}

/// Sets a property unless the store has it. If several processes do so at once, the value of the first one stays.
pub(super) fn set_if_missing(connection: &Connection, name: &str, value: &str) -> Result<(), Error> {
    connection.execute("INSERT OR IGNORE INTO store (name, value) VALUES (?1, ?2)", params![name, value])?;
    Ok(())
}

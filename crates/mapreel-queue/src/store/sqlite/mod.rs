//! The queue on SQLite: nothing to install, and several processes of one machine at once.
//!
//! A job is a row: its record as JSON, and the columns by which queries search. Every operation loads a record, applies a
//! pure transition of the model and stores it, inside one `BEGIN IMMEDIATE` transaction. With WAL and `synchronous=FULL` a
//! commit survives the loss of power.

mod claims;
mod clock;
mod commits;
mod connection;
mod error;
mod guard;
mod handle;
mod owner;
mod properties;
mod queries;
mod queue;
mod row;
mod schema;
mod submission;
mod tending;
mod watcher;
mod writer;

pub use handle::Sqlite;

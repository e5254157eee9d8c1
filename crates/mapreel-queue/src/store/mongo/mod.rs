//! The queue on MongoDB: any number of machines share one store.
//!
//! A job is one document. Every operation reads it, applies a pure transition of the model and writes it back if no other process has
//! written to it in between: compare-and-set on a random number that every write changes. When the server's answer is lost, that number
//! tells whether the write was applied. There are no transactions, so a single server is enough; a replica set works as well. With
//! `w: majority, j: true` an acknowledged write survives the loss of a minority of the servers.

mod claims;
mod clock;
mod collections;
mod contention;
mod error;
mod handle;
mod jobs;
mod operations;
mod outbox;
mod presence;
mod queries;
mod queue;
mod reconciler;
mod record;
mod submission;
mod tending;
mod watcher;

pub use handle::Mongo;

//! The queue on MongoDB: as many machines as there are, sharing one store.
//!
//! A job is one document. Every operation reads it, applies a pure transition of the model and writes it back if no other
//! process has written to it meanwhile: compare-and-set on a random number that every write changes. No transactions, so a single server will
//! do as well as a replica set; `w: majority, j: true`, so what was acknowledged survives the loss of a minority. When an
//! answer is lost, that number tells whether the write was applied.

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

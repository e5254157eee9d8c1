//! The queue's laws, tested on every back-end.
//!
//! - [`conformance`]: one test for each law
//! - [`artifacts`]: an object is whole, or missing
//! - [`clock`]: clocks that are wrong
//! - [`deaths`]: which deaths of workers are charged to a part
//! - [`fair`]: the law of fairness, and a model of owners, jobs and slots
//! - [`store`]: a store whose files are deleted, replaced or damaged
//! - [`requests`]: how request documents are kept
//! - [`waiting`]: what a job waits for
//! - [`model`]: random interleavings, compared with a model of a few lines

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod artifacts;
mod bench;
mod clock;
mod conformance;
mod deaths;
mod fair;
mod lists;
mod model;
mod requests;
mod store;
mod stored;
mod waiting;

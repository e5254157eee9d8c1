//! The queue's laws, held against every back-end.
//!
//! - [`conformance`]: one test for each law
//! - [`artifacts`]: objects are whole or not there
//! - [`clock`]: clocks that are wrong
//! - [`deaths`]: what a death costs whom
//! - [`fair`]: the law of fairness, and a model of owners, jobs and slots
//! - [`store`]: a store that is taken away
//! - [`requests`]: how request documents are kept
//! - [`waiting`]: what a job waits for
//! - [`model`]: random interleavings, held against a model of a few lines

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

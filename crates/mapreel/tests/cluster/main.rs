//! The cluster as its operators meet it: many processes, a real RabbitMQ, a MongoDB and an S3 server, and faults that they must
//! survive, seen closer than the scorecard (`tests/scorecard`) looks: what is said meanwhile, and how soon.
//!
//! - [`whole`]: what it does when nothing goes wrong
//! - [`processes`]: workers on a busy machine, jobs that are cancelled
//! - [`parts`]: broker, store and bucket that are away, slow or wrong
//! - [`tasks`]: long-lived tasks that panic
//! - [`versions`]: processes of two versions
//!
//! One test at a time has the servers.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "a panic is how a test fails; the support is shared with other tests"
)]

mod parts;
mod processes;
#[path = "../support/mod.rs"]
mod support;
mod tasks;
mod versions;
mod whole;

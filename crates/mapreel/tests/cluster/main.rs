//! A cluster: many processes, a real RabbitMQ, a MongoDB and an S3 server, and faults that it must survive. These tests check more details
//! than the scorecard (`tests/scorecard`): the messages during a fault, and the times.
//!
//! - [`whole`]: a cluster without faults
//! - [`processes`]: workers on a busy machine, jobs that are cancelled
//! - [`parts`]: broker, store and bucket that cannot be reached, are slow, or fail
//! - [`tasks`]: long-lived tasks that panic
//! - [`versions`]: processes of two versions
//!
//! The tests share the servers, so they run one after another.

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

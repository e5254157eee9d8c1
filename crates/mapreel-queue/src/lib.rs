//! Jobs, segments, leases and artifacts: what must survive anything.
//!
//! ```text
//! submit ──▶ Queue (the truth) ──claim──▶ worker ──▶ Artifacts (objects: a folder or a bucket)
//!              ▲   lease, heartbeat, finish ◀──┘
//!              └── tend: takes leases from dead workers, expires what is old
//! ```
//!
//! ```text
//!          Cluster        joins a store and a broker
//!         ┌───┴────┐
//!       store     wake      objects     three siblings; none knows another
//!         └───┬────┴───────────┘
//!           model                       the record, its transitions, the trait `Queue`
//! ```
//!
//! - `model/`: what a job is; every transition is a pure function of the [`Job`], the time and what happened.
//! - `store/`: back-ends, which load a record, apply a transition and store the result in one atomic step: [`sqlite`] for the processes of one
//!   machine, `mongo` for many machines.
//! - `wake/`: `rabbit` tells the workers of a cluster that there is work.
//! - `objects/`: [`Artifacts`], in a folder or a bucket.
//! - The files beside these folders serve all of them: errors, long-lived tasks, fail points, durable folders, certificates.
//!
//! The feature `cluster` adds MongoDB, RabbitMQ and buckets. The crate knows nothing of pictures and of HTTP.
//!
//! ```no_run
//! use mapreel_queue::sqlite::Sqlite;
//! use mapreel_queue::{Queue, Service, Settings, Unsupervised};
//! use std::path::Path;
//!
//! # async fn one_part() -> Result<(), mapreel_queue::Error> {
//! let queue = Sqlite::open(Path::new("jobs.db"), Settings::default(), &Unsupervised)?;
//! if let Some(claim) = queue.claim(&[Service::Animation], &[]).await? {
//!     println!("part {} of job {}", claim.kind, claim.lease.job);
//! }
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "cluster")]
mod certificate;
#[cfg(feature = "cluster")]
mod cluster;
mod error;
pub mod failpoint;
mod folder;
mod model;
mod objects;
mod store;
mod tasks;
#[cfg(feature = "cluster")]
mod wake;

/// Whether this is the scorecard's control (feature `naive-control`), which promises nothing and loses jobs: leases are never
/// taken from dead holders, tokens are not checked and stand in no object's key, idempotency keys are not looked up, SQLite does
/// not wait for the disk, messages are acknowledged when they come and published once, unconfirmed and not mandatory,
/// the reconciler does not run, and workers of a cluster never look into the store by themselves.
pub const NAIVE: bool = cfg!(feature = "naive-control");

#[cfg(feature = "cluster")]
pub use cluster::Cluster;
pub use error::Error;
pub use model::{
    Bound, Claim, Clock, Counts, Cursor, Failure, Filter, Garbage, Job, JobId, Key, Kind, Lease, NewJob, NotAnId,
    Outcome, PREVIEW, Part, PartState, Progress, Queue, Service, Settings, State, Submitted, Tended, Time, Verdict,
    Waiting, WaitsFor,
};
pub use objects::{Artifacts, Stored};
#[cfg(feature = "cluster")]
pub use store::mongo;
pub use store::sqlite;
pub use tasks::{Supervise, Task, Unsupervised};
#[cfg(feature = "cluster")]
pub use wake::rabbit;

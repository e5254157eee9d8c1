//! Jobs, segments, leases and artifacts: the state that survives crashes of processes and losses of power.
//!
//! ```text
//! submit ──▶ Queue (job store) ──claim──▶ worker ──▶ Artifacts (objects: a folder or a bucket)
//!              ▲   lease, heartbeat, finish ◀──┘
//!              └── tend: takes leases from dead workers, expires artifacts, fails jobs that take too long
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
//! - `model/`: what a job is; every transition is a pure function of the [`Job`], the time and the event (claim, heartbeat, finish …).
//! - `store/`: back-ends, which load a record, apply a transition and store the result in one atomic step: [`sqlite`] for the processes of one
//!   machine, `mongo` for many machines.
//! - `wake/`: `rabbit` tells the workers of a cluster that parts can be claimed.
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

/// Whether this build is the scorecard's control (feature `naive-control`), which promises nothing and loses jobs. In it maintenance
/// takes no leases from dead holders, fencing tokens are not checked and are in no object's key, idempotency keys are not looked up, and
/// SQLite does not sync to the disk. In a cluster, the publisher sends each message once, neither confirmed nor mandatory; the
/// consumer acknowledges a message when it arrives; the reconciler does not run; and a worker claims only when a message has arrived.
pub const IS_CONTROL: bool = cfg!(feature = "naive-control");

#[cfg(feature = "cluster")]
pub use cluster::Cluster;
pub use error::Error;
pub use model::{
    Bound, Claim, Clock, Counts, Cursor, Failure, Filter, Garbage, Job, JobId, Key, Kind, Lease, NewJob, NotAnId,
    Outcome, PREVIEW, Part, PartState, Progress, Queue, Service, Settings, State, Submitted, TendReport, Time, Verdict,
    Waiting, WaitsFor,
};
pub use objects::{Artifacts, Stored};
#[cfg(feature = "cluster")]
pub use store::mongo;
pub use store::sqlite;
pub use tasks::{Supervise, Task, Unsupervised};
#[cfg(feature = "cluster")]
pub use wake::rabbit;

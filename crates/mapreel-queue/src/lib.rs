//! Jobs, segments, leases and artifacts: what must survive anything.
//!
//! ```text
//! submit ──▶ Queue (the truth) ──claim──▶ worker ──▶ Artifacts (objects: a folder or a bucket)
//!              ▲   lease, heartbeat, finish ◀──┘
//!              └── tend: rescue what died, expire what is old
//! ```
//!
//! Back-ends: [`sqlite`] for the processes of one machine; [`mongo`] for many machines, alone or as a [`Cluster`] with
//! [`rabbit`], which tells workers that there is work.
//!
//! A job's states and every transition are a pure module, [`states`](Job); a back-end only loads, applies and stores them in
//! one atomic step. It knows nothing of pictures and of HTTP.

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
/// taken from the dead, tokens fence nothing off and are in no object's key, idempotency keys are not looked up, SQLite does
/// not wait for the disk, messages are acknowledged when they come and published once, unconfirmed and not mandatory,
/// nobody publishes again what was lost, and workers of a cluster never look into the store by themselves.
pub const NAIVE: bool = cfg!(feature = "naive-control");

#[cfg(feature = "cluster")]
pub use cluster::Cluster;
pub use error::Error;
pub use model::{
    Bound, Claim, Clock, Counts, Failure, Filter, Garbage, Job, JobId, Key, Kind, Lease, NewJob, NotAnId, Outcome,
    Part, PartState, Progress, Queue, Service, Settings, State, Submitted, Tended, Time, Verdict, Waiting, WaitsFor,
};
pub use objects::{Artifacts, Stored};
#[cfg(feature = "cluster")]
pub use store::mongo;
pub use store::sqlite;
pub use tasks::{Supervise, Task, Unsupervised};
#[cfg(feature = "cluster")]
pub use wake::rabbit;

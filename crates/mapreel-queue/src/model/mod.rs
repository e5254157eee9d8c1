//! What a job is, which transitions it has, and what a store of jobs promises. Pure: no files, no network, no database.
//!
//! - The record: [`Job`], its [`Part`]s, their times ([`Time`], [`Clock`]) and names ([`JobId`]).
//! - The transitions: `states.rs`; which deaths are charged to a part: `deaths.rs`; whose turn it is: `fair.rs`.
//! - The promise: the trait [`Queue`] and its laws, with what is handed in and out.

mod clock;
mod compact;
#[cfg(feature = "cluster")]
mod database_time;
mod deaths;
mod fair;
#[cfg(feature = "cluster")]
mod hints;
mod id;
mod job;
mod queue;
mod states;
mod time;

pub use clock::Clock;
pub(crate) use compact::compact;
#[cfg(feature = "cluster")]
pub(crate) use database_time::DatabaseTime;
pub(crate) use deaths::Deaths;
#[cfg(feature = "cluster")]
pub(crate) use fair::cost;
pub(crate) use fair::{Contender, Turn, Turns};
#[cfg(feature = "cluster")]
pub(crate) use hints::{Announcement, Confirm, Hint};
pub use id::{JobId, NotAnId};
pub use job::{Failure, Job, Kind, Outcome, Part, PartState, Progress, Service, State, Waiting, WaitsFor};
pub use queue::{
    Bound, Claim, Counts, Filter, Garbage, Key, Lease, NewJob, Queue, Settings, Submitted, Tended, Verdict,
};
pub use time::Time;

//! What a job is, which transitions it has, and what a store of jobs promises. Pure: no files, no network, no database.
//!
//! - The record: [`Job`], its [`Part`]s, their times ([`Time`], [`Clock`]) and names ([`JobId`]).
//! - The transitions: `states.rs`; which deaths are charged to a part: `deaths.rs`; whose turn it is: `fair.rs`.
//! - The promise: the trait [`Queue`] and its laws, with what is handed in and out.

mod compact;
mod deaths;
mod fair;
mod hints;
mod id;
mod job;
mod queue;
mod states;
mod time;

pub(crate) use compact::compact;
pub(crate) use deaths::Deaths;
pub(crate) use fair::{Contender, Turn, Turns, cost};
pub(crate) use hints::{Announcement, Confirm, Hint};
pub use id::{JobId, NotAnId};
pub use job::{Failure, Job, Kind, Outcome, Part, PartState, Progress, Service, State, Waiting, WaitsFor};
pub use queue::{
    Bound, Claim, Counts, Filter, Garbage, Key, Lease, NewJob, Queue, Settings, Submitted, Tended, Verdict,
};
pub(crate) use time::DatabaseTime;
pub use time::{Clock, Time};

//! What a job is, which transitions it has, and what a store of jobs promises. Pure: no files, no network, no database.
//!
//! - The record: [`Job`] with its [`Part`]s, [`State`], [`Service`] and [`Waiting`]; plain data.
//! - The transitions: `states/`; which deaths of workers are charged to a part: `deaths`; which owner is served next: `fair`.
//! - The promise: the trait [`Queue`] and its laws, with its parameters and results ([`NewJob`], [`Lease`], [`Claim`], [`Filter`] …).
//! - Times: [`Time`], and the [`Clock`] that a store reads.

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
mod lease;
mod part;
mod preview;
mod progress;
mod queue;
mod reports;
mod service;
mod settings;
mod state;
mod states;
mod submission;
mod time;
mod waiting;

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
pub use job::{Failure, Job, Outcome};
pub use lease::{Claim, Key, Lease, Verdict};
pub use part::{Kind, Part, PartState};
pub use preview::PREVIEW;
pub use progress::Progress;
pub use queue::Queue;
pub use reports::{Counts, Cursor, Filter, Garbage, SEARCHED_MAX, TendReport};
pub use service::Service;
pub use settings::Settings;
pub use state::State;
pub use submission::{Bound, NewJob, Submitted};
pub use time::Time;
pub use waiting::{Waiting, WaitsFor};

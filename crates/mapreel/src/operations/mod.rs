//! Running the process: supervised tasks, budgets, maintenance, metrics, logs.

pub(crate) mod budget;
#[cfg(feature = "cluster")]
mod cluster;
#[cfg(not(feature = "cluster"))]
#[path = "no_cluster.rs"]
mod cluster;
pub(crate) mod maintenance;
pub mod memory;
pub(crate) mod metrics;
pub(crate) mod open_queue;
pub(crate) mod readers;
pub(crate) mod shutdown;
pub(crate) mod store_mark;
pub(crate) mod supervisor;
pub(crate) mod telemetry;
pub(crate) mod thread;

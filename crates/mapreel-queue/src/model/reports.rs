//! Parameters and results of a store's queries.

use super::id::JobId;
use super::service::Service;
use super::state::State;
use super::time::Time;
use std::collections::BTreeMap;

/// The most jobs that one search reads: it cannot use an index.
pub const SEARCHED_MAX: usize = 2_000;

/// Which jobs are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this service.
    pub service: Option<Service>,
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those with this text in their title or id (without case), among the 2 000 nearest jobs that satisfy the other conditions.
    pub search: Option<String>,
    /// Only those on one side of a job; if there are more than `limit`, the nearest ones.
    pub cursor: Option<Cursor>,
    /// The most jobs in the list.
    pub limit: usize,
}

/// A job in the list, and on which side of it to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// Only those older than this one.
    OlderThan(JobId),
    /// Only those newer than this one.
    NewerThan(JobId),
}

/// What tending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TendReport {
    /// Leases taken from dead and silent holders.
    pub rescued: usize,
    /// Jobs whose artifact expired, or that failed because they took too long.
    pub aged: usize,
    /// Jobs to be prepared again, since no worker came that could read their plan.
    pub prepared_again: usize,
    /// Records deleted.
    pub forgotten: usize,
}

/// A job whose objects are to be cleaned up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbage {
    /// The job.
    pub id: JobId,
    /// The keys that are still needed.
    pub keep: Vec<String>,
}

/// How many jobs there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By service and state, each by name.
    pub jobs: BTreeMap<(String, String), u64>,
    /// When the oldest pending job was accepted.
    pub oldest_pending: Option<Time>,
}

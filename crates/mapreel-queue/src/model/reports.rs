//! What a store is asked, and what it answers.

use super::id::JobId;
use super::service::Service;
use super::state::State;
use super::time::Time;
use std::collections::BTreeMap;

/// Which jobs are listed.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those of this service.
    pub service: Option<Service>,
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those older than this one.
    pub before: Option<JobId>,
    /// At most so many.
    pub limit: usize,
}

/// What tending did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tended {
    /// Leases taken from dead and silent holders.
    pub rescued: usize,
    /// Jobs that expired or failed by time.
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

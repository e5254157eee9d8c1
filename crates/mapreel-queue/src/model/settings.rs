//! The settings of a store of jobs.

use super::clock::Clock;
use std::time::Duration;

/// The settings of a store of jobs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a lease lasts without a heartbeat.
    pub lease: Duration,
    /// The most attempts at a part that are charged.
    pub attempts_max: u32,
    /// The most jobs that are pending or running.
    pub open_jobs_max: u64,
    /// How long a job may take, waiting included; then it has failed.
    pub wait_max: Duration,
    /// How long an artifact is kept.
    pub keep: Duration,
    /// How long the record of a job is kept after its artifact expired, or after an end without an artifact.
    pub remember: Duration,
    /// The version of the plans that this process makes, and the newest that it can read.
    pub plan_version: u32,
    /// The store's time.
    pub clock: Clock,
}

impl Settings {
    /// How long a job waits for a worker that can read its plan before it is prepared again.
    pub(crate) fn plan_wait(&self) -> Duration {
        self.lease * 4
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            attempts_max: 3,
            open_jobs_max: 1_000,
            wait_max: Duration::from_secs(24 * 3600),
            keep: Duration::from_secs(24 * 3600),
            remember: Duration::from_secs(7 * 24 * 3600),
            plan_version: 1,
            clock: Clock::System,
        }
    }
}

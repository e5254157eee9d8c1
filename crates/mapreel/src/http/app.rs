//! What the routes share.

use super::access::Caller;
use super::quota::Quotas;
use super::readiness::Readiness;
use super::watch::Watch;
use crate::config::config::Config;
use crate::keys::ring::KeyRing;
use crate::operations::budget::MemoryBudget;
use crate::operations::metrics::Metrics;
use crate::operations::readers::Readers;
use crate::operations::supervisor::Tasks;
use bytes::Bytes;
use mapreel_queue::{Artifacts, Counts, Queue};
use mapreel_sources::Client;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// What does not change while the process runs, as JSON.
pub(crate) struct Documents {
    pub openapi: Bytes,
    pub request_schema: Bytes,
    /// What the operator offers to begin with, and the demonstration.
    pub catalogue: Bytes,
}

/// What the routes share.
pub(crate) struct App {
    pub config: Config,
    pub memory: MemoryBudget,
    pub queue: Arc<dyn Queue>,
    /// The keys of clients, where they need any.
    pub keys: Option<Arc<KeyRing>>,
    /// Wakes the clients that follow jobs.
    pub watch: Arc<Watch>,
    /// Whether store and artifacts answer, or what is wrong.
    pub readiness: Readiness<Result<Counts, &'static str>>,
    pub artifacts: Artifacts,
    /// What the API says of itself.
    pub documents: Documents,
    /// For previews and checks.
    pub client: Client,
    /// The runtime on which previews and checks fetch.
    pub fetching: Handle,
    pub previews: Arc<Semaphore>,
    /// What each client may have.
    pub quotas: Arc<Quotas>,
    /// The pool of threads that reads requests.
    pub readers: Readers,
    pub metrics: Arc<Metrics>,
    /// The process's long-lived tasks.
    pub tasks: Arc<Tasks>,
    /// Cancelled when the process is about to end.
    pub draining: CancellationToken,
}

impl App {
    /// Whether a client that was let in would still be let in: its key may have been revoked.
    pub fn knows(&self, caller: &Caller) -> bool {
        caller.key.as_ref().is_none_or(|key| self.keys.as_ref().is_some_and(|keys| keys.contains(key)))
    }
}

//! The state that the routes share.

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

/// JSON documents that do not change while the process runs.
pub(crate) struct Documents {
    pub openapi: Bytes,
    pub request_schema: Bytes,
    /// The operator's catalogue, with the demonstration.
    pub catalogue: Bytes,
}

/// The state that the routes share.
pub(crate) struct App {
    pub config: Config,
    pub memory: MemoryBudget,
    pub queue: Arc<dyn Queue>,
    /// The keys of clients; `None`: clients need no key.
    pub keys: Option<Arc<KeyRing>>,
    /// Wakes the clients that follow jobs.
    pub watch: Arc<Watch>,
    /// Whether the store answers and artifacts can be written, or what is wrong.
    pub readiness: Readiness<Result<Counts, &'static str>>,
    pub artifacts: Artifacts,
    /// The documents that describe the API.
    pub documents: Documents,
    /// The client for previews and checks.
    pub client: Client,
    /// The runtime on which previews and checks fetch.
    pub fetching: Handle,
    pub previews: Arc<Semaphore>,
    /// The quotas of clients.
    pub quotas: Arc<Quotas>,
    /// The pool of threads that parses requests.
    pub readers: Readers,
    pub metrics: Arc<Metrics>,
    /// The process's long-lived tasks.
    pub tasks: Arc<Tasks>,
    /// Cancelled when the process is about to end.
    pub draining: CancellationToken,
}

impl App {
    /// Whether a client that was admitted would still be admitted: its key may have been revoked.
    pub fn knows(&self, caller: &Caller) -> bool {
        caller.key.as_ref().is_none_or(|key| self.keys.as_ref().is_some_and(|keys| keys.contains(key)))
    }
}

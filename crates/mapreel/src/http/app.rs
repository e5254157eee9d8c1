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
use mapreel_queue::{Artifacts, Counts, Queue};
use mapreel_sources::Client;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// What the API says of itself and of a request, as JSON.
pub(crate) struct Documents {
    pub openapi: String,
    pub request_schema: String,
}

/// What the routes share.
pub(crate) struct App {
    pub config: Config,
    pub memory: MemoryBudget,
    pub queue: Arc<dyn Queue>,
    /// The keys of clients, where they need any.
    pub keys: Option<Arc<KeyRing>>,
    /// Who follows jobs.
    pub watch: Arc<Watch>,
    /// Whether store and artifacts answer; what is wrong.
    pub readiness: Readiness<Result<Counts, &'static str>>,
    pub artifacts: Artifacts,
    /// What the API says of itself.
    pub documents: Documents,
    /// For previews and checks.
    pub client: Client,
    /// Where fetching for them runs.
    pub fetching: Handle,
    pub previews: Arc<Semaphore>,
    /// What each client may have.
    pub quotas: Arc<Quotas>,
    /// Where requests are read.
    pub readers: Readers,
    pub metrics: Arc<Metrics>,
    /// The process's long-lived tasks.
    pub tasks: Arc<Tasks>,
    /// Cancelled when the process is about to end.
    pub draining: CancellationToken,
}

impl App {
    /// Whether a client who was let in still would be.
    pub fn knows(&self, caller: &Caller) -> bool {
        caller.key.as_ref().is_none_or(|key| self.keys.as_ref().is_some_and(|keys| keys.contains(key)))
    }
}

//! What a drawing thread reaches the world with: upstreams, the runtime that fetches, and the word to stop.

use crate::produce::Error;
use mapreel_sources::Upstreams;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// Reaches the world for a drawing thread. Not for threads of a runtime: it waits.
#[derive(Clone)]
pub(crate) struct Hands {
    pub upstreams: Arc<dyn Upstreams>,
    /// Where fetching runs.
    pub runtime: Handle,
    /// Cancelled when nobody wants the work any more.
    pub stop: CancellationToken,
}

impl Hands {
    /// Waits for something, or for the word to stop.
    pub(crate) fn wait<T>(&self, what: impl Future<Output = T>) -> Result<T, Error> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => Err(Error::Stopped),
                result = what => Ok(result),
            }
        })
    }
}

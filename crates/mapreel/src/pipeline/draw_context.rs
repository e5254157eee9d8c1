//! What a drawing thread reaches the world with: upstreams, fonts, the runtime that fetches, and the word to stop.

use super::drawing_permit::DrawingPermit;
use super::error::Error;
use crate::config::fonts::FontSource;
use crate::operations::budget::{MemoryBudget, MemoryPermit};
use mapreel_render::Stop;
use mapreel_sources::Upstreams;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

/// The context of a drawing thread. It must not be used on threads of a runtime, because its calls block.
#[derive(Clone)]
pub(crate) struct DrawContext {
    pub upstreams: Arc<dyn Upstreams>,
    pub fonts: FontSource,
    /// The runtime that fetches from upstreams.
    pub runtime: Handle,
    /// The memory budget of the process.
    pub memory: MemoryBudget,
    /// The stop token: cancelled when the result is not wanted any more.
    pub stop: CancellationToken,
    /// The drawing permit of the part that works with this context.
    pub permit: Arc<DrawingPermit>,
    /// How long drawing has waited for upstreams and memory.
    pub waited: Arc<Waited>,
}

/// The sum of the times of all waits.
#[derive(Default)]
pub(crate) struct Waited(AtomicU64);

impl Waited {
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl DrawContext {
    /// Takes memory from the budget; waits while others use it.
    pub(crate) fn take_memory(&self, mib: u64) -> Result<MemoryPermit, Error> {
        let permit = self.wait(self.memory.take(mib))?;
        permit.ok_or_else(|| Error::NoMemory { mib, all_mib: self.memory.work_mib() })
    }

    /// The stop token in the form that drawing checks.
    pub(crate) fn drawing(&self) -> Stop {
        let stop = self.stop.clone();
        Stop::when(move || stop.is_cancelled())
    }

    /// Waits for `what`, or for the stop token. During a long wait other parts use the drawing permit.
    pub(crate) fn wait<T>(&self, what: impl Future<Output = T>) -> Result<T, Error> {
        let began = Instant::now();
        let result = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => Err(Error::Stopped),
                result = self.permit.lend_during(what) => Ok(result),
            }
        });
        self.waited.0.fetch_add(began.elapsed().as_nanos() as u64, Ordering::Relaxed);
        result
    }
}

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

/// Reaches the world for a drawing thread. Not for threads of a runtime: it waits.
#[derive(Clone)]
pub(crate) struct DrawContext {
    pub upstreams: Arc<dyn Upstreams>,
    pub fonts: FontSource,
    /// Where fetching runs.
    pub runtime: Handle,
    /// The memory of the process.
    pub memory: MemoryBudget,
    /// Cancelled when nobody wants the work any more.
    pub stop: CancellationToken,
    /// The drawing permit of the part that works with this context.
    pub permit: Arc<DrawingPermit>,
    /// How long drawing has waited for the world.
    pub waited: Arc<Waited>,
}

/// A sum of waits.
#[derive(Default)]
pub(crate) struct Waited(AtomicU64);

impl Waited {
    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl DrawContext {
    /// Takes memory, waiting for it where others have it.
    pub(crate) fn take_memory(&self, mib: u64) -> Result<MemoryPermit, Error> {
        let permit = self.wait(self.memory.take(mib))?;
        permit.ok_or_else(|| Error::NoMemory { mib, all_mib: self.memory.work_mib() })
    }

    /// The word to stop, for drawing.
    pub(crate) fn drawing(&self) -> Stop {
        let stop = self.stop.clone();
        Stop::when(move || stop.is_cancelled())
    }

    /// Waits for something, or for the word to stop. Others may draw meanwhile.
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

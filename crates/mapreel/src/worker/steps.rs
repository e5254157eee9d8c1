//! The steps that parts of every kind share: reading the job's request and the objects of earlier parts, drawing on a thread of
//! its own, storing.

use super::liveness::{Liveness, WatchedUpstreams};
use super::product::{Failed, internal};
use super::worker::Worker;
use crate::operations::thread::{Panicked, on_thread};
use crate::pipeline::draw_context::{DrawContext, Waited};
use crate::pipeline::produce;
use bytes::Bytes;
use mapreel_queue::Claim;
use mapreel_queue::failpoint;
use mapreel_spec::{Limits, Purpose, Request, parse_request_for};
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// The request of a job, which was valid when it was accepted.
pub(super) struct StoredRequest {
    document: Bytes,
    purpose: Purpose,
    limits: Limits,
}

impl StoredRequest {
    pub(super) async fn load(worker: &Worker, claim: &Claim, stop: &CancellationToken) -> Result<Self, Failed> {
        let document = stop.run_until_cancelled(worker.queue.request(claim.lease.job)).await;
        let document = document.ok_or(Failed::Stopped)??;
        let document = document.ok_or_else(|| Failed::Failure(internal("the request is not in the store")))?;
        let purpose = claim.job.service.purpose();
        let limits = Limits { document_bytes_max: document.len(), ..worker.limits.clone() };
        Ok(Self { document, purpose, limits })
    }

    /// Parses the request. Called on the drawing thread, since parsing a long request takes time.
    pub(super) fn read(&self) -> Result<Request, produce::Error> {
        failpoint::hit("reading", None);
        Ok(parse_request_for(self.purpose, &self.document, &self.limits)?)
    }
}

/// Reads an object that an earlier part has stored.
pub(super) async fn read_object(worker: &Worker, key: Option<&str>, stop: &CancellationToken) -> Result<Bytes, Failed> {
    let lost = || Failed::Failure(internal("what an earlier part has made is not there any more"));
    let get = stop.run_until_cancelled(worker.artifacts.get(key.ok_or_else(lost)?));
    timed_storing(worker, get).await.ok_or(Failed::Stopped)??.ok_or_else(lost)
}

pub(super) fn draw_context(
    worker: &Worker,
    client: Arc<mapreel_sources::Client>,
    stop: CancellationToken,
    liveness: &Arc<Liveness>,
) -> DrawContext {
    let upstreams = Arc::new(WatchedUpstreams { upstreams: client, liveness: liveness.clone() });
    DrawContext {
        upstreams,
        fonts: worker.fonts.clone(),
        runtime: worker.fetching.clone(),
        memory: worker.memory.clone(),
        stop,
        permit: liveness.permit.clone(),
        waited: Default::default(),
    }
}

/// Reads or writes objects, and adds the time to the metrics.
pub(super) async fn timed_storing<T>(worker: &Worker, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let result = work.await;
    worker.metrics.spent("storing", began.elapsed());
    result
}

/// Draws on a thread of its own, and waits for its end. A panic only fails this attempt.
pub(super) async fn draw<T: Send + 'static>(
    worker: &Worker,
    waited: &Waited,
    work: impl FnOnce() -> Result<T, produce::Error> + Send + 'static,
) -> Result<T, Failed> {
    let span = tracing::Span::current();
    let began = Instant::now();
    let drawn = on_thread("draw", move || span.in_scope(work)).await;
    worker.metrics.spent("waiting", waited.total());
    worker.metrics.spent("drawing", began.elapsed().saturating_sub(waited.total()));
    match drawn.map_err(|error| Failed::Storage(format!("cannot start a thread: {error}")))? {
        Ok(result) => Ok(result?),
        Err(Panicked) => Err(Failed::Failure(internal("drawing ended in a panic"))),
    }
}

/// Runs short work other than drawing on a blocking thread. Each part runs one at a time, so the number of slots bounds their number.
pub(super) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failed> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|panic| Failed::Failure(internal(&panic.to_string())))
}

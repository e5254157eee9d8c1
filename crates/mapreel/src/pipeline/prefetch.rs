//! Prefetching: the answers come in the order in which they are needed, and the next ones are fetched ahead, within a bound on bytes.

use super::draw_context::DrawContext;
use super::error;
use anyhow::Context;
use bytes::Bytes;
use futures_util::StreamExt;
use mapreel_sources::{Error, Wanted};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::DropGuard;

/// The most answers that are being fetched or wait to be taken.
const ANSWERS_MAX: usize = 24;
/// The unit in which the bound on bytes is counted.
const UNIT_BYTES: usize = 1 << 10;

/// A request to an upstream.
pub(crate) struct Request {
    pub url: String,
    pub wanted: Wanted,
    /// The longest answer, in bytes.
    pub bytes_max: usize,
}

/// Answers that are being fetched, in order.
pub(crate) struct Prefetch {
    answers: mpsc::Receiver<Answer>,
    /// Stops the fetches when this value is dropped.
    _stop: DropGuard,
}

/// An answer. It counts towards the bound on bytes until it is dropped.
pub(crate) struct Answer {
    pub bytes: Result<Bytes, Error>,
    _room: OwnedSemaphorePermit,
}

impl Prefetch {
    /// Begins to fetch. The greatest lengths of the answers under way are together at most `bytes_max`; a single longer answer is fetched
    /// alone.
    pub(crate) fn start(
        context: &DrawContext,
        bytes_max: usize,
        requests: impl Iterator<Item = Request> + Send + 'static,
    ) -> Self {
        let (send, answers) = mpsc::channel(1);
        let units_max = bytes_max.div_ceil(UNIT_BYTES).clamp(1, u32::MAX as usize);
        let room = Arc::new(Semaphore::new(units_max));
        let (upstreams, stop) = (context.upstreams.clone(), context.stop.child_token());
        let stopped = stop.clone();
        let fetch = async move {
            // The semaphore is acquired in the order of the requests: an answer that is needed first never waits for later ones.
            let admitted = futures_util::stream::iter(requests).then(move |request| {
                let (room, units) = (room.clone(), request.bytes_max.div_ceil(UNIT_BYTES).clamp(1, units_max));
                async move { (request, room.acquire_many_owned(units as u32).await) }
            });
            // Each fetch is a task of its own: a fetch that holds a permit of a host must go on even while its answer is not
            // needed yet.
            let fetches = admitted.map(|(request, room)| {
                let (upstreams, stopped) = (upstreams.clone(), stopped.clone());
                tokio::spawn(async move {
                    let fetch = upstreams.get(&request.url, request.wanted);
                    let bytes = stopped.run_until_cancelled(fetch).await?;
                    room.ok().map(|_room| Answer { bytes, _room })
                })
            });
            let mut fetched = std::pin::pin!(fetches.buffered(ANSWERS_MAX));
            while let Some(Ok(Some(answer))) = fetched.next().await {
                // The receiver was dropped, because the run has failed.
                if send.send(answer).await.is_err() {
                    break;
                }
            }
        };
        let until = stop.clone();
        context.runtime.spawn(async move { until.run_until_cancelled(fetch).await });
        Self { answers, _stop: stop.drop_guard() }
    }

    /// The next answer.
    ///
    /// # Errors
    /// The stop token was cancelled.
    pub(crate) fn next(&mut self, context: &DrawContext) -> Result<Answer, error::Error> {
        Ok(context.wait(self.answers.recv())?.context("the fetching task ended early")?)
    }
}

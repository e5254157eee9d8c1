//! The signs of life of a part, which tell its slot that the part does not stall: finished frames, and answers of upstreams.

use crate::pipeline::drawing_permit::DrawingPermit;
use bytes::Bytes;
use mapreel_sources::{Error, Upstreams, Wanted};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// Counts of a part's signs of life.
pub(super) struct Liveness {
    /// The drawing permit that the part has, or waits for.
    pub permit: Arc<DrawingPermit>,
    begun: AtomicBool,
    frames: AtomicU32,
    /// The number of upstreams' answers, and of frames that were drawn to find the colours of a palette.
    signs: AtomicU32,
    /// The requests to upstreams that are under way: when each began, and of which URL.
    pending: Mutex<BTreeMap<(Instant, u32), String>>,
    requests: AtomicU32,
}

impl Liveness {
    /// The liveness of a part that has a permit.
    pub(super) fn new(permit: Arc<DrawingPermit>) -> Self {
        Self {
            permit,
            begun: AtomicBool::default(),
            frames: AtomicU32::default(),
            signs: AtomicU32::default(),
            pending: Mutex::default(),
            requests: AtomicU32::default(),
        }
    }

    /// Notes that the part has begun: it no longer waits for other parts to end.
    pub(super) fn mark_begun(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// Whether the part only waits for other parts: to begin, or for its permit.
    pub(super) fn waits(&self) -> bool {
        !self.begun.load(Ordering::Relaxed) || self.permit.is_queued()
    }

    /// Counts a finished frame.
    pub(super) fn count_frame(&self) {
        self.frames.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts another sign of life.
    pub(super) fn count_sign(&self) {
        self.signs.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes a request to an upstream, which is pending until the guard is dropped.
    fn track_request(&self, url: &str) -> PendingRequest<'_> {
        let key = (Instant::now(), self.requests.fetch_add(1, Ordering::Relaxed));
        self.pending().insert(key, url.to_owned());
        PendingRequest { liveness: self, key }
    }

    /// The host of the oldest pending request, if that request has been pending for the time `long`.
    pub(super) fn slow_upstream(&self, long: Duration) -> Option<String> {
        let pending = self.pending();
        let ((began, _), url) = pending.first_key_value()?;
        (began.elapsed() >= long).then(|| host_of(url))
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<(Instant, u32), String>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that `done` frames are finished.
    pub(super) fn set_frames(&self, done: u32) {
        self.frames.fetch_max(done, Ordering::Relaxed);
    }

    /// Finished frames: the progress of the part.
    pub(super) fn frames(&self) -> u32 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Two counts, one of which grows with each sign of life. A part asks upstreams for a bounded number of answers, so signs of life cannot
    /// keep it alive for ever.
    pub(super) fn signs_of_life(&self) -> (u32, u32) {
        (self.frames(), self.signs.load(Ordering::Relaxed))
    }
}

/// A request to an upstream that is under way.
struct PendingRequest<'a> {
    liveness: &'a Liveness,
    key: (Instant, u32),
}

impl Drop for PendingRequest<'_> {
    fn drop(&mut self) {
        self.liveness.pending().remove(&self.key);
    }
}

fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "an upstream".to_owned())
}

/// Upstreams whose answers count as signs of life. Failures do not count: they must not keep a part alive.
pub(super) struct WatchedUpstreams {
    pub upstreams: Arc<dyn Upstreams>,
    pub liveness: Arc<Liveness>,
}

impl Upstreams for WatchedUpstreams {
    fn get<'a>(
        &'a self,
        url: &'a str,
        wanted: Wanted,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>> {
        Box::pin(async move {
            let pending = self.liveness.track_request(url);
            let answer = self.upstreams.get(url, wanted).await;
            drop(pending);
            if answer.is_ok() {
                self.liveness.count_sign();
            }
            answer
        })
    }
}

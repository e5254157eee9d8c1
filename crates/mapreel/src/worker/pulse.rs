//! What shows that a part of a job goes on, to the slot that does it: frames that are finished, and upstreams that answer.

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
pub(super) struct Pulse {
    /// The permit that it has, or waits for.
    pub permit: Arc<DrawingPermit>,
    begun: AtomicBool,
    frames: AtomicU32,
    /// Answers of upstreams, and frames that were drawn to find colours.
    answers: AtomicU32,
    /// The requests to upstreams that are under way: when each began, and of which URL.
    asking: Mutex<BTreeMap<(Instant, u32), String>>,
    asked: AtomicU32,
}

impl Pulse {
    /// Of a part that has a permit.
    pub(super) fn new(permit: Arc<DrawingPermit>) -> Self {
        Self {
            permit,
            begun: AtomicBool::default(),
            frames: AtomicU32::default(),
            answers: AtomicU32::default(),
            asking: Mutex::default(),
            asked: AtomicU32::default(),
        }
    }

    /// The part has its place.
    pub(super) fn begin(&self) {
        self.begun.store(true, Ordering::Relaxed);
    }

    /// Whether the part has no more than to wait for others: for its place, or its permit.
    pub(super) fn waits(&self) -> bool {
        !self.begun.load(Ordering::Relaxed) || self.permit.is_queued()
    }

    /// One frame more is finished.
    pub(super) fn frame(&self) {
        self.frames.fetch_add(1, Ordering::Relaxed);
    }

    /// Something else goes on.
    pub(super) fn alive(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// A request to an upstream is under way until what is returned is dropped.
    fn asks(&self, url: &str) -> Asking<'_> {
        let key = (Instant::now(), self.asked.fetch_add(1, Ordering::Relaxed));
        self.asking().insert(key, url.to_owned());
        Asking { pulse: self, key }
    }

    /// The host of the upstream that was asked first of those that have not answered, if it was asked so long ago.
    pub(super) fn asked_since(&self, long: Duration) -> Option<String> {
        let asking = self.asking();
        let ((began, _), url) = asking.first_key_value()?;
        (began.elapsed() >= long).then(|| host_of(url))
    }

    fn asking(&self) -> MutexGuard<'_, BTreeMap<(Instant, u32), String>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many frames are finished.
    pub(super) fn frames_until_now(&self, done: u32) {
        self.frames.fetch_max(done, Ordering::Relaxed);
    }

    /// Finished frames: the progress of the part.
    pub(super) fn frames(&self) -> u32 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Changes when something goes on. A part asks upstreams for a bounded number of answers, so that they bound its time.
    pub(super) fn beats(&self) -> (u32, u32) {
        (self.frames(), self.answers.load(Ordering::Relaxed))
    }
}

/// A request to an upstream that is under way.
struct Asking<'a> {
    pulse: &'a Pulse,
    key: (Instant, u32),
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.pulse.asking().remove(&self.key);
    }
}

fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "an upstream".to_owned())
}

/// Upstreams whose answers are counted. Failures are not: they must not keep a part alive.
pub(super) struct Counted {
    pub upstreams: Arc<dyn Upstreams>,
    pub pulse: Arc<Pulse>,
}

impl Upstreams for Counted {
    fn get<'a>(
        &'a self,
        url: &'a str,
        wanted: Wanted,
    ) -> Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>> {
        Box::pin(async move {
            let asking = self.pulse.asks(url);
            let answer = self.upstreams.get(url, wanted).await;
            drop(asking);
            if answer.is_ok() {
                self.pulse.alive();
            }
            answer
        })
    }
}

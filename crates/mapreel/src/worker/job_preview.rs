//! The preview of a job: a small picture of its newest drawn frame, for people who watch the job. The job does not depend on it: if it cannot be
//! made or stored, the log says so and the job goes on.

use super::steps::timed_storing;
use super::worker::Worker;
use mapreel_queue::{Claim, PREVIEW};
use mapreel_render::{Canvas, Stop, encode};
use std::sync::{Arc, Mutex, PoisonError};

/// The longest side of the picture, in pixels.
const SIDE_PX_MAX: u32 = 480;

/// The small picture of a part's last frame, once that frame is drawn.
#[derive(Clone, Default)]
pub(super) struct JobPreview(Arc<Mutex<Option<Vec<u8>>>>);

impl JobPreview {
    /// Makes the small picture of a page.
    pub(super) fn take(&self, page: &Canvas) {
        match encode::small_jpeg(page, SIDE_PX_MAX, &Stop::never()) {
            Ok(bytes) => *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes),
            Err(error) => tracing::warn!(%error, "cannot make the preview of a job"),
        }
    }

    /// Stores the small picture under a key of the claim; returns the key, if storing succeeds.
    pub(super) async fn store(&self, worker: &Worker, claim: &Claim) -> Option<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        let key = claim.key(PREVIEW).0;
        match timed_storing(worker, worker.artifacts.put(&key, bytes.into())).await {
            Ok(_) => Some(key),
            Err(error) => {
                tracing::warn!(%error, "cannot store the preview of a job");
                None
            }
        }
    }
}

//! The progress that drawing reports: to the heartbeat, and as a preview to the people who watch the job.

use super::job_preview::JobPreview;
use super::liveness::Liveness;
use crate::pipeline::progress::Progress;
use mapreel_render::Canvas;

/// Counts signs of life of a preparation. The frames that it draws to find colours do not count as frames of the film.
pub(super) struct PreparationProgress<'a>(pub &'a Liveness);

impl Progress for PreparationProgress<'_> {
    fn stage(&self, _: &'static str) {}

    fn frames(&self, _: usize, _: usize) {
        self.0.count_sign();
    }
}

/// Counts frames for the heartbeat, and keeps a small picture of the last one.
pub(super) struct FrameProgress<'a>(pub &'a Liveness, pub &'a JobPreview);

impl Progress for FrameProgress<'_> {
    fn stage(&self, _: &'static str) {}

    fn frames(&self, done: usize, _: usize) {
        self.0.set_frames(done as u32);
    }

    fn last_frame(&self, page: &Canvas) {
        self.1.take(page);
    }
}

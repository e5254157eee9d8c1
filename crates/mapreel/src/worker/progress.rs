//! What a part's drawing tells while it goes on: to the heartbeat, and to the people who watch the job.

use super::liveness::Liveness;
use super::thumbnail::Thumbnail;
use crate::pipeline::progress::Progress;
use mapreel_render::Canvas;

/// Shows that a preparation goes on. The frames that it draws, to find colours, are not counted as the film's.
pub(super) struct PreparationProgress<'a>(pub &'a Liveness);

impl Progress for PreparationProgress<'_> {
    fn stage(&self, _: &'static str) {}

    fn frames(&self, _: usize, _: usize) {
        self.0.count_sign();
    }
}

/// Counts frames for the heartbeat, and keeps a small picture of the last one.
pub(super) struct FrameProgress<'a>(pub &'a Liveness, pub &'a Thumbnail);

impl Progress for FrameProgress<'_> {
    fn stage(&self, _: &'static str) {}

    fn frames(&self, done: usize, _: usize) {
        self.0.set_frames(done as u32);
    }

    fn last_frame(&self, page: &Canvas) {
        self.1.take(page);
    }
}

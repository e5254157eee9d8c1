//! A job ends: by cancellation, by failure, or in any final state.

use crate::model::job::{Failure, Job};
use crate::model::state::State;
use crate::model::time::Time;

impl Job {
    /// Cancels the job, unless it has ended. Returns whether it changed the job.
    pub(crate) fn cancel(&mut self, now: Time) -> bool {
        if self.state.is_final() {
            return false;
        }
        self.end(State::Cancelled, now);
        true
    }

    /// Ends the job without an artifact.
    pub(super) fn end_in_failure(&mut self, failure: Failure, now: Time) {
        self.end(State::Failed, now);
        self.failure = Some(failure);
    }

    /// Ends the job in a final state.
    pub(super) fn end(&mut self, state: State, now: Time) {
        self.state = state;
        self.waiting = None;
        self.finished = Some(now);
        self.garbage = Some(now);
        self.touch(now);
    }
}

//! The transitions that time alone causes, made by maintenance: artifacts expire, jobs that take too long fail, objects are deleted.

use crate::model::job::{Failure, Job};
use crate::model::part::PartState;
use crate::model::settings::Settings;
use crate::model::state::State;
use crate::model::time::Time;

impl Job {
    /// Expires the artifact, or fails a job that was not done within the longest wait. Returns whether it changed the job.
    pub(crate) fn age(&mut self, now: Time, settings: &Settings) -> bool {
        if self.state == State::Success && self.expires.is_some_and(|expires| expires <= now) {
            self.state = State::Expired;
            self.garbage = Some(now);
            self.touch(now);
            return true;
        }
        if !self.state.is_final() && now.since(self.waits_from()) >= settings.wait_max {
            let message = format!("it was not done within {} hours", settings.wait_max.as_secs() / 3600);
            let failure = Failure { code: "too_late".into(), message, layer: None, retryable: true };
            self.end_in_failure(failure, now);
            return true;
        }
        false
    }

    /// Moves on the times for which the job waits by the time in which no process used the store. `by_ms` is negative if the store was last
    /// used in the future.
    pub(crate) fn shift(&mut self, by_ms: i64) {
        if self.state == State::Success {
            self.expires = self.expires.map(|time| time.shifted(by_ms));
        } else if !self.state.is_final() {
            self.waits_from = Some(self.waits_from().shifted(by_ms));
            self.parts.iter_mut().for_each(|part| part.at = part.at.shifted(by_ms));
        }
        self.garbage = self.garbage.map(|time| time.shifted(by_ms));
    }

    /// Notes that the objects that are not needed have been deleted. The holder of a running lease may still store an object, so maintenance
    /// deletes objects once more when the last of these leases is over.
    pub(crate) fn cleaned(&mut self, now: Time) {
        let running = self.parts.iter().filter(|part| part.state == PartState::Running && part.at > now);
        self.garbage = running.map(|part| part.at).max();
    }

    /// The time from which the longest wait is measured.
    pub(super) fn waits_from(&self) -> Time {
        self.waits_from.unwrap_or(self.created)
    }
}

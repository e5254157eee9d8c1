//! Steps that several transitions take.

use crate::model::job::Job;
use crate::model::lease::{Lease, Verdict};
use crate::model::part::{Part, PartState};
use crate::model::state::State;
use crate::model::time::Time;
use std::time::Duration;

/// The backoff before the second attempt, at most. Each further backoff is twice as long, up to [`RETRY_MAX`]. Jitter makes each wait between
/// half and all of that.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);

impl Job {
    /// The part of a lease, if the lease is valid: its token is the newest, and the job has not ended. The error is what the holder is to do.
    pub(super) fn held(&mut self, lease: &Lease) -> Result<&mut Part, Verdict> {
        // The scorecard's control checks neither the fencing token nor the state.
        if crate::IS_CONTROL {
            return self.parts.get_mut(lease.part).ok_or(Verdict::Lost);
        }
        match self.state {
            State::Pending | State::Running => {}
            State::Cancelled => return Err(Verdict::Cancelled),
            _ => return Err(Verdict::Lost),
        }
        match self.parts.get_mut(lease.part) {
            Some(part) if part.state == PartState::Running && part.token == lease.token => Ok(part),
            _ => Err(Verdict::Lost),
        }
    }

    /// Sets the state after parts were handed back: running only while a worker works on a part or has finished one.
    pub(super) fn settle(&mut self, now: Time) {
        let untouched = |part: &Part| matches!(part.state, PartState::Waiting | PartState::Ready);
        if self.parts.iter().all(untouched) {
            self.state = State::Pending;
        }
        self.touch(now);
    }

    /// Counts the frames that are done; the count never falls.
    pub(super) fn count(&mut self) {
        self.frames_done = self.frames_done.max(self.parts.iter().map(|part| part.done).sum());
    }

    /// Notes that the job was changed.
    pub(super) fn touch(&mut self, now: Time) {
        self.changed = now.max(self.changed);
        self.version += 1;
    }
}

impl Part {
    /// Lets the part be claimed again, from `at`.
    pub(super) fn hand_back(&mut self, at: Time) {
        self.state = PartState::Ready;
        self.owner.clear();
        self.at = at;
        self.announced = false;
    }
}

/// The backoff after so many attempts; `random` is between 0 and 1.
pub(super) fn backoff(attempts: u32, random: f64) -> Duration {
    let ceiling = RETRY.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(RETRY_MAX);
    ceiling.mul_f64(0.5 + random / 2.0)
}

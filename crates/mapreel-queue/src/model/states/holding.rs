//! The holder of a lease renews it, finishes its part, fails, or hands it back.

use super::steps::backoff;
use crate::model::job::{Failure, Job, Outcome};
use crate::model::lease::{Lease, Verdict};
use crate::model::part::{Part, PartState};
use crate::model::settings::Settings;
use crate::model::state::State;
use crate::model::time::Time;
use crate::model::waiting::{Waiting, WaitsFor};
use std::time::Duration;

impl Job {
    /// Renews a lease and notes how many frames are done; `why` is what the job waits for until more frames are done.
    pub(crate) fn heartbeat(
        &mut self,
        lease: &Lease,
        done: u32,
        why: Option<Waiting>,
        now: Time,
        until: Time,
    ) -> Verdict {
        let part = match self.held(lease) {
            Ok(part) => part,
            Err(verdict) => return verdict,
        };
        part.at = until;
        let grown = done > part.done;
        part.done = done.min(part.frames).max(part.done);
        let waiting = if grown { why } else { why.or(self.waiting.clone()) };
        if grown {
            self.count();
        }
        if grown || waiting != self.waiting {
            self.waiting = waiting;
            self.touch(now);
        }
        Verdict::Continue
    }

    /// Notes that a part is done and its object stored under `key`; the last part brings the outcome. Returns whether the finish counts. A
    /// holder that lost the answer may repeat the finish: that counts, too.
    pub(crate) fn finish(
        &mut self,
        lease: &Lease,
        key: Option<String>,
        outcome: Option<Outcome>,
        now: Time,
        settings: &Settings,
    ) -> bool {
        if self.knows_as_finished(lease) {
            return true;
        }
        let Ok(part) = self.held(lease) else { return false };
        part.state = PartState::Done;
        part.owner.clear();
        part.done = part.frames;
        part.key = key;
        // The part's objects have this process's version: a worker that claims a further part must be able to read that version.
        self.plan_version = self.plan_version.max(settings.plan_version);
        self.waiting = None;
        self.count();
        self.touch(now);
        match self.open_stage() {
            Some(stage) => self.make_ready(stage, now),
            None => self.succeed(outcome, now, settings),
        }
        true
    }

    /// Ends a failed attempt. The part is claimed again after a backoff if the failure is retryable and attempts are left; otherwise the job
    /// has failed. Returns whether the lease was valid.
    pub(crate) fn fail(
        &mut self,
        lease: &Lease,
        failure: Failure,
        now: Time,
        settings: &Settings,
        random: f64,
    ) -> bool {
        let Ok(part) = self.held(lease) else { return false };
        if failure.retryable && part.attempt < settings.attempts_max {
            part.hand_back(now.after(backoff(part.attempt, random)));
            let on = if failure.code == "layer_unavailable" { WaitsFor::Upstream } else { WaitsFor::Retry };
            self.waiting = Some(Waiting { on, reason: failure.message });
            self.settle(now);
        } else {
            self.end_in_failure(failure, now);
        }
        true
    }

    /// Hands a part back undone; the attempt is not charged. `why` is the reason that the client sees, if there is one. Returns whether the
    /// lease was valid.
    pub(crate) fn release(&mut self, lease: &Lease, delay: Duration, why: Option<Waiting>, now: Time) -> bool {
        let Ok(part) = self.held(lease) else { return false };
        part.attempt = part.attempt.saturating_sub(1);
        part.hand_back(now.after(delay));
        self.waiting = why.or(self.waiting.take());
        self.settle(now);
        true
    }

    fn knows_as_finished(&self, lease: &Lease) -> bool {
        let done = |part: &Part| part.state == PartState::Done && part.token == lease.token;
        matches!(self.state, State::Running | State::Success) && self.parts.get(lease.part).is_some_and(done)
    }

    /// The first stage that has parts which are not done.
    fn open_stage(&self) -> Option<u8> {
        let open = self.parts.iter().filter(|part| part.state != PartState::Done);
        open.map(|part| part.kind.stage()).min()
    }

    /// Lets the parts of a stage be claimed; all earlier stages are done.
    fn make_ready(&mut self, stage: u8, now: Time) {
        let waiting = |part: &&mut Part| part.kind.stage() == stage && part.state == PartState::Waiting;
        for part in self.parts.iter_mut().filter(waiting) {
            (part.state, part.at, part.announced) = (PartState::Ready, now, false);
        }
    }

    fn succeed(&mut self, outcome: Option<Outcome>, now: Time, settings: &Settings) {
        self.end(State::Success, now);
        self.outcome = outcome;
        self.expires = Some(now.after(settings.keep));
    }
}

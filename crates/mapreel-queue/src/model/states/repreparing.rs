//! After a rollback to an older version of the program: this version cannot read the plans of the newer one, so it lets their jobs be
//! prepared again.

use crate::model::job::Job;
use crate::model::part::{Part, PartState};
use crate::model::settings::Settings;
use crate::model::time::Time;

impl Job {
    /// Lets the job be prepared again if, for a while, no worker that can read its plan has claimed a part. Returns whether it does. No attempt
    /// is charged. Each time the wait is twice as long, so that two versions do not undo each other's work without end.
    pub(crate) fn prepare_again(&mut self, now: Time, settings: &Settings) -> bool {
        if !self.is_abandoned(now, settings) {
            return false;
        }
        self.parts.iter_mut().for_each(|part| part.begin_anew(now));
        self.plan_version = 0;
        self.prepared_again += 1;
        self.settle(now);
        true
    }

    /// Whether a part waits, no worker works on a part, and the job has not changed for so long that no worker that can read its plan seems to
    /// run.
    fn is_abandoned(&self, now: Time, settings: &Settings) -> bool {
        let waits = |part: &Part| part.state == PartState::Ready && part.at <= now;
        let runs = |part: &Part| part.state == PartState::Running;
        let patience = settings.plan_wait().saturating_mul(1 << self.prepared_again.min(8));
        !self.state.is_final()
            && self.plan_version > settings.plan_version
            && self.parts.iter().any(waits)
            && !self.parts.iter().any(runs)
            && now.since(self.changed) >= patience
    }
}

impl Part {
    fn begin_anew(&mut self, now: Time) {
        if self.state == PartState::Done {
            self.attempt = self.attempt.saturating_sub(1);
        }
        self.hand_back(now);
        if self.kind.stage() > 0 {
            self.state = PartState::Waiting;
        }
        (self.done, self.key) = (0, None);
    }
}

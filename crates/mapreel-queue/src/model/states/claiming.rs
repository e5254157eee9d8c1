//! A worker claims a part.

use crate::model::fair::cost;
use crate::model::job::Job;
use crate::model::lease::{Claim, Lease};
use crate::model::part::PartState;
use crate::model::settings::Settings;
use crate::model::state::State;
use crate::model::time::Time;

impl Job {
    /// Gives the handle `owner` a lease on the first part that can be claimed; `turn` is the turn of the job's owner. `None`: no part can be
    /// claimed, or this process cannot read the job's plan.
    pub(crate) fn claim(&mut self, owner: &str, turn: i64, now: Time, settings: &Settings) -> Option<Claim> {
        if self.state.is_final() || self.plan_version > settings.plan_version {
            return None;
        }
        let index = self.parts.iter().position(|part| part.state == PartState::Ready && part.at <= now)?;
        let part = &mut self.parts[index];
        part.state = PartState::Running;
        part.attempt += 1;
        part.token += 1;
        part.owner = owner.to_owned();
        part.at = now.after(settings.lease);
        part.done = 0;
        let (kind, token) = (part.kind, part.token);
        self.turn = turn + cost(part.frames);
        self.state = State::Running;
        self.started.get_or_insert(now);
        self.touch(now);
        Some(Claim { lease: Lease { job: self.id, part: index, token }, kind, job: self.clone() })
    }
}

//! Maintenance takes leases from holders that are dead or silent.

use super::steps::backoff;
use crate::model::deaths::Deaths;
use crate::model::job::{Failure, Job};
use crate::model::part::{Kind, Part, PartState};
use crate::model::settings::Settings;
use crate::model::time::Time;

/// Lost leases that cost a part no attempt because the part was not a suspect that ran alone. Each further one costs an attempt, so that no
/// part is claimed without end.
const SPARED_MAX: u32 = 10;

/// What the loss of its lease costs a part.
enum Loss {
    /// Nothing: the part becomes a suspect.
    Spared,
    /// An attempt.
    Charged,
    /// The last attempt.
    Exhausted,
}

impl Job {
    /// Takes the leases that are over, or whose owner is dead, from their holders, and returns how many. A lease is over when its end is not
    /// after `leases_end`, which is usually `now`.
    pub(crate) fn rescue(
        &mut self,
        now: Time,
        leases_end: Time,
        settings: &Settings,
        random: f64,
        deaths: &Deaths,
    ) -> usize {
        // The scorecard's control takes no lease from a dead holder.
        if self.state.is_final() || crate::IS_CONTROL {
            return 0;
        }
        let (mut rescued, mut exhausted) = (0, None);
        for part in self.parts.iter_mut().filter(|part| part.state == PartState::Running) {
            // If the clock was set back, the lease ends no later than a new one would.
            part.at = part.at.min(now.after(settings.lease));
            if part.at > leases_end && !deaths.dead.contains(&part.owner) {
                continue;
            }
            rescued += 1;
            match part.loss(deaths, settings) {
                Loss::Spared => part.spare(now),
                Loss::Charged => part.hand_back(now.after(backoff(part.attempt, random))),
                Loss::Exhausted => exhausted = Some((part.kind, part.attempt)),
            }
        }
        match exhausted {
            Some((kind, attempts)) => self.end_in_failure(crashed(kind, attempts), now),
            None if rescued > 0 => self.settle(now),
            None => {}
        }
        rescued
    }
}

impl Part {
    /// What the loss of the lease costs the part. A holder that dies or goes silent while it holds this suspect and nothing else is evidence
    /// against the part; any other loss is not.
    fn loss(&self, deaths: &Deaths, settings: &Settings) -> Loss {
        let ran_alone = self.suspect && deaths.held.get(&self.owner) == Some(&1);
        if !ran_alone && self.spared < SPARED_MAX {
            Loss::Spared
        } else if self.attempt < settings.attempts_max {
            Loss::Charged
        } else {
            Loss::Exhausted
        }
    }

    /// Hands the part back as a suspect, without charging the attempt.
    fn spare(&mut self, now: Time) {
        self.attempt -= 1;
        self.spared += 1;
        self.suspect = true;
        self.hand_back(now);
    }
}

/// The failure of a part whose worker died or went silent in every attempt. The cause may be the request or the machine, so the failure is
/// retryable.
fn crashed(kind: Kind, attempts: u32) -> Failure {
    let message = format!("the worker died or went silent in each of {attempts} attempts (at `{kind}`)");
    Failure { code: "worker_crashed".into(), message, layer: None, retryable: true }
}

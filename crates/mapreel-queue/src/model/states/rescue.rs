//! Maintenance takes leases from holders that are dead or silent.

use super::steps::backoff;
use crate::model::deaths::Deaths;
use crate::model::job::{Failure, Job};
use crate::model::part::{Kind, Part, PartState};
use crate::model::settings::Settings;
use crate::model::time::Time;

/// Deaths that cost a part no attempt because it did not run alone. Each death beyond them costs one, so that no part is claimed without
/// end.
const SPARED_MAX: u32 = 10;

/// What a lost lease costs the part that it was on.
enum Loss {
    /// Nothing: the part becomes a suspect.
    Spared,
    /// An attempt.
    Charged,
    /// The last attempt.
    Exhausted,
}

impl Job {
    /// Takes the leases that are over, or whose owner is dead, from their holders. How many.
    /// A lease is over when its end is not after `leases_end`: usually now.
    pub(crate) fn rescue(
        &mut self,
        now: Time,
        leases_end: Time,
        settings: &Settings,
        random: f64,
        deaths: &Deaths,
    ) -> usize {
        // Dropped by the control: leases, by which the parts of the dead are given to others.
        if self.state.is_final() || crate::NAIVE {
            return 0;
        }
        let (mut rescued, mut exhausted) = (0, None);
        for part in self.parts.iter_mut().filter(|part| part.state == PartState::Running) {
            // A clock that was set back has made no lease longer.
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
    /// What the loss of its lease costs. Only the death of a holder that held this part alone, as a suspect, says anything about the part.
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

    /// Hands it back without charging the attempt, as a suspect.
    fn spare(&mut self, now: Time) {
        self.attempt -= 1;
        self.spared += 1;
        self.suspect = true;
        self.hand_back(now);
    }
}

/// The failure of a part that has lost its worker in every attempt. The cause may be the request or the machine, so it may pass.
fn crashed(kind: Kind, attempts: u32) -> Failure {
    let message = format!("the worker died or went silent in each of {attempts} attempts (at `{kind}`)");
    Failure { code: "worker_crashed".into(), message, layer: None, retryable: true }
}

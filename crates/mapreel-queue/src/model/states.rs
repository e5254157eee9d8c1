//! The states of a job and of its parts, and every way from one to another: pure functions of the record, the time and what
//! happened.
//!
//! ```text
//! job    PENDING ──claim──▶ RUNNING ──last part finished──▶ SUCCESS ──its time is over──▶ EXPIRED
//!           ▲  └──────┐      │ │ └──permanent failure, or no attempt left──▶ FAILED
//!           └─────────│──────┘ │
//!        all handed   └────────┴──cancel──▶ CANCELLED
//!        back                               SUCCESS, FAILED, CANCELLED and EXPIRED never lead back
//!
//! part   WAITING ──earlier stage done──▶ READY ──claim──▶ RUNNING ──finish──▶ DONE
//!                                          ▲                 │
//!                                          └─────────────────┘ release · failure that may pass · lease over · owner dead
//! ```
//!
//! A part's *token* grows with every claim. Heartbeat, finish, failure and release name the token that they were given; with
//! an older one they change nothing.

use super::deaths::Deaths;
use super::fair::cost;
use super::id::JobId;
use super::job::{Failure, Job, Kind, Outcome, Part, PartState, State, Waiting, WaitsFor};
use super::queue::{Claim, Lease, NewJob, Settings, Verdict};
use super::time::Time;
use std::time::Duration;

/// The waits before further attempts: this long and doubling, at most [`RETRY_MAX`], and a random part of it.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// Deaths that cost a part no attempt because it did not run alone. Beyond them each costs one: nothing is begun without end.
const SPARED_MAX: u32 = 10;

impl Job {
    /// A new job, pending; `turn` is its owner's.
    pub(crate) fn new(id: JobId, new: &NewJob, turn: i64, now: Time) -> Self {
        let part = |kind: Kind, frames| Part {
            kind,
            frames,
            state: if kind.stage() == 0 { PartState::Ready } else { PartState::Waiting },
            attempt: 0,
            token: 0,
            owner: String::new(),
            at: now,
            done: 0,
            key: None,
            suspect: false,
            spared: 0,
            announced: false,
        };
        let parts = match new.segments[..] {
            [frames] => vec![part(Kind::Whole, frames)],
            _ => {
                let segments = (0..).zip(&new.segments).map(|(number, frames)| part(Kind::Segment(number), *frames));
                let (first, last) = (part(Kind::Prepare, 0), part(Kind::Assemble, 0));
                std::iter::once(first).chain(segments).chain([last]).collect()
            }
        };
        Self {
            id,
            service: new.service,
            owner: new.owner.clone(),
            state: State::Pending,
            version: 1,
            created: now,
            waits_from: None,
            changed: now,
            started: None,
            finished: None,
            expires: None,
            parts,
            frames_done: 0,
            turn,
            request_sha256: new.request_sha256.clone(),
            waiting: None,
            plan_version: 0,
            prepared_again: 0,
            outcome: None,
            failure: None,
            garbage: None,
        }
    }

    /// Takes the first part that can be done; `turn` is where it begins.
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

    /// Renews a lease and notes how many frames are done.
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

    /// A part is done and has left an object; the last part brings the outcome. Whether it counts: also when it is told
    /// once more, by somebody who has not heard the answer.
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
        // Who goes on must be able to read what this one has left.
        self.plan_version = self.plan_version.max(settings.plan_version);
        self.waiting = None;
        self.count();
        self.touch(now);
        if let Some(open) = self.parts.iter().filter(|part| part.state != PartState::Done).map(|p| p.kind.stage()).min()
        {
            for part in self.parts.iter_mut().filter(|part| part.kind.stage() == open) {
                if part.state == PartState::Waiting {
                    (part.state, part.at, part.announced) = (PartState::Ready, now, false);
                }
            }
        } else {
            self.end(State::Success, now);
            self.outcome = outcome;
            self.expires = Some(now.after(settings.keep));
        }
        true
    }

    /// An attempt failed: another one later where that may help, else the job has failed. Whether it counts.
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

    /// Hands a part back undone, for no fault of its own: the attempt is not charged. `why` is noted, if there is a reason that
    /// the client should hear. Whether it counts.
    pub(crate) fn release(&mut self, lease: &Lease, delay: Duration, why: Option<Waiting>, now: Time) -> bool {
        let Ok(part) = self.held(lease) else { return false };
        part.attempt = part.attempt.saturating_sub(1);
        part.hand_back(now.after(delay));
        self.waiting = why.or(self.waiting.take());
        self.settle(now);
        true
    }

    /// Takes the leases that are over, or whose owner is dead, from who held them. How many.
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
        let mut rescued = 0;
        let mut exhausted = None;
        for part in self.parts.iter_mut().filter(|part| part.state == PartState::Running) {
            // Whoever set the clock back has made no lease longer.
            part.at = part.at.min(now.after(settings.lease));
            if part.at > leases_end && !deaths.dead.contains(&part.owner) {
                continue;
            }
            rescued += 1;
            let ran_alone = part.suspect && deaths.held.get(&part.owner) == Some(&1);
            if !ran_alone && part.spared < SPARED_MAX {
                part.attempt -= 1;
                part.spared += 1;
                part.suspect = true;
                part.hand_back(now);
            } else if part.attempt >= settings.attempts_max {
                exhausted = Some((part.kind, part.attempt));
            } else {
                part.hand_back(now.after(backoff(part.attempt, random)));
            }
        }
        match exhausted {
            Some((kind, attempts)) => {
                let message = format!("the worker died or went silent in each of {attempts} attempts (at `{kind}`)");
                // It may be the request, and it may be the machine.
                let failure = Failure { code: "worker_crashed".into(), message, layer: None, retryable: true };
                self.end_in_failure(failure, now);
            }
            None if rescued > 0 => self.settle(now),
            None => {}
        }
        rescued
    }

    /// Takes the job back, unless it has come to its end. Whether that changed anything.
    pub(crate) fn cancel(&mut self, now: Time) -> bool {
        if self.state.is_final() {
            return false;
        }
        self.end(State::Cancelled, now);
        true
    }

    /// What time alone does: an artifact expires, and a job that nobody could do for very long fails.
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

    /// Lets a job be prepared once more by a version of the program that cannot read its plan, when for a while nobody came who
    /// can: an upgrade that was taken back. Whether it does. Nothing is charged, and each time it waits twice as long, so that two
    /// versions do not undo each other's work without end.
    pub(crate) fn prepare_again(&mut self, now: Time, settings: &Settings) -> bool {
        let waits = |part: &Part| part.state == PartState::Ready && part.at <= now;
        let runs = |part: &Part| part.state == PartState::Running;
        let patience = settings.plan_wait().saturating_mul(1 << self.prepared_again.min(8));
        if self.state.is_final()
            || self.plan_version <= settings.plan_version
            || !self.parts.iter().any(waits)
            || self.parts.iter().any(runs)
            || now.since(self.changed) < patience
        {
            return false;
        }
        for part in &mut self.parts {
            if part.state == PartState::Done {
                part.attempt = part.attempt.saturating_sub(1);
            }
            part.hand_back(now);
            if part.kind.stage() > 0 {
                part.state = PartState::Waiting;
            }
            (part.done, part.key) = (0, None);
        }
        self.plan_version = 0;
        self.prepared_again += 1;
        self.settle(now);
        true
    }

    /// Moves on what it waits for, since its store was asleep for so long; by less than nothing, if it was used in the future.
    pub(crate) fn shift(&mut self, by_ms: i64) {
        if self.state == State::Success {
            self.expires = self.expires.map(|time| time.shifted(by_ms));
        } else if !self.state.is_final() {
            self.waits_from = Some(self.waits_from().shifted(by_ms));
            self.parts.iter_mut().for_each(|part| part.at = part.at.shifted(by_ms));
        }
        self.garbage = self.garbage.map(|time| time.shifted(by_ms));
    }

    fn waits_from(&self) -> Time {
        self.waits_from.unwrap_or(self.created)
    }

    /// What nobody needs of its objects has been deleted. While a lease runs, its holder may still leave one: then again.
    pub(crate) fn cleaned(&mut self, now: Time) {
        let running = self.parts.iter().filter(|part| part.state == PartState::Running && part.at > now);
        self.garbage = running.map(|part| part.at).max();
    }

    /// The keys of the objects that are still needed when the job has come to its end.
    pub(crate) fn kept_keys(&self) -> Vec<String> {
        match &self.outcome {
            Some(outcome) if self.state == State::Success => vec![outcome.key.clone(), outcome.manifest_key.clone()],
            _ => Vec::new(),
        }
    }

    /// When a part can be claimed, if ever.
    pub(crate) fn claimable_at(&self) -> Option<Time> {
        let ready = self.parts.iter().filter(|part| part.state == PartState::Ready).map(|part| part.at);
        ready.min().filter(|_| !self.state.is_final())
    }

    /// How many parts can be claimed now or later.
    pub(crate) fn ready(&self) -> usize {
        let ready = self.parts.iter().filter(|part| part.state == PartState::Ready).count();
        if self.state.is_final() { 0 } else { ready }
    }

    /// Whether nobody works on it and a part of it can be claimed, now or later.
    pub(crate) fn waits_for_a_claim(&self) -> bool {
        self.state == State::Pending && self.ready() > 0
    }

    /// The parts that somebody has a lease on.
    pub(crate) fn leases(&self) -> impl Iterator<Item = &Part> {
        let open = !self.state.is_final();
        self.parts.iter().filter(move |part| open && part.state == PartState::Running)
    }

    /// When time alone will change it.
    pub(crate) fn ages_at(&self, settings: &Settings) -> Option<Time> {
        match self.state {
            State::Success => self.expires,
            State::Pending | State::Running => Some(self.waits_from().after(settings.wait_max)),
            _ => None,
        }
    }

    /// When its request is not needed any more: as long after an end without an artifact as one would have been kept.
    pub(crate) fn request_ends_at(&self, settings: &Settings) -> Option<Time> {
        self.expires.or_else(|| Some(self.finished?.after(settings.keep))).filter(|_| self.state.is_final())
    }

    /// When even its record is forgotten.
    pub(crate) fn forgotten_at(&self, settings: &Settings) -> Option<Time> {
        let end = self.expires.or(self.finished)?;
        (self.state.is_final() && self.state != State::Success).then(|| end.after(settings.remember))
    }

    fn knows_as_finished(&self, lease: &Lease) -> bool {
        let done = |part: &Part| part.state == PartState::Done && part.token == lease.token;
        matches!(self.state, State::Running | State::Success) && self.parts.get(lease.part).is_some_and(done)
    }

    fn held(&mut self, lease: &Lease) -> Result<&mut Part, Verdict> {
        // Dropped by the control: the fencing token, and with it the check of the state.
        if crate::NAIVE {
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

    fn end_in_failure(&mut self, failure: Failure, now: Time) {
        self.end(State::Failed, now);
        self.failure = Some(failure);
    }

    fn end(&mut self, state: State, now: Time) {
        self.state = state;
        self.waiting = None;
        self.finished = Some(now);
        self.garbage = Some(now);
        self.touch(now);
    }

    /// After parts were handed back: running only while somebody works on it or has finished a part.
    fn settle(&mut self, now: Time) {
        let untouched = |part: &Part| matches!(part.state, PartState::Waiting | PartState::Ready);
        if self.parts.iter().all(untouched) {
            self.state = State::Pending;
        }
        self.touch(now);
    }

    fn count(&mut self) {
        self.frames_done = self.frames_done.max(self.parts.iter().map(|part| part.done).sum());
    }

    fn touch(&mut self, now: Time) {
        self.changed = now.max(self.changed);
        self.version += 1;
    }
}

impl Part {
    fn hand_back(&mut self, at: Time) {
        self.state = PartState::Ready;
        self.owner.clear();
        self.at = at;
        self.announced = false;
    }
}

/// The wait after so many attempts; `random` is between 0 and 1.
fn backoff(attempts: u32, random: f64) -> Duration {
    let ceiling = RETRY.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(RETRY_MAX);
    ceiling.mul_f64(0.5 + random / 2.0)
}

//! How far a job is, and what it waits for.

use super::job::Job;
use super::part::{Kind, PartState};
use super::state::State;
use super::time::Time;
use super::waiting::{Waiting, WaitsFor};

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Frames drawn; never falls.
    pub done: u32,
    /// All frames.
    pub total: u32,
    /// What is being done: `wait`, `gather`, `draw`, `assemble`, `done`.
    pub stage: &'static str,
    /// Seconds to the end, at the speed so far; unknown until frames are done, and at the end.
    pub eta_s: Option<f64>,
}

impl Job {
    /// The most attempts that any of its parts took.
    pub fn attempt(&self) -> u32 {
        self.parts.iter().map(|part| part.attempt).max().unwrap_or(0)
    }

    /// How far it is.
    pub fn progress(&self, now: Time) -> Progress {
        let total = self.parts.iter().map(|part| part.frames).sum();
        let done = if self.state == State::Success { total } else { self.frames_done };
        Progress { done, total, stage: self.stage(), eta_s: self.eta_s(done, total, now) }
    }

    /// What the job waits for: the reason that a worker noted when it last handed a part back or waited itself; without a reason, a slot.
    /// `None`: a worker works on the job and has noted no reason, or the job has ended.
    pub fn waits_for(&self) -> Option<Waiting> {
        if self.state.is_final() {
            return None;
        }
        let is = |state| self.parts.iter().any(|part| part.state == state);
        let slot = is(PartState::Ready) && !is(PartState::Running);
        self.waiting.clone().or_else(|| slot.then(|| Waiting { on: WaitsFor::Slot, reason: String::new() }))
    }

    fn stage(&self) -> &'static str {
        let open = self.parts.iter().find(|part| part.state != PartState::Done).map(|part| part.kind);
        match (self.state, open) {
            (State::Pending, _) => "wait",
            (State::Running, Some(Kind::Prepare)) => "gather",
            (State::Running, Some(Kind::Assemble)) => "assemble",
            (State::Running, _) => "draw",
            _ => "done",
        }
    }

    fn eta_s(&self, done: u32, total: u32, now: Time) -> Option<f64> {
        if self.state != State::Running || done == 0 {
            return None;
        }
        // Each missing frame takes as long as the finished frames took on average. The time since the last finished frame counts towards the
        // missing ones.
        let drawing = self.changed.since(self.started?).as_secs_f64();
        let idle = now.since(self.changed).as_secs_f64();
        Some((drawing / f64::from(done) * f64::from(total - done) - idle).max(0.0))
    }
}

//! The record of a job: plain data. What may become of it is in `states.rs`.

use super::id::JobId;
use super::time::Time;
use mapreel_spec::Purpose;
use mapreel_spec::manifest::{Artifact, Warning};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What was asked for; also the lane in which the job waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// One picture.
    Image,
    /// A film.
    Animation,
}

impl Service {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Image, Self::Animation];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Animation => "animation",
        }
    }

    /// What its requests are sent for.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Image => Purpose::Image,
            Self::Animation => Purpose::Animation,
        }
    }
}

/// The state of a job, in the words that clients see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// Nobody works on it yet, or not any more and not yet again.
    Pending,
    /// Somebody works on it, or has finished a part of it.
    Running,
    /// The artifact is there.
    Success,
    /// It could not be done.
    Failed,
    /// Somebody took it back.
    Cancelled,
    /// The artifact was there, and is gone.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Running, Self::Success, Self::Failed, Self::Cancelled, Self::Expired];

    /// Whether nothing changes any more but by time: all but pending and running.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One request and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// What was asked for.
    pub service: Service,
    /// Who sent it: the name of a key, or an address. Jobs of earlier versions are nobody's.
    #[serde(default)]
    pub owner: String,
    /// Its state.
    pub state: State,
    /// Grows with every change.
    pub version: u64,
    /// When it was accepted.
    pub created: Time,
    /// From when its waiting counts, if not from when it was accepted: time in which no process was there does not.
    #[serde(default)]
    pub waits_from: Option<Time>,
    /// The last change.
    pub changed: Time,
    /// When somebody first worked on it.
    pub started: Option<Time>,
    /// When it came to its end.
    pub finished: Option<Time>,
    /// When the artifact will be, or was, deleted.
    pub expires: Option<Time>,
    /// The parts, in the order in which they can be done.
    pub parts: Vec<Part>,
    /// The most frames that were ever done.
    pub frames_done: u32,
    /// Where its owner's turn was when a part of it was last claimed, or when it came: of one owner's jobs the least goes first.
    #[serde(default)]
    pub turn: i64,
    /// SHA-256 of the request document, in hexadecimal.
    pub request_sha256: String,
    /// Why a part of it was last handed back undone, until a part is done.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// The newest version of its plan and of what its parts have left, which who claims further parts must be able to read; 0
    /// before it was prepared.
    #[serde(default)]
    pub plan_version: u32,
    /// How often it was prepared again, since nobody came who could read its plan.
    #[serde(default)]
    pub prepared_again: u32,
    /// What came out.
    pub outcome: Option<Outcome>,
    /// Why nothing came out.
    pub failure: Option<Failure>,
    /// When objects of it that nobody needs are to be deleted.
    pub garbage: Option<Time>,
}

/// A piece of a job's work: the unit of lease, of attempt and of resume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What is to be done.
    pub kind: Kind,
    /// Frames that it draws.
    pub frames: u32,
    /// Its state.
    pub state: PartState,
    /// How often it was begun.
    pub attempt: u32,
    /// The fencing token: grows with every claim, and only its newest holder can change anything.
    pub token: u64,
    /// Who holds the lease; empty without one.
    pub owner: String,
    /// The end of the lease while it runs; the earliest next attempt while it is ready.
    pub at: Time,
    /// Frames done in this attempt.
    pub done: u32,
    /// The object that it left.
    pub key: Option<String>,
    /// Somebody died or went silent while holding it, and it may be the cause: it is to be done with nothing beside it.
    #[serde(default)]
    pub suspect: bool,
    /// Leases on it that were lost to death or silence and not charged.
    #[serde(default)]
    pub spared: u32,
    /// While it is ready: whether the broker has been told. A store without a broker does not care.
    #[serde(default)]
    pub announced: bool,
}

/// What a part does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Everything: a job that is not worth sharing out.
    Whole,
    /// What all segments share: documents, basemap, legends, palette.
    Prepare,
    /// The segment of this number, from 0.
    Segment(u32),
    /// All segments to one file.
    Assemble,
}

impl Kind {
    /// Parts of a later stage wait for all of the earlier ones.
    pub(crate) fn stage(self) -> u8 {
        match self {
            Self::Whole | Self::Prepare => 0,
            Self::Segment(_) => 1,
            Self::Assemble => 2,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Prepare => f.write_str("prepare"),
            Self::Segment(number) => write!(f, "segment-{number}"),
            Self::Assemble => f.write_str("assemble"),
        }
    }
}

/// The state of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartState {
    /// An earlier stage is not done.
    Waiting,
    /// It can be claimed.
    Ready,
    /// Somebody has a lease on it.
    Running,
    /// It is done.
    Done,
}

/// What came out of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The file.
    pub artifact: Artifact,
    /// The key of the file.
    pub key: String,
    /// The key of the manifest.
    pub manifest_key: String,
    /// What could not be drawn; the first of them, where there are very many.
    pub warnings: Vec<Warning>,
}

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitsFor {
    /// A slot that is free, when it is its turn.
    Slot,
    /// Memory that others have.
    Memory,
    /// Artifacts that cannot be written or read.
    Artifacts,
    /// An upstream that did not give what was needed; it is asked again.
    Upstream,
    /// Another attempt, after a failure here.
    Retry,
}

impl WaitsFor {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slot => "slot",
            Self::Memory => "memory",
            Self::Artifacts => "artifacts",
            Self::Upstream => "upstream",
            Self::Retry => "retry",
        }
    }
}

/// What a job waits for, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What for.
    pub on: WaitsFor,
    /// What happened, for people; empty where there is nothing to say.
    pub reason: String,
}

/// Why a job, or an attempt at a part, came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// A stable word for programs.
    pub code: String,
    /// What happened, for people.
    pub message: String,
    /// The layer that it concerns.
    pub layer: Option<String>,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

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
    /// How often its most troublesome part was begun.
    pub fn attempt(&self) -> u32 {
        self.parts.iter().map(|part| part.attempt).max().unwrap_or(0)
    }

    /// How far it is.
    pub fn progress(&self, now: Time) -> Progress {
        let total = self.parts.iter().map(|part| part.frames).sum();
        let done = if self.state == State::Success { total } else { self.frames_done };
        Progress { done, total, stage: self.stage(), eta_s: self.eta_s(done, total, now) }
    }

    /// What it waits for: what kept a part of it from being done when it was last tried, or else its turn.
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
        // As long for each frame to come as for those done, less what has gone since the last of them.
        let drawing = self.changed.since(self.started?).as_secs_f64();
        let idle = now.since(self.changed).as_secs_f64();
        Some((drawing / f64::from(done) * f64::from(total - done) - idle).max(0.0))
    }
}

//! The record of a job: plain data. Its transitions are in `states/`.

use super::id::JobId;
use super::part::Part;
use super::service::Service;
use super::state::State;
use super::time::Time;
use super::waiting::Waiting;
use mapreel_spec::manifest::{Artifact, Warning};
use serde::{Deserialize, Serialize};

/// One request and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What was asked for.
    pub service: Service,
    /// The client that sent it: the name of a key, or an address. Empty in jobs of earlier versions.
    #[serde(default)]
    pub owner: String,
    /// What its client calls it: the title of its map. None in jobs of earlier versions.
    #[serde(default)]
    pub title: Option<String>,
    /// Its state.
    pub state: State,
    /// Grows with every change.
    pub version: u64,
    /// When it was accepted.
    pub created: Time,
    /// From when the longest wait is measured; `None`: from when the job was accepted. Time in which no process used the store does not
    /// count, so the store moves this time on.
    #[serde(default)]
    pub waits_from: Option<Time>,
    /// The last change.
    pub changed: Time,
    /// When a part of it was first claimed.
    pub started: Option<Time>,
    /// When it came to its end.
    pub finished: Option<Time>,
    /// When the artifact will be, or was, deleted.
    pub expires: Option<Time>,
    /// The parts, in the order in which they can be done.
    pub parts: Vec<Part>,
    /// The most frames that were ever done.
    pub frames_done: u32,
    /// The owner's turn when a part of the job was last claimed or, before that, when the job was accepted. Of one owner's jobs, the one with
    /// the least turn goes first.
    #[serde(default)]
    pub turn: i64,
    /// SHA-256 of the request document, in hexadecimal.
    pub request_sha256: String,
    /// Why a worker last handed back a part of it, until a part is done.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// The newest version of its plan and of the objects of its parts: only a worker that can read it claims further parts. 0 before the job
    /// was prepared.
    #[serde(default)]
    pub plan_version: u32,
    /// How often it was prepared again, since no worker came that could read its plan.
    #[serde(default)]
    pub prepared_again: u32,
    /// The result of a job that succeeded.
    pub outcome: Option<Outcome>,
    /// Why the job failed.
    pub failure: Option<Failure>,
    /// When maintenance is to delete the objects of the job that are not needed any more.
    pub garbage: Option<Time>,
}

/// The result of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The file.
    pub artifact: Artifact,
    /// The key of the file.
    pub key: String,
    /// The key of the manifest.
    pub manifest_key: String,
    /// What could not be drawn; only the first ones, where there are very many.
    pub warnings: Vec<Warning>,
}

/// Why a job, or an attempt at a part, failed.
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

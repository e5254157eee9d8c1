//! What a job waits for.

use serde::{Deserialize, Serialize};

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitsFor {
    /// A free slot, when it is the turn of the job's owner.
    Slot,
    /// Memory that other parts use.
    Memory,
    /// The store of objects, which cannot be written or read now.
    Artifacts,
    /// An upstream that did not send what a layer needs; the worker sends the request again.
    Upstream,
    /// Another attempt, after a failure of this program or machine.
    Retry,
}

impl WaitsFor {
    /// Its word, which clients see.
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
    /// What happened, for people; may be empty.
    pub reason: String,
}

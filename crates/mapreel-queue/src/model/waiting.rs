//! What a job waits for.

use serde::{Deserialize, Serialize};

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitsFor {
    /// A slot that is free, when it is its turn.
    Slot,
    /// Memory that other parts have.
    Memory,
    /// Artifacts that cannot be written or read.
    Artifacts,
    /// An upstream that did not answer with what was needed; it is asked again.
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
    /// What happened, for people; empty where there is nothing to say.
    pub reason: String,
}

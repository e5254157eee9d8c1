//! The state of a job.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The state of a job, in the words that clients see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// No worker has a lease on a part of the job, and no part is done.
    Pending,
    /// A worker has a lease on a part of the job, or has finished one.
    Running,
    /// All parts are done, and the artifact is stored.
    Success,
    /// A part failed in a way that no attempt can mend, or in its last attempt; or the job took too long.
    Failed,
    /// A client cancelled the job.
    Cancelled,
    /// The job had succeeded, and its artifact was deleted when its time was over.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Running, Self::Success, Self::Failed, Self::Cancelled, Self::Expired];

    /// Whether the job has ended: in all states but pending and running. Only time changes a final state.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    /// Its word, which clients see.
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

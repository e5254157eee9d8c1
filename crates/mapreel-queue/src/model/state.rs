//! The state of a job.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The state of a job, in the words that clients see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// No worker has a lease on a part of it, and none is done.
    Pending,
    /// A worker has a lease on a part of it, or has finished one.
    Running,
    /// The artifact is there.
    Success,
    /// A part of it failed for good, or it took too long.
    Failed,
    /// A client took it back.
    Cancelled,
    /// The artifact was there, and was deleted when its time was over.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Running, Self::Success, Self::Failed, Self::Cancelled, Self::Expired];

    /// Whether only time changes it any more: of all states but pending and running.
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

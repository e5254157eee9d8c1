//! The parts of a job.

use super::time::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A piece of a job's work: the unit of lease, of attempt and of resume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What the part does.
    pub kind: Kind,
    /// Frames that it draws.
    pub frames: u32,
    /// Its state.
    pub state: PartState,
    /// How often it was claimed, less the claims that are not charged.
    pub attempt: u32,
    /// The fencing token: grows with every claim, and only the holder of the newest token can change the part.
    pub token: u64,
    /// The handle that holds the lease; empty without a lease.
    pub owner: String,
    /// While the part is running: the end of its lease. While it is ready: the earliest time of the next claim.
    pub at: Time,
    /// Frames done in this attempt.
    pub done: u32,
    /// The key of the object that the part has stored, once it is done.
    pub key: Option<String>,
    /// A worker died or went silent while it held the part, and the part may be the cause: it is claimed exclusively next time, with no
    /// other part in the same process.
    #[serde(default)]
    pub suspect: bool,
    /// How many leases on it were lost to a worker's death or silence without being charged as an attempt.
    #[serde(default)]
    pub spared: u32,
    /// While the part is ready: whether the broker has confirmed its message. Only a store with a broker reads this.
    #[serde(default)]
    pub announced: bool,
}

/// What a part does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The whole work of a job that is too short to be split into segments.
    Whole,
    /// Prepares what all segments share: documents, basemap, legends, palette.
    Prepare,
    /// Draws the segment with this number, from 0.
    Segment(u32),
    /// Joins all segments to one file.
    Assemble,
}

impl Kind {
    /// The stage of the part. Parts of a stage wait until all parts of the earlier stages are done.
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
    /// A part of an earlier stage is not done.
    Waiting,
    /// It can be claimed.
    Ready,
    /// A worker has a lease on it.
    Running,
    /// It is done.
    Done,
}

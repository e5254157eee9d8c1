//! The parts of a job.

use super::time::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A piece of a job's work: the unit of lease, of attempt and of resume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What is to be done.
    pub kind: Kind,
    /// Frames that it draws.
    pub frames: u32,
    /// Its state.
    pub state: PartState,
    /// How often it was claimed, less the claims that are not charged.
    pub attempt: u32,
    /// The fencing token: grows with every claim, and only its newest holder can change anything.
    pub token: u64,
    /// The handle that holds the lease; empty without one.
    pub owner: String,
    /// The end of the lease while it runs; the earliest next attempt while it is ready.
    pub at: Time,
    /// Frames done in this attempt.
    pub done: u32,
    /// The key of the object that it left, once it is done.
    pub key: Option<String>,
    /// A worker died or went silent while it held the part, and the part may be the cause: it is claimed exclusively next time, with no
    /// other part in the same process.
    #[serde(default)]
    pub suspect: bool,
    /// How many leases on it were lost to a worker's death or silence without being charged as an attempt.
    #[serde(default)]
    pub spared: u32,
    /// While it is ready: whether the broker has confirmed its message. Only a store with a broker looks at it.
    #[serde(default)]
    pub announced: bool,
}

/// What a part does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Everything: of a job that is too short to be shared.
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
    /// A worker has a lease on it.
    Running,
    /// It is done.
    Done,
}

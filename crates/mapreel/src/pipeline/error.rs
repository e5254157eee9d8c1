//! The error of all stages of the pipeline.

use mapreel_render::Stopped;
use mapreel_spec::{FramesUnknown, Problems};

/// Why a stage, and so the whole run, failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A layer that must not be missing is missing.
    #[error("layer `{layer}`{place}: {why}")]
    Layer {
        /// The layer's name.
        layer: String,
        /// The frame, in words.
        place: String,
        /// What happened.
        why: String,
        /// Whether the same request may succeed later.
        may_pass: bool,
    },
    /// The frames of the film are not known.
    #[error("{why}")]
    Frames {
        /// What happened.
        why: FramesUnknown,
        /// Whether the same request may succeed later.
        may_pass: bool,
    },
    /// The plan exceeds the limits.
    #[error(transparent)]
    Invalid(#[from] Problems),
    /// Others use the memory that the plan needs.
    #[error("it needs up to {mib} MiB of memory, and others have most of the {all_mib} MiB that there are for drawing")]
    NoMemory {
        /// The memory that the plan needs, in MiB.
        mib: u64,
        /// All memory for drawing, in MiB.
        all_mib: u64,
    },
    /// The stop token was cancelled.
    #[error("it was stopped")]
    Stopped,
    /// A failure of this machine, such as a full disk.
    #[error("{0:#}")]
    Machine(#[from] anyhow::Error),
}

impl From<Stopped> for Error {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<mapreel_render::Error> for Error {
    fn from(error: mapreel_render::Error) -> Self {
        match error {
            mapreel_render::Error::Stopped(_) => Self::Stopped,
            error => Self::Machine(anyhow::Error::new(error).context("cannot encode")),
        }
    }
}

//! Why a stage, and with it the whole, came to nothing. It stands below all stages, which share it.

use mapreel_render::Stopped;
use mapreel_spec::{FramesUnknown, Problems};

/// Why nothing was produced.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A layer that must not be missing is missing.
    #[error("layer `{layer}`{place}: {why}")]
    Layer {
        /// The layer's name.
        layer: String,
        /// Which frame, in words.
        place: String,
        /// What happened.
        why: String,
        /// Whether the same may succeed later.
        may_pass: bool,
    },
    /// Which frames there are is not known.
    #[error("{why}")]
    Frames {
        /// What happened.
        why: FramesUnknown,
        /// Whether the same may succeed later.
        may_pass: bool,
    },
    /// The plan exceeds the limits.
    #[error(transparent)]
    Invalid(#[from] Problems),
    /// Others have the memory that the plan needs.
    #[error("it needs up to {mib} MiB of memory, and others have most of the {all_mib} MiB that there are for drawing")]
    NoMemory {
        /// What it needs, in MiB.
        mib: u64,
        /// What there is for drawing, in MiB.
        all_mib: u64,
    },
    /// The word to stop has come.
    #[error("it was stopped")]
    Stopped,
    /// This machine could not do it.
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

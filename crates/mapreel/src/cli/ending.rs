//! How a command ends.

/// How a command ended, when it did not fail.
pub(crate) enum Ending {
    Done,
    /// The request is not valid; all problems were printed.
    Invalid,
    /// Done, but something is missing; all warnings were printed.
    Warned,
    /// A long-lived task of the service was lost.
    TaskLost,
}

/// The command line is not valid; the text says why, and what to do instead.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub String);

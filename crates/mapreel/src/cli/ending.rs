//! How a command ends.

/// How a command ended, when it did not fail.
pub(crate) enum Ending {
    Done,
    /// The request is not valid; everything has been said.
    Invalid,
    /// Done, but something is missing; everything has been said.
    Warned,
    /// A long-lived task of the service could not be kept alive.
    TaskLost,
}

/// Something on the command line that is not valid, and what to do instead.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub String);

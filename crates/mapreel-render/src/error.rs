//! Why something could not be drawn or encoded.

/// Why something could not be drawn or encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An encoder refused.
    #[error("the {format} encoder failed: {reason}")]
    Encode {
        /// The format.
        format: &'static str,
        /// What the encoder says.
        reason: String,
    },
    /// The stop token is set: the caller no longer wants the result.
    #[error(transparent)]
    Stopped(#[from] crate::stop::Stopped),
    /// A segment that was not made by this version's encoder of this format.
    #[error("a segment is broken: {0}")]
    Segment(&'static str),
    /// The file could not be written, or a segment not be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Wraps an encoder's error.
pub(crate) fn encode<E: std::fmt::Display>(format: &'static str) -> impl Fn(E) -> Error {
    move |error| Error::Encode { format, reason: error.to_string() }
}

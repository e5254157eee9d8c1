//! Why the times of a server are not known.

/// Why the times of a server are not known, although it has some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownTimes {
    /// The server names neither the first nor the last moment.
    #[error("the server does not say from when to when it has data")]
    NoEnds,
    /// The server names the first and the last moment, but no step between them.
    #[error("the {named_by} says that its times lie between {first} and {last}, and not which they are")]
    OnlyEnds {
        /// What names the times: a `server` or a `collection`.
        named_by: &'static str,
        /// The first moment, in words.
        first: String,
        /// The last moment, in words.
        last: String,
    },
}

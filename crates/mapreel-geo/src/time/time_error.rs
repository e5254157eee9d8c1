//! Why a text is not a time, a period or a time axis.

/// Why a text is not a time or a time axis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a time.
    #[error("`{0}` is not a time")]
    NotATime(String),
    /// Not a strftime pattern.
    #[error("`{0}` is not a time pattern")]
    NotAPattern(String),
    /// An interval needs start, end and step.
    #[error("`{0}` is not an interval")]
    NotAnInterval(String),
    /// The step is not an ISO 8601 duration, or is zero.
    #[error("`{0}` is not a time step")]
    NotAStep(String),
    /// The end lies before the start.
    #[error("the interval ends before it starts")]
    Backwards,
    /// More times than allowed.
    #[error("more than {0} times")]
    TooMany(usize),
    /// A period that is too long.
    #[error("`{0}` is longer than 10000 years")]
    TooLong(String),
    /// An interval of more steps than can be counted.
    #[error("the interval has more steps than can be counted")]
    TooFine,
    /// A document, or an axis, with more entries than are read.
    #[error("more than {0} {1}")]
    TooManyEntries(usize, &'static str),
}

impl TimeError {
    pub(crate) fn not_a_time(text: &str) -> Self {
        Self::NotATime(shortened(text))
    }

    pub(crate) fn not_an_interval(text: &str) -> Self {
        Self::NotAnInterval(shortened(text))
    }

    pub(crate) fn not_a_step(text: &str) -> Self {
        Self::NotAStep(shortened(text))
    }

    pub(crate) fn too_long(text: &str) -> Self {
        Self::TooLong(shortened(text))
    }

    /// What to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::NotATime(_) => "write it like 2020-08-30T12:00:00Z".into(),
            Self::NotAPattern(_) => "write it like %Y%m%d%H%M".into(),
            Self::NotAnInterval(_) => "write it like 2018-01-01/2019-12-01/P1M".into(),
            Self::NotAStep(_) => "an ISO 8601 duration such as PT6H, P1D or P1M".into(),
            Self::Backwards => "put the earlier time first".into(),
            Self::TooMany(_) | Self::TooFine => "use a longer step or a shorter interval".into(),
            Self::TooLong(_) => "an ISO 8601 duration such as PT6H, P1D or P1M".into(),
            Self::TooManyEntries(..) => "intervals such as 2018-01-01/2019-12-01/P1M instead of a list".into(),
        }
    }
}

/// A text of a user or a server, cut to the length that fits in a message.
pub fn shortened(text: &str) -> String {
    const CHARACTERS_MAX: usize = 60;
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

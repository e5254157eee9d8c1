//! Why an upstream gave nothing usable.

use std::time::Duration;

/// Why an upstream gave nothing usable. The messages name the host and never the query, which may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be asked for.
    #[error("`{0}` is not an http or https URL")]
    BadUrl(String),
    /// The address may not be asked; see [`Egress`](crate::policy::egress::Egress).
    #[error("`{host}` {what}")]
    Refused {
        /// Host and port as they were asked for; never the addresses behind a name, which are no stranger's business.
        host: String,
        /// Why not.
        what: &'static str,
    },
    /// A credential that is not there, or not for this host.
    #[error("`{host}` is to be asked with the credential {what}")]
    NoCredential {
        /// Host and port.
        host: String,
        /// Which, and why not.
        what: String,
    },
    /// No connection, or it broke before an answer.
    #[error("`{host}` could not be reached: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// The answer, or its end, did not come within the time.
    #[error("`{host}` did not answer in time: {what}")]
    TimedOut {
        /// Host and port.
        host: String,
        /// What was missing at the end of the time.
        what: String,
    },
    /// The answer ended before its end.
    #[error("the answer of `{host}` was cut off")]
    CutOff {
        /// Host and port.
        host: String,
    },
    /// An HTTP status that is not a success.
    #[error("`{host}` answered with status {status}{}", quoted(.text))]
    Status {
        /// Host and port.
        host: String,
        /// The status.
        status: u16,
        /// What the body says, shortened.
        text: String,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// An error that a server reports in its own words, with whatever status: the exception of a WMS, the error of an ArcGIS or OGC API.
    #[error("`{host}` answered with an exception{}", quoted(.text))]
    Exception {
        /// Host and port.
        host: String,
        /// Code and text of the exception.
        text: String,
        /// The HTTP status, or that which the report names where it came with a success.
        status: u16,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Something that was not asked for.
    #[error("`{host}` answered with {found} instead of {wanted}{}", quoted(.text))]
    WrongKind {
        /// Host and port.
        host: String,
        /// What came.
        found: &'static str,
        /// What was asked for.
        wanted: &'static str,
        /// What it says, shortened.
        text: String,
    },
    /// More bytes than allowed.
    #[error("the answer of `{host}` is larger than {max} bytes")]
    TooLarge {
        /// Host and port.
        host: String,
        /// The limit.
        max: usize,
    },
    /// A flood of small things that costs more than any answer does.
    #[error("`{host}` sends {what}")]
    Flood {
        /// Host and port.
        host: String,
        /// What comes.
        what: &'static str,
    },
    /// Too many redirects, or one that is not followed.
    #[error("`{host}` redirects {0}", .what)]
    Redirect {
        /// Host and port.
        host: String,
        /// How.
        what: String,
    },
    /// The host failed so often that it is left alone for a while.
    #[error("`{host}` failed {failures} times in a row and is left alone for now")]
    LeftAlone {
        /// Host and port.
        host: String,
        /// How often.
        failures: u32,
    },
    /// What an earlier request for the same had come to, in words.
    #[error("{0}")]
    Recorded(String),
    /// A picture of more pixels than allowed.
    #[error("a picture of {width} × {height} pixels is too large; the limit is {max} million pixels")]
    TooManyPixels {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// The limit, in millions.
        max: u64,
    },
    /// A picture of another size than was asked for: what its server says it drew is then not what it drew.
    #[error("the picture has {width} × {height} pixels; {} × {} were asked for", .asked[0], .asked[1])]
    WrongSize {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// Width and height that were asked for, in pixels.
        asked: [u32; 2],
    },
    /// A picture of many more pixels than its place has.
    #[error("the picture has {width} × {height} pixels; at most {} × {} are taken for its place", .most[0], .most[1])]
    TooLargeForItsPlace {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
        /// The most, in pixels.
        most: [u32; 2],
    },
    /// A picture that cannot be read.
    #[error("a {format} picture is broken: {reason}")]
    BrokenPicture {
        /// PNG, JPEG, WebP or GIF.
        format: &'static str,
        /// What the decoder says.
        reason: String,
    },
}

impl Error {
    /// Whether nobody was asked, because nobody may be.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::BadUrl(_) | Self::Refused { .. } | Self::NoCredential { .. })
    }

    /// Whether the server has answered, with something that was not wanted.
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::Exception { .. } | Self::WrongKind { .. })
    }

    /// Whether asking again may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::CutOff { .. } | Self::LeftAlone { .. } => true,
            Self::Status { status, .. } | Self::Exception { status, .. } => {
                matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
            }
            _ => false,
        }
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

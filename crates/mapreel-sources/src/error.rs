//! Why a request to an upstream gave nothing usable.

use std::time::Duration;

/// Why a request to an upstream gave nothing usable. The messages name the host but never the query, which may have secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL cannot be asked for.
    #[error("`{0}` is not an http or https URL")]
    BadUrl(String),
    /// The address may not be asked; see [`Egress`](crate::policy::egress::Egress).
    #[error("`{host}` {what}")]
    Refused {
        /// Host and port as in the URL; never the addresses of a name, which clients must not learn.
        host: String,
        /// Why not.
        what: &'static str,
    },
    /// The request names a credential that the operator has not configured, or not for this host.
    #[error("`{host}` is to be asked with the credential {what}")]
    NoCredential {
        /// Host and port.
        host: String,
        /// Which credential, and why it is not sent.
        what: String,
    },
    /// The connection could not be made, or broke before an answer.
    #[error("`{host}` could not be reached: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// The whole answer did not arrive in time.
    #[error("`{host}` did not answer in time: {what}")]
    TimedOut {
        /// Host and port.
        host: String,
        /// What was missing at the end of the time.
        what: String,
    },
    /// The connection ended before the end of the answer.
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
    /// An error that a server reports in the body, with any HTTP status: the exception of a WMS, the error of an ArcGIS server or OGC API.
    #[error("`{host}` answered with an exception{}", quoted(.text))]
    Exception {
        /// Host and port.
        host: String,
        /// Code and text of the exception.
        text: String,
        /// The HTTP status; if it is a success, the status that the body reports.
        status: u16,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The answer is of another kind than was asked for.
    #[error("`{host}` answered with {found} instead of {wanted}{}", quoted(.text))]
    WrongKind {
        /// Host and port.
        host: String,
        /// The kind of the answer.
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
    /// So many small pieces that they cost more time than an answer is worth.
    #[error("`{host}` sends {what}")]
    Flood {
        /// Host and port.
        host: String,
        /// The kind of the pieces.
        what: &'static str,
    },
    /// Too many redirects, or one that is not followed.
    #[error("`{host}` redirects {0}", .what)]
    Redirect {
        /// Host and port.
        host: String,
        /// Where the redirect leads, or that there were too many.
        what: String,
    },
    /// The host failed so often that it rests: for a while it gets no requests (circuit breaker).
    #[error("`{host}` failed {failures} times in a row and is left alone for now")]
    HostRests {
        /// Host and port.
        host: String,
        /// The number of failures in a row.
        failures: u32,
    },
    /// The error of the same request in an earlier run, as recorded text.
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
    /// A picture of another size than was asked for, so it does not show the area that was asked for.
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
        /// The largest width and height, in pixels.
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
    /// Whether no request was sent, because the URL, the upstream or the credential is not allowed.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::BadUrl(_) | Self::Refused { .. } | Self::NoCredential { .. })
    }

    /// Whether the server has answered, but not with what was wanted.
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::Status { .. } | Self::Exception { .. } | Self::WrongKind { .. })
    }

    /// Whether asking again may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::CutOff { .. } | Self::HostRests { .. } => true,
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

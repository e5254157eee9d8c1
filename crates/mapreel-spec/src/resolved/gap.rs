//! Gaps: why a layer in a frame is not what the request names.

use serde::{Deserialize, Serialize};

/// Why a layer in a frame is not what the request names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What the frame shows instead.
    pub kind: GapKind,
    /// The reason, for readers of the picture.
    pub cause: Cause,
    /// The whole reason, for the client. It may quote a server, so it is in the manifest and in warnings, never on the
    /// picture.
    pub why: String,
}

/// What the frame shows instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GapKind {
    /// Nothing, or only a part.
    Missing,
    /// The picture of an earlier frame.
    Held {
        /// The index of that frame, from 0.
        from: usize,
    },
    /// The picture of this time, which is empty.
    Empty,
    /// Nothing: the layer lies outside the map.
    Outside,
}

/// The reason of a gap, for readers of the picture. It never quotes a server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// The source sent nothing that can be drawn.
    Unavailable,
    /// The source sent a part of it.
    Incomplete,
    /// The source has no data for a time or for a value of another dimension.
    NoData {
        /// The time or the value, as the header shows it.
        of: String,
    },
}

impl Gap {
    /// Nothing is shown: the source sent nothing that can be drawn.
    pub fn missing(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Missing, cause: Cause::Unavailable, why: why.into() }
    }

    /// A part is not shown.
    pub fn incomplete(why: impl Into<String>) -> Self {
        Self { cause: Cause::Incomplete, ..Self::missing(why) }
    }

    /// Nothing is shown: the source has no data for `of`, a time or a value as the header shows it.
    pub fn no_data(of: String, why: impl Into<String>) -> Self {
        Self { cause: Cause::NoData { of }, ..Self::missing(why) }
    }

    /// The picture is shown, and it is empty.
    pub fn empty(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Empty, ..Self::missing(why) }
    }

    /// Nothing is shown, because the layer lies outside the map.
    pub fn outside(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Outside, ..Self::missing(why) }
    }

    /// Whether the layer is missing, or missing in part.
    pub fn is_lack(&self) -> bool {
        matches!(self.kind, GapKind::Missing | GapKind::Outside)
    }
}

//! What a layer's picture is instead of what was asked for.

use serde::{Deserialize, Serialize};

/// Why a layer in a frame is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What is shown instead.
    pub kind: GapKind,
    /// What readers of the picture are told of the reason.
    pub cause: Cause,
    /// The whole reason, for who made the request: it may quote a server. The manifest and the warnings have it, the picture
    /// never.
    pub why: String,
}

/// What is shown instead of what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GapKind {
    /// Nothing, or not all of it.
    Missing,
    /// What an earlier frame shows.
    Held {
        /// The index of that frame, from 0.
        from: usize,
    },
    /// The picture of this time, in which there is nothing.
    Empty,
    /// Nothing: the layer has nothing at the place that the map shows.
    Outside,
}

/// Why there is a gap, as far as it concerns readers of the picture. Nothing in it is a server's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// Its source gave nothing that can be drawn.
    Unavailable,
    /// Its source gave a part of it.
    Incomplete,
    /// Its source has no data for a time or for a value of another dimension.
    NoData {
        /// The time or the value, as the header shows it.
        of: String,
    },
}

impl Gap {
    /// Nothing is shown: the source gave nothing that can be drawn.
    pub fn missing(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Missing, cause: Cause::Unavailable, why: why.into() }
    }

    /// A part is not shown.
    pub fn incomplete(why: impl Into<String>) -> Self {
        Self { cause: Cause::Incomplete, ..Self::missing(why) }
    }

    /// Nothing is shown: there are no data for a time or a value, as the header shows it.
    pub fn no_data(of: String, why: impl Into<String>) -> Self {
        Self { cause: Cause::NoData { of }, ..Self::missing(why) }
    }

    /// The picture is shown, and there is nothing in it.
    pub fn empty(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Empty, ..Self::missing(why) }
    }

    /// Nothing is shown, because the layer has nothing at the place of the map.
    pub fn outside(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Outside, ..Self::missing(why) }
    }

    /// Whether the layer is not shown, or not all of it.
    pub fn is_lack(&self) -> bool {
        matches!(self.kind, GapKind::Missing | GapKind::Outside)
    }
}

//! What a layer's picture is instead of what was asked for.

use serde::{Deserialize, Serialize};

/// Why a layer in a frame is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What is shown instead.
    pub kind: GapKind,
    /// Why, for people.
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

impl Gap {
    /// Nothing is shown, or not all of it.
    pub fn missing(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Missing, why: why.into() }
    }

    /// Nothing is shown, because the layer has nothing at the place of the map.
    pub fn outside(why: impl Into<String>) -> Self {
        Self { kind: GapKind::Outside, why: why.into() }
    }

    /// Whether the layer is not shown, or not all of it.
    pub fn is_lack(&self) -> bool {
        matches!(self.kind, GapKind::Missing | GapKind::Outside)
    }
}

//! How the page looks.

use crate::schema::words::words;
use serde::{Deserialize, Serialize};

/// How the page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Design {
    /// Where legends stand.
    pub legend: LegendPlace,
}

/// Where legends stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LegendPlace {
    /// Where they take the least of the map.
    #[default]
    Auto,
    /// Right of the map.
    Right,
    /// Below the map.
    Bottom,
    /// On a plate in the upper left corner of the map.
    InsideTopLeft,
    /// On a plate in its upper right corner.
    InsideTopRight,
    /// On a plate in its lower left corner.
    InsideBottomLeft,
    /// On a plate in its lower right corner.
    InsideBottomRight,
    /// Nowhere.
    None,
}

words! {
    LegendPlace:
    "auto" => Auto,
    "right" => Right,
    "bottom" => Bottom,
    "inside-top-left" => InsideTopLeft,
    "inside-top-right" => InsideTopRight,
    "inside-bottom-left" => InsideBottomLeft,
    "inside-bottom-right" => InsideBottomRight,
    "none" => None,
}

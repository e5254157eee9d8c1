//! The design of the page.

use crate::schema::words::words;
use serde::{Deserialize, Serialize};

/// The design of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Design {
    /// The place of the legends.
    pub legend: LegendPlace,
}

/// The place of the legends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LegendPlace {
    /// Right of the map or below it, where they leave the larger map.
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
    /// No legends.
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

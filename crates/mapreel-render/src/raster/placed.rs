//! A picture in its place on the map.

use super::raster::Raster;

/// A picture and the place of its upper left corner on the map, in pixels.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The pixels.
    pub raster: Raster,
    /// Columns from the map's left edge; may be negative.
    pub x: i64,
    /// Rows from the map's upper edge; may be negative.
    pub y: i64,
}

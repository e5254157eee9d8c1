//! The tile matrix sets: two of the common ones (OGC 17-083r2, annex D), nine tile matrices of each.

use crate::data::mercator::HALF_WORLD_M;
use crate::picture::view::{Projection, View};

/// The side of a tile in pixels.
pub(crate) const TILE_PX: u32 = 256;
/// The tile matrices of each tile matrix set, the first of which is 0.
pub(crate) const TILE_MATRICES: u32 = 9;

/// A tile matrix set.
pub(crate) struct TileMatrixSet {
    /// The name in requests.
    pub(crate) name: &'static str,
    pub(crate) crs: &'static str,
    pub(crate) scale_set: &'static str,
    projection: Projection,
    /// The upper left corner of the world in the CRS. The origin is the middle of the world.
    pub(crate) top_left: [f64; 2],
    /// The scale denominator of the first tile matrix, for pixels of 0.28 mm.
    scale_denominator: f64,
    /// Columns and rows of the first tile matrix.
    size: [u32; 2],
}

/// All tile matrix sets.
pub(crate) static TILE_MATRIX_SETS: [TileMatrixSet; 2] = [
    TileMatrixSet {
        name: "GoogleMapsCompatible",
        crs: "urn:ogc:def:crs:EPSG::3857",
        scale_set: "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible",
        projection: Projection::Mercator,
        top_left: [-HALF_WORLD_M, HALF_WORLD_M],
        scale_denominator: 559_082_264.028_717_8,
        size: [1, 1],
    },
    TileMatrixSet {
        name: "WorldCRS84Quad",
        crs: "urn:ogc:def:crs:OGC:1.3:CRS84",
        scale_set: "urn:ogc:def:wkss:OGC:1.0:GoogleCRS84Quad",
        projection: Projection::Degrees,
        top_left: [-180.0, 90.0],
        scale_denominator: 279_541_132.014_358_9,
        size: [2, 1],
    },
];

impl TileMatrixSet {
    /// A tile matrix set by its name.
    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        TILE_MATRIX_SETS.iter().find(|set| set.name == name)
    }

    /// The scale denominator of a tile matrix.
    pub(crate) fn scale_denominator(&self, level: u32) -> f64 {
        self.scale_denominator / f64::from(1u32 << level)
    }

    /// Columns and rows of a tile matrix.
    pub(crate) fn size(&self, level: u32) -> [u32; 2] {
        self.size.map(|count| count << level)
    }

    /// What a tile shows; `None` if there is no such tile matrix, or the tile lies outside it.
    pub(crate) fn view(&self, level: u32, column: u32, row: u32) -> Option<View> {
        if level >= TILE_MATRICES || column >= self.size(level)[0] || row >= self.size(level)[1] {
            return None;
        }
        let [left, top] = self.top_left;
        let side = -2.0 * left / f64::from(self.size(level)[0]);
        let (min_x, max_y) = (left + side * f64::from(column), top - side * f64::from(row));
        View::new(self.projection, [min_x, max_y - side, min_x + side, max_y], TILE_PX, TILE_PX)
    }
}

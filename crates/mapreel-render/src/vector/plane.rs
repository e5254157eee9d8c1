//! The map's plane: from longitudes and latitudes to pixels and back.

use mapreel_geo::Extent;
use mapreel_spec::geojson::Position;

/// What rounding may add to the latitude of a pole.
const POLE_DEG: f64 = 1e-9;

/// The map's CRS with its origin at the map's upper left corner, and the pixel as its unit.
pub(crate) struct Plane {
    map: Extent,
    per_x: f64,
    per_y: f64,
}

impl Plane {
    pub(crate) fn new(map: &Extent) -> Self {
        let [rx, ry] = map.resolution();
        Self { map: *map, per_x: 1.0 / rx, per_y: 1.0 / ry }
    }

    /// Pixels from the map's upper left corner; `None` where the projection is undefined.
    pub(crate) fn pixel(&self, place: Position) -> Option<[f64; 2]> {
        let [x, y] = self.map.crs.forward(place)?;
        Some([(x - self.map.bbox.min_x) * self.per_x, (self.map.bbox.max_y - y) * self.per_y])
    }

    /// The longitude and latitude at a pixel; `None` off the globe: outside the projection's area, or beyond a pole.
    pub(crate) fn place(&self, [x, y]: [f64; 2]) -> Option<Position> {
        let on_plane = [self.map.bbox.min_x + x / self.per_x, self.map.bbox.max_y - y / self.per_y];
        self.map.crs.inverse(on_plane).filter(|[_, lat]| lat.abs() <= 90.0 + POLE_DEG)
    }

    /// Width and height in pixels.
    pub(crate) fn size(&self) -> [f64; 2] {
        [self.map.width.into(), self.map.height.into()]
    }

    /// Whether meridians and parallels are upright and level lines.
    pub(crate) fn is_cylindrical(&self) -> bool {
        self.map.crs.is_cylindrical()
    }

    /// Whether a line that is straight in degrees may be a curve on the map.
    pub(crate) fn bends(&self) -> bool {
        self.map.crs != mapreel_geo::Crs::Geographic
    }

    /// The meridian opposite to which a projection is cut, in degrees.
    pub(crate) fn central_meridian(&self) -> f64 {
        self.map.crs.central_meridian()
    }

    /// Degrees of a great circle, or of longitude at the equator, that one pixel spans.
    pub(crate) fn degrees_per_pixel(&self) -> f64 {
        self.map.degrees_per_pixel()
    }
}

/// How far two pixels are apart.
pub(crate) fn distance([x0, y0]: [f64; 2], [x1, y1]: [f64; 2]) -> f64 {
    (x1 - x0).hypot(y1 - y0)
}

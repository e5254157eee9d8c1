//! Which part of the world a picture shows, and how large it is.

use crate::data::land::Corner;
use crate::data::mercator;

/// The longest side of a picture, in pixels.
pub(crate) const SIDE_PX_MAX: u32 = 2048;
/// The largest coordinate that is read, in degrees or metres: larger than any on a map, and small enough to calculate with.
const COORDINATE_MAX: f64 = 1e9;
/// The least extent of a picture, in degrees or metres.
const SPAN_MIN: f64 = 1e-7;
/// How far from Greenwich the world is repeated, in degrees: one more world on each side.
pub(crate) const LONGITUDE_MAX_DEG: f64 = 540.0;

/// A system of coordinates in which maps are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Projection {
    /// Longitude and latitude (EPSG:4326, CRS:84).
    Degrees,
    /// Web Mercator (EPSG:3857).
    Mercator,
}

/// A part of the world, and the pixels that it is drawn on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    projection: Projection,
    west: f64,
    east: f64,
    /// In degrees of latitude, or on the axis of [`mercator`].
    bottom: f64,
    top: f64,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl View {
    /// What lies between two corners, given as x and y of each, in degrees or in metres. `None` if they enclose nothing, or are larger
    /// than any coordinate of a map, or if a side has no pixel or more than 2048.
    pub(crate) fn new(projection: Projection, corners: [f64; 4], width: u32, height: u32) -> Option<Self> {
        let [min_x, min_y, max_x, max_y] = corners;
        let is_finite = corners.iter().all(|c| c.abs() <= COORDINATE_MAX);
        let has_area = max_x - min_x >= SPAN_MIN && max_y - min_y >= SPAN_MIN;
        let has_pixels = [width, height].iter().all(|side| (1..=SIDE_PX_MAX).contains(side));
        let degrees = |c: f64| match projection {
            Projection::Degrees => c,
            Projection::Mercator => mercator::degrees(c),
        };
        let [west, bottom, east, top] = [min_x, min_y, max_x, max_y].map(degrees);
        (is_finite && has_area && has_pixels).then_some(Self { projection, west, east, bottom, top, width, height })
    }

    /// The longitude of the middle of a column, in degrees; `None` beyond the repeated worlds.
    pub(crate) fn longitude(&self, column: u32) -> Option<f64> {
        let longitude = self.west + (self.east - self.west) * (f64::from(column) + 0.5) / f64::from(self.width);
        (longitude.abs() <= LONGITUDE_MAX_DEG).then_some(longitude)
    }

    /// The latitude of the middle of a row, in degrees; the row may be the one below the picture. `None` beyond the poles.
    pub(crate) fn latitude(&self, row: u32) -> Option<f64> {
        let place = self.top - (self.top - self.bottom) * (f64::from(row) + 0.5) / f64::from(self.height);
        match self.projection {
            Projection::Degrees => Some(place).filter(|latitude| latitude.abs() <= 90.0),
            // What lies beyond the square world is blank.
            Projection::Mercator => Some(place).filter(|place| place.abs() <= 180.0).map(mercator::latitude),
        }
    }

    /// Where a corner lies, `turn` degrees farther east: to the right and down, in pixels.
    pub(crate) fn pixel(&self, corner: &Corner, turn: f64) -> (f64, f64) {
        let place = match self.projection {
            Projection::Degrees => corner.latitude,
            Projection::Mercator => corner.mercator,
        };
        self.pixel_of(corner.longitude + turn, place)
    }

    fn pixel_of(&self, longitude: f64, place: f64) -> (f64, f64) {
        let right = (longitude - self.west) / (self.east - self.west) * f64::from(self.width);
        (right, (self.top - place) / (self.top - self.bottom) * f64::from(self.height))
    }

    /// The rows, from the top, between two latitudes in degrees; they may lie outside the picture.
    pub(crate) fn rows(&self, south: f64, north: f64) -> (f64, f64) {
        let place = |latitude| match self.projection {
            Projection::Degrees => latitude,
            Projection::Mercator => mercator::of_latitude(latitude),
        };
        (self.pixel_of(0.0, place(north)).1, self.pixel_of(0.0, place(south)).1)
    }

    /// The copies of the world, as degrees to turn by, in which some of what lies between two longitudes is seen in the picture.
    pub(crate) fn turns(&self, west: f64, east: f64) -> impl Iterator<Item = f64> + '_ {
        let is_seen = move |turn: &f64| west + turn < self.east && east + turn > self.west;
        [-360.0, 0.0, 360.0].into_iter().filter(is_seen)
    }
}

#[cfg(test)]
mod tests {
    use super::{Projection, View};

    const WORLD: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];

    #[test]
    fn the_place_of_a_pixel_is_its_middle() {
        let view = View::new(Projection::Degrees, WORLD, 360, 180).unwrap();
        assert_eq!((view.longitude(0), view.latitude(0)), (Some(-179.5), Some(89.5)));
        assert_eq!((view.longitude(359), view.latitude(179)), (Some(179.5), Some(-89.5)));
        assert_eq!(view.latitude(180), None);
    }

    #[test]
    fn a_view_without_area_or_pixels_is_refused() {
        let none = |corners, width, height| View::new(Projection::Degrees, corners, width, height).is_none();
        assert!(none(WORLD, 0, 1) && none(WORLD, 1, 4097));
        assert!(none([0.0, 0.0, 0.0, 1.0], 1, 1) && none([1.0, 0.0, 0.0, 1.0], 1, 1));
        assert!(none([f64::NAN, 0.0, 1.0, 1.0], 1, 1) && none([0.0, 0.0, f64::INFINITY, 1.0], 1, 1));
    }
}

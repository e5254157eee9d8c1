//! The vertical axis of the spherical Mercator projection (EPSG:3857), in degrees of its equator: the square world ends at ±180.

/// Metres of EPSG:3857 from the equator's middle to the end of the world.
pub(crate) const HALF_WORLD_M: f64 = 20_037_508.342_789_244;
/// The latitude beyond which the projection is cut, in degrees: far beyond every map, but at a finite place.
const LATITUDE_MAX_DEG: f64 = 89.999;

/// Where a latitude lies on the axis; latitudes near the poles lie where the projection is cut.
pub(crate) fn of_latitude(degrees: f64) -> f64 {
    degrees.clamp(-LATITUDE_MAX_DEG, LATITUDE_MAX_DEG).to_radians().tan().asinh().to_degrees()
}

/// The latitude of a place on the axis, in degrees.
pub(crate) fn latitude(place: f64) -> f64 {
    place.to_radians().sinh().atan().to_degrees()
}

/// A coordinate of EPSG:3857 in degrees of the equator.
pub(crate) fn degrees(metres: f64) -> f64 {
    metres / HALF_WORLD_M * 180.0
}

#[cfg(test)]
mod tests {
    use super::{latitude, of_latitude};

    #[test]
    fn the_square_world_ends_at_85_degrees() {
        assert!((latitude(180.0) - 85.051_128_78).abs() < 1e-8);
        assert!((of_latitude(-85.051_128_779_806_59) + 180.0).abs() < 1e-9);
        assert!(of_latitude(-90.0).is_finite());
    }
}

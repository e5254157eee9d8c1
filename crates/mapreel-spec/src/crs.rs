//! Coordinate reference systems and the order of their axes.

use std::f64::consts::PI;

/// A coordinate reference system that maps can be drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crs {
    /// EPSG:3857, spherical Mercator in metres.
    WebMercator,
    /// EPSG:4326 and CRS:84, longitude and latitude in degrees, drawn as x and y (plate carrée).
    Geographic,
}

/// Which coordinate a server expects first in a BBOX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisOrder {
    /// Easting or longitude first.
    XThenY,
    /// Northing or latitude first.
    YThenX,
}

/// The radius of the sphere of EPSG:3857, in metres.
const RADIUS_M: f64 = 6_378_137.0;
/// Half the width of the EPSG:3857 world, in metres.
const HALF_WORLD_M: f64 = RADIUS_M * PI;

impl Crs {
    /// The CRS of a code such as `EPSG:3857`, in any case; the old names of web Mercator included.
    pub fn parse(code: &str) -> Option<Self> {
        match code.to_ascii_uppercase().as_str() {
            "EPSG:3857" | "EPSG:900913" | "EPSG:3785" | "EPSG:102100" | "EPSG:102113" => Some(Self::WebMercator),
            "EPSG:4326" | "CRS:84" => Some(Self::Geographic),
            _ => None,
        }
    }

    /// The code by which servers and manifests know it.
    pub fn code(self) -> &'static str {
        match self {
            Self::WebMercator => "EPSG:3857",
            Self::Geographic => "EPSG:4326",
        }
    }

    /// The width of one whole world in this CRS's units.
    pub fn world_width(self) -> f64 {
        match self {
            Self::WebMercator => 2.0 * HALF_WORLD_M,
            Self::Geographic => 360.0,
        }
    }

    /// The northernmost latitude, in degrees, that a map may ask for. The world of EPSG:3857 is a square.
    pub fn latitude_max(self) -> f64 {
        match self {
            Self::WebMercator => 85.06,
            Self::Geographic => 90.0,
        }
    }

    /// Longitude in degrees to x. Longitudes past ±180 go on past the edge of the world.
    pub fn x(self, longitude: f64) -> f64 {
        match self {
            Self::WebMercator => longitude / 180.0 * HALF_WORLD_M,
            Self::Geographic => longitude,
        }
    }

    /// Latitude in degrees to y. Near the poles of EPSG:3857 y stays finite: latitudes are held within ±89.9.
    pub fn y(self, latitude: f64) -> f64 {
        match self {
            Self::WebMercator => RADIUS_M * latitude.clamp(-89.9, 89.9).to_radians().sin().atanh(),
            Self::Geographic => latitude,
        }
    }

    /// x to longitude in degrees.
    pub fn longitude(self, x: f64) -> f64 {
        match self {
            Self::WebMercator => x / HALF_WORLD_M * 180.0,
            Self::Geographic => x,
        }
    }

    /// y to latitude in degrees.
    pub fn latitude(self, y: f64) -> f64 {
        match self {
            Self::WebMercator => (y / RADIUS_M).sinh().atan().to_degrees(),
            Self::Geographic => y,
        }
    }
}

/// The order of axes in the BBOX of a WMS request.
///
/// WMS 1.1.1 is always x, y. WMS 1.3.0 (OGC 06-042, 6.7.3) follows the CRS: EPSG:4326 is latitude first, CRS:84
/// longitude first, EPSG:3857 easting first.
pub(crate) fn axis_order(version: &str, code: &str) -> AxisOrder {
    if version.starts_with("1.3") && code.eq_ignore_ascii_case("EPSG:4326") {
        AxisOrder::YThenX
    } else {
        AxisOrder::XThenY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mercator_agrees_with_the_registry_and_inverts() {
        let crs = Crs::WebMercator;
        assert!((crs.x(180.0) - 20_037_508.342_789_244).abs() < 1e-6);
        assert!((crs.y(85.051_128_779_806_6) - 20_037_508.342_789_244).abs() < 1e-3);
        for latitude in [-85.0, -33.9, 0.0, 51.5, 85.0] {
            assert!((crs.latitude(crs.y(latitude)) - latitude).abs() < 1e-9);
        }
        assert!(crs.y(90.0).is_finite());
    }

    #[test]
    fn only_wms_1_3_0_puts_latitude_first_and_only_for_4326() {
        assert_eq!(axis_order("1.3.0", "EPSG:4326"), AxisOrder::YThenX);
        assert_eq!(axis_order("1.3.0", "CRS:84"), AxisOrder::XThenY);
        assert_eq!(axis_order("1.3.0", "EPSG:3857"), AxisOrder::XThenY);
        assert_eq!(axis_order("1.1.1", "EPSG:4326"), AxisOrder::XThenY);
    }
}

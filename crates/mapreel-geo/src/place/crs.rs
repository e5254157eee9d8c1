//! Coordinate reference systems.

use super::backward_axes;
use super::projection::{self, Projection};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// A coordinate reference system that maps can be drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Crs {
    /// EPSG:3857, spherical Mercator in metres.
    WebMercator,
    /// EPSG:4326 and CRS:84, longitude and latitude in degrees, drawn as x and y (plate carrée).
    Geographic,
    /// Any other projected CRS of the EPSG registry.
    Projected(&'static Projection),
}

/// The radius of the sphere of EPSG:3857, in metres.
const RADIUS_M: f64 = 6_378_137.0;
/// Half the width of the EPSG:3857 world, in metres.
const HALF_WORLD_M: f64 = RADIUS_M * PI;

impl From<Crs> for &'static str {
    fn from(crs: Crs) -> Self {
        crs.code()
    }
}

/// A code of a CRS that is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", Crs::why_not(code))]
pub struct UnknownCrs {
    /// The code, as it was written.
    pub code: String,
}

impl TryFrom<String> for Crs {
    type Error = UnknownCrs;

    fn try_from(code: String) -> Result<Self, UnknownCrs> {
        Self::parse(&code).ok_or(UnknownCrs { code })
    }
}

impl Crs {
    /// The CRS of a code such as `EPSG:3857`, `EPSG:3413` or `CRS:84`, in upper or lower case, also as a URN or URL of the
    /// OGC, or as an old name of web Mercator. A geographic CRS on another datum than WGS 84 counts as WGS 84 where the two
    /// differ by a few metres at most.
    pub fn parse(code: &str) -> Option<Self> {
        let (authority, number) = authority_and_number(code)?;
        match (authority.to_ascii_uppercase().as_str(), number) {
            ("EPSG", "3857" | "900913" | "3785" | "102100" | "102113") => Some(Self::WebMercator),
            ("ESRI", "102100" | "102113") => Some(Self::WebMercator),
            // WGS 84, ETRS89, NAD83, GDA94, GDA2020, JGD2011.
            ("EPSG", "4326" | "4258" | "4269" | "4283" | "7844" | "6668") => Some(Self::Geographic),
            ("CRS" | "OGC", "84" | "CRS84") => Some(Self::Geographic),
            ("EPSG", number) => number.parse().ok().and_then(Projection::of).map(Self::Projected),
            _ => None,
        }
    }

    /// Why [`Self::parse`] does not know a code, as a sentence.
    pub fn why_not(code: &str) -> String {
        let number = authority_and_number(code).filter(|(authority, _)| authority.eq_ignore_ascii_case("EPSG"));
        match number.and_then(|(_, number)| number.parse().ok()) {
            Some(number) if backward_axes::point_backwards(number) => {
                format!(
                    "the axes of `{code}` point to the west and the south, and servers read its boxes in different ways"
                )
            }
            Some(number) if projection::is_misplaced(number) => {
                format!("places of `{code}` would lie kilometres off: its definition here is not the registry's")
            }
            _ => format!("the CRS `{code}` is not known"),
        }
    }

    /// The code by which servers and manifests name this CRS.
    pub fn code(self) -> &'static str {
        match self {
            Self::WebMercator => "EPSG:3857",
            Self::Geographic => "EPSG:4326",
            Self::Projected(projection) => projection.name(),
        }
    }

    /// The width of the world in this CRS's units, where x has a period: past its edge the same world begins again. `None`
    /// where x has no period.
    pub fn world_width(self) -> Option<f64> {
        match self {
            Self::WebMercator => Some(2.0 * HALF_WORLD_M),
            Self::Geographic => Some(360.0),
            Self::Projected(_) => None,
        }
    }

    /// Whether this is one of the two cylindrical CRSs that `Crs` computes itself: x depends on longitude alone, y on
    /// latitude alone, and x has a period. A cylindrical projection of the EPSG registry, such as EPSG:3395, does not count.
    pub fn is_cylindrical(self) -> bool {
        self.world_width().is_some()
    }

    /// The length of the equator in this CRS's units.
    pub fn equator(self) -> f64 {
        match self {
            Self::WebMercator => 2.0 * HALF_WORLD_M,
            Self::Geographic => 360.0,
            Self::Projected(projection) => projection.equator(),
        }
    }

    /// The central meridian, in degrees; the edge of a map of the world is the meridian opposite to it.
    pub fn central_meridian(self) -> f64 {
        match self {
            Self::WebMercator | Self::Geographic => 0.0,
            Self::Projected(projection) => projection.central_meridian(),
        }
    }

    /// The northernmost latitude, in degrees, that a map may ask for. The world of EPSG:3857 is a square.
    pub fn latitude_max(self) -> f64 {
        match self {
            Self::WebMercator => 85.06,
            Self::Geographic | Self::Projected(_) => 90.0,
        }
    }

    /// The largest distance of a point from y = 0: the poles in plate carrée. In other CRSs y has no bound.
    pub(crate) fn y_max(self) -> f64 {
        match self {
            Self::Geographic => 90.0,
            Self::WebMercator | Self::Projected(_) => f64::INFINITY,
        }
    }

    /// Longitude and latitude in degrees to x and y; `None` where the projection is not defined.
    ///
    /// In cylindrical CRSs, longitudes past ±180 give an x past the edge of the world. In EPSG:3857, latitudes are clamped
    /// to ±89.9, so that y stays finite.
    pub fn forward(self, [lon, lat]: [f64; 2]) -> Option<[f64; 2]> {
        match self {
            Self::WebMercator => {
                let y = RADIUS_M * lat.clamp(-89.9, 89.9).to_radians().sin().atanh();
                Some([lon / 180.0 * HALF_WORLD_M, y])
            }
            Self::Geographic => Some([lon, lat]),
            Self::Projected(projection) => projection.forward([lon, lat]),
        }
    }

    /// x and y to longitude and latitude in degrees; `None` outside the projected world.
    pub fn inverse(self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        match self {
            Self::WebMercator => Some([x / HALF_WORLD_M * 180.0, (y / RADIUS_M).sinh().atan().to_degrees()]),
            Self::Geographic => Some([x, y]),
            Self::Projected(projection) => projection.inverse([x, y]),
        }
    }
}

/// `EPSG:3857`, `urn:ogc:def:crs:EPSG::3857`, `urn:ogc:def:crs:OGC:1.3:CRS84`, `http://www.opengis.net/def/crs/EPSG/0/3857`.
fn authority_and_number(code: &str) -> Option<(&str, &str)> {
    let code = code.trim();
    let lower = code.to_ascii_lowercase();
    let rest = |prefix: &str| lower.starts_with(prefix).then(|| &code[prefix.len()..]);
    if let Some(rest) = rest("urn:ogc:def:crs:").or(rest("urn:x-ogc:def:crs:")) {
        return Some((rest.split(':').next()?, rest.rsplit(':').next()?));
    }
    if let Some(rest) = rest("http://www.opengis.net/def/crs/").or(rest("https://www.opengis.net/def/crs/")) {
        return Some((rest.split('/').next()?, rest.rsplit('/').next()?));
    }
    code.split_once(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mercator_agrees_with_the_registry_and_inverts() {
        let crs = Crs::WebMercator;
        let [x, y] = crs.forward([180.0, 85.051_128_779_806_6]).unwrap();
        assert!((x - 20_037_508.342_789_244).abs() < 1e-6 && (y - 20_037_508.342_789_244).abs() < 1e-3);
        for latitude in [-85.0, -33.9, 0.0, 51.5, 85.0] {
            let [_, again] = crs.inverse(crs.forward([7.0, latitude]).unwrap()).unwrap();
            assert!((again - latitude).abs() < 1e-9);
        }
        assert!(crs.forward([0.0, 90.0]).unwrap()[1].is_finite());
    }

    #[test]
    fn a_crs_is_known_by_all_its_names() {
        let check =
            |code: &str, expected: Option<&str>| assert_eq!(Crs::parse(code).map(Crs::code), expected, "{code}");
        check("epsg:900913", Some("EPSG:3857"));
        check("CRS:84", Some("EPSG:4326"));
        check("urn:ogc:def:crs:OGC:1.3:CRS84", Some("EPSG:4326"));
        check("urn:ogc:def:crs:OGC:2:84", Some("EPSG:4326"));
        check("urn:ogc:def:crs:EPSG::3413", Some("EPSG:3413"));
        check("urn:ogc:def:crs:EPSG:6.18.3:3857", Some("EPSG:3857"));
        check("http://www.opengis.net/def/crs/EPSG/0/32633", Some("EPSG:32633"));
        check("EPSG:4979", None);
        check("AUTO:42001", None);
        check("nonsense", None);
    }
}

//! Projected CRSs other than EPSG:3857: any EPSG code that has a PROJ definition.
//!
//! `proj4rs` computes the projections, and `crs-definitions` has their definitions. Functions here take and give degrees;
//! x and y are in the CRS's own units. Each definition is read once and kept for the life of the process: there are some
//! six thousand at most.

use super::backward_axes;
use proj4rs::Proj;
use proj4rs::transform::transform;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

/// The length of the equator in metres: the width of the world where x has no period.
const EQUATOR_M: f64 = 40_075_016.685_578_49;
/// A projection is not defined at a point where projecting and inverting differ from the point by more than this, in
/// degrees.
const RETURN_DEG: f64 = 1e-4;

/// CRSs whose definition in `crs-definitions` has wrong units, meridians or spheres: positions are kilometres from where
/// PROJ has them. `tests/all/registry.rs` finds them. A map in such a CRS would be wrong and look right.
const MISPLACED: [u16; 13] = [3167, 3303, 3909, 3973, 3974, 3975, 6200, 6204, 6316, 6871, 6996, 6997, 26591];

/// Whether `crs-definitions` has a wrong definition of a CRS.
pub(crate) fn is_misplaced(code: u16) -> bool {
    MISPLACED.contains(&code)
}

/// A projected CRS.
pub struct Projection {
    code: u16,
    name: String,
    proj: Proj,
    metres_per_unit: f64,
    /// The central meridian, in degrees; the plane is cut at the meridian opposite to it.
    central_meridian: f64,
}

impl Projection {
    /// The projection of an EPSG code; `None` where the code has no definition, or is not a projection of longitude and
    /// latitude to a plane.
    pub(crate) fn of(code: u16) -> Option<&'static Self> {
        static KNOWN: OnceLock<Mutex<HashMap<u16, Option<&'static Projection>>>> = OnceLock::new();
        let mut known = KNOWN.get_or_init(Mutex::default).lock().expect("no panic while held");
        *known.entry(code).or_insert_with(|| Self::read(code).map(|projection| &*Box::leak(Box::new(projection))))
    }

    fn read(code: u16) -> Option<Self> {
        if backward_axes::point_backwards(code) || is_misplaced(code) {
            return None;
        }
        let proj = Proj::from_proj_string(crs_definitions::from_code(code)?.proj4).ok()?;
        if proj.is_latlong() || proj.is_geocent() || !proj.has_inverse() || !proj.has_forward() {
            return None;
        }
        let (metres_per_unit, central_meridian) = (proj.to_meter(), proj.longitude_of_origin().to_degrees());
        Some(Self { code, name: format!("EPSG:{code}"), proj, metres_per_unit, central_meridian })
    }

    /// Metres of one of its units.
    pub(crate) fn metres_per_unit(&self) -> f64 {
        self.metres_per_unit
    }

    /// `EPSG:3413`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The number of `EPSG:3413`.
    pub(crate) fn code(&self) -> u16 {
        self.code
    }

    /// The central meridian, in degrees; the plane is cut at the meridian opposite to it.
    pub(crate) fn central_meridian(&self) -> f64 {
        self.central_meridian
    }

    /// The length of the equator in the CRS's units.
    pub(crate) fn equator(&self) -> f64 {
        EQUATOR_M / self.metres_per_unit
    }

    /// Longitude and latitude to x and y; `None` where the projection is not defined.
    pub(crate) fn forward(&self, [lon, lat]: [f64; 2]) -> Option<[f64; 2]> {
        let xy = self.to_plane([lon, lat])?;
        let [lon_again, lat_again] = self.to_degrees(xy)?;
        let longitude_error = (lon_again - lon + 180.0).rem_euclid(360.0) - 180.0;
        // At a pole the longitude does not matter.
        let near = longitude_error.abs() * lat.to_radians().cos() < RETURN_DEG && (lat_again - lat).abs() < RETURN_DEG;
        near.then_some(xy)
    }

    /// x and y to longitude (-180 to 180) and latitude; `None` outside the projected world.
    pub(crate) fn inverse(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let position = self.to_degrees([x, y])?;
        let [x_again, y_again] = self.to_plane(position)?;
        let near_m = ((x_again - x).hypot(y_again - y)) * self.metres_per_unit;
        (near_m < RETURN_DEG * EQUATOR_M / 360.0).then_some(position)
    }

    fn to_plane(&self, [lon, lat]: [f64; 2]) -> Option<[f64; 2]> {
        let mut point = (lon.to_radians(), lat.to_radians());
        transform(degrees(), &self.proj, &mut point).ok()?;
        let (x, y) = point;
        (x.is_finite() && y.is_finite()).then_some([x, y])
    }

    fn to_degrees(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        let mut point = (x, y);
        transform(&self.proj, degrees(), &mut point).ok()?;
        let (lon, lat) = (point.0.to_degrees(), point.1.to_degrees());
        (lon.is_finite() && lat.is_finite() && lat.abs() <= 90.0 + 1e-9).then_some([lon, lat.clamp(-90.0, 90.0)])
    }
}

/// Longitude and latitude on WGS 84.
fn degrees() -> &'static Proj {
    static DEGREES: OnceLock<Proj> = OnceLock::new();
    DEGREES.get_or_init(|| Proj::from_proj_string("+proj=longlat +datum=WGS84 +no_defs").expect("a constant, tested"))
}

impl PartialEq for Projection {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Projection {}

impl std::hash::Hash for Projection {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code.hash(state);
    }
}

impl std::fmt::Debug for Projection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Figures of `gdaltransform -s_srs EPSG:4326 -t_srs …` (GDAL 3.6, PROJ 9.1).
    #[test]
    fn projections_agree_with_proj() {
        let check = |code: u16, lon: f64, lat: f64, [x, y]: [f64; 2]| {
            let [found_x, found_y] = Projection::of(code).unwrap().forward([lon, lat]).unwrap();
            assert!((found_x - x).hypot(found_y - y) < 0.01, "{code}: {found_x}, {found_y}, not {x}, {y}");
            let [lon_again, lat_again] = Projection::of(code).unwrap().inverse([x, y]).unwrap();
            assert!((lon_again - lon).abs() < 1e-6 && (lat_again - lat).abs() < 1e-6, "{code}");
        };
        check(3413, -45.5, 72.25, [-16909.544, -1937641.861]);
        check(3031, 100.5, -67.25, [2461604.845, -456231.491]);
        check(3995, -45.5, 72.25, [-1386224.561, -1362239.082]);
        check(3978, -100.5, 52.25, [-370904.248, 375455.393]);
        check(32661, -45.5, 72.25, [583520.656, 608029.625]);
        check(32633, 13.4, 52.5, [391390.731, 5817855.241]);
        check(32760, 179.5, -41.25, [709466.182, 5430475.829]);
        check(3035, -3.5, 51.25, [3384613.839, 3213442.069]);
        check(2154, -3.5, 51.25, [245522.241, 7147059.687]);
        check(3832, -170.5, -13.8, [4397119.886, -1541094.887]);
        check(6933, -3.5, 51.25, [-337701.981, 5716026.791]);
    }

    #[test]
    fn where_a_projection_does_not_hold_there_is_no_place() {
        assert_eq!(Projection::of(3413).unwrap().forward([0.0, -90.0]), None);
        assert_eq!(Projection::of(32633).unwrap().forward([105.0, 0.0]), None, "90 degrees from the central meridian");
        assert_eq!(Projection::of(4326), None);
        assert_eq!(Projection::of(1), None);
        let north_pole = Projection::of(3413).unwrap().forward([123.0, 90.0]).unwrap();
        assert!(north_pole[0].hypot(north_pole[1]) < 1e-6);
    }

    #[test]
    fn every_definition_can_be_read_or_is_known_to_be_no_plane() {
        let read = (0..=u16::MAX).filter(|code| crs_definitions::from_code(*code).is_some()).count();
        let planes = (0..=u16::MAX).filter(|code| Projection::read(*code).is_some()).count();
        assert!(planes > 4000 && planes < read, "{planes} of {read}");
    }
}

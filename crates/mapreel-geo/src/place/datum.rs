//! Datums: how far positions in a CRS may lie from the same positions on WGS 84.

use super::crs::Crs;
use super::datum_table::SHIFTS_M;

impl Crs {
    /// How far positions in this CRS may lie from the same positions on WGS 84, in metres; `None` where at most five. Its
    /// datum differs from WGS 84, and `proj4rs` makes another datum shift than PROJ, or none.
    pub fn datum_shift_m(self) -> Option<u16> {
        let Self::Projected(projection) = self else { return None };
        let code = projection.code();
        let after = SHIFTS_M.partition_point(|[first, ..]| *first <= code);
        SHIFTS_M[..after].last().filter(|[_, last, _]| code <= *last).map(|[.., metres]| *metres)
    }

    /// Metres of one unit of x, at the equator.
    pub fn metres_per_unit(self) -> f64 {
        match self {
            Self::Geographic => 40_075_016.7 / 360.0,
            Self::WebMercator => 1.0,
            Self::Projected(projection) => projection.metres_per_unit(),
        }
    }
}

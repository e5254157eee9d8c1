//! The axis order of each CRS in a WMS 1.3.0.

use super::axes_table::NORTHING_FIRST;
use super::backward_axes::is_in;
use super::crs::Crs;

/// Which coordinate a server expects first in a BBOX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisOrder {
    /// Easting or longitude first.
    XThenY,
    /// Northing or latitude first.
    YThenX,
}

/// The order of axes in the BBOX of a WMS request.
///
/// WMS 1.1.1 is always x, y. WMS 1.3.0 (OGC 06-042, 6.7.3) follows the CRS: EPSG:4326 is latitude first, CRS:84 longitude
/// first, EPSG:3857 easting first, some national grids northing first. Polar CRSs are x, y: at a pole both axes point the
/// same way. The registry names northing first for EPSG:32661 and 32761, but all servers that were tried read these as x,
/// y, too.
pub fn of(version: &str, code: &str) -> AxisOrder {
    let (authority, number) = code.split_once(':').unwrap_or_default();
    let northing = number.parse().is_ok_and(|number| is_in(&NORTHING_FIRST, number));
    let latitude = Crs::parse(code) == Some(Crs::Geographic);
    if version.starts_with("1.3") && authority.eq_ignore_ascii_case("EPSG") && (latitude || northing) {
        AxisOrder::YThenX
    } else {
        AxisOrder::XThenY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::backward_axes::point_backwards;

    #[test]
    fn only_wms_1_3_0_puts_the_second_coordinate_first() {
        let check = |version: &str, code: &str, expected: AxisOrder| assert_eq!(of(version, code), expected, "{code}");
        check("1.3.0", "EPSG:4326", AxisOrder::YThenX);
        check("1.3.0", "epsg:4258", AxisOrder::YThenX);
        check("1.3.0", "EPSG:3035", AxisOrder::YThenX);
        check("1.3.0", "EPSG:2180", AxisOrder::YThenX);
        for code in
            ["CRS:84", "EPSG:3857", "EPSG:32633", "EPSG:3413", "EPSG:3031", "EPSG:3995", "EPSG:32661", "EPSG:3978"]
        {
            check("1.3.0", code, AxisOrder::XThenY);
        }
        // A projected CRS with heights has the same axis order as that CRS without heights.
        check("1.3.0", "EPSG:3901", AxisOrder::YThenX);
        check("1.3.0", "EPSG:6871", AxisOrder::XThenY);
        check("1.1.1", "EPSG:4326", AxisOrder::XThenY);
        check("1.1.1", "EPSG:3035", AxisOrder::XThenY);
    }

    #[test]
    fn a_crs_whose_axes_point_backwards_is_not_taken_for_one_that_can_be_drawn() {
        for number in [2046, 2055, 2065, 5513, 8352, 22275, 29385] {
            assert!(point_backwards(number), "{number}");
            assert_eq!(Crs::parse(&format!("EPSG:{number}")), None);
        }
        for number in [2045, 2056, 3031, 3413, 5514, 32661, 22300] {
            assert!(!point_backwards(number), "{number}");
        }
    }
}

//! The order of axes by CRS, as a WMS 1.3.0 has it.

use crate::Crs;

/// Which coordinate a server expects first in a BBOX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AxisOrder {
    /// Easting or longitude first.
    XThenY,
    /// Northing or latitude first.
    YThenX,
}

/// Projected CRSs whose first axis is northing, in runs of first and last; made from the EPSG registry as PROJ 9.1 has it.
/// The polar CRSs are not among them: all servers that were tried take 32661 and its like as x, y.
const NORTHING_FIRST: [[u16; 2]; 104] = [
    [2036, 2036],
    [2044, 2045],
    [2081, 2083],
    [2085, 2086],
    [2091, 2093],
    [2096, 2098],
    [2105, 2132],
    [2166, 2180],
    [2193, 2193],
    [2199, 2200],
    [2206, 2212],
    [2218, 2218],
    [2221, 2221],
    [2296, 2307],
    [2319, 2549],
    [2551, 2735],
    [2738, 2758],
    [2935, 2941],
    [2953, 2953],
    [3006, 3030],
    [3034, 3035],
    [3038, 3051],
    [3058, 3059],
    [3068, 3068],
    [3114, 3118],
    [3120, 3120],
    [3126, 3140],
    [3144, 3147],
    [3150, 3152],
    [3173, 3173],
    [3300, 3301],
    [3328, 3335],
    [3346, 3346],
    [3350, 3352],
    [3366, 3366],
    [3386, 3390],
    [3396, 3399],
    [3407, 3407],
    [3414, 3414],
    [3416, 3416],
    [3764, 3764],
    [3788, 3793],
    [3795, 3796],
    [3833, 3854],
    [3873, 3885],
    [3907, 3911],
    [4026, 4038],
    [4417, 4417],
    [4434, 4434],
    [4491, 4554],
    [4568, 4589],
    [4652, 4822],
    [4839, 4880],
    [5048, 5048],
    [5105, 5188],
    [5253, 5259],
    [5269, 5275],
    [5343, 5349],
    [5367, 5367],
    [5479, 5481],
    [5518, 5520],
    [5562, 5588],
    [5632, 5639],
    [5651, 5653],
    [6244, 6275],
    [6362, 6362],
    [6372, 6387],
    [6669, 6687],
    [6707, 6709],
    [6870, 6876],
    [6962, 6962],
    [7799, 7801],
    [7825, 7831],
    [8433, 8441],
    [9039, 9040],
    [9221, 9254],
    [9271, 9285],
    [9377, 9377],
    [9498, 9498],
    [9821, 9821],
    [9831, 9841],
    [9851, 9865],
    [9895, 9895],
    [20004, 20032],
    [20064, 20092],
    [20904, 20932],
    [21004, 21032],
    [21207, 21264],
    [21307, 21483],
    [21896, 21899],
    [22171, 22197],
    [22240, 22240],
    [25884, 25884],
    [27205, 27232],
    [27391, 27398],
    [27492, 27492],
    [28402, 28492],
    [29701, 29702],
    [30161, 30179],
    [30800, 30800],
    [31251, 31259],
    [31275, 31290],
    [31466, 31469],
    [31700, 31700],
];

/// The order of axes in the BBOX of a WMS request.
///
/// WMS 1.1.1 is always x, y. WMS 1.3.0 (OGC 06-042, 6.7.3) follows the CRS: EPSG:4326 is latitude first, CRS:84
/// longitude first, EPSG:3857 easting first, some national grids northing first.
pub(crate) fn of(version: &str, code: &str) -> AxisOrder {
    let (authority, number) = code.split_once(':').unwrap_or_default();
    let number: u16 = number.parse().unwrap_or_default();
    let northing = NORTHING_FIRST.iter().any(|[first, last]| (*first..=*last).contains(&number));
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
        check("1.1.1", "EPSG:4326", AxisOrder::XThenY);
        check("1.1.1", "EPSG:3035", AxisOrder::XThenY);
    }
}

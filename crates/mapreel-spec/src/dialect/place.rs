//! Checks that a box lies in the world of its CRS.

use crate::request::read::Node;
use mapreel_geo::{Bbox, Crs};

/// A bbox in the units of `from`, converted to those of `to`.
pub(crate) fn bbox_in_units(node: &Node, numbers: [f64; 4], from: Crs, to: Crs) -> Option<Bbox> {
    let bbox = Bbox::new(numbers);
    let world = from.equator();
    // A projected CRS has places beyond the length of the equator; a bbox may reach to twice that length.
    let [x_max, y_max] = match from.forward([0.0, to.latitude_max()]).filter(|_| from.is_cylindrical()) {
        Some([_, y]) => [1.5 * world, y],
        None => [2.0 * world, 2.0 * world],
    };
    let in_world = (!from.is_cylindrical() || bbox.width() <= world * (1.0 + 1e-9))
        && [bbox.min_x, bbox.max_x].iter().all(|x| x.abs() <= x_max)
        && [bbox.min_y, bbox.max_y].iter().all(|y| y.abs() <= y_max);
    let converted = if bbox.width() > 0.0 && bbox.height() > 0.0 && in_world { bbox.convert(from, to) } else { None };
    if converted.is_none() {
        let hint = format!("[min x, min y, max x, max y] in the units of {}, no wider than the world", from.code());
        node.invalid("the box has no area or lies outside the world", &hint);
    }
    converted
}

/// Checks a bbox in degrees: its sides in order, no wider than the world, between the poles. East may run past 180.
pub(crate) fn bbox_in_degrees(node: &Node, numbers: [f64; 4], crs: Crs) -> Option<[f64; 4]> {
    let [west, south, east, north] = numbers;
    let max = crs.latitude_max();
    let before = |what: &str, hint: &str| {
        node.invalid(what.to_owned(), hint);
        None::<[f64; 4]>
    };
    if west.abs() > 540.0 || east.abs() > 540.0 {
        return before("the longitudes are not between -540 and 540", "[west, south, east, north] in degrees");
    }
    if west >= east {
        return before(
            "west is not less than east",
            "across the date line, let east run past 180: [170, -20, 200, 10]",
        );
    }
    if east - west > 360.0 {
        return before("the box is wider than the world", "at most 360 degrees from west to east");
    }
    if south >= north {
        return before("south is not less than north", "[west, south, east, north]");
    }
    if south < -max || north > max {
        let detail = format!("the latitudes are not between -{max} and {max}, where {} ends", crs.code());
        let hint = match crs {
            Crs::WebMercator => "cut the box at 85 degrees, or use \"crs\": \"EPSG:4326\" in the second dialect",
            Crs::Geographic | Crs::Projected(_) => "[west, south, east, north] in degrees",
        };
        node.refuse("out_of_range", detail, Some(hint));
        return None;
    }
    Some([west, south, east, north])
}

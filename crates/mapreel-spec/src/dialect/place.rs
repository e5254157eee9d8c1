//! How CRSs and boxes are read.

use crate::read::Node;
use crate::{Bbox, Crs};

pub(super) fn read_crs(node: Option<Node>, default: Crs) -> Option<Crs> {
    let Some(node) = node else { return Some(default) };
    let code = node.string()?;
    let crs = Crs::parse(code);
    if crs.is_none() {
        node.refuse("not_supported", Crs::why_not(code), Some(super::CRS_HINT));
    }
    crs
}

/// A bbox in the units of `from`, as one in those of `to`.
pub(crate) fn bbox_in_units(node: &Node, from: Crs, to: Crs) -> Option<Bbox> {
    let bbox = Bbox::new(node.four_numbers()?);
    let world = from.equator();
    // A projected world may be drawn far beyond the length of the equator, but not without end.
    let [x_max, y_max] = match from.forward([0.0, to.latitude_max()]).filter(|_| from.is_parallel()) {
        Some([_, y]) => [1.5 * world, y],
        None => [2.0 * world, 2.0 * world],
    };
    let in_world = (!from.is_parallel() || bbox.width() <= world * (1.0 + 1e-9))
        && [bbox.min_x, bbox.max_x].iter().all(|x| x.abs() <= x_max)
        && [bbox.min_y, bbox.max_y].iter().all(|y| y.abs() <= y_max);
    let converted = if bbox.width() > 0.0 && bbox.height() > 0.0 && in_world { bbox.convert(from, to) } else { None };
    if converted.is_none() {
        let hint = format!("[min x, min y, max x, max y] in the units of {}, no wider than the world", from.code());
        node.invalid("the box has no area or lies outside the world", &hint);
    }
    converted
}

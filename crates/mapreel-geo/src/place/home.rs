//! Where a CRS is used, and which of the two orders of a written coordinate puts it there.

use super::area_of_use::area_of_use;
use super::axes::{self, AxisOrder};
use super::bbox::Bbox;
use super::crs::Crs;

/// The order in which coordinates of a CRS are written by its standard, as `written` names it, and the other.
pub fn orders(written: &str, crs: Crs) -> (AxisOrder, AxisOrder) {
    let code = Crs::parse(written).map(Crs::code).unwrap_or_default();
    let is_degrees = crs == Crs::Geographic && !written.to_ascii_uppercase().contains("CRS84");
    let is_degrees = is_degrees && !written.trim().eq_ignore_ascii_case("CRS:84");
    let y_first = is_degrees || crs != Crs::Geographic && axes::of("1.3.0", code) == AxisOrder::YThenX;
    if y_first { (AxisOrder::YThenX, AxisOrder::XThenY) } else { (AxisOrder::XThenY, AxisOrder::YThenX) }
}

/// Where a layer is, in units of a CRS: its own box in degrees, cut to where the CRS is used; `None` where neither is known.
pub fn home(degrees: Option<&Bbox>, crs: Crs) -> Option<Bbox> {
    let world = Bbox::new([-180.0, -crs.latitude_max(), 180.0, crs.latitude_max()]);
    let used = match crs {
        Crs::Projected(projection) => area_of_use(projection.code()),
        _ => Some(world),
    };
    let own = degrees.filter(|b| b.width() > 0.0 && b.height() > 0.0 && b.min_y.abs().max(b.max_y.abs()) <= 90.1);
    let both = match (own, used) {
        (Some(own), Some(used)) => within(own, &used),
        (Some(own), None) => *own,
        (None, used) => used?,
    };
    both.convert(Crs::Geographic, crs)
}

/// A layer's box in some CRS as one in degrees, its corners read in the order in which they make one where the CRS is used;
/// `None` where they do in neither, or the CRS is not known.
pub fn degrees_of(crs: &str, lower: [f64; 2], upper: [f64; 2]) -> Option<Bbox> {
    let (written, crs) = (crs, Crs::parse(crs)?);
    let home = home(None, crs);
    let (standard, other) = orders(written, crs);
    let read = |order: AxisOrder| match order {
        AxisOrder::XThenY => Bbox::new([lower[0], lower[1], upper[0], upper[1]]),
        AxisOrder::YThenX => Bbox::new([lower[1], lower[0], upper[1], upper[0]]),
    };
    let lies_there = |bbox: &Bbox| home.is_none_or(|home| bbox.touches(&home, crs));
    let bbox = [standard, other].into_iter().map(read).find(lies_there)?;
    bbox.convert(crs, Crs::Geographic)
}

/// The part of a box that lies in another; the whole where none does.
fn within(own: &Bbox, used: &Bbox) -> Bbox {
    let part = Bbox {
        min_x: own.min_x.max(used.min_x),
        max_x: own.max_x.min(used.max_x),
        min_y: own.min_y.max(used.min_y),
        max_y: own.max_y.min(used.max_y),
    };
    if part.width() > 0.0 && part.height() > 0.0 { part } else { *own }
}

//! The area in which a CRS is used, and the axis order that puts written coordinates into that area.

use super::area_of_use::area_of_use;
use super::axes::{self, AxisOrder};
use super::bbox::Bbox;
use super::crs::Crs;

/// The axis order that the standard gives the CRS under the name `written`, and the opposite order.
pub fn orders(written: &str, crs: Crs) -> (AxisOrder, AxisOrder) {
    let code = Crs::parse(written).map(Crs::code).unwrap_or_default();
    let is_degrees = crs == Crs::Geographic && !written.to_ascii_uppercase().contains("CRS84");
    let is_degrees = is_degrees && !written.trim().eq_ignore_ascii_case("CRS:84");
    let y_first = is_degrees || crs != Crs::Geographic && axes::of("1.3.0", code) == AxisOrder::YThenX;
    if y_first { (AxisOrder::YThenX, AxisOrder::XThenY) } else { (AxisOrder::XThenY, AxisOrder::YThenX) }
}

/// The box of a layer, in units of a CRS: the layer's own box in degrees, cut to the area of use of the CRS; `None` where
/// neither is known.
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

/// The box of a layer, given by two corners in some CRS, in degrees. The corners are read in the axis order that puts the
/// box into the area of use of the CRS. `None` where neither order does, or where the CRS is not known.
pub fn degrees_of(crs: &str, lower: [f64; 2], upper: [f64; 2]) -> Option<Bbox> {
    let (written, crs) = (crs, Crs::parse(crs)?);
    let home = home(None, crs);
    let (standard, other) = orders(written, crs);
    let read = |order: AxisOrder| match order {
        AxisOrder::XThenY => Bbox::new([lower[0], lower[1], upper[0], upper[1]]),
        AxisOrder::YThenX => Bbox::new([lower[1], lower[0], upper[1], upper[0]]),
    };
    let overlaps_area_of_use = |bbox: &Bbox| home.is_none_or(|home| bbox.touches(&home, crs));
    let bbox = [standard, other].into_iter().map(read).find(overlaps_area_of_use)?;
    bbox.convert(crs, Crs::Geographic)
}

/// The part of `own` that lies in `used`; all of `own` where no part does.
fn within(own: &Bbox, used: &Bbox) -> Bbox {
    let part = Bbox {
        min_x: own.min_x.max(used.min_x),
        max_x: own.max_x.min(used.max_x),
        min_y: own.min_y.max(used.min_y),
        max_y: own.max_y.min(used.max_y),
    };
    if part.width() > 0.0 && part.height() > 0.0 { part } else { *own }
}

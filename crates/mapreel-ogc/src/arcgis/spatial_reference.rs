//! Where things are for a service of ArcGIS: CRSs by number, and boxes.

use crate::json::Json;
use mapreel_geo::{Bbox, Crs};

/// The number by which ArcGIS knows a CRS: that of the EPSG.
pub fn number(crs: Crs) -> String {
    crs.code().rsplit(':').next().unwrap_or_default().to_owned()
}

/// The CRS of what has a `spatialReference`, and the number by which the server knows it: the latest, where it has had several.
pub(crate) fn crs(json: &Json) -> Option<(Crs, String)> {
    let reference = json.get("spatialReference")?;
    ["latestWkid", "wkid"].into_iter().find_map(|name| {
        let number = (reference.number(name)? as i64).to_string();
        Some((Crs::parse(&format!("EPSG:{number}"))?, number))
    })
}

/// A box in degrees. An empty service has the text `NaN` in place of numbers.
pub(crate) fn degrees(json: &Json) -> Option<Bbox> {
    let (crs, _) = crs(json)?;
    let edge = |name| json.number(name);
    let bbox = Bbox::new([edge("xmin")?, edge("ymin")?, edge("xmax")?, edge("ymax")?]);
    let degrees = bbox.convert(crs, Crs::Geographic)?;
    let is_on_earth = degrees.width() > 0.0
        && degrees.width() < 361.0
        && degrees.height() > 0.0
        && degrees.min_x.abs().max(degrees.max_x.abs()) <= 540.0
        && degrees.min_y.abs().max(degrees.max_y.abs()) <= 90.1;
    is_on_earth.then_some(degrees)
}

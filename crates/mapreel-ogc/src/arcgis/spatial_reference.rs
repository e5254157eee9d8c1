//! CRSs and boxes in the JSON of ArcGIS.

use crate::json::Json;
use mapreel_geo::{Bbox, Crs};

/// The number of a CRS in ArcGIS: that of its EPSG code.
pub fn number(crs: Crs) -> String {
    crs.code().rsplit(':').next().unwrap_or_default().to_owned()
}

/// The CRS of the `spatialReference` of `json`, and the number by which the server knows that CRS. `latestWkid` comes before
/// `wkid`: a CRS may have got a new number.
pub(crate) fn crs(json: &Json) -> Option<(Crs, String)> {
    let reference = json.get("spatialReference")?;
    ["latestWkid", "wkid"].into_iter().find_map(|name| {
        let number = (reference.number(name)? as i64).to_string();
        Some((Crs::parse(&format!("EPSG:{number}"))?, number))
    })
}

/// The extent of `json` in degrees. For an empty service ArcGIS writes `NaN` as a text: `None`.
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

//! The legend of a WMS as JSON: classes or a ramp with their colours, as GeoServer tells them, or small pictures with their words,
//! as QGIS Server does. What says less than the server's picture is left to the picture.

mod colour;
mod colour_map;
mod entry;
mod geoserver;
mod label;
mod qgis;
mod ramp;
#[cfg(test)]
mod tests;

use crate::json::Json;
use crate::legend_source::LegendSource;
use crate::read_limits::ReadLimits;

/// The most classes of a legend; more fit on no page.
const CLASSES_MAX: usize = 64;
/// The longest document: sixty-four pictures of QGIS Server have some ten kilobytes, a ramp of four thousand colours half a megabyte.
const BYTES_MAX: usize = 4 << 20;
/// The most values of a document.
const VALUES_MAX: usize = 100_000;
/// How deep lists and objects lie in one another: marks that fill a rule have some fifteen, eight groups in one another twenty.
const NESTED_MAX: usize = 32;

/// The legend that a server has told, if all of it is understood.
pub fn read(document: &[u8]) -> Option<LegendSource> {
    if document.len() > BYTES_MAX {
        return None;
    }
    let limits = ReadLimits { json_values: VALUES_MAX, json_depth: NESTED_MAX, ..ReadLimits::default() };
    let json = Json::read(document, &limits).ok()?;
    match (json.get("Legend"), json.get("nodes")) {
        (Some(_), _) => geoserver::legend(&json),
        (None, Some(_)) => qgis::swatches(&json).map(LegendSource::Swatches),
        (None, None) => None,
    }
}

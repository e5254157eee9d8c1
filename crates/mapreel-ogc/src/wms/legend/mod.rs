//! The legend of a WMS as its server tells it: classes or a ramp with their colours (GeoServer's JSON, SLD), or small pictures with
//! their words (QGIS Server's JSON). What says less than the server's picture is left to the picture.

mod colour;
mod colour_map;
mod entry;
mod geoserver;
mod label;
mod qgis;
mod ramp;
mod rule;
mod sld;
#[cfg(test)]
mod tests;

use crate::json::Json;
use crate::legend_source::LegendSource;
use crate::read_limits::ReadLimits;
use crate::xml::document;

/// The most classes of a legend; more fit on no page.
const CLASSES_MAX: usize = 64;
/// The longest document: sixty-four pictures of QGIS Server have some ten kilobytes, a ramp of four thousand colours half a megabyte.
const BYTES_MAX: usize = 4 << 20;
/// The most values of a JSON document, and the most elements of an XML document.
const VALUES_MAX: usize = 100_000;
/// How deep lists and objects lie in one another: marks that fill a rule have some fifteen, eight groups in one another twenty.
const NESTED_MAX: usize = 32;

/// The legend that a server has told as JSON, in answer to GetLegendGraphic, if all of it is understood.
pub fn of_json(document: &[u8]) -> Option<LegendSource> {
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

/// The legend of a layer in a style, by its name or empty for the default, that a server has told as SLD, in answer to GetStyles, if
/// all of it is understood.
pub fn of_sld(document: &[u8], layer: &str, style: &str) -> Option<LegendSource> {
    let limits = ReadLimits { bytes: BYTES_MAX, elements: VALUES_MAX, depth: NESTED_MAX, ..ReadLimits::default() };
    document::read(document, &limits, |root| Ok(sld::legend(root, layer, style))).ok().flatten()
}

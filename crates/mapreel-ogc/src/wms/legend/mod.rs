//! The legend of a WMS as data: classes or a colour ramp (GeoServer's JSON, SLD), or small pictures with their labels (QGIS Server's
//! JSON). Where the data tell less than the picture that the server draws, the readers return `None`, and that picture is used.

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

/// The most classes of a legend; more do not fit on a page.
const CLASSES_MAX: usize = 64;
/// The longest document. Sixty-four pictures of QGIS Server take some ten kilobytes, a ramp of four thousand colours half a megabyte.
const BYTES_MAX: usize = 4 << 20;
/// The most values of a JSON document, and the most elements of an XML document.
const VALUES_MAX: usize = 100_000;
/// Nesting of lists and objects, or of elements. Marks that fill a rule are some fifteen deep, eight nested groups twenty.
const NESTED_MAX: usize = 32;

/// The legend in a server's JSON answer to GetLegendGraphic; `None` where any of it is not understood.
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

/// The legend of a layer in a server's SLD answer to GetStyles; `None` where any of it is not understood. `style` is the name of the
/// style, or empty for the default style.
pub fn of_sld(document: &[u8], layer: &str, style: &str) -> Option<LegendSource> {
    let limits = ReadLimits { bytes: BYTES_MAX, elements: VALUES_MAX, depth: NESTED_MAX, ..ReadLimits::default() };
    document::read(document, &limits, |root| Ok(sld::legend(root, layer, style))).ok().flatten()
}

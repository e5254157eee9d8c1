//! The kinds of layers, a file each. Each file answers the same questions in the same order: how the kind is read from a
//! request · what must be asked, and what the answers mean · which time and texts a frame has · which pictures, for a given
//! extent · what is asked again at the end. A new kind is a file here and a line in `kinds.rs`.

#[cfg(test)]
mod answered;
mod arcgis;
mod geojson;
pub(crate) mod getmap;
mod graticule;
mod image;
pub(crate) mod kinds;
pub(crate) mod layer;
mod natural_earth;
mod ogc_maps;
pub(crate) mod reader;
pub(crate) mod resolved_layer;
pub(crate) mod step;
mod tilejson;
pub(crate) mod wms;
mod wmts;
pub(crate) mod xyz;

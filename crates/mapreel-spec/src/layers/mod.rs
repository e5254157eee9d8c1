//! The kinds of layers, a file each, or a folder where there is more to say. Each answers the same questions in the same order:
//! which fields it has and how they are read (`asked.rs` of a folder) · what must be asked, and what the answers mean (`resolve.rs`) ·
//! which time and texts a frame has, and which pictures, for a given extent (`pictures.rs`) · what is asked again at the end. A new
//! kind is a file here and a line in `kinds.rs`.

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

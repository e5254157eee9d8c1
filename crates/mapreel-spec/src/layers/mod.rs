//! The kinds of layers: a file each, or a folder for a larger one. Every kind has the same parts in the same order. First its fields
//! and their reader (`asked.rs` of a folder). Then the steps that ask its servers and apply their answers (`resolve.rs`). Then the
//! times, labels and pictures of each frame for an extent (`pictures.rs`), and what is asked again at the end. A new kind is a file
//! here and a line in `kinds.rs`.

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

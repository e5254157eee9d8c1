//! The kinds of layers, a file each. Each file answers the same questions in the same order: how the kind is read from a
//! request · what must be asked, and what the answers mean · which time and texts a frame has · which pictures, for a given
//! extent · what is asked again at the end. A new kind is a file here and a line in `kinds.rs`.

#[cfg(test)]
mod answered;
mod arcgis;
mod geojson;
mod getmap;
mod graticule;
mod image;
mod kinds;
mod layer;
mod natural_earth;
mod ogc_maps;
mod reader;
mod resolved_layer;
mod step;
mod tilejson;
mod wms;
mod wmts;
mod xyz;

pub use layer::Layer;
pub use resolved_layer::ResolvedLayer;
pub use step::{Document, DocumentKind, Next, Question, Reply, Silence, Step};

pub(crate) use getmap::{GetMap, GetMaps};
pub(crate) use kinds::KINDS;
pub(crate) use layer::{Asking, LayerKind};
pub(crate) use reader::Reader;
pub(crate) use resolved_layer::{Moments, Refusal, Wanted};
pub(crate) use wms::Wms;
pub(crate) use xyz::Tiles;

//! The list of kinds.

use super::layer::LayerKind;
use super::reader::Reader;
use super::{arcgis, geojson, graticule, image, natural_earth, ogc_maps, tilejson, wms, wmts, xyz};
use crate::request::read::Fields;
use std::sync::Arc;

/// How a kind of layer is read.
pub(crate) struct Kind {
    /// The word that names it in a request.
    pub word: &'static str,
    /// Reads what is the kind's own.
    pub read: fn(&Reader<'_>, &Fields<'_>) -> Option<Arc<dyn LayerKind>>,
    /// Whether there is an address to ask.
    pub has_address: bool,
    /// Whether it is a pyramid of tiles, of which some may not be there.
    pub has_tiles: bool,
}

/// Every kind that a request may name.
pub(crate) const KINDS: [Kind; 11] = [
    Kind { word: "xyz", read: xyz::read, has_address: true, has_tiles: true },
    Kind { word: "wms", read: wms::read, has_address: true, has_tiles: false },
    Kind { word: "image", read: image::read, has_address: true, has_tiles: false },
    Kind { word: "geojson", read: geojson::read, has_address: true, has_tiles: false },
    Kind { word: "natural-earth", read: natural_earth::read, has_address: false, has_tiles: false },
    Kind { word: "graticule", read: graticule::read, has_address: false, has_tiles: false },
    Kind { word: "wmts", read: wmts::read, has_address: true, has_tiles: true },
    Kind { word: "tms", read: xyz::read_tms, has_address: true, has_tiles: true },
    Kind { word: "tilejson", read: tilejson::read, has_address: true, has_tiles: true },
    Kind { word: "arcgis", read: arcgis::read, has_address: true, has_tiles: true },
    Kind { word: "ogc-maps", read: ogc_maps::read, has_address: true, has_tiles: true },
];

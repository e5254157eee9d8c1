//! The list of all kinds of layers.

use super::layer::LayerKind;
use super::reader::Reader;
use super::{arcgis, geojson, graticule, image, natural_earth, ogc_maps, tilejson, wms, wmts, xyz};
use crate::request::limits::Limits;
use crate::request::read::Fields;
use crate::schema::fields::{Object, Property};
use serde_json::Value;
use std::sync::Arc;

/// A kind of layer: its reader and its documentation.
pub(crate) struct Kind {
    /// The word that names it in a request.
    pub word: &'static str,
    /// Reads the fields of this kind.
    pub read: fn(&Reader<'_>, &Fields<'_>) -> Option<Arc<dyn LayerKind>>,
    /// The documentation of the kind.
    pub doc: &'static str,
    /// The fields that only this kind has.
    pub properties: fn(&Limits) -> Vec<Property>,
    /// Rules between the fields, as keywords of JSON Schema.
    pub rules: fn() -> Value,
    /// Whether layers of this kind have a URL, and so may have a credential.
    pub has_address: bool,
    /// Whether the kind is a tile pyramid, some tiles of which may be missing.
    pub has_tiles: bool,
    /// Whether servers of this kind offer legends.
    pub has_own_legend: bool,
}

impl Kind {
    const fn new<O: Object>(
        word: &'static str,
        read: fn(&Reader<'_>, &Fields<'_>) -> Option<Arc<dyn LayerKind>>,
    ) -> Self {
        let (properties, rules) = (O::properties, O::rules);
        let (has_address, has_tiles, has_own_legend) = (true, false, false);
        Self { word, read, doc: O::DOC, properties, rules, has_address, has_tiles, has_own_legend }
    }

    const fn with_tiles(self) -> Self {
        Self { has_tiles: true, ..self }
    }

    const fn with_own_legend(self) -> Self {
        Self { has_own_legend: true, ..self }
    }

    const fn without_address(self) -> Self {
        Self { has_address: false, ..self }
    }
}

/// Every kind that a request may name.
pub(crate) const KINDS: [Kind; 11] = [
    Kind::new::<wms::WmsFields>("wms", wms::read).with_own_legend(),
    Kind::new::<wmts::WmtsFields>("wmts", wmts::read).with_tiles().with_own_legend(),
    Kind::new::<xyz::XyzFields>("xyz", xyz::read).with_tiles(),
    Kind::new::<xyz::XyzFields>("tms", xyz::read_tms).with_tiles(),
    Kind::new::<tilejson::TileJsonFields>("tilejson", tilejson::read).with_tiles(),
    Kind::new::<arcgis::ArcGisFields>("arcgis", arcgis::read).with_tiles().with_own_legend(),
    Kind::new::<ogc_maps::OgcMapsFields>("ogc-maps", ogc_maps::read).with_tiles(),
    Kind::new::<image::ImageFields>("image", image::read),
    Kind::new::<geojson::GeoJsonFields>("geojson", geojson::read),
    Kind::new::<natural_earth::NaturalEarthFields>("natural-earth", natural_earth::read).without_address(),
    Kind::new::<graticule::GraticuleFields>("graticule", graticule::read).without_address(),
];

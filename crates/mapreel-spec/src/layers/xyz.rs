//! Tiles by a template: XYZ, and TMS, which counts rows from the south.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::dialect::place::bbox_in_degrees;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::tiles;
use crate::plan::planned_layer::LayerSource;
use crate::request::limits::Limits;
use crate::request::read::{Fields, Node};
use crate::resolved::series::Series;
use crate::schema::fields::fields;
use crate::schema::numbers::{FourNumbers, Whole};
use crate::schema::shape::Shape;
use crate::schema::texts::TileUrl;
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_ogc::TileTemplate;
use mapreel_ogc::json::Json;
use mapreel_ogc::url::tile_template::ZOOM_MAX;
use serde_json::{Value, json};
use std::sync::Arc;

/// A pyramid of tiles, or one for each frame.
#[derive(Debug)]
pub(crate) struct Tiles(pub Series<TileTemplate>);

fields! {
    /// Tiles by a template.
    pub(super) struct XyzFields {
        /// A template with `{z}`, `{x}`, `{y}` or `{-y}` (rows from the south), or `{tileMatrix}`, `{tileCol}`, `{tileRow}` (OGC API – Tiles),
        /// or `{q}` (quadkey); `{s}` stands for one of `subdomains`, `{r}` for `@2x`.
        url: TileUrl, required "…/{z}/{x}/{y}.png";
        /// What `{s}` stands for, in turn.
        subdomains: Subdomains, default "abc";
        /// The first level that there is.
        min_zoom: Whole<0, ZOOM_MAX>, default "0";
        /// The deepest level that there is.
        max_zoom: Whole<0, ZOOM_MAX>, default "19";
        /// The side of a tile, in pixels.
        tile_size: Whole<64, 2048>, default "256; 512 with `@2x`";
        /// Where there are tiles: `[west, south, east, north]` in degrees.
        bounds: FourNumbers;
    }
}

/// Letters, or a list of texts.
pub(super) struct Subdomains;

impl Shape for Subdomains {
    type Value = Vec<String>;

    fn schema(_: &Limits) -> Value {
        let list = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 32 });
        json!({ "anyOf": [{ "type": "string", "minLength": 1 }, list] })
    }

    fn read(node: &Node<'_>, _: &Limits) -> Option<Vec<String>> {
        match node.json {
            Json::Text(letters) if !letters.is_empty() => Some(letters.chars().map(String::from).collect()),
            _ => node.items(32)?.iter().map(|node| node.string().map(str::to_owned)).collect(),
        }
    }
}

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    Some(Arc::new(Tiles(Series::Same(template(reader, fields)?))))
}

pub(super) fn read_tms(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let mut template = template(reader, fields)?;
    template.from_south = true;
    Some(Arc::new(Tiles(Series::Same(template))))
}

/// A tile template with its levels, its area and its subdomains.
fn template(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<TileTemplate> {
    let read = XyzFields::read(fields, reader.limits);
    let bounds = read.bounds.and_then(|node, bounds| bbox_in_degrees(node, bounds, Crs::Geographic));
    let mut template = read.url.value()?;
    let zoom_node = read.min_zoom.node().or(read.max_zoom.node()).cloned();
    template.zoom_min = read.min_zoom.or(template.zoom_min)?;
    template.zoom_max = read.max_zoom.or(template.zoom_max)?;
    template.side_px = read.tile_size.or(template.side_px)?;
    template.subdomains = read.subdomains.or(template.subdomains)?;
    template.degrees = bounds.optional().ok()?.map(Bbox::new);
    if template.zoom_min > template.zoom_max {
        let node = zoom_node.as_ref().unwrap_or(&fields.node);
        node.invalid("`min_zoom` is greater than `max_zoom`", "the first and the deepest level that there are");
        return None;
    }
    if let Some(credential) = reader.credential {
        template.ask_with(credential);
    }
    Some(template)
}

impl LayerKind for Tiles {
    fn resolve(self: Arc<Self>, asking: Asking) -> Step {
        Step::done(asking.resolved(self))
    }
}

impl ResolvedKind for Tiles {
    fn pictures(&self, wanted: &Wanted<'_>) -> Result<LayerSource, Refusal> {
        let (templates, max) = (self.0.narrowed(wanted.moments.frames), wanted.limits.upstream_requests_max);
        let mosaic = |template: &TileTemplate| match tiles::mosaic(template, wanted.map, max) {
            Some(mosaic) => Ok(mosaic),
            None if template.is_from_server => {
                Ok(Mosaic::nothing(Crs::WebMercator, super::resolved_layer::too_fine(wanted.limits)))
            }
            None => Err(("too_large", "too many tiles cover this map".to_owned(), "a smaller map")),
        };
        // All frames take about as many tiles as the first.
        let first = mosaic(templates.at(0))?.pieces.len();
        if first.saturating_mul(templates.iter().count()) > max {
            return Err(("too_large", "too many tiles over all frames".into(), "a smaller map, or fewer frames"));
        }
        let mosaics = templates.iter().map(mosaic).collect::<Result<Vec<_>, _>>()?;
        Ok(LayerSource::Pictures(Series::new(mosaics)))
    }

    fn beyond(&self, map: &Extent) -> Option<String> {
        tiles::beyond(self.0.at(0), map)
    }
}

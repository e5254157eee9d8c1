//! Tiles by a template: XYZ, and TMS, which counts rows from the south.

use super::layer::{Asking, LayerKind};
use super::reader::Reader;
use super::resolved_layer::{Refusal, ResolvedKind, Wanted};
use super::step::Step;
use crate::pictures::mosaic::Mosaic;
use crate::pictures::tiles;
use crate::plan::planned_layer::LayerSource;
use crate::request::read::{Fields, Transposed};
use crate::resolved::series::Series;
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_ogc::TileTemplate;
use mapreel_ogc::json::Json;
use std::sync::Arc;

/// A pyramid of tiles, or one for each frame.
#[derive(Debug)]
pub(crate) struct Tiles(pub Series<TileTemplate>);

pub(super) fn read(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    Some(Arc::new(Tiles(Series::Same(template(reader, fields)?))))
}

pub(super) fn read_tms(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<Arc<dyn LayerKind>> {
    let mut template = template(reader, fields)?;
    template.from_south = true;
    Some(Arc::new(Tiles(Series::Same(template))))
}

/// A tile template and what it needs to know.
fn template(reader: &Reader<'_>, fields: &Fields<'_>) -> Option<TileTemplate> {
    let zoom = |name| fields.optional(name).map(|node| node.integer(0, mapreel_ogc::url::tile_template::ZOOM_MAX));
    let (zoom_min, zoom_max) = (zoom("min_zoom"), zoom("max_zoom"));
    let side_px = fields.optional("tile_size").map(|node| node.integer(64, 2048));
    let subdomains = fields.optional("subdomains").map(|node| match node.json {
        Json::Text(letters) if !letters.is_empty() => Some(letters.chars().map(String::from).collect()),
        _ => node.items(32)?.iter().map(|node| node.string().map(str::to_owned)).collect::<Option<Vec<_>>>(),
    });
    let bounds = fields.optional("bounds").map(|node| crate::dialect::place::bbox_in_degrees(&node, Crs::Geographic));
    let node = fields.required("url", "…/{z}/{x}/{y}.png")?;
    let mut template = crate::dialect::params::template(&node, "…/{z}/{x}/{y}.png")?;
    template.zoom_min = zoom_min.transposed()?.unwrap_or(template.zoom_min);
    template.zoom_max = zoom_max.transposed()?.unwrap_or(template.zoom_max);
    template.side_px = side_px.transposed()?.unwrap_or(template.side_px);
    template.subdomains = subdomains.transposed()?.unwrap_or(template.subdomains);
    template.degrees = bounds.transposed()?.map(Bbox::new);
    if template.zoom_min > template.zoom_max {
        fields.node.invalid("`min_zoom` is greater than `max_zoom`", "the first and the deepest level that there are");
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

//! The tile cache of a service of ArcGIS.

use super::service_kind::ServiceKind;
use super::spatial_reference::crs;
use crate::json::Json;
use crate::url::tile_template::ZOOM_MAX;
use mapreel_geo::Crs;

/// A tile cache in the tile pyramid of the web (WebMercatorQuad).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pyramid {
    /// The side of a tile, in pixels.
    pub side_px: u32,
    /// The first and the deepest level.
    pub levels: [u32; 2],
}

impl Pyramid {
    /// The tile cache of a service; `None` where its tiles are not pictures, or not in the tile pyramid of the web.
    pub(crate) fn read(json: &Json, kind: ServiceKind) -> Option<Self> {
        let info = json.get("tileInfo")?;
        let is_picture = !info.text("format").is_some_and(|format| format.to_ascii_lowercase().contains("lerc"));
        // A cache with a picture of each layer is of no use: `tile` requests need one picture of the whole map.
        let is_whole = kind == ServiceKind::Image || json.get("singleFusedMapCache") != Some(&Json::Bool(false));
        let (rows, columns) = (info.number("rows")?, info.number("cols")?);
        let is_square = rows == columns && (64.0..=2048.0).contains(&rows) && rows.fract() == 0.0;
        let (own, _) = crs(info)?;
        if !is_picture || !is_whole || !is_square || own != Crs::WebMercator {
            return None;
        }
        let world = own.equator();
        let origin = info.get("origin")?;
        let corner = [origin.number("x")? + world / 2.0, origin.number("y")? - world / 2.0];
        let lods = info.list("lods").iter().map(|lod| {
            let (level, resolution) = (lod.number("level")?, lod.number("resolution")?);
            let is_usual = (resolution * rows * level.exp2() / world - 1.0).abs() < 1e-6;
            (is_usual && (0.0..64.0).contains(&level)).then_some((level as u32, lod.number("scale")))
        });
        let all: Vec<(u32, Option<f64>)> = lods.collect::<Option<_>>()?;
        // Servers before 10.7.1 do not write `minLOD` and `maxLOD`: the scales of the service bound the levels.
        let scale = |name| json.number(name).filter(|scale| *scale > 0.0);
        let (coarsest, finest) = (scale("minScale"), scale("maxScale"));
        let is_there = |scale: f64| {
            coarsest.is_none_or(|most| scale <= most * 1.01) && finest.is_none_or(|least| scale >= least * 0.99)
        };
        let there = all.iter().filter(|(_, scale)| scale.is_none_or(is_there)).map(|(level, _)| *level);
        let mut levels: Vec<u32> = there.collect();
        if levels.is_empty() || json.get("minLOD").is_some() {
            levels = all.into_iter().map(|(level, _)| level).collect();
        }
        let lod = |name| json.number(name).filter(|level| (0.0..64.0).contains(level)).map(|level| level as u32);
        let first = (*levels.iter().min()?).max(lod("minLOD").unwrap_or(0));
        let last = (*levels.iter().max()?).min(lod("maxLOD").unwrap_or(ZOOM_MAX)).min(ZOOM_MAX);
        let is_aligned = corner.iter().all(|off| off.abs() < 1.0) && first <= last;
        is_aligned.then_some(Self { side_px: rows as u32, levels: [first, last] })
    }
}

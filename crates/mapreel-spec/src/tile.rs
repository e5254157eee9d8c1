//! Tiles of the XYZ convention: which cells cover a map, and the URL of each.

use crate::plan::{Fit, Mosaic, Piece};
use crate::{Bbox, Crs, Extent};

/// The side of a tile's cell, in pixels.
const CELL_PX: u32 = 256;
/// The deepest level of a tile matrix set that is asked for.
pub(crate) const ZOOM_MAX: u32 = 22;

/// A tile URL with places for level, column and row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileTemplate {
    template: String,
    /// The deepest level that the server has.
    pub(crate) zoom_max: u32,
}

/// Why a text is not a tile URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileTemplateError {
    /// A placeholder that is not known.
    #[error("the placeholder `{{{0}}}` is not supported by this version")]
    Placeholder(String),
    /// Neither a template nor a sample tile.
    #[error("neither a template with {{z}}, {{x}} and {{y}} nor the URL of a tile")]
    NotATile,
}

impl TileTemplate {
    /// Reads a template (`…/{z}/{x}/{y}.png`) or the URL of any one tile (`…/3/5/2.png`).
    ///
    /// A sample tile is read as `{z}/{x}/{y}`, except behind `/tile/`, where ArcGIS servers put the row before the
    /// column (`…/MapServer/tile/{z}/{y}/{x}`).
    ///
    /// # Errors
    /// See [`TileTemplateError`].
    pub fn parse(url: &str) -> Result<Self, TileTemplateError> {
        let template =
            if url.contains('{') { url.to_owned() } else { from_sample(url).ok_or(TileTemplateError::NotATile)? };
        for placeholder in template.split('{').skip(1) {
            let name = placeholder.split('}').next().unwrap_or_default();
            if !matches!(name, "z" | "x" | "y") {
                return Err(TileTemplateError::Placeholder(name.to_owned()));
            }
        }
        if ["{z}", "{x}", "{y}"].iter().any(|name| !template.contains(name)) {
            return Err(TileTemplateError::NotATile);
        }
        Ok(Self { template, zoom_max: 19 })
    }

    fn url(&self, zoom: u32, x: u64, y: u64) -> String {
        self.template.replace("{z}", &zoom.to_string()).replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
    }

    /// The tiles that cover a map, as one picture in EPSG:3857; none where the map lies beyond the tiles' world. `None`
    /// when they would be more than `max`.
    pub(crate) fn mosaic(&self, map: &Extent, max: usize) -> Option<Mosaic> {
        let world = Crs::WebMercator.equator();
        let Some(wanted) = map.in_crs(Crs::WebMercator) else {
            return Some(Mosaic::nothing(Crs::WebMercator, None));
        };
        let zoom = tile_zoom(if map.crs.is_parallel() { map.zoom() } else { wanted.zoom() }).min(self.zoom_max);
        let side = 1i64 << zoom;
        let tile_m = world / side as f64;
        let (bbox, half) = (wanted.bbox, world / 2.0);
        // A hair inside the edges: a map that ends on a tile's edge does not need the next tile.
        let hair = 1e-6;
        let columns =
            ((bbox.min_x + half) / tile_m + hair).floor() as i64..=((bbox.max_x + half) / tile_m - hair).floor() as i64;
        let top = (((half - bbox.max_y) / tile_m + hair).floor() as i64).max(0);
        let bottom = (((half - bbox.min_y) / tile_m - hair).floor() as i64).min(side - 1);
        let rows = top..=bottom;
        let count = |range: &std::ops::RangeInclusive<i64>| (range.end() - range.start() + 1).max(0) as u64;
        let (width, height) = (count(&columns), count(&rows));
        if width.saturating_mul(height) > max as u64 {
            return None;
        }
        let (west, north) = (*columns.start(), *rows.start());
        let mut pieces = Vec::with_capacity((width * height) as usize);
        for row in rows.clone() {
            for column in columns.clone() {
                pieces.push(Piece {
                    url: self.url(zoom, column.rem_euclid(side) as u64, row as u64),
                    x: (column - west) as u32 * CELL_PX,
                    y: (row - north) as u32 * CELL_PX,
                    width: CELL_PX,
                    height: CELL_PX,
                    fit: Fit::Scale,
                    gutter: [0; 4],
                });
            }
        }
        Some(Mosaic {
            crs: Crs::WebMercator,
            bbox: Bbox {
                min_x: west as f64 * tile_m - half,
                max_x: (columns.end() + 1) as f64 * tile_m - half,
                max_y: half - north as f64 * tile_m,
                min_y: half - (rows.end() + 1) as f64 * tile_m,
            },
            size: Some((width as u32 * CELL_PX, height as u32 * CELL_PX)),
            pieces,
            gap: None,
        })
    }
}

/// The level of tiles for a map of this zoom: tiles are rather made smaller than larger, since enlarged text and lines
/// look soft, but a quarter of a level is not worth four times the tiles.
fn tile_zoom(zoom: f64) -> u32 {
    (zoom - 0.25).ceil().clamp(0.0, f64::from(ZOOM_MAX)) as u32
}

/// The template of a sample tile: three numbers at the end of the path.
fn from_sample(url: &str) -> Option<String> {
    let path_end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, query) = url.split_at(path_end);
    let segments: Vec<&str> = path.split('/').collect();
    let [.., before, z, x, last] = segments[..] else { return None };
    let (y, suffix) = last.split_at(last.find(|c: char| !c.is_ascii_digit()).unwrap_or(last.len()));
    let numbers = [z, x, y].iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if !numbers || !(suffix.is_empty() || suffix.starts_with(['.', '@'])) {
        return None;
    }
    let head = &path[..path.len() - last.len() - x.len() - z.len() - 2];
    let order = if before == "tile" { "{z}/{y}/{x}" } else { "{z}/{x}/{y}" };
    Some(format!("{head}{order}{suffix}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_tile_becomes_a_template() {
        let check = |sample: &str, template: Option<&str>| {
            assert_eq!(from_sample(sample).as_deref(), template, "{sample}");
        };
        check("https://a.example/7/12/30.png", Some("https://a.example/{z}/{x}/{y}.png"));
        check("https://a.example/layer/0/0/0?key=1", Some("https://a.example/layer/{z}/{x}/{y}?key=1"));
        check("https://a.example/X/MapServer/tile/0/0/0", Some("https://a.example/X/MapServer/tile/{z}/{y}/{x}"));
        check("https://a.example/1/2/3@2x.png", Some("https://a.example/{z}/{x}/{y}@2x.png"));
        check("https://a.example/tiles", None);
        check("https://a.example/1/b/3.png", None);
    }

    #[test]
    fn placeholders_of_other_conventions_are_refused_by_name() {
        let error = TileTemplate::parse("https://{s}.example/{z}/{x}/{y}.png").unwrap_err();
        assert_eq!(error, TileTemplateError::Placeholder("s".into()));
        assert_eq!(TileTemplate::parse("https://a.example/{z}/{x}.png"), Err(TileTemplateError::NotATile));
    }

    #[test]
    fn tiles_wrap_round_the_date_line() {
        let bbox = Bbox::new([170.0, -10.0, 190.0, 10.0]).convert(Crs::Geographic, Crs::WebMercator).unwrap();
        let map = Extent { crs: Crs::WebMercator, bbox, width: 455, height: 457 };
        let mosaic = TileTemplate::parse("http://t/{z}/{x}/{y}").unwrap().mosaic(&map, 100).unwrap();
        let urls: Vec<_> = mosaic.pieces.iter().map(|p| p.url.as_str()).collect();
        assert_eq!(urls, ["http://t/5/31/15", "http://t/5/0/15", "http://t/5/31/16", "http://t/5/0/16"]);
        assert_eq!(mosaic.size, Some((512, 512)));
    }

    #[test]
    fn the_whole_world_at_level_0_is_one_tile() {
        let half = Crs::WebMercator.equator() / 2.0;
        let map =
            Extent { crs: Crs::WebMercator, bbox: Bbox::new([-half, -half, half, half]), width: 256, height: 256 };
        let mosaic = TileTemplate::parse("http://t/{z}/{x}/{y}").unwrap().mosaic(&map, 100).unwrap();
        assert_eq!(mosaic.pieces.len(), 1);
        assert_eq!(mosaic.bbox, map.bbox);
    }
}

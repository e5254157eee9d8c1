//! A grid of tiles: the tiles that cover a map, and the mosaic that they make.

use super::mosaic::{Fit, Mosaic, Piece};
use super::outside;
use mapreel_geo::{Bbox, Crs, Extent};

/// One level of a tile pyramid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grid {
    pub crs: Crs,
    /// The outer corner of the grid's upper left tile, x before y.
    pub corner: [f64; 2],
    /// Units per pixel.
    pub resolution: f64,
    /// Width and height of a tile in pixels.
    pub tile_px: [u32; 2],
    /// The first and last column and row that have tiles.
    pub columns: [i64; 2],
    pub rows: [i64; 2],
    /// The number of columns round the world, where the grid goes all the way round.
    pub round: Option<i64>,
}

impl Grid {
    /// The tiles that cover an extent of the grid's CRS, as a mosaic; `None` where they are more than `max`. Tiles of a much
    /// finer level are scaled down, so that the mosaic has at most about twice the extent's columns and rows, and one tile
    /// more at each edge.
    pub(crate) fn mosaic(&self, wanted: &Extent, max: usize, url: impl Fn(i64, i64) -> String) -> Option<Mosaic> {
        let bbox = &wanted.bbox;
        let [tile_x, tile_y] = self.tile_px.map(|px| f64::from(px) * self.resolution);
        // The edges move inwards by a rounding error: a map that ends on a tile's edge does not need the next tile.
        let hair = 1e-6;
        let mut west = ((bbox.min_x - self.corner[0]) / tile_x + hair).floor() as i64;
        let mut east = ((bbox.max_x - self.corner[0]) / tile_x - hair).floor() as i64;
        let north = (((self.corner[1] - bbox.max_y) / tile_y + hair).floor() as i64).max(self.rows[0]);
        let south = (((self.corner[1] - bbox.min_y) / tile_y - hair).floor() as i64).min(self.rows[1]);
        if self.round.is_none() {
            (west, east) = (west.max(self.columns[0]), east.min(self.columns[1]));
        }
        let (width, height) = ((east - west + 1).max(0) as u64, (south - north + 1).max(0) as u64);
        if width.saturating_mul(height) > max as u64 {
            return None;
        }
        let [px, py] = self.laid_px(wanted.resolution()[0]);
        let mut pieces = Vec::with_capacity((width * height) as usize);
        for row in north..=south {
            for column in west..=east {
                let there = self.round.map_or(column, |round| column.rem_euclid(round));
                if !(self.columns[0]..=self.columns[1]).contains(&there) {
                    continue;
                }
                pieces.push(Piece {
                    url: url(there, row),
                    x: (column - west) as u32 * px,
                    y: (row - north) as u32 * py,
                    width: px,
                    height: py,
                    fit: Fit::Scale { tile_px: self.tile_px },
                    gutter: [0; 4],
                });
            }
        }
        if pieces.is_empty() {
            return Some(Mosaic::nothing(self.crs, outside::covers(&self.area(), self.crs)));
        }
        Some(Mosaic {
            crs: self.crs,
            bbox: self.area_of([west, east], [north, south]),
            size: Some((width as u32 * px, height as u32 * py)),
            pieces,
            gap: None,
        })
    }

    /// Width and height of a tile in the mosaic, for a map of this resolution in units of the CRS per pixel. The tile's sides
    /// are halved as often as the tile stays as fine as the map.
    fn laid_px(&self, map: f64) -> [u32; 2] {
        let (mut tile, mut resolution) = (self.tile_px, self.resolution);
        while 2.0 * resolution <= map * (1.0 + 1e-6) && tile.iter().all(|px| *px > 1) {
            tile = tile.map(|px| px.div_ceil(2));
            resolution *= 2.0;
        }
        tile
    }

    /// The area of all its tiles.
    pub(crate) fn area(&self) -> Bbox {
        self.area_of(self.columns, self.rows)
    }

    fn area_of(&self, columns: [i64; 2], rows: [i64; 2]) -> Bbox {
        let [tile_x, tile_y] = self.tile_px.map(|px| f64::from(px) * self.resolution);
        let edge = |column: i64| self.corner[0] + column as f64 * tile_x;
        let line = |row: i64| self.corner[1] - row as f64 * tile_y;
        Bbox { min_x: edge(columns[0]), max_x: edge(columns[1] + 1), max_y: line(rows[0]), min_y: line(rows[1] + 1) }
    }
}

/// The coarsest resolution of a level for a map, in units per pixel. Enlarged text and lines look soft, so tiles are scaled
/// down rather than up. But a level that is coarser by up to a quarter is taken, because the next one has four times as many
/// tiles.
pub(crate) fn coarsest(extent: &Extent) -> f64 {
    extent.resolution()[0] * 2f64.powf(0.25)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_ogc::TileTemplate;

    #[test]
    fn a_mosaic_is_never_much_larger_than_its_map_however_fine_or_large_its_tiles_are() {
        let half = Crs::WebMercator.equator() / 2.0;
        let mut template = TileTemplate::parse("http://t/{z}/{x}/{y}").unwrap();
        for (side_px, zoom_min) in [(64, 0), (256, 0), (256, 7), (512, 6), (1000, 4), (2048, 5), (2048, 0)] {
            (template.side_px, template.zoom_min) = (side_px, zoom_min);
            for map_px in [100, 256, 1000, 4096] {
                for part in [1.0, 0.7, 0.51] {
                    let bbox = Bbox::new([-half * part, -half * part, half * part, half * part]);
                    let map = Extent { crs: Crs::WebMercator, bbox, width: map_px, height: map_px };
                    let Some(mosaic) = crate::pictures::tiles::mosaic(&template, &map, 20_000) else { continue };
                    let (width, height) = mosaic.size.unwrap();
                    let laid = mosaic.pieces[0].width;
                    assert!(
                        width.max(height) <= 2 * map_px + 2 * laid && laid <= side_px,
                        "{side_px} from {zoom_min} on, {map_px}: {width} × {height} of {laid}"
                    );
                    let covers = mosaic.pieces.iter().all(|piece| piece.x + laid <= width && piece.y + laid <= height);
                    assert!(
                        covers && mosaic.pieces.iter().all(|piece| piece.fit == Fit::Scale { tile_px: [side_px; 2] })
                    );
                }
            }
        }
    }
}

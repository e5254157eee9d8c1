//! Tiles of the XYZ convention that cover a map, in the tile pyramid of the web (EPSG:3857, one tile at level 0).

use super::grid::{self, Grid};
use super::mosaic::Mosaic;
use super::outside;
use mapreel_geo::{Crs, Extent};
use mapreel_ogc::TileTemplate;
use mapreel_ogc::url::tile_template::ZOOM_MAX;

/// The part of the map that lies beyond the tiles' world.
pub(crate) fn beyond(template: &TileTemplate, map: &Extent) -> Option<String> {
    outside::beyond_mercator(Crs::WebMercator, template.degrees.as_ref(), map)
}

/// The tiles of a template that cover a map, as a mosaic in EPSG:3857; no tiles where the map lies beyond the tiles' world.
/// `None` where they are more than `max`.
pub(crate) fn mosaic(template: &TileTemplate, map: &Extent, max: usize) -> Option<Mosaic> {
    let crs = Crs::WebMercator;
    let Some(mut wanted) = map.in_crs(crs) else { return Some(Mosaic::nothing(crs, outside::not_in(crs))) };
    if let Some(gap) = template.degrees.and_then(|degrees| outside::beside(&degrees, Crs::Geographic, map)) {
        return Some(Mosaic::nothing(crs, gap));
    }
    if map.crs.is_cylindrical() {
        // The level depends on the map's scale at the equator, so a map farther north does not get a finer level.
        let equal = map.resolution()[0] / map.crs.equator() * crs.equator();
        wanted.width = ((wanted.bbox.width() / equal).round() as u32).max(1);
    }
    let world = crs.equator();
    let level = (world / (f64::from(template.side_px) * grid::coarsest(&wanted))).log2().ceil();
    let zoom = (level.clamp(0.0, f64::from(ZOOM_MAX)) as u32).clamp(template.zoom_min, template.zoom_max);
    let side = 1i64 << zoom;
    let (mut columns, mut rows) = ([0, side - 1], [0, side - 1]);
    if let Some(bounds) = template.degrees.and_then(|degrees| degrees.convert(Crs::Geographic, crs)) {
        let tile = |from: f64, to: f64, hair: f64| {
            (((to - from) / world * side as f64 + hair).floor() as i64).clamp(0, side - 1)
        };
        columns = [tile(-world / 2.0, bounds.min_x, 1e-9), tile(-world / 2.0, bounds.max_x, -1e-9)];
        rows = [tile(bounds.max_y, world / 2.0, 1e-9), tile(bounds.min_y, world / 2.0, -1e-9)];
    }
    let grid = Grid {
        crs,
        corner: [-world / 2.0, world / 2.0],
        resolution: world / (side as f64 * f64::from(template.side_px)),
        tile_px: [template.side_px; 2],
        columns,
        rows,
        round: Some(side),
    };
    grid.mosaic(&wanted, max, |x, y| template.url(zoom, x, y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mapreel_geo::Bbox;

    #[test]
    fn tiles_of_512_pixels_are_asked_for_one_level_higher_up_and_lie_on_the_same_place() {
        let bbox = Bbox::new([0.0, 0.0, 45.0, 45.0]).convert(Crs::Geographic, Crs::WebMercator).unwrap();
        let map = Extent { crs: Crs::WebMercator, bbox, width: 512, height: 574 };
        let of = |template: &str| mosaic(&TileTemplate::parse(template).unwrap(), &map, 100).unwrap();
        let (small, large) = (of("http://t/{z}/{x}/{y}.png"), of("http://t/{z}/{x}/{y}@2x.png"));
        assert!(small.pieces[0].url.starts_with("http://t/4/") && large.pieces[0].url.starts_with("http://t/3/"));
        assert_eq!((small.bbox.min_x, small.bbox.max_y > large.bbox.max_y - 1.0), (large.bbox.min_x, false));
    }

    #[test]
    fn where_a_pyramid_has_no_tiles_none_is_asked_for() {
        let bbox = Bbox::new([-20.0, 30.0, 60.0, 70.0]).convert(Crs::Geographic, Crs::WebMercator).unwrap();
        let map = Extent { crs: Crs::WebMercator, bbox, width: 912, height: 900 };
        let mut template = TileTemplate::parse("http://t/{z}/{x}/{y}").unwrap();
        let all = mosaic(&template, &map, 100).unwrap();
        template.degrees = Some(Bbox::new([5.0, 45.0, 16.0, 55.0]));
        let some = mosaic(&template, &map, 100).unwrap();
        assert!(some.pieces.len() < all.pieces.len() && some.bbox.min_x == all.bbox.min_x);
    }

    #[test]
    fn tiles_wrap_round_the_date_line() {
        let bbox = Bbox::new([170.0, -10.0, 190.0, 10.0]).convert(Crs::Geographic, Crs::WebMercator).unwrap();
        let map = Extent { crs: Crs::WebMercator, bbox, width: 455, height: 457 };
        let mosaic = mosaic(&TileTemplate::parse("http://t/{z}/{x}/{y}").unwrap(), &map, 100).unwrap();
        let urls: Vec<_> = mosaic.pieces.iter().map(|p| p.url.as_str()).collect();
        assert_eq!(urls, ["http://t/5/31/15", "http://t/5/0/15", "http://t/5/31/16", "http://t/5/0/16"]);
        assert_eq!(mosaic.size, Some((512, 512)));
    }

    #[test]
    fn the_whole_world_at_level_0_is_one_tile() {
        let half = Crs::WebMercator.equator() / 2.0;
        let map =
            Extent { crs: Crs::WebMercator, bbox: Bbox::new([-half, -half, half, half]), width: 256, height: 256 };
        let mosaic = mosaic(&TileTemplate::parse("http://t/{z}/{x}/{y}").unwrap(), &map, 100).unwrap();
        assert_eq!(mosaic.pieces.len(), 1);
        assert_eq!(mosaic.bbox, map.bbox);
    }
}

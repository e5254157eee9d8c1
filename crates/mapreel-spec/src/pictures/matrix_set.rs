//! Tile matrix sets: the choice of a WMTS's set and level for a map, and the axis order of the set's corners.
//!
//! Where the axis order is not certain, the order is taken that puts the tiles where the layer is. The standard (OGC
//! 07-057r7, 6.1) has the order of the CRS. But many servers always write x before y, and some do the opposite.

use super::grid::{self, Grid};
use super::outside;
use mapreel_geo::place::home::{home, orders};
use mapreel_geo::{AxisOrder, Bbox, Crs, Extent};
use mapreel_ogc::wmts::capabilities::{Capabilities, Layer, Matrix, MatrixSet, MatrixSetLink};

/// Metres of one pixel at a scale denominator of 1 (6.1).
const PIXEL_M: f64 = 0.000_28;
/// The length of the equator in metres: in EPSG:3857, and by the standard's length of a degree (6.1).
const METRES_ROUND: f64 = 2.0 * std::f64::consts::PI * 6_378_137.0;
/// How many times finer than the map a level may be. If the next fine level is finer than that, the nearest level is taken,
/// which may be coarser.
const FINER_MAX: f64 = 4.0;

/// The levels of a tile matrix set in which a layer has tiles.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Levels {
    pub crs: Crs,
    /// Name and grid of each level, coarsest first; never empty.
    levels: Vec<(String, Grid)>,
}

/// The request's choices about the tile matrix set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub name: Option<&'a str>,
    pub order: Option<AxisOrder>,
}

/// Why no tile matrix set can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoMatrixSet {
    /// The layer has no set of the name in the request, or that set cannot be used.
    #[error("there is no tile matrix set `{wanted}`; there are {known}")]
    NotOffered { wanted: String, known: String },
    /// None of the layer's sets can be used.
    #[error("no tile matrix set can be used; there are {known}")]
    NoneSuits { known: String },
}

/// The tile matrix set that suits the map. Sets with tiles on the map come first, among them those in the map's CRS, then
/// those that are best reprojected to it.
///
/// # Errors
/// No set can be used; the error names the sets.
pub(crate) fn choose<'a>(
    capabilities: &'a Capabilities,
    layer: &'a Layer,
    asked: Asked,
    map: &Extent,
) -> Result<(&'a MatrixSet, Levels), NoMatrixSet> {
    let candidates: Vec<(&MatrixSet, Levels)> = layer
        .matrix_sets
        .iter()
        .filter(|link| asked.name.is_none_or(|name| name == link.name))
        .filter_map(|link| {
            let set = capabilities.matrix_sets.iter().find(|set| set.name == link.name)?;
            Some((set, Levels::new(set, link, layer.degrees.as_ref(), asked.order)?))
        })
        .collect();
    // EPSG:3857 does not reach the poles.
    let is_polar = map
        .bbox
        .convert(map.crs, Crs::Geographic)
        .is_some_and(|b| b.max_y > Crs::WebMercator.latitude_max() || b.min_y < -Crs::WebMercator.latitude_max());
    let rank = |levels: &Levels| match (levels.crs, is_polar) {
        (crs, _) if crs == map.crs => 0,
        (Crs::WebMercator, false) | (Crs::Geographic, true) => 1,
        (_, true) if levels.cover(map) => 2,
        (Crs::Geographic, false) | (Crs::WebMercator, true) => 3,
        _ => 4,
    };
    let best = candidates.into_iter().min_by_key(|(_, levels)| (!levels.touch(map), rank(levels)));
    best.ok_or_else(|| {
        let known: Vec<String> = layer.matrix_sets.iter().map(|link| described(capabilities, link)).collect();
        let known = known.join(", ");
        match asked.name {
            Some(wanted) => NoMatrixSet::NotOffered { wanted: wanted.to_owned(), known },
            None => NoMatrixSet::NoneSuits { known },
        }
    })
}

fn described(capabilities: &Capabilities, link: &MatrixSetLink) -> String {
    let set = capabilities.matrix_sets.iter().find(|set| set.name == link.name);
    format!("`{}` ({})", link.name, set.map_or("not described", |set| &set.crs))
}

impl Levels {
    /// `None` where the CRS is not known, or no level has tiles.
    fn new(set: &MatrixSet, link: &MatrixSetLink, home: Option<&Bbox>, order: Option<AxisOrder>) -> Option<Self> {
        let crs = Crs::parse(&set.crs)?;
        let read = |order: AxisOrder| {
            // If the limits name none of the set's levels, they are ignored.
            let is_limited = set.matrices.iter().any(|matrix| limit(link, &matrix.name).is_some());
            let grid = |matrix: &Matrix| {
                let limits = limit(link, &matrix.name);
                // A level without limits has no tiles, where other levels have limits.
                let limits = if is_limited { Some(limits?) } else { None };
                Some((matrix.name.clone(), level_grid(matrix, crs, order, limits)?))
            };
            set.matrices.iter().filter_map(grid).collect::<Vec<_>>()
        };
        let mut levels = match order {
            Some(order) => read(order),
            None => {
                let (standard, other) = orders(&set.crs, crs);
                let (standard, other) = (read(standard), read(other));
                if fits_layer_better(&other, &standard, home, crs) { other } else { standard }
            }
        };
        levels.sort_by(|(_, a), (_, b)| b.resolution.total_cmp(&a.resolution));
        (!levels.is_empty()).then_some(Self { crs, levels })
    }

    /// The level for a map: the coarsest that is fine enough. Where that one is much too fine, or no level is fine enough,
    /// the nearest level.
    pub(crate) fn suiting(&self, wanted: &Extent) -> (&str, &Grid) {
        let coarsest = grid::coarsest(wanted) * (1.0 + 1e-6);
        let fine = self.levels.iter().find(|(_, grid)| grid.resolution <= coarsest);
        let near = |(_, grid): &&(String, Grid)| (grid.resolution / wanted.resolution()[0]).log2().abs();
        let nearest = || self.levels.iter().min_by(|a, b| near(a).total_cmp(&near(b)));
        let level = fine.filter(|(_, grid)| grid.resolution * FINER_MAX > coarsest).or_else(nearest);
        let (name, grid) = level.expect("never empty");
        (name, grid)
    }

    /// Whether any tile lies on the map.
    fn touch(&self, map: &Extent) -> bool {
        self.levels.iter().any(|(_, grid)| outside::beside(&grid.area(), self.crs, map).is_none())
    }

    /// Whether the tiles cover the whole map.
    fn cover(&self, map: &Extent) -> bool {
        let Some(wanted) = map.in_crs(self.crs).map(|wanted| wanted.bbox) else { return false };
        let whole = wanted.width() * wanted.height();
        self.levels.iter().any(|(_, grid)| grid.area().common(&wanted, self.crs) > 0.99 * whole)
    }
}

/// Whether the levels in the other axis order lie where the layer is, and those in the standard's order do not.
fn fits_layer_better(other: &[(String, Grid)], standard: &[(String, Grid)], degrees: Option<&Bbox>, crs: Crs) -> bool {
    let Some(home) = home(degrees, crs) else { return false };
    let share = |levels: &[(String, Grid)]| {
        // The finest level has the least area that the layer does not need.
        let finest = levels.iter().min_by(|(_, a), (_, b)| a.resolution.total_cmp(&b.resolution));
        let Some(area) = finest.map(|(_, grid)| grid.area()) else { return 0.0 };
        let smaller = (area.width() * area.height()).min(home.width() * home.height());
        if smaller > 0.0 { area.common(&home, crs) / smaller } else { 0.0 }
    };
    let (standard, other) = (share(standard), share(other));
    other > 0.5 && standard < other / 4.0
}

/// The limits of a level, where the server names them: first and last column, first and last row.
fn limit(link: &MatrixSetLink, level: &str) -> Option<([i64; 2], [i64; 2])> {
    link.limits.iter().find(|(name, ..)| name == level).map(|(_, columns, rows)| (*columns, *rows))
}

/// A level as a grid, with its corner read in an axis order; `None` where the limits leave no tiles.
fn level_grid(matrix: &Matrix, crs: Crs, order: AxisOrder, limits: Option<([i64; 2], [i64; 2])>) -> Option<Grid> {
    let resolution = matrix.scale_denominator * PIXEL_M / (METRES_ROUND / crs.equator());
    let [first, second] = matrix.top_left;
    let corner = if order == AxisOrder::YThenX { [second, first] } else { [first, second] };
    let [columns, rows] = matrix.size.map(i64::from);
    let tile = f64::from(matrix.tile_px[0]) * resolution;
    let round = crs.world_width().map(|world| world / tile).filter(|n| (n - n.round()).abs() < 1e-3);
    let round = round.map(|n| n.round() as i64).filter(|n| (1..=columns).contains(n));
    let (all_columns, all_rows) = ([0, columns - 1], [0, rows - 1]);
    let held = |[first, last]: [i64; 2], [least, most]: [i64; 2]| [first.max(least), last.min(most)];
    let (columns, rows) = limits.map_or((all_columns, all_rows), |(c, r)| (held(c, all_columns), held(r, all_rows)));
    let is_empty = columns[0] > columns[1] || rows[0] > rows[1];
    (!is_empty).then_some(Grid { crs, corner, resolution, tile_px: matrix.tile_px, columns, rows, round })
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRES_PER_DEGREE: f64 = METRES_ROUND / 360.0;

    fn set(crs: &str, metres_per_unit: f64, corner: [f64; 2], levels: &[(&str, f64, u32)]) -> MatrixSet {
        let matrix = |(name, resolution, size): &(&str, f64, u32)| Matrix {
            name: (*name).into(),
            scale_denominator: resolution * metres_per_unit / PIXEL_M,
            top_left: corner,
            tile_px: [256, 256],
            size: [*size, *size],
        };
        MatrixSet { name: crs.into(), crs: crs.into(), matrices: levels.iter().map(matrix).collect() }
    }

    fn levels(set: &MatrixSet, limits: &[(&str, [i64; 2], [i64; 2])], home: Option<[f64; 4]>) -> Option<Levels> {
        let limits = limits.iter().map(|(name, columns, rows)| ((*name).into(), *columns, *rows)).collect();
        Levels::new(set, &MatrixSetLink { name: set.name.clone(), limits }, home.map(Bbox::new).as_ref(), None)
    }

    #[test]
    fn corners_are_read_in_the_order_in_which_the_tiles_lie_where_the_layer_is() {
        let check =
            |crs: &str, written: [f64; 2], resolution: f64, size: u32, home: Option<[f64; 4]>, corner: [f64; 2]| {
                let metres = if Crs::parse(crs) == Some(Crs::Geographic) { METRES_PER_DEGREE } else { 1.0 };
                let found = levels(&set(crs, metres, written, &[("0", resolution, size)]), &[], home).unwrap();
                assert_eq!(found.levels[0].1.corner, corner, "{crs} {written:?} {home:?}");
            };
        let world = Some([-180.0, -90.0, 180.0, 90.0]);
        for home in [Some([5.0, 45.0, 16.0, 55.0]), world, None] {
            for corner in [[900_000.0, 5_500_000.0], [2_000_000.0, 6_500_000.0]] {
                let [x, y] = corner;
                check("EPSG:3035", [y, x], 1000.0, 17, home, corner);
                check("urn:ogc:def:crs:EPSG::3035", [x, y], 1000.0, 17, home, corner);
            }
        }
        for home in [world, None] {
            check("EPSG:4326", [90.0, -180.0], 0.25, 6, home, [-180.0, 90.0]);
            check("EPSG:4326", [-180.0, 90.0], 0.25, 6, home, [-180.0, 90.0]);
            check("urn:ogc:def:crs:OGC:1.3:CRS84", [90.0, -180.0], 0.25, 6, home, [-180.0, 90.0]);
            check("CRS:84", [-180.0, 90.0], 0.25, 6, home, [-180.0, 90.0]);
            check("EPSG:900913", [2e7, -2e7], 20_000.0, 8, home, [-2e7, 2e7]);
            check("EPSG:3857", [-2e7, 2e7], 20_000.0, 8, home, [-2e7, 2e7]);
            check("EPSG:6870", [400_000.0, 4_800_000.0], 200.0, 8, home, [400_000.0, 4_800_000.0]);
            check("EPSG:6870", [4_800_000.0, 400_000.0], 200.0, 8, home, [400_000.0, 4_800_000.0]);
            // The axis orders of MapCache and of Lantmäteriet, in Sweden.
            check("EPSG:3006", [8_500_000.0, -1_200_000.0], 4096.0, 4, home, [-1_200_000.0, 8_500_000.0]);
            check("EPSG:3006", [-1_200_000.0, 8_500_000.0], 4096.0, 4, home, [-1_200_000.0, 8_500_000.0]);
        }
        // Both readings are at sea; only the layer's box tells which one is right.
        check("EPSG:4326", [60.0, -10.0], 0.05, 4, Some([-9.0, 36.0, 20.0, 44.0]), [-10.0, 60.0]);
        check("EPSG:4326", [-10.0, 60.0], 0.05, 4, Some([-9.0, 36.0, 20.0, 44.0]), [-10.0, 60.0]);
        // A box that fits neither reading decides nothing.
        check("EPSG:4326", [60.0, -10.0], 0.05, 4, Some([-100.0, -40.0, -80.0, -30.0]), [-10.0, 60.0]);
    }

    #[test]
    fn of_the_levels_that_are_listed_the_nearest_is_taken() {
        let set = set(
            "EPSG:3857",
            1.0,
            [-2e7, 2e7],
            &[("a", 1600.0, 100), ("b", 800.0, 200), ("c", 400.0, 400), ("d", 100.0, 1600)],
        );
        let check = |listed: &[&str], resolution: f64, expected: &str| {
            let limits: Vec<_> = listed.iter().map(|name| (*name, [0, 9999], [0, 9999])).collect();
            let levels = levels(&set, &limits, None).unwrap();
            let bbox = Bbox::new([0.0, 0.0, 100.0 * resolution, 100.0 * resolution]);
            let wanted = Extent { crs: Crs::WebMercator, bbox, width: 100, height: 100 };
            assert_eq!(levels.suiting(&wanted).0, expected, "{listed:?} for {resolution}");
        };
        check(&[], 800.0, "b");
        check(&[], 10.0, "d");
        check(&["a", "c"], 800.0, "c");
        check(&["a", "d"], 800.0, "a");
        check(&["d"], 800.0, "d");
        check(&["not a level"], 800.0, "b");
    }

    #[test]
    fn limits_are_held_within_the_matrix_and_may_leave_nothing() {
        let set = set("EPSG:3857", 1.0, [-2e7, 2e7], &[("0", 1000.0, 10)]);
        let of = |limits| levels(&set, &[("0", limits, [0, 3])], None);
        let columns = |limits| of(limits).map(|levels| levels.levels[0].1.columns);
        assert_eq!(columns([i64::MIN, i64::MAX]), Some([0, 9]));
        assert_eq!((columns([4, 5]), columns([5, 4]), columns([10, 12])), (Some([4, 5]), None, None));
    }
}

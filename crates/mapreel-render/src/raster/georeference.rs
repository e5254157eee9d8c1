//! Laying a picture of one area onto a map of another.
//!
//! A picture of exactly the map's area and size is taken pixel for pixel. A picture is moved by whole pixels, and stays sharp,
//! where no part of it then lies more than half a pixel off its place. Everything else is resampled. Where both CRSs are
//! cylindrical, each column of the map has one x in the picture and each row one y; `warp.rs` resamples between all other CRSs.

use super::placed::Placed;
use super::raster::Raster;
use super::resample::{Tap, resized, sample};
use super::warp::warp;
use crate::stop::{Stop, Stopped};
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_spec::Resampling;

/// A picture of `bbox` as it lies on the map; more than one where the map runs past the edge of the world and the
/// picture must be repeated.
///
/// # Errors
/// The stop token is set.
pub fn place(
    raster: Raster,
    crs: Crs,
    bbox: &Bbox,
    map: &Extent,
    resampling: Resampling,
    stop: &Stop,
) -> Result<Vec<Placed>, Stopped> {
    stop.look()?;
    if crs == map.crs && covers_exactly(bbox, map) && (raster.width, raster.height) == (map.width, map.height) {
        return Ok(vec![Placed { raster, x: 0, y: 0 }]);
    }
    let (Some(world), true) = (crs.world_width(), map.crs.is_cylindrical()) else {
        let placed = match if crs == map.crs { moved(&raster, bbox, map) } else { None } {
            Some(as_it_is) => Some(as_it_is),
            None => warp(&raster, crs, bbox, map, resampling, stop)?,
        };
        return Ok(placed.into_iter().collect());
    };
    let Some(wanted) = map.bbox.convert(map.crs, crs) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for shifted in copies(bbox, &wanted, world) {
        out.extend(place_one(&raster, crs, &shifted, map, resampling, stop)?);
    }
    Ok(out)
}

/// Whether the edges of a picture lie less than half a pixel from those of the map.
fn covers_exactly(bbox: &Bbox, map: &Extent) -> bool {
    let [rx, ry] = map.resolution();
    let near = |a: f64, b: f64, unit: f64| (a - b).abs() < unit / 2.0;
    near(bbox.min_x, map.bbox.min_x, rx)
        && near(bbox.max_x, map.bbox.max_x, rx)
        && near(bbox.min_y, map.bbox.min_y, ry)
        && near(bbox.max_y, map.bbox.max_y, ry)
}

/// The picture's box in every copy of the world in which the map shows some of it. A picture as wide as all that is wanted is
/// not repeated.
fn copies(bbox: &Bbox, wanted: &Bbox, world: f64) -> Vec<Bbox> {
    let covers = bbox.min_x <= wanted.min_x && bbox.max_x >= wanted.max_x;
    let worlds = if covers {
        0.0..=0.0
    } else {
        ((wanted.min_x - bbox.max_x) / world).ceil()..=((wanted.max_x - bbox.min_x) / world).floor()
    };
    let numbers = std::iter::successors(Some(*worlds.start()), |k| Some(k + 1.0)).take_while(|k| k <= worlds.end());
    numbers.map(|k| Bbox { min_x: bbox.min_x + k * world, max_x: bbox.max_x + k * world, ..*bbox }).collect()
}

fn place_one(
    raster: &Raster,
    crs: Crs,
    bbox: &Bbox,
    map: &Extent,
    resampling: Resampling,
    stop: &Stop,
) -> Result<Option<Placed>, Stopped> {
    match if crs == map.crs { moved(raster, bbox, map) } else { None } {
        Some(as_it_is) => Ok(Some(as_it_is)),
        None => resampled(raster, crs, bbox, map, resampling, stop),
    }
}

/// A picture of the map's CRS moved by whole pixels; `None` where a pixel that shows would then lie more than half
/// a pixel off its place.
fn moved(raster: &Raster, bbox: &Bbox, map: &Extent) -> Option<Placed> {
    let [rx, ry] = map.resolution();
    let columns = [bbox.min_x - map.bbox.min_x, bbox.max_x - map.bbox.min_x].map(|x| x / rx);
    let rows = [map.bbox.max_y - bbox.max_y, map.bbox.max_y - bbox.min_y].map(|y| y / ry);
    let x = moved_side(columns, raster.width, map.width)?;
    let y = moved_side(rows, raster.height, map.height)?;
    Some(Placed { raster: raster.clone(), x, y })
}

/// Along one axis, the pixel of the map at which a picture begins when it is moved by whole pixels. `start` and `end` are its
/// exact edges, in pixels of the map.
fn moved_side([start, end]: [f64; 2], pixels: u32, map: u32) -> Option<i64> {
    const HALF: f64 = 0.5 + 1e-6;
    let scale = (end - start) / f64::from(pixels);
    // The first and the last place of the picture that show, in its own pixels. Where its scale is not the map's, these two are
    // not off their places by the same distance.
    let first = (-start / scale).max(0.0);
    let last = ((f64::from(map) - start) / scale).min(f64::from(pixels)).max(first);
    let [first, last] = [first, last].map(|at| start + at * (scale - 1.0));
    let place = ((first + last) / 2.0).round();
    ((first - place).abs() <= HALF && (last - place).abs() <= HALF).then_some(place as i64)
}

/// The pixels of the map whose centres lie in the picture, each from the picture's four nearest pixels or from the nearest one.
fn resampled(
    raster: &Raster,
    crs: Crs,
    bbox: &Bbox,
    map: &Extent,
    resampling: Resampling,
    stop: &Stop,
) -> Result<Option<Placed>, Stopped> {
    let [rx, ry] = map.resolution();
    let place = |x: f64, y: f64| map.crs.inverse([x, y]).and_then(|place| crs.forward(place)).unwrap_or([f64::NAN; 2]);
    let centre_x = |column: u32| place(map.bbox.min_x + (f64::from(column) + 0.5) * rx, map.bbox.max_y)[0];
    let centre_y = |row: u32| place(map.bbox.min_x, map.bbox.max_y - (f64::from(row) + 0.5) * ry)[1];
    let columns: Vec<u32> = (0..map.width).filter(|c| (bbox.min_x..bbox.max_x).contains(&centre_x(*c))).collect();
    let rows: Vec<u32> = (0..map.height).filter(|r| (bbox.min_y..bbox.max_y).contains(&centre_y(*r))).collect();
    let ([x, ..], [y, ..]) = (&columns[..], &rows[..]) else { return Ok(None) };
    // A picture much finer than the map is first downscaled to about the map's resolution, so that every one of its pixels counts.
    let coarse = |side: u32, pixels: usize, part: f64| {
        let wanted = (pixels as f64 / part).ceil();
        if resampling == Resampling::Bilinear && f64::from(side) > 1.5 * wanted { (wanted as u32).max(1) } else { side }
    };
    let part_x = ((centre_x(columns[columns.len() - 1]) - centre_x(*x)).abs() / bbox.width()).clamp(1e-6, 1.0);
    let part_y = ((centre_y(*y) - centre_y(rows[rows.len() - 1])).abs() / bbox.height()).clamp(1e-6, 1.0);
    let (width, height) = (coarse(raster.width, columns.len(), part_x), coarse(raster.height, rows.len(), part_y));
    let source =
        if (width, height) == (raster.width, raster.height) { raster } else { &resized(raster, width, height, stop)? };
    let tap = |part: f64, side: u32| match resampling {
        Resampling::Bilinear => Tap::new(part * f64::from(side), side),
        Resampling::Nearest => Tap::nearest(part * f64::from(side), side),
    };
    let across: Vec<Tap> =
        columns.iter().map(|c| tap((centre_x(*c) - bbox.min_x) / bbox.width(), source.width)).collect();
    let down = rows.iter().map(|r| tap((bbox.max_y - centre_y(*r)) / bbox.height(), source.height));
    Ok(Some(Placed { raster: sampled(source, &across, down, stop)?, x: (*x).into(), y: (*y).into() }))
}

/// The source picture, sampled at these columns and rows.
fn sampled(
    source: &Raster,
    across: &[Tap],
    down: impl ExactSizeIterator<Item = Tap>,
    stop: &Stop,
) -> Result<Raster, Stopped> {
    let (width, height) = (across.len(), down.len());
    let mut pixels = Vec::with_capacity(width * height * 4);
    for row in down {
        stop.look()?;
        let (upper, lower) = (source.row(row.first), source.row(row.second));
        for column in across {
            pixels.extend_from_slice(&sample(upper, lower, column, row.weight));
        }
    }
    Ok(Raster::straight(width as u32, height as u32, pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture on the map, with a stop token that is never set.
    fn placed(raster: Raster, bbox: &Bbox, map: &Extent) -> Vec<Placed> {
        place(raster, Crs::Geographic, bbox, map, Resampling::Bilinear, &Stop::never()).unwrap()
    }

    fn degrees(bbox: [f64; 4], width: u32, height: u32) -> Extent {
        Extent { crs: Crs::Geographic, bbox: Bbox::new(bbox), width, height }
    }

    /// A picture whose red is its column and green its row.
    fn ramp(width: u32, height: u32) -> Raster {
        let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 0, 255])).collect();
        Raster::straight(width, height, pixels)
    }

    #[test]
    fn the_maps_own_picture_is_taken_as_it_is() {
        let map = degrees([0.0, 0.0, 8.0, 4.0], 80, 40);
        let placed = placed(ramp(80, 40), &map.bbox, &map);
        assert_eq!((placed.len(), placed[0].x, placed[0].y), (1, 0, 0));
        assert_eq!(placed[0].raster, ramp(80, 40));
    }

    #[test]
    fn a_picture_of_the_maps_scale_is_moved_by_whole_pixels() {
        let map = degrees([0.0, 0.0, 8.0, 4.0], 80, 40);
        let placed = placed(ramp(20, 20), &Bbox::new([-1.0, 3.0, 1.0, 5.0]), &map);
        assert_eq!((placed[0].x, placed[0].y), (-10, -10));
    }

    #[test]
    fn a_picture_of_nearly_the_maps_scale_is_never_laid_more_than_half_a_pixel_off() {
        let map = degrees([0.0, 0.0, 8.0, 4.0], 80, 40);
        // Where the left edge lies and how many columns there are to the map's eighty: moved or not.
        for (west, columns, moved) in
            [(0.0, 80, true), (0.0, 81, false), (0.0, 79, false), (0.04, 80, true), (-0.05, 81, true)]
        {
            let bbox = Bbox::new([west, 0.0, 8.0 + west, 4.0]);
            let placed = &placed(ramp(columns, 40), &bbox, &map)[0];
            assert_eq!(placed.raster == ramp(columns, 40), moved, "{west} {columns}");
        }
        // Ten columns of it show, and on those the scales have come apart by a quarter of a pixel.
        let bbox = Bbox::new([7.0, 0.0, 15.0, 4.0]);
        let placed = &placed(ramp(82, 40), &bbox, &map)[0];
        assert_eq!((placed.x, placed.raster.width), (70, 82));
    }

    #[test]
    fn a_large_picture_of_almost_the_maps_scale_is_resampled_to_its_place() {
        let map = degrees([160.0, -10.0, 170.08, 0.08], 100, 100);
        let placed = placed(ramp(3600, 1800), &Bbox::new([-180.0, -90.0, 180.0, 90.0]), &map);
        // The last column's centre lies at 170.0296°, which is column 3500 of the picture.
        assert_eq!(placed[0].raster.row(50)[99 * 4], (3500 % 256) as u8);
    }

    #[test]
    fn a_picture_of_the_world_is_repeated_over_the_date_line() {
        let map = degrees([90.0, -45.0, 270.0, 45.0], 90, 45);
        let placed = placed(ramp(180, 90), &Bbox::new([-180.0, -90.0, 180.0, 90.0]), &map);
        let places: Vec<_> = placed.iter().map(|p| p.x).collect();
        assert_eq!(places, [-135, 45]);
    }

    #[test]
    fn mercator_rows_are_found_in_a_plate_carree() {
        // Each degree of latitude has a colour of its own.
        let source = ramp(10, 160);
        let bbox = Bbox::new([0.0, -80.0, 10.0, 80.0]);
        let mercator = bbox.convert(Crs::Geographic, Crs::WebMercator).unwrap();
        let map = Extent { crs: Crs::WebMercator, bbox: mercator, width: 10, height: 400 };
        let placed = &placed(source, &bbox, &map)[0];
        let [_, ry] = map.resolution();
        for row in [0, 50, 123, 200, 321, 399] {
            let [_, latitude] = Crs::WebMercator.inverse([0.0, mercator.max_y - (f64::from(row) + 0.5) * ry]).unwrap();
            let found = f64::from(placed.raster.row(row)[1]);
            assert!((found - (80.0 - latitude - 0.5)).abs() <= 0.6, "row {row}: {found} for {latitude}");
        }
    }
}

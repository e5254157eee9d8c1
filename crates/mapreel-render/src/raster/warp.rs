//! Laying a picture of one CRS onto a map of another, where rows and columns of the two are not parallel.
//!
//! The place of a map's pixel in the picture is computed at the corners of cells and interpolated within them. A cell is
//! divided until the interpolation is right to a fraction of a pixel. Where it never is – at a pole, at the seam where the
//! picture's world ends, at the edge of a projection – every pixel is computed by itself.

use super::placed::Placed;
use super::raster::Raster;
use super::resample::{Tap, resized, sample};
use crate::stop::{Stop, Stopped};
use mapreel_geo::{Bbox, Crs, Extent};
use mapreel_spec::Resampling;

/// The side of the largest cells, in pixels of the map.
const CELL_PX: u32 = 64;
/// Cells of this side are not divided any more.
const CELL_PX_MIN: u32 = 8;
/// How far interpolation may be off, in pixels of the picture or of the map, whichever are smaller.
const OFF_PX: f64 = 0.1;

/// The picture as it lies on the map; `None` where no pixel of the map lies in it.
pub(crate) fn warp(
    raster: &Raster,
    crs: Crs,
    bbox: &Bbox,
    map: &Extent,
    resampling: Resampling,
    stop: &Stop,
) -> Result<Option<Placed>, Stopped> {
    let mut transform = Transform { map: *map, crs, bbox: *bbox, width: raster.width, height: raster.height };
    let coarser = if resampling == Resampling::Bilinear { transform.coarser() } else { None };
    let smaller = coarser.map(|(width, height)| resized(raster, width, height, stop)).transpose()?;
    let picture = smaller.as_ref().unwrap_or(raster);
    (transform.width, transform.height) = (picture.width, picture.height);
    let sheet = Raster::transparent(map.width, map.height);
    let mut sheet = Sheet { picture, out: sheet, wraps: transform.wraps(), resampling, touched: false };
    for row in (0..map.height).step_by(CELL_PX as usize) {
        for column in (0..map.width).step_by(CELL_PX as usize) {
            stop.look()?;
            let (right, bottom) = ((column + CELL_PX).min(map.width), (row + CELL_PX).min(map.height));
            fill(&transform, &mut sheet, [column, row, right, bottom]);
        }
    }
    let placed = Placed { raster: Raster { premultiplied: raster.premultiplied, ..sheet.out }, x: 0, y: 0 };
    Ok(sheet.touched.then_some(placed))
}

/// The transform from pixels of the map to pixels of the picture, both counted from the outer corner at the upper left.
struct Transform {
    map: Extent,
    crs: Crs,
    bbox: Bbox,
    width: u32,
    height: u32,
}

impl Transform {
    fn at(&self, column: f64, row: f64) -> Option<[f64; 2]> {
        let [rx, ry] = self.map.resolution();
        let place = self.map.crs.inverse([self.map.bbox.min_x + column * rx, self.map.bbox.max_y - row * ry])?;
        let [mut x, y] = self.crs.forward(place)?;
        if let Some(world) = self.crs.world_width() {
            x -= ((x - self.bbox.min_x) / world).floor() * world;
        }
        let (across, down) = ((x - self.bbox.min_x) / self.bbox.width(), (self.bbox.max_y - y) / self.bbox.height());
        Some([across * f64::from(self.width), down * f64::from(self.height)])
    }

    /// Whether the picture's right edge meets its left.
    fn wraps(&self) -> bool {
        let pixel = self.bbox.width() / f64::from(self.width);
        self.crs.world_width().is_some_and(|world| (self.bbox.width() - world).abs() < pixel / 2.0)
    }

    /// The size to which a picture much finer than the map is downscaled, so that every one of its pixels counts; `None` for a picture
    /// that is not.
    fn coarser(&self) -> Option<(u32, u32)> {
        let mut steps = Vec::new();
        let (width, height) = (f64::from(self.map.width), f64::from(self.map.height));
        for row in 1..8 {
            for column in 1..8 {
                let (x, y) = (f64::from(column) / 8.0 * width, f64::from(row) / 8.0 * height);
                let Some(((a, b), c)) = self.at(x, y).zip(self.at(x + 1.0, y)).zip(self.at(x, y + 1.0)) else {
                    continue;
                };
                let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
                steps.push(area.abs().sqrt());
            }
        }
        steps.sort_by(f64::total_cmp);
        let finest = *steps.get(steps.len() / 5)?;
        let side = |side: u32| (f64::from(side) / finest).ceil().max(1.0) as u32;
        (finest > 1.5).then(|| (side(self.width), side(self.height)))
    }
}

/// The picture that colours are taken from, and the pixels of the map that get them.
struct Sheet<'a> {
    picture: &'a Raster,
    out: Raster,
    wraps: bool,
    resampling: Resampling,
    touched: bool,
}

impl Sheet<'_> {
    /// Gives a pixel of the map the colour at a place in the picture.
    fn put(&mut self, column: u32, row: u32, [u, v]: [f64; 2]) {
        let (width, height) = (self.picture.width, self.picture.height);
        if !((0.0..f64::from(width)).contains(&u) && (0.0..f64::from(height)).contains(&v)) {
            return;
        }
        let colour = match self.resampling {
            Resampling::Nearest => {
                let at = u as usize * 4;
                self.picture.row(v as u32)[at..at + 4].try_into().expect("four bytes")
            }
            Resampling::Bilinear => {
                let across = if self.wraps { Tap::wrapped(u, width) } else { Tap::new(u, width) };
                let down = Tap::new(v, height);
                let (upper, lower) = (self.picture.row(down.first), self.picture.row(down.second));
                sample(upper, lower, &across, down.weight)
            }
        };
        let at = (row as usize * self.out.width as usize + column as usize) * 4;
        self.out.pixels[at..at + 4].copy_from_slice(&colour);
        self.touched = true;
    }
}

/// A cell: left, top, right, bottom in pixels of the map.
type Cell = [u32; 4];

/// Draws a cell: interpolated between its corners where that is accurate enough, else in quarters. The smallest cells are drawn
/// pixel by pixel.
fn fill(transform: &Transform, sheet: &mut Sheet, cell: Cell) {
    let [left, top, right, bottom] = cell;
    if let Some(patch) = Patch::of(transform, cell).filter(|patch| patch.is_accurate(transform)) {
        return each_pixel(cell, |column, row| sheet.put(column, row, patch.at(centre(column), centre(row))));
    }
    let (width, height) = (right - left, bottom - top);
    if width.max(height) <= CELL_PX_MIN {
        return each_pixel(cell, |column, row| {
            if let Some(place) = transform.at(centre(column), centre(row)) {
                sheet.put(column, row, place);
            }
        });
    }
    let (middle_x, middle_y) = (left + width.div_ceil(2), top + height.div_ceil(2));
    for part in [
        [left, top, middle_x, middle_y],
        [middle_x, top, right, middle_y],
        [left, middle_y, middle_x, bottom],
        [middle_x, middle_y, right, bottom],
    ] {
        if part[0] < part[2] && part[1] < part[3] {
            fill(transform, sheet, part);
        }
    }
}

fn each_pixel([left, top, right, bottom]: Cell, mut draw: impl FnMut(u32, u32)) {
    for row in top..bottom {
        for column in left..right {
            draw(column, row);
        }
    }
}

/// The centre of a pixel of the map.
fn centre(at: u32) -> f64 {
    f64::from(at) + 0.5
}

/// A cell's place in the picture: exact at its corners, and interpolated between them (bilinear).
struct Patch {
    x: [f64; 2],
    y: [f64; 2],
    /// Where the corners lie in the picture: upper left, upper right, lower left, lower right.
    corners: [[f64; 2]; 4],
}

impl Patch {
    /// The patch of a cell, from the centre of its first pixel to that of the one after the last; `None` where the
    /// projection is undefined at a corner.
    fn of(transform: &Transform, [left, top, right, bottom]: Cell) -> Option<Self> {
        let (x, y) = ([centre(left), centre(right)], [centre(top), centre(bottom)]);
        let corners = [
            transform.at(x[0], y[0])?,
            transform.at(x[1], y[0])?,
            transform.at(x[0], y[1])?,
            transform.at(x[1], y[1])?,
        ];
        Some(Self { x, y, corners })
    }

    /// Where a place of the map lies in the picture.
    fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let Self { x: [x0, x1], y: [y0, y1], corners: [a, b, c, d] } = self;
        let (s, t) = ((x - x0) / (x1 - x0), (y - y0) / (y1 - y0));
        [0, 1].map(|i| (a[i] * (1.0 - s) + b[i] * s) * (1.0 - t) + (c[i] * (1.0 - s) + d[i] * s) * t)
    }

    /// Whether the interpolation is accurate at the middle of the patch and at the middles of its edges.
    fn is_accurate(&self, transform: &Transform) -> bool {
        let Self { x: [x0, x1], y: [y0, y1], corners: [a, b, c, _] } = *self;
        let (xm, ym) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        // Pixels of the picture for one of the map.
        let step = ((b[0] - a[0]).hypot(b[1] - a[1]) / (x1 - x0)).min((c[0] - a[0]).hypot(c[1] - a[1]) / (y1 - y0));
        let off_max = OFF_PX * step.min(1.0);
        let is_accurate_at = |(x, y): (f64, f64)| {
            let [u, v] = self.at(x, y);
            transform.at(x, y).is_some_and(|[p, q]| (u - p).abs() < off_max && (v - q).abs() < off_max)
        };
        [(xm, ym), (xm, y0), (xm, y1), (x0, ym), (x1, ym)].into_iter().all(is_accurate_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crs(code: &str) -> Crs {
        Crs::parse(code).unwrap()
    }

    /// A picture of the world in degrees whose red is its longitude and green its latitude, 2 pixels for each degree.
    fn world() -> (Raster, Bbox) {
        let pixel = |x: u32, y: u32| [(x * 255 / 719) as u8, (y * 255 / 359) as u8, 0, 255];
        let pixels = (0..360).flat_map(|y| (0..720).flat_map(move |x| pixel(x, y))).collect();
        (Raster::straight(720, 360, pixels), Bbox::new([-180.0, -90.0, 180.0, 90.0]))
    }

    #[test]
    fn every_pixel_comes_from_its_own_place_in_every_projection() {
        let (picture, bbox) = world();
        for (code, area) in [
            ("EPSG:3413", [-180.0, 50.0, 180.0, 90.0]),
            ("EPSG:3031", [-180.0, -90.0, 180.0, -50.0]),
            ("EPSG:3995", [-180.0, 60.0, 180.0, 90.0]),
            ("EPSG:32661", [-180.0, 60.0, 180.0, 90.0]),
            ("EPSG:3978", [-140.0, 40.0, -50.0, 75.0]),
            ("EPSG:32633", [5.0, 30.0, 25.0, 70.0]),
            ("EPSG:32760", [170.0, -50.0, 190.0, -30.0]),
            ("EPSG:3035", [-15.0, 35.0, 45.0, 70.0]),
        ] {
            let area = Bbox::new(area).convert(Crs::Geographic, crs(code)).unwrap();
            let map = Extent { crs: crs(code), bbox: area, width: 300, height: 300 };
            let placed =
                warp(&picture, Crs::Geographic, &bbox, &map, Resampling::Nearest, &Stop::never()).unwrap().unwrap();
            let [rx, ry] = map.resolution();
            for row in 0..300 {
                for column in 0..300u32 {
                    let place = [area.min_x + (f64::from(column) + 0.5) * rx, area.max_y - (f64::from(row) + 0.5) * ry];
                    let Some([lon, lat]) = map.crs.inverse(place) else { continue };
                    let found = &placed.raster.row(row)[column as usize * 4..column as usize * 4 + 4];
                    let red = ((lon + 180.0).rem_euclid(360.0) * 2.0).floor() * 255.0 / 719.0;
                    let green = ((90.0 - lat) * 2.0).floor() * 255.0 / 359.0;
                    // A tenth of a pixel may reach into the neighbour; at the seam that is the other end of the ramp.
                    let off = |a: u8, b: f64| (f64::from(a) - b).abs() % 254.0;
                    assert!(off(found[0], red) < 2.0 && off(found[1], green) < 2.0, "{code} {lon} {lat}: {found:?}");
                }
            }
        }
    }

    #[test]
    fn there_is_no_seam_where_the_pictures_world_ends() {
        let pixels = vec![200; 720 * 360 * 4];
        let (_, bbox) = world();
        let area = Bbox::new([-180.0, 60.0, 180.0, 90.0]).convert(Crs::Geographic, crs("EPSG:3995")).unwrap();
        let map = Extent { crs: crs("EPSG:3995"), bbox: area, width: 256, height: 256 };
        let picture = Raster::straight(720, 360, pixels);
        let placed =
            warp(&picture, Crs::Geographic, &bbox, &map, Resampling::Bilinear, &Stop::never()).unwrap().unwrap();
        assert!(placed.raster.pixels.iter().all(|value| *value == 200));
    }

    #[test]
    fn what_the_picture_does_not_show_stays_transparent() {
        let (picture, _) = world();
        let area = Bbox::new([-180.0, 60.0, 180.0, 90.0]).convert(Crs::Geographic, crs("EPSG:3995")).unwrap();
        let map = Extent { crs: crs("EPSG:3995"), bbox: area, width: 100, height: 100 };
        let south = Bbox::new([-180.0, -90.0, 180.0, 0.0]);
        assert!(warp(&picture, Crs::Geographic, &south, &map, Resampling::Bilinear, &Stop::never()).unwrap().is_none());
    }
}

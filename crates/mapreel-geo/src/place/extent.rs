//! The area asked for and the pixels that show it.

use super::bbox::Bbox;
use super::crs::Crs;
use serde::{Deserialize, Serialize};

/// The longest side of the picture that a source of another CRS is asked for, in pixels.
const SOURCE_SIDE_PX_MAX: u32 = 8192;
/// The most pixels that it has.
const SOURCE_PX_MAX: f64 = 16e6;

/// A bbox in a CRS, shown on a grid of pixels whose first row is the northernmost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Extent {
    /// The CRS of the bbox.
    pub crs: Crs,
    /// The outer edges of the outer pixels.
    pub bbox: Bbox,
    /// Pixels from west to east.
    pub width: u32,
    /// Pixels from north to south.
    pub height: u32,
}

/// A part of an extent that lies within one world: what can be asked of a server that knows no date line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The bbox, moved into the world (west edge at or east of -180°, and nothing beyond the poles).
    pub bbox: Bbox,
    /// First pixel column of the part in its extent.
    pub x: u32,
    /// First pixel row of the part in its extent.
    pub y: u32,
    /// Pixel columns of the part.
    pub width: u32,
    /// Pixel rows of the part.
    pub height: u32,
}

impl Extent {
    /// Units per pixel, eastwards and northwards.
    pub fn resolution(&self) -> [f64; 2] {
        [self.bbox.width() / f64::from(self.width), self.bbox.height() / f64::from(self.height)]
    }

    /// Degrees of a great circle that one pixel spans, or of longitude at the equator: what decides how fine things are
    /// drawn.
    pub fn degrees_per_pixel(&self) -> f64 {
        self.resolution()[0] / self.crs.equator() * 360.0
    }

    /// The rectangle of whole pixels `[x, y, width, height]` as an extent of its own.
    pub fn window(&self, x: u32, y: u32, width: u32, height: u32) -> Extent {
        let [rx, ry] = self.resolution();
        let bbox = Bbox {
            min_x: self.bbox.min_x + f64::from(x) * rx,
            max_x: if x + width == self.width { self.bbox.max_x } else { self.bbox.min_x + f64::from(x + width) * rx },
            max_y: self.bbox.max_y - f64::from(y) * ry,
            min_y: if y + height == self.height {
                self.bbox.min_y
            } else {
                self.bbox.max_y - f64::from(y + height) * ry
            },
        };
        Extent { bbox, width, height, ..*self }
    }

    /// The extent cut at the poles and at every ±180°, each part moved into the world; none of an extent beyond the poles.
    ///
    /// The cut falls between pixel columns: a column belongs to the side its centre lies on, and none is asked for twice.
    /// A part that would begin or end a fraction of a pixel outside the world ends at its edge: MapServer (issue 7357)
    /// leaves a gap of 8 degrees where a box passes ±180 by a hair. So a pixel beside the cut may be up to half a pixel
    /// off, and less the farther away. See also [`kept_inside`].
    pub fn parts(&self) -> Vec<Part> {
        let Some((y, rows)) = self.rows_within(self.crs.y_max()) else { return Vec::new() };
        let Some(world) = self.crs.world_width() else {
            return vec![Part { bbox: rows.bbox, x: 0, y, width: self.width, height: rows.height }];
        };
        let [rx, _] = self.resolution();
        let column = |x: f64| (((x - self.bbox.min_x) / rx - 0.5).ceil().max(0.0) as u32).min(self.width);
        // Worlds are numbered from the one of longitude 0; world k begins at (k - 1/2) · world.
        let first = ((self.bbox.min_x + rx / 2.0) / world + 0.5).floor();
        let mut parts = Vec::new();
        let mut x = 0;
        let mut k = first;
        while x < self.width {
            let end = column((k + 0.5) * world).max(x);
            if end > x {
                let bbox = rows.window(x, 0, end - x, rows.height).bbox.shifted(-k * world);
                let bbox = kept_inside(bbox, end - x, rows.height, world / 2.0);
                parts.push(Part { bbox, x, y, width: end - x, height: rows.height });
            }
            x = end;
            k += 1.0;
        }
        parts
    }

    /// The rows whose centres are nowhere farther than `y_max` from y = 0, and which the first of them is; `None` where
    /// there are none.
    ///
    /// As with columns (see [`Self::parts`]), an outer row that would reach beyond ends at the edge instead.
    fn rows_within(&self, y_max: f64) -> Option<(u32, Extent)> {
        let [_, ry] = self.resolution();
        let first = ((self.bbox.max_y - y_max) / ry - 0.5).ceil().max(0.0) as u32;
        let end = (((self.bbox.max_y + y_max) / ry - 0.5).floor() + 1.0).clamp(0.0, f64::from(self.height)) as u32;
        if first >= end {
            return None;
        }
        let rows = self.window(0, first, self.width, end - first);
        let bbox = Bbox { min_y: rows.bbox.min_y.max(-y_max), max_y: rows.bbox.max_y.min(y_max), ..rows.bbox };
        Some((first, Extent { bbox, ..rows }))
    }

    /// The extent that a source is asked for: this one where the CRS is the same, otherwise the same area in the other CRS,
    /// about as fine. `None` where the other CRS has nothing of it.
    pub fn in_crs(&self, crs: Crs) -> Option<Extent> {
        if crs == self.crs {
            return Some(*self);
        }
        if crs.is_cylindrical() && self.crs.is_cylindrical() {
            // Where the other CRS ends, so does what is asked for: its last degrees would take most of the rows.
            let [_, y_max] = self.crs.forward([0.0, crs.latitude_max()])?;
            let (_, held) = self.rows_within(y_max)?;
            return Some(Extent { crs, bbox: held.bbox.convert(self.crs, crs)?, ..held });
        }
        let (_, map) = self.rows_within(self.crs.y_max())?;
        map.resampled_in(crs)
    }

    /// The extent that a WMS is asked for: that of [`Self::in_crs`], with square pixels where it is not this one.
    ///
    /// QGIS Server knows no others: it widens a box of another shape than the picture, and what it shows lies elsewhere.
    pub fn asked_in(&self, crs: Crs) -> Option<Extent> {
        let other = self.in_crs(crs)?;
        if crs == self.crs {
            return Some(other);
        }
        let Extent { bbox, .. } = other;
        let pixels = (4.0 * f64::from(self.width) * f64::from(self.height)).min(SOURCE_PX_MAX);
        let longest = bbox.width().max(bbox.height());
        let [rx, ry] = other.resolution();
        let r = rx.min(ry);
        let r = r.max((bbox.width() * bbox.height() / pixels).sqrt()).max(longest / f64::from(SOURCE_SIDE_PX_MAX));
        let side = |length: f64, r: f64| ((length / r - 1e-6).ceil() as u32).clamp(1, SOURCE_SIDE_PX_MAX);
        let width = side(bbox.width(), r);
        let r = bbox.width() / f64::from(width);
        let height = side(bbox.height(), r);
        // The world's width stays as it is; whoever asks cuts what is beyond the poles.
        let grow = (f64::from(height) * r - bbox.height()) / 2.0;
        let bbox = Bbox { min_y: bbox.min_y - grow, max_y: bbox.max_y + grow, ..bbox };
        Some(Extent { crs, bbox, width, height })
    }

    /// The same area in a CRS whose axes are not parallel to this one's.
    fn resampled_in(&self, crs: Crs) -> Option<Extent> {
        let bbox = self.bbox.convert(self.crs, crs)?;
        let [rx, ry] = self.steps_in(crs)?;
        let (width, height) = (bbox.width() / rx, bbox.height() / ry);
        // Where a projection stretches its edges, the middle decides: four pixels for one of the map are enough.
        let pixels = (4.0 * f64::from(self.width) * f64::from(self.height)).min(SOURCE_PX_MAX);
        let shrink = (pixels / (width * height)).sqrt().min(1.0);
        // What is whole but for rounding stays as it is.
        let side = |pixels: f64| ((pixels * shrink - 1e-6).ceil() as u32).clamp(1, SOURCE_SIDE_PX_MAX);
        Some(Extent { crs, bbox, width: side(width), height: side(height) })
    }

    /// How far one pixel reaches in another CRS, in x and in y: a fine one of places all over the map.
    fn steps_in(&self, crs: Crs) -> Option<[f64; 2]> {
        let [rx, ry] = self.resolution();
        let at = |x: f64, y: f64| crs.forward(self.crs.inverse([x, y])?);
        let mut steps = [Vec::new(), Vec::new()];
        for row in 0..=8 {
            for column in 0..=8 {
                let x = self.bbox.min_x + f64::from(column) / 8.0 * (self.bbox.width() - rx);
                let y = self.bbox.min_y + f64::from(row) / 8.0 * (self.bbox.height() - ry);
                let Some(((here, east), north)) = at(x, y).zip(at(x + rx, y)).zip(at(x, y + ry)) else { continue };
                for axis in 0..2 {
                    let mut step = (east[axis] - here[axis]).hypot(north[axis] - here[axis]);
                    if let Some(world) = crs.world_width()
                        && axis == 0
                    {
                        // Not the way round the world, where a pixel lies on its edge.
                        step = step.min((world - step).abs());
                    }
                    steps[axis].push(step);
                }
            }
        }
        let fine = |mut steps: Vec<f64>| {
            steps.sort_by(f64::total_cmp);
            steps.get(steps.len() / 5).copied().filter(|step| *step > 0.0)
        };
        let [x, y] = steps;
        Some([fine(x)?, fine(y)?])
    }

    /// The size in pixels of a bbox at a zoom level, one world being `256 · 2^zoom` pixels wide. Not bounded.
    pub fn size_at_zoom(crs: Crs, bbox: &Bbox, zoom: f64) -> [f64; 2] {
        let pixels_per_unit = 256.0 * zoom.exp2() / crs.equator();
        [(bbox.width() * pixels_per_unit).round(), (bbox.height() * pixels_per_unit).round()]
    }

    /// An extent of this size that shows the whole bbox with square pixels: the bbox grows about its centre in the
    /// direction that has room, and away from the world's upper and lower edge where it would reach beyond. A bbox that fits
    /// to within a pixel is taken as it is.
    pub fn fitted(crs: Crs, bbox: Bbox, width: u32, height: u32) -> Extent {
        let (rx, ry) = (bbox.width() / f64::from(width), bbox.height() / f64::from(height));
        let r = rx.max(ry);
        let (grow_x, grow_y) = (r * f64::from(width) - bbox.width(), r * f64::from(height) - bbox.height());
        let fits = grow_x < r && grow_y < r;
        let bbox = if fits {
            bbox
        } else {
            Bbox {
                min_x: bbox.min_x - grow_x / 2.0,
                max_x: bbox.max_x + grow_x / 2.0,
                min_y: bbox.min_y - grow_y / 2.0,
                max_y: bbox.max_y + grow_y / 2.0,
            }
        };
        let bbox = if fits || !crs.is_cylindrical() { bbox } else { upright(bbox, world_y_max(crs), r) };
        Extent { crs, bbox, width, height }
    }

    /// How far the extent reaches beyond the world, as the latitudes of its lower and upper edge (past ±90 in plate
    /// carrée); `None` where it does not, or where its CRS has no such edge.
    pub fn beyond_the_world(&self) -> Option<[f64; 2]> {
        if !self.crs.is_cylindrical() {
            return None;
        }
        let hair = self.resolution()[1] * 1e-6;
        let y_max = world_y_max(self.crs) + hair;
        let edge = |y: f64| self.crs.inverse([self.bbox.min_x, y]).map(|[_, lat]| lat);
        let beyond = self.bbox.max_y > y_max || self.bbox.min_y < -y_max;
        if beyond { Some([edge(self.bbox.min_y)?, edge(self.bbox.max_y)?]) } else { None }
    }
}

/// The upper edge of the world of a CRS of parallel axes.
fn world_y_max(crs: Crs) -> f64 {
    crs.forward([0.0, crs.latitude_max()]).map_or(f64::INFINITY, |[_, y]| y)
}

/// A box moved north or south until it lies between the world's edges. One that is too high for that is moved by less than
/// a pixel, `r`, so that the northern edge of the world falls between two rows.
fn upright(bbox: Bbox, y_max: f64, r: f64) -> Bbox {
    let moved = |dy: f64| Bbox { min_y: bbox.min_y + dy, max_y: bbox.max_y + dy, ..bbox };
    let (above, below) = (bbox.max_y - y_max, -y_max - bbox.min_y);
    match bbox.height() <= 2.0 * y_max {
        true if above > 0.0 => Bbox { max_y: y_max, ..moved(-above) },
        true if below > 0.0 => Bbox { min_y: -y_max, ..moved(below) },
        true => bbox,
        false => moved((above / r).round() * r - above),
    }
}

/// A part of so many pixels that neither leaves the world nor is made to by a server.
///
/// MapServer takes pixels for square when the box misses that by up to one row, and widens the box until they are — past
/// ±180, where it then leaves its gap. A part that touches the edge is therefore made lower instead, by less than a row.
fn kept_inside(bbox: Bbox, width: u32, height: u32, half_world: f64) -> Bbox {
    let bbox = Bbox { min_x: bbox.min_x.max(-half_world), max_x: bbox.max_x.min(half_world), ..bbox };
    let rx = bbox.width() / f64::from(width);
    let touches = bbox.min_x - rx < -half_world || bbox.max_x + rx > half_world;
    let rows_too_many = bbox.height() / rx - f64::from(height);
    if !touches || !(0.0..1.5).contains(&rows_too_many) {
        return bbox;
    }
    // A hair lower than square, so that rounding does not make it wider.
    let half_height = rx * f64::from(height) * (1.0 - 1e-9) / 2.0;
    let middle = (bbox.min_y + bbox.max_y) / 2.0;
    Bbox { min_y: middle - half_height, max_y: middle + half_height, ..bbox }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(bbox: [f64; 4], width: u32, height: u32) -> Extent {
        Extent { crs: Crs::Geographic, bbox: Bbox::new(bbox), width, height }
    }

    fn assert_near(bbox: Bbox, expected: [f64; 4]) {
        let found = <[f64; 4]>::from(bbox);
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn a_map_of_one_world_is_one_part() {
        let parts = degrees([-180.0, -90.0, 180.0, 90.0], 720, 360).parts();
        assert_eq!((parts.len(), parts[0].x, parts[0].width), (1, 0, 720));
        assert_near(parts[0].bbox, [-180.0, -90.0, 180.0, 90.0]);
    }

    #[test]
    fn a_box_over_the_date_line_is_two_parts_that_meet_there() {
        let parts = degrees([170.0, 0.0, 190.0, 10.0], 200, 100).parts();
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].x, parts[0].width), (0, 100));
        assert_near(parts[0].bbox, [170.0, 0.0, 180.0, 10.0]);
        assert_eq!((parts[1].x, parts[1].width), (100, 100));
        assert_near(parts[1].bbox, [-180.0, 0.0, -170.0, 10.0]);
    }

    #[test]
    fn every_column_is_asked_for_once_and_no_part_leaves_the_world() {
        for west in [-541.3, -180.0, -179.95, 85.6, 179.96, 190.0, 360.0] {
            for width in [1, 7, 333, 1000] {
                let extent = degrees([west, -10.0, west + 200.0, 10.0], width, 10);
                let mut next = 0;
                for part in extent.parts() {
                    assert_eq!(part.x, next);
                    next += part.width;
                    let half = part.bbox.width() / f64::from(part.width) / 2.0;
                    assert!(
                        part.bbox.min_x + half >= -180.0 - 1e-9 && part.bbox.max_x - half <= 180.0 + 1e-9,
                        "{part:?}"
                    );
                }
                assert_eq!(next, width, "west {west}");
            }
        }
    }

    #[test]
    fn the_size_of_the_first_dialect_is_that_of_its_example() {
        let bbox = Bbox::new([110.08, -24.99, 117.35, -19.51]).convert(Crs::Geographic, Crs::WebMercator).unwrap();
        assert_eq!(Extent::size_at_zoom(Crs::WebMercator, &bbox, 7.5), [936.0, 763.0]);
    }

    fn crs(code: &str) -> Crs {
        Crs::parse(code).unwrap()
    }

    #[test]
    fn a_source_of_the_maps_own_crs_is_asked_for_the_map_itself() {
        for code in ["EPSG:3413", "EPSG:3031", "EPSG:3995", "EPSG:32633", "EPSG:3035", "EPSG:3857", "EPSG:4326"] {
            for i in 0..40 {
                let (crs, i) = (crs(code), f64::from(i));
                let degrees = Bbox::new([3.0 + i / 7.0, 50.0 + i / 9.0, 19.3 + i / 11.0, 60.1 + i / 13.0]);
                let bbox = degrees.convert(Crs::Geographic, crs).unwrap();
                let map = Extent::fitted(crs, bbox, 301 + 7 * i as u32, 287 + 3 * i as u32);
                assert_eq!(map.in_crs(crs), Some(map), "{code}");
            }
        }
    }

    #[test]
    fn no_latitude_beyond_a_pole_is_asked_for() {
        for (south, north, height) in [(-97.0, 105.0, 404), (-97.3, 105.1, 777), (-90.4, 90.4, 181), (80.0, 91.0, 10)] {
            let parts = degrees([0.0, south, 10.0, north], 20, height).parts();
            let [part] = parts[..] else { panic!("{parts:?}") };
            assert!(part.bbox.min_y >= -90.0 && part.bbox.max_y <= 90.0, "{part:?}");
            // The part's rows are the map's, but for less than half of one at each pole.
            let ry = (north - south) / f64::from(height);
            let row = |y: f64| (north - y) / ry;
            assert!((row(part.bbox.max_y) - f64::from(part.y)).abs() <= 0.5 + 1e-9, "{part:?}");
            assert!((row(part.bbox.min_y) - f64::from(part.y + part.height)).abs() <= 0.5 + 1e-9, "{part:?}");
        }
        assert_eq!(degrees([0.0, 90.5, 10.0, 99.0], 20, 20).parts(), []);
        let polar =
            |north, height| degrees([-180.0, 20.0, 180.0, north], 720, height).in_crs(crs("EPSG:3413")).unwrap();
        assert_eq!(polar(105.0, 170), polar(90.0, 140));
    }

    #[test]
    fn a_plate_carree_is_asked_for_in_mercator_as_far_as_that_goes() {
        let mercator = degrees([-180.0, -90.0, 180.0, 90.0], 720, 360).in_crs(Crs::WebMercator).unwrap();
        assert_eq!((mercator.width, mercator.height), (720, 340));
        assert!(mercator.bbox.max_y < 20_100_000.0, "{mercator:?}");
    }

    #[test]
    fn a_wms_of_another_crs_is_asked_for_square_pixels() {
        for (map, area) in [
            ("EPSG:3413", [-180.0, 60.0, 180.0, 90.0]),
            ("EPSG:32633", [5.0, 30.0, 25.0, 70.0]),
            ("EPSG:3857", [-10.0, 55.0, 30.0, 70.0]),
            ("EPSG:4326", [-180.0, -90.0, 180.0, 90.0]),
            ("EPSG:6933", [-8.0, 10.0, 18.0, 36.0]),
        ] {
            let bbox = Bbox::new(area).convert(Crs::Geographic, crs(map)).unwrap();
            let map = Extent { crs: crs(map), bbox, width: 300, height: 300 };
            for other in [Crs::WebMercator, Crs::Geographic, crs("EPSG:3995")] {
                let Some(asked) = map.asked_in(other).filter(|_| other != map.crs) else { continue };
                let [rx, ry] = asked.resolution();
                assert!((rx / ry - 1.0).abs() < 1e-9, "{map:?} {asked:?}");
                assert!(f64::from(asked.width) * f64::from(asked.height) < 4.1 * 9e4 + 1e3, "{asked:?}");
                let whole = map.in_crs(other).unwrap().bbox;
                assert!(asked.bbox.min_y <= whole.min_y && asked.bbox.max_y >= whole.max_y, "{asked:?}");
            }
        }
    }

    #[test]
    fn a_box_that_grows_stays_in_the_world_where_it_can() {
        let fitted = |bbox, width, height| Extent::fitted(Crs::Geographic, Bbox::new(bbox), width, height).bbox;
        assert_eq!(fitted([0.0, 80.0, 30.0, 90.0], 300, 300), Bbox::new([0.0, 60.0, 30.0, 90.0]));
        assert_eq!(fitted([0.0, -90.0, 30.0, -80.0], 300, 300), Bbox::new([0.0, -90.0, 30.0, -60.0]));
        assert_eq!(fitted([0.0, 0.0, 30.0, 10.0], 300, 300), Bbox::new([0.0, -10.0, 30.0, 20.0]));
        // Too high: 360 degrees of latitude. The pole lies between two rows.
        let world = Extent::fitted(Crs::Geographic, Bbox::new([-180.0, -60.0, 180.0, 85.3]), 700, 700);
        let rows = (world.bbox.max_y - 90.0) / world.resolution()[1];
        assert!((rows - rows.round()).abs() < 1e-6 && world.bbox.max_y > 150.0, "{world:?}");
        assert!(world.beyond_the_world().is_some_and(|[south, north]| south < -150.0 && north > 150.0));
        assert_eq!(degrees([-180.0, -90.0, 180.0, 90.0], 720, 360).beyond_the_world(), None);
        let mercator = Bbox::new([-2e7, -1e7, 2e7, 1e7]);
        assert_eq!(Extent::fitted(Crs::WebMercator, mercator, 400, 400).beyond_the_world(), None);
        assert!(Extent::fitted(Crs::WebMercator, mercator, 400, 500).beyond_the_world().is_some());
    }

    #[test]
    fn a_box_of_another_shape_grows_and_is_never_squeezed() {
        let extent = Extent::fitted(Crs::Geographic, Bbox::new([0.0, 0.0, 10.0, 10.0]), 200, 100);
        assert_eq!(extent.bbox, Bbox::new([-5.0, 0.0, 15.0, 10.0]));
        let [rx, ry] = extent.resolution();
        assert_eq!(rx, ry);
    }
}

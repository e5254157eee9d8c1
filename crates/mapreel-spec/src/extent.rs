//! The area asked for and the pixels that show it.

use crate::{Bbox, Crs};

/// The longest side of the picture that a source of another CRS is asked for, in pixels.
const SOURCE_SIDE_PX_MAX: u32 = 8192;
/// The most pixels that it has.
const SOURCE_PX_MAX: f64 = 16e6;

/// A bbox in a CRS, shown on a grid of pixels whose first row is the northernmost.
#[derive(Debug, Clone, Copy, PartialEq)]
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
pub(crate) struct Part {
    /// The bbox, moved into the world (west edge at or east of -180°).
    pub bbox: Bbox,
    /// First pixel column of the part in its extent.
    pub x: u32,
    /// Pixel columns of the part.
    pub width: u32,
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
    pub(crate) fn window(&self, x: u32, y: u32, width: u32, height: u32) -> Extent {
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

    /// The extent cut at every ±180°, each part moved into the world.
    ///
    /// The cut falls between pixel columns: a column belongs to the side its centre lies on, and none is asked for twice.
    /// A part that would begin or end a fraction of a pixel outside the world ends at its edge: MapServer (issue 7357)
    /// leaves a gap of 8 degrees where a box passes ±180 by a hair. So a pixel beside the cut may be up to half a pixel
    /// off, and less the farther away. See also [`kept_inside`].
    pub(crate) fn parts(&self) -> Vec<Part> {
        let Some(world) = self.crs.world_width() else {
            return vec![Part { bbox: self.bbox, x: 0, width: self.width }];
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
                let bbox = self.window(x, 0, end - x, self.height).bbox.shifted(-k * world);
                let bbox = kept_inside(bbox, end - x, self.height, world / 2.0);
                parts.push(Part { bbox, x, width: end - x });
            }
            x = end;
            k += 1.0;
        }
        parts
    }

    /// The extent that a source of another CRS is asked for: the same area, about as fine. `None` where the other CRS has
    /// nothing of it.
    pub(crate) fn in_crs(&self, crs: Crs) -> Option<Extent> {
        let bbox = self.bbox.convert(self.crs, crs)?;
        if crs.is_parallel() && self.crs.is_parallel() {
            return Some(Extent { crs, bbox, ..*self });
        }
        let [rx, ry] = self.steps_in(crs)?;
        let (width, height) = (bbox.width() / rx, bbox.height() / ry);
        // Where a projection stretches its edges, the middle decides: four pixels for one of the map are enough.
        let pixels = (4.0 * f64::from(self.width) * f64::from(self.height)).min(SOURCE_PX_MAX);
        let shrink = (pixels / (width * height)).sqrt().min(1.0);
        let side = |pixels: f64| ((pixels * shrink).ceil() as u32).clamp(1, SOURCE_SIDE_PX_MAX);
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
    pub(crate) fn size_at_zoom(crs: Crs, bbox: &Bbox, zoom: f64) -> [f64; 2] {
        let pixels_per_unit = 256.0 * zoom.exp2() / crs.equator();
        [(bbox.width() * pixels_per_unit).round(), (bbox.height() * pixels_per_unit).round()]
    }

    /// An extent of this size that shows the whole bbox with square pixels: the bbox grows about its centre in the
    /// direction that has room. A bbox that fits to within a pixel is taken as it is.
    pub(crate) fn fitted(crs: Crs, bbox: Bbox, width: u32, height: u32) -> Extent {
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
        Extent { crs, bbox, width, height }
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

    #[test]
    fn a_box_of_another_shape_grows_and_is_never_squeezed() {
        let extent = Extent::fitted(Crs::Geographic, Bbox::new([0.0, 0.0, 10.0, 10.0]), 200, 100);
        assert_eq!(extent.bbox, Bbox::new([-5.0, 0.0, 15.0, 10.0]));
        let [rx, ry] = extent.resolution();
        assert_eq!(rx, ry);
    }
}

//! The parts of an extent, for servers that draw neither across the date line nor beyond the poles.

use super::bbox::Bbox;
use super::extent::Extent;

/// A part of an extent that lies within one world: it does not cross the date line.
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
    /// The extent cut at the poles and at every ±180°, with each part moved into the world. An extent that lies wholly
    /// beyond a pole has no parts.
    ///
    /// The cut falls between pixel columns: a column belongs to the side on which its centre lies, and no column is in two
    /// parts. A part that would begin or end a fraction of a pixel outside the world ends at the world's edge instead:
    /// MapServer (issue 7357) leaves a gap of 8 degrees where a box passes ±180 even by a rounding error. So a pixel
    /// beside the cut may be misplaced by up to half a pixel, and pixels farther away by less. See also `kept_inside`.
    pub fn parts(&self) -> Vec<Part> {
        let Some((y, rows)) = self.rows_within(self.crs.y_max()) else { return Vec::new() };
        let Some(world) = self.crs.world_width() else {
            return vec![Part { bbox: rows.bbox, x: 0, y, width: self.width, height: rows.height }];
        };
        let [rx, _] = self.resolution();
        let column = |x: f64| (((x - self.bbox.min_x) / rx - 0.5).ceil().max(0.0) as u32).min(self.width);
        // World 0 has longitude 0 in its middle; world k begins at (k - 1/2) · world.
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

    /// The number of the first row whose centre is at most `y_max` from y = 0, and the extent of all such rows; `None`
    /// where there are none.
    ///
    /// An outer row that would reach beyond `y_max` ends there instead, as columns do in [`Self::parts`].
    pub(super) fn rows_within(&self, y_max: f64) -> Option<(u32, Extent)> {
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
}

/// The box of a part, changed so that it lies within one world and no server widens it past the world's edge.
///
/// MapServer expects square pixels. Where the height of the box is up to one row too large, it widens the box until they
/// are square. A box at ±180 then passes that edge, and MapServer leaves the gap of issue 7357. So a part that touches the
/// edge is made lower, by less than a row.
fn kept_inside(bbox: Bbox, width: u32, height: u32, half_world: f64) -> Bbox {
    let bbox = Bbox { min_x: bbox.min_x.max(-half_world), max_x: bbox.max_x.min(half_world), ..bbox };
    let rx = bbox.width() / f64::from(width);
    let touches = bbox.min_x - rx < -half_world || bbox.max_x + rx > half_world;
    let rows_too_many = bbox.height() / rx - f64::from(height);
    if !touches || !(0.0..1.5).contains(&rows_too_many) {
        return bbox;
    }
    // Slightly lower than square, so that a rounding error does not make MapServer widen it.
    let half_height = rx * f64::from(height) * (1.0 - 1e-9) / 2.0;
    let middle = (bbox.min_y + bbox.max_y) / 2.0;
    Bbox { min_y: middle - half_height, max_y: middle + half_height, ..bbox }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::crs::Crs;

    fn degrees(bbox: [f64; 4], width: u32, height: u32) -> Extent {
        Extent { crs: Crs::Geographic, bbox: Bbox::new(bbox), width, height }
    }

    fn crs(code: &str) -> Crs {
        Crs::parse(code).unwrap()
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
    fn no_latitude_beyond_a_pole_is_asked_for() {
        for (south, north, height) in [(-97.0, 105.0, 404), (-97.3, 105.1, 777), (-90.4, 90.4, 181), (80.0, 91.0, 10)] {
            let parts = degrees([0.0, south, 10.0, north], 20, height).parts();
            let [part] = parts[..] else { panic!("{parts:?}") };
            assert!(part.bbox.min_y >= -90.0 && part.bbox.max_y <= 90.0, "{part:?}");
            // The part's rows are the map's, except for less than half a row at each pole.
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
}

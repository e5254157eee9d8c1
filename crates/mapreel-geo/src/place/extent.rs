//! The area asked for and the pixels that show it.

use super::bbox::Bbox;
use super::crs::Crs;
use serde::{Deserialize, Serialize};

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

impl Extent {
    /// Units per pixel, eastwards and northwards.
    pub fn resolution(&self) -> [f64; 2] {
        [self.bbox.width() / f64::from(self.width), self.bbox.height() / f64::from(self.height)]
    }

    /// Degrees of a great circle (in degrees of longitude at the equator) that one pixel spans. This decides in how much detail
    /// vector data are drawn.
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

    /// The size in pixels of a bbox at a zoom level, where one world is `256 · 2^zoom` pixels wide. Without an upper limit.
    pub fn size_at_zoom(crs: Crs, bbox: &Bbox, zoom: f64) -> [f64; 2] {
        let pixels_per_unit = 256.0 * zoom.exp2() / crs.equator();
        [(bbox.width() * pixels_per_unit).round(), (bbox.height() * pixels_per_unit).round()]
    }

    /// An extent of this size that shows the whole bbox with square pixels: the bbox grows about its centre, in x or in y. In a
    /// cylindrical CRS, a bbox that would then reach past the world's upper or lower edge is moved away from that edge. A bbox that
    /// has the right shape to within a pixel stays as it is.
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

    /// An extent of this size that is filled by the bbox, with square pixels: the bbox shrinks about its centre, in x or in y. A
    /// bbox that has the right shape to within a pixel stays as it is.
    pub fn filled(crs: Crs, bbox: Bbox, width: u32, height: u32) -> Extent {
        let (rx, ry) = (bbox.width() / f64::from(width), bbox.height() / f64::from(height));
        let r = rx.min(ry);
        let (cut_x, cut_y) = (bbox.width() - r * f64::from(width), bbox.height() - r * f64::from(height));
        if cut_x < r && cut_y < r {
            return Extent { crs, bbox, width, height };
        }
        let bbox = Bbox {
            min_x: bbox.min_x + cut_x / 2.0,
            max_x: bbox.max_x - cut_x / 2.0,
            min_y: bbox.min_y + cut_y / 2.0,
            max_y: bbox.max_y - cut_y / 2.0,
        };
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

/// The upper edge of the world in a cylindrical CRS.
fn world_y_max(crs: Crs) -> f64 {
    crs.forward([0.0, crs.latitude_max()]).map_or(f64::INFINITY, |[_, y]| y)
}

/// A box moved north or south until it lies between the world's edges. A box that is higher than the world is moved by less than a
/// pixel, `r`, so that the northern edge of the world falls between two rows.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(bbox: [f64; 4], width: u32, height: u32) -> Extent {
        Extent { crs: Crs::Geographic, bbox: Bbox::new(bbox), width, height }
    }

    #[test]
    fn the_size_of_the_first_dialect_is_that_of_its_example() {
        let bbox = Bbox::new([110.08, -24.99, 117.35, -19.51]).convert(Crs::Geographic, Crs::WebMercator).unwrap();
        assert_eq!(Extent::size_at_zoom(Crs::WebMercator, &bbox, 7.5), [936.0, 763.0]);
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

    #[test]
    fn a_box_that_fills_shows_less_and_is_never_squeezed() {
        let filled = |width, height| Extent::filled(Crs::Geographic, Bbox::new([0.0, 0.0, 20.0, 10.0]), width, height);
        assert_eq!(filled(100, 100).bbox, Bbox::new([5.0, 0.0, 15.0, 10.0]));
        assert_eq!(filled(400, 100).bbox, Bbox::new([0.0, 2.5, 20.0, 7.5]));
        assert_eq!(filled(200, 100).bbox, Bbox::new([0.0, 0.0, 20.0, 10.0]));
    }
}

//! The extent that a source is asked for in another CRS than the map's: the same area at about the same resolution.

use super::bbox::Bbox;
use super::crs::Crs;
use super::extent::Extent;

/// The longest side of a picture in another CRS than the map's, in pixels.
const SOURCE_SIDE_PX_MAX: u32 = 8192;
/// The most pixels of such a picture.
const SOURCE_PX_MAX: f64 = 16e6;

impl Extent {
    /// The extent that a source is asked for: this extent where the source has the same CRS, otherwise the same area in the
    /// source's CRS at about the same resolution. `None` where nothing of the area is in that CRS.
    pub fn in_crs(&self, crs: Crs) -> Option<Extent> {
        if crs == self.crs {
            return Some(*self);
        }
        if crs.is_cylindrical() && self.crs.is_cylindrical() {
            // The extent ends where the other CRS ends. In Mercator, the last degrees before a pole would take most of the
            // rows.
            let [_, y_max] = self.crs.forward([0.0, crs.latitude_max()])?;
            let (_, held) = self.rows_within(y_max)?;
            return Some(Extent { crs, bbox: held.bbox.convert(self.crs, crs)?, ..held });
        }
        let (_, map) = self.rows_within(self.crs.y_max())?;
        map.resampled_in(crs)
    }

    /// The extent that a WMS is asked for: that of [`Self::in_crs`]; in another CRS than the map's, with square pixels.
    ///
    /// QGIS Server needs square pixels: where width and height do not match the box, it widens the box, and what it draws
    /// is then in the wrong place.
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
        // The width of the world stays as it is. `Extent::parts` cuts off the rows beyond the poles.
        let grow = (f64::from(height) * r - bbox.height()) / 2.0;
        let bbox = Bbox { min_y: bbox.min_y - grow, max_y: bbox.max_y + grow, ..bbox };
        Some(Extent { crs, bbox, width, height })
    }

    /// The same area in another CRS, where this CRS or the other is not cylindrical.
    fn resampled_in(&self, crs: Crs) -> Option<Extent> {
        let bbox = self.bbox.convert(self.crs, crs)?;
        let [rx, ry] = self.steps_in(crs)?;
        let (width, height) = (bbox.width() / rx, bbox.height() / ry);
        // A projection may stretch the edges of the area, so the resolution is taken from its middle. Four pixels for one
        // of the map are enough.
        let pixels = (4.0 * f64::from(self.width) * f64::from(self.height)).min(SOURCE_PX_MAX);
        let shrink = (pixels / (width * height)).sqrt().min(1.0);
        // A side that is whole but for a rounding error is not rounded up.
        let side = |pixels: f64| ((pixels * shrink - 1e-6).ceil() as u32).clamp(1, SOURCE_SIDE_PX_MAX);
        Some(Extent { crs, bbox, width: side(width), height: side(height) })
    }

    /// The width and height of one map pixel in another CRS: the 20th percentile of pixels all over the map.
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
                        // A pixel on the date line is as wide as its direct distance, not as the way round the world.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(bbox: [f64; 4], width: u32, height: u32) -> Extent {
        Extent { crs: Crs::Geographic, bbox: Bbox::new(bbox), width, height }
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
}

//! Longitudes and latitudes to pixels of the map, and paths that keep to its neighbourhood.

use mapreel_spec::Extent;
use mapreel_spec::geojson::Position;
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

/// Paths are cut this far outside the map: farther than any line is wide.
const NEIGHBOURHOOD_PX: f64 = 200.0;
/// Longer steps in latitude are divided, because lines straight in degrees are bent in Mercator.
const STEP_DEG: f64 = 1.0;

/// The map's projection to its own pixels.
pub(crate) struct Projection {
    map: Extent,
    per_x: f64,
    per_y: f64,
}

impl Projection {
    pub(crate) fn new(map: &Extent) -> Self {
        let [rx, ry] = map.resolution();
        Self { map: *map, per_x: 1.0 / rx, per_y: 1.0 / ry }
    }

    /// Pixels from the map's upper left corner.
    pub(crate) fn pixel(&self, [lon, lat]: Position) -> [f64; 2] {
        let crs = self.map.crs;
        [(crs.x(lon) - self.map.bbox.min_x) * self.per_x, (self.map.bbox.max_y - crs.y(lat)) * self.per_y]
    }

    /// Degrees of longitude that one pixel spans.
    pub(crate) fn degrees_per_pixel(&self) -> f64 {
        self.map.crs.longitude(1.0 / self.per_x)
    }

    /// West, south, east, north edge of the map in degrees.
    pub(crate) fn degrees(&self) -> [f64; 4] {
        let (crs, b) = (self.map.crs, &self.map.bbox);
        [crs.longitude(b.min_x), crs.latitude(b.min_y), crs.longitude(b.max_x), crs.latitude(b.max_y)]
    }

    /// The whole worlds, in degrees, by which something from `west` to `east` must be moved to lie on the map.
    pub(crate) fn worlds(&self, west: f64, east: f64) -> impl Iterator<Item = f64> + use<> {
        let margin = NEIGHBOURHOOD_PX * self.degrees_per_pixel();
        let [map_west, _, map_east, _] = self.degrees();
        let first = ((map_west - margin - east) / 360.0).ceil() as i32;
        let last = ((map_east + margin - west) / 360.0).floor() as i32;
        (first..=last).map(|k| f64::from(k) * 360.0)
    }

    /// The line, unwrapped and moved to every world where it is seen, added to a path.
    pub(crate) fn add_line(&self, path: &mut PathBuilder, line: &[Position]) {
        let line = unwrapped(line);
        let (west, east) = span(&line);
        for shift in self.worlds(west, east) {
            let mut pen_at: Option<[f64; 2]> = None;
            for pair in self.pixels(&line, shift).windows(2) {
                let Some([a, b]) = self.clipped(pair[0], pair[1]) else { continue };
                if pen_at != Some(a) {
                    path.move_to(a[0] as f32, a[1] as f32);
                }
                path.line_to(b[0] as f32, b[1] as f32);
                pen_at = Some(b);
            }
        }
    }

    /// The ring, moved by whole worlds like all rings of its area, added to a path.
    pub(crate) fn add_ring(&self, path: &mut PathBuilder, ring: &[Position], shift: f64) {
        let pixels = self.clipped_ring(self.pixels(ring, shift));
        let Some((first, rest)) = pixels.split_first() else { return };
        path.move_to(first[0] as f32, first[1] as f32);
        for [x, y] in rest {
            path.line_to(*x as f32, *y as f32);
        }
        path.close();
    }

    fn pixels(&self, line: &[Position], shift: f64) -> Vec<[f64; 2]> {
        let mut out: Vec<[f64; 2]> = Vec::with_capacity(line.len());
        for (i, [lon, lat]) in line.iter().enumerate() {
            if let Some([lon0, lat0]) = i.checked_sub(1).map(|before| line[before]) {
                let steps = ((lat - lat0).abs() / STEP_DEG).ceil().min(180.0);
                for step in 1..steps as u32 {
                    let part = f64::from(step) / steps;
                    out.push(self.pixel([lon0 + (lon - lon0) * part + shift, lat0 + (lat - lat0) * part]));
                }
            }
            out.push(self.pixel([lon + shift, *lat]));
        }
        out
    }

    fn bounds(&self) -> [f64; 4] {
        let (w, h) = (f64::from(self.map.width), f64::from(self.map.height));
        [-NEIGHBOURHOOD_PX, -NEIGHBOURHOOD_PX, w + NEIGHBOURHOOD_PX, h + NEIGHBOURHOOD_PX]
    }

    /// The part of a segment in the neighbourhood (Liang and Barsky).
    fn clipped(&self, a: [f64; 2], b: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let bounds = self.bounds();
        let delta = [b[0] - a[0], b[1] - a[1]];
        let (mut from, mut to) = (0.0f64, 1.0f64);
        for axis in 0..2 {
            for (edge, sign) in [(bounds[axis], -1.0), (bounds[axis + 2], 1.0)] {
                let (room, speed) = (sign * (edge - a[axis]), sign * delta[axis]);
                if speed == 0.0 {
                    if room < 0.0 {
                        return None;
                    }
                } else if speed > 0.0 {
                    to = to.min(room / speed);
                } else {
                    from = from.max(room / speed);
                }
            }
        }
        let at = |t: f64| {
            if t == 0.0 {
                a
            } else if t == 1.0 {
                b
            } else {
                [a[0] + delta[0] * t, a[1] + delta[1] * t]
            }
        };
        (from <= to).then(|| [at(from), at(to)])
    }

    /// The ring cut at the neighbourhood's four edges (Sutherland and Hodgman).
    fn clipped_ring(&self, mut ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
        let bounds = self.bounds();
        for axis in 0..2 {
            for (edge, sign) in [(bounds[axis], 1.0), (bounds[axis + 2], -1.0)] {
                let inside = |p: &[f64; 2]| sign * (p[axis] - edge) >= 0.0;
                if ring.iter().all(inside) {
                    continue;
                }
                let mut out = Vec::with_capacity(ring.len());
                for (i, p) in ring.iter().enumerate() {
                    let before = ring[(i + ring.len() - 1) % ring.len()];
                    if inside(p) != inside(&before) {
                        let t = (edge - before[axis]) / (p[axis] - before[axis]);
                        let mut crossing = [before[0] + (p[0] - before[0]) * t, before[1] + (p[1] - before[1]) * t];
                        crossing[axis] = edge;
                        out.push(crossing);
                    }
                    if inside(p) {
                        out.push(*p);
                    }
                }
                ring = out;
            }
        }
        ring
    }
}

/// Longitudes without jumps: a step of more than half the world goes round the other way.
pub(crate) fn unwrapped(line: &[Position]) -> Vec<Position> {
    let mut shift = 0.0;
    let mut before: Option<f64> = None;
    let unwrap = |[lon, lat]: &Position| {
        if let Some(before) = before {
            shift -= ((lon + shift - before) / 360.0).round() * 360.0;
        }
        before = Some(lon + shift);
        [lon + shift, *lat]
    };
    line.iter().map(unwrap).collect()
}

/// The least and the greatest longitude.
pub(crate) fn span(line: &[Position]) -> (f64, f64) {
    line.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), [lon, _]| (west.min(*lon), east.max(*lon)))
}

pub(crate) fn paint(colour: mapreel_spec::Colour) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(colour.r, colour.g, colour.b, colour.a));
    paint
}

pub(crate) fn fill(sheet: &mut Pixmap, path: &Path, colour: mapreel_spec::Colour) {
    sheet.fill_path(path, &paint(colour), FillRule::EvenOdd, Transform::identity(), None);
}

pub(crate) fn stroke(sheet: &mut Pixmap, path: &Path, colour: mapreel_spec::Colour, width: f32) {
    let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    sheet.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_over_the_date_line_goes_the_short_way() {
        assert_eq!(
            unwrapped(&[[179.0, 0.0], [-179.0, 0.0], [-178.0, 1.0]]),
            [[179.0, 0.0], [181.0, 0.0], [182.0, 1.0]]
        );
        assert_eq!(unwrapped(&[[-179.0, 0.0], [179.0, 0.0]]), [[-179.0, 0.0], [-181.0, 0.0]]);
    }
}

//! Longitudes and latitudes to pixels of the map, and paths that keep to its neighbourhood.

use mapreel_spec::geojson::Position;
use mapreel_spec::{Crs, Extent};
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

/// Paths are cut this far outside the map: farther than any line is wide.
const NEIGHBOURHOOD_PX: f64 = 200.0;
/// Longer steps in latitude are divided, because lines straight in degrees are bent in Mercator.
const STEP_DEG: f64 = 1.0;
/// In other projections about so many pixels are a step; a line may bend as it likes.
const STEP_PX: f64 = 30.0;
/// What is drawn beyond the map's edges where the projection bends, in degrees.
const MARGIN_DEG: f64 = 3.0;

/// The map's projection to its own pixels.
pub(crate) struct Projection {
    map: Extent,
    per_x: f64,
    per_y: f64,
    /// West, south, east, north of the map in degrees; what lies beyond is not drawn, however the projection bends.
    degrees: [f64; 4],
}

impl Projection {
    pub(crate) fn new(map: &Extent) -> Self {
        let [rx, ry] = map.resolution();
        let degrees = map.bbox.convert(map.crs, Crs::Geographic).map_or([0.0; 4], <[f64; 4]>::from);
        let degrees = match degrees {
            // All round a pole: cut where the projection is.
            [west, south, east, north] if !map.crs.is_parallel() && east - west >= 360.0 => {
                let middle = map.crs.central_meridian();
                [middle - 180.0, south, middle + 180.0, north]
            }
            degrees => degrees,
        };
        Self { map: *map, per_x: 1.0 / rx, per_y: 1.0 / ry, degrees }
    }

    /// Whether meridians and parallels are upright and level lines.
    pub(crate) fn is_parallel(&self) -> bool {
        self.map.crs.is_parallel()
    }

    /// Pixels from the map's upper left corner; `None` where the projection does not hold.
    pub(crate) fn pixel(&self, place: Position) -> Option<[f64; 2]> {
        let [x, y] = self.map.crs.forward(place)?;
        Some([(x - self.map.bbox.min_x) * self.per_x, (self.map.bbox.max_y - y) * self.per_y])
    }

    /// Degrees of a great circle, or of longitude at the equator, that one pixel spans.
    pub(crate) fn degrees_per_pixel(&self) -> f64 {
        self.map.degrees_per_pixel()
    }

    /// West, south, east, north edge of the map in degrees.
    pub(crate) fn degrees(&self) -> [f64; 4] {
        self.degrees
    }

    /// The whole worlds, in degrees, by which something from `west` to `east` must be moved to lie on the map.
    pub(crate) fn worlds(&self, west: f64, east: f64) -> impl Iterator<Item = f64> + use<> {
        let margin = match self.clip_box() {
            Some(_) => 0.0,
            None => NEIGHBOURHOOD_PX * self.degrees_per_pixel(),
        };
        let [map_west, _, map_east, _] = self.clip_box().unwrap_or(self.degrees);
        let first = ((map_west - margin - east) / 360.0).ceil() as i32;
        let last = ((map_east + margin - west) / 360.0).floor() as i32;
        (first..=last).map(|k| f64::from(k) * 360.0)
    }

    /// The degrees beyond which nothing is drawn, where lines bend: there a place far from the map may come to lie
    /// anywhere on it.
    fn clip_box(&self) -> Option<[f64; 4]> {
        let [west, south, east, north] = self.degrees;
        let margin = MARGIN_DEG.min((360.0 - (east - west)) / 2.0).max(0.0);
        let (south, north) = ((south - MARGIN_DEG).max(-90.0), (north + MARGIN_DEG).min(90.0));
        (!self.is_parallel()).then_some([west - margin, south, east + margin, north])
    }

    /// The line, unwrapped and moved to every world where it is seen, added to a path.
    pub(crate) fn add_line(&self, path: &mut PathBuilder, line: &[Position]) {
        let line = unwrapped(line);
        let (west, east) = span(&line);
        for shift in self.worlds(west, east) {
            let mut pen_at: Option<[f64; 2]> = None;
            let mut join = |a: [f64; 2], b: [f64; 2]| {
                let Some([a, b]) = clipped(self.bounds(), a, b) else { return };
                if pen_at != Some(a) {
                    path.move_to(a[0] as f32, a[1] as f32);
                }
                path.line_to(b[0] as f32, b[1] as f32);
                pen_at = Some(b);
            };
            let Some(clip_box) = self.clip_box() else {
                let pixels = self.pixels(&line, shift);
                pixels.windows(2).for_each(|pair| join(pair[0], pair[1]));
                continue;
            };
            for pair in line.windows(2) {
                let [a, b] = [pair[0], pair[1]].map(|[lon, lat]| [lon + shift, lat]);
                let Some(seen) = clipped(clip_box, a, b) else { continue };
                let places = self.divided(&seen).into_iter().map(|place| self.pixel(place)).collect::<Vec<_>>();
                for pair in places.windows(2) {
                    if let [Some(a), Some(b)] = pair[..]
                        && self.is_near(a, b)
                    {
                        join(a, b);
                    }
                }
            }
        }
    }

    /// The ring, moved by whole worlds like all rings of its area, added to a path.
    pub(crate) fn add_ring(&self, path: &mut PathBuilder, ring: &[Position], shift: f64) {
        let pixels = match self.clip_box() {
            None => self.pixels(ring, shift),
            Some(clip_box) => {
                let mut seen = clipped_ring(clip_box, ring.iter().map(|[lon, lat]| [lon + shift, *lat]).collect());
                seen.extend(seen.first().copied());
                self.divided(&seen).into_iter().filter_map(|place| self.pixel(place)).collect()
            }
        };
        let pixels = clipped_ring(self.bounds(), pixels);
        let Some((first, rest)) = pixels.split_first() else { return };
        path.move_to(first[0] as f32, first[1] as f32);
        for [x, y] in rest {
            path.line_to(*x as f32, *y as f32);
        }
        path.close();
    }

    /// The line with places between those that are too far from each other.
    fn divided(&self, line: &[Position]) -> Vec<Position> {
        let step_deg = (STEP_PX * self.degrees_per_pixel()).clamp(0.02, STEP_DEG);
        let mut out: Vec<Position> = Vec::with_capacity(line.len());
        for (i, [lon, lat]) in line.iter().enumerate() {
            if let Some([lon0, lat0]) = i.checked_sub(1).map(|before| line[before]) {
                let steps = ((lat - lat0).abs().max((lon - lon0).abs()) / step_deg).ceil().clamp(1.0, 20_000.0);
                for step in 1..steps as u32 {
                    let part = f64::from(step) / steps;
                    out.push([lon0 + (lon - lon0) * part, lat0 + (lat - lat0) * part]);
                }
            }
            out.push([*lon, *lat]);
        }
        out
    }

    /// Whether a step between two neighbouring places is no leap over the edge of the projection.
    fn is_near(&self, [x0, y0]: [f64; 2], [x1, y1]: [f64; 2]) -> bool {
        (x1 - x0).hypot(y1 - y0) < f64::from(self.map.width + self.map.height) / 4.0 + NEIGHBOURHOOD_PX
    }

    fn pixels(&self, line: &[Position], shift: f64) -> Vec<[f64; 2]> {
        let mut out: Vec<[f64; 2]> = Vec::with_capacity(line.len());
        for (i, [lon, lat]) in line.iter().enumerate() {
            if let Some([lon0, lat0]) = i.checked_sub(1).map(|before| line[before]) {
                let steps = ((lat - lat0).abs() / STEP_DEG).ceil().min(180.0);
                for step in 1..steps as u32 {
                    let part = f64::from(step) / steps;
                    out.extend(self.pixel([lon0 + (lon - lon0) * part + shift, lat0 + (lat - lat0) * part]));
                }
            }
            out.extend(self.pixel([lon + shift, *lat]));
        }
        out
    }

    fn bounds(&self) -> [f64; 4] {
        let (w, h) = (f64::from(self.map.width), f64::from(self.map.height));
        [-NEIGHBOURHOOD_PX, -NEIGHBOURHOOD_PX, w + NEIGHBOURHOOD_PX, h + NEIGHBOURHOOD_PX]
    }
}

/// The part of a segment in a box (Liang and Barsky).
fn clipped(bounds: [f64; 4], a: [f64; 2], b: [f64; 2]) -> Option<[[f64; 2]; 2]> {
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

/// The ring cut at a box's four edges (Sutherland and Hodgman).
fn clipped_ring(bounds: [f64; 4], mut ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
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

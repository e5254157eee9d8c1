//! Meridians and parallels. Their degrees: `degrees.rs`.

use super::paint::stroke;
use super::plane::distance;
use super::projection::{Projection, add};
use super::work::{Halt, Work};
use crate::theme;
use mapreel_spec::geojson::Position;
use mapreel_spec::{Colour, Graticule};
use tiny_skia::{PathBuilder, Pixmap, Stroke};

/// Steps that people read easily, in degrees.
const STEPS_DEG: [f64; 16] =
    [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 45.0];
/// The longest step.
const STEP_DEG_MAX: f64 = 90.0;
/// How near lines may come to each other, in pixels of a map whose text is 13 pixels high.
const NEAR_PX: f64 = 65.0;
/// The most meridians on a map where they run together: all 360 degrees have one every thirty.
const MERIDIANS: f64 = 12.0;
/// How near meridians may come to each other before they end at a pole, in the same pixels. The four meridians at multiples of 90
/// degrees go on to the pole.
const POLE_PX: f64 = 12.0;
/// The most meridians, and the most parallels: a step far too fine for the map would paint it black.
const LINES_MAX: i64 = 2000;

/// A meridian or parallel, and its degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Line {
    Meridian(f64),
    Parallel(f64),
}

/// The lines of a map.
pub(crate) struct Net<'a> {
    projection: &'a Projection,
    pub lines: Vec<Line>,
    /// Degrees from one meridian to the next, and from one parallel to the next.
    pub steps_deg: [f64; 2],
    /// Latitudes at which meridians end: south, north.
    ends: [f64; 2],
    /// The latitudes, south and north, at which meridians end before a pole that is a point; those at multiples of 90 degrees do not.
    pole_ends: [f64; 2],
}

impl<'a> Net<'a> {
    /// The lines; `scale` multiplies distances between them.
    pub(crate) fn new(graticule: &Graticule, projection: &'a Projection, scale: f32) -> Self {
        let [west, south, east, north] = projection.degrees();
        let plane = projection.plane();
        let near_deg = NEAR_PX * f64::from(scale) * plane.degrees_per_pixel();
        let step_for =
            |deg: f64| STEPS_DEG.into_iter().find(|step| *step >= deg * (1.0 - 1e-9)).unwrap_or(STEP_DEG_MAX);
        let chosen = if plane.is_cylindrical() {
            [step_for(near_deg); 2]
        } else {
            // A degree of longitude is shorter than one of latitude, and differs from place to place.
            let widest = south.max(-north).max(0.0).to_radians().cos().max(0.05);
            [step_for((near_deg / widest).max((east - west) / MERIDIANS)), step_for(near_deg)]
        };
        let steps_deg = graticule.step_deg.map_or(chosen, |step| [step; 2]);
        // West and east may be the same meridian, 360 degrees apart: it is one line.
        let east = east.min(west + 360.0 - steps_deg[0] / 2.0);
        let meridians = multiples(west, east, steps_deg[0]).into_iter().map(Line::Meridian);
        let parallels = multiples(south.max(-89.9), north.min(89.9), steps_deg[1]).into_iter().map(Line::Parallel);
        let pole_deg = POLE_PX * f64::from(scale) * plane.degrees_per_pixel() / steps_deg[0].to_radians();
        let pole_end = |lat: f64| if is_point(projection, lat) { 90.0 - pole_deg.min(15.0) } else { 90.0 };
        Self {
            projection,
            lines: meridians.chain(parallels).collect(),
            steps_deg,
            ends: [south.max(-90.0), north.min(90.0)],
            pole_ends: [-pole_end(-90.0), pole_end(90.0)],
        }
    }

    /// Pixels from one meridian (0) or parallel (1) to the next at the equator, on a map whose lines are straight. Infinitely many
    /// on other maps: every line may be labelled there.
    pub(crate) fn apart_px(&self, axis: usize) -> f64 {
        let plane = self.projection.plane();
        if plane.is_cylindrical() { self.steps_deg[axis] / plane.degrees_per_pixel() } else { f64::INFINITY }
    }

    /// The line on the map, as runs of pixels.
    pub(crate) fn runs(&self, line: Line, work: &Work) -> Result<Vec<Vec<[f64; 2]>>, Halt> {
        let [west, _, east, _] = self.projection.degrees();
        let runs = |line: &[Position]| {
            let runs = self.projection.runs(line, work)?;
            Ok(runs.into_iter().map(|run| run.pixels).collect())
        };
        match line {
            Line::Meridian(lon) => {
                let [south, north] = if (lon / 90.0).fract() == 0.0 { [-90.0, 90.0] } else { self.pole_ends };
                let (south, north) = (south.max(self.ends[0]), north.min(self.ends[1]));
                if south < north { runs(&[[lon, south], [lon, north]]).map(once) } else { Ok(Vec::new()) }
            }
            // 360 degrees are enough, wherever they begin: the projection draws all copies of a line.
            Line::Parallel(lat) => runs(&[[west, lat], [east.min(west + 360.0), lat]]),
        }
    }
}

/// The runs without duplicates: the meridian opposite to the central one yields one run on each of its sides.
fn once(runs: Vec<Vec<[f64; 2]>>) -> Vec<Vec<[f64; 2]>> {
    let ends = |run: &[[f64; 2]]| [run.first().copied(), run.last().copied()].map(|end| end.unwrap_or([f64::NAN; 2]));
    let same = |a: &[[f64; 2]], b: &[[f64; 2]]| {
        let (a, b) = (ends(a), ends(b));
        distance(a[0], b[0]) < 0.5 && distance(a[1], b[1]) < 0.5
    };
    let mut out: Vec<Vec<[f64; 2]>> = Vec::new();
    for run in runs {
        if !out.iter().any(|other| same(other, &run)) {
            out.push(run);
        }
    }
    out
}

/// Whether a pole that the map shows is a point on it.
fn is_point(projection: &Projection, lat: f64) -> bool {
    let plane = projection.plane();
    let at = |lon: f64| plane.pixel([plane.central_meridian() + lon, lat]);
    !plane.is_cylindrical() && at(-90.0).zip(at(90.0)).is_some_and(|(a, b)| distance(a, b) < 1.0)
}

/// The multiples of a step in an interval.
fn multiples(from: f64, to: f64, step: f64) -> Vec<f64> {
    if !(from.is_finite() && to.is_finite()) {
        return Vec::new();
    }
    let (first, last) = ((from / step - 1e-9).ceil() as i64, (to / step + 1e-9).floor() as i64);
    (first..=last.min(first.saturating_add(LINES_MAX))).map(|n| n as f64 * step).collect()
}

pub(crate) fn draw(
    sheet: &mut Pixmap,
    graticule: &Graticule,
    projection: &Projection,
    scale: f32,
    work: &Work,
) -> Result<(), Halt> {
    let width = scale.round().max(1.0);
    let net = Net::new(graticule, projection, scale);
    let mut path = PathBuilder::new();
    for line in &net.lines {
        let runs = net.runs(*line, work)?.into_iter().map(|run| sharp(run, width));
        runs.filter(|run| !is_frame(run, projection.plane().size())).for_each(|run| add(&mut path, &run));
    }
    let Some(path) = path.finish() else { return Ok(()) };
    // A casing sets the lines off from the ground that they cross, dark or light.
    let line = |width: f32| Stroke { width, ..Stroke::default() };
    stroke(sheet, &path, casing(graticule.stroke), &line(width + 1.2 * scale.max(0.8)), work)?;
    stroke(sheet, &path, graticule.stroke, &line(width), work)
}

/// Whether lines are light, as on a dark map.
pub(crate) fn is_light(stroke: Colour) -> bool {
    (u32::from(stroke.r) * 3 + u32::from(stroke.g) * 6 + u32::from(stroke.b)) / 10 >= 140
}

/// Light for dark lines and dark for light ones.
fn casing(stroke: Colour) -> Colour {
    let colour = if is_light(stroke) { theme::INK } else { theme::GROUND };
    colour.faded(0.7 * f32::from(stroke.a) / 255.0)
}

/// Snaps an upright or level run to the grid of pixels, so that it has the same weight wherever it lies.
fn sharp(mut run: Vec<[f64; 2]>, width: f32) -> Vec<[f64; 2]> {
    let odd = width as u32 % 2 == 1;
    for axis in 0..2 {
        let (low, high) =
            run.iter().fold((f64::INFINITY, -f64::INFINITY), |(l, h), p| (l.min(p[axis]), h.max(p[axis])));
        if high - low < 0.3 {
            let middle = (low + high) / 2.0;
            let snapped = if odd { (middle - 1e-6).floor() + 0.5 } else { middle.round() };
            run.iter_mut().for_each(|p| p[axis] = snapped);
        }
    }
    run
}

/// Whether a run lies on the edge of the map, where the line round the map (`neatline.rs`) is drawn already.
fn is_frame(run: &[[f64; 2]], size: [f64; 2]) -> bool {
    (0..2).any(|axis| run.iter().all(|p| p[axis] < 1.0) || run.iter().all(|p| p[axis] > size[axis] - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use mapreel_geo::{Bbox, Crs, Extent};

    fn map(code: &str, bbox: [f64; 4], width: u32, height: u32) -> Extent {
        Extent { crs: Crs::parse(code).unwrap(), bbox: Bbox::new(bbox), width, height }
    }

    const GREY: Graticule = Graticule { step_deg: None, stroke: Colour { r: 70, g: 80, b: 95, a: 255 }, labels: true };

    #[test]
    fn a_world_of_900_pixels_has_a_line_every_thirty_degrees() {
        let check = |map: Extent, scale: f32, expected: [f64; 2]| {
            let projection = Projection::new(&map);
            assert_eq!(Net::new(&GREY, &projection, scale).steps_deg, expected, "{map:?}");
        };
        let metres = 20_037_508.342_789_244;
        check(map("EPSG:3857", [-metres, -metres, metres, metres], 900, 900), 1.07, [30.0, 30.0]);
        check(map("EPSG:4326", [-180.0, -90.0, 180.0, 90.0], 900, 450), 0.81, [30.0, 30.0]);
        check(map("EPSG:8857", [-17.5e6, -8.6e6, 17.5e6, 8.6e6], 900, 442), 0.81, [30.0, 30.0]);
        check(map("EPSG:4326", [0.0, 40.0, 10.0, 45.0], 900, 450), 0.81, [1.0, 1.0]);
    }

    #[test]
    fn the_meridian_opposite_to_the_central_one_is_drawn_once() {
        let projection = Projection::new(&map("EPSG:3031", [-4e6, -4e6, 4e6, 4e6], 400, 400));
        let net = Net::new(&GREY, &projection, 1.0);
        for line in &net.lines {
            let runs = net.runs(*line, &Work::unlimited(&Stop::never())).unwrap();
            assert!(!matches!(line, Line::Meridian(_)) || runs.len() == 1, "{line:?}");
        }
    }

    #[test]
    fn no_line_lies_beyond_a_pole() {
        let high = map("EPSG:4326", [-180.0, -120.0, 180.0, 120.0], 360, 240);
        let projection = Projection::new(&high);
        let net = Net::new(&GREY, &projection, 1.0);
        for line in &net.lines {
            assert!(!matches!(line, Line::Parallel(lat) if lat.abs() >= 90.0), "{line:?}");
            for [_, y] in net.runs(*line, &Work::unlimited(&Stop::never())).unwrap().into_iter().flatten() {
                assert!((29.9..=210.1).contains(&y), "{line:?}: {y}");
            }
        }
    }

    /// The darkest pixel of every upright line, from left to right.
    fn weights(west: f64) -> Vec<u8> {
        let map = map("EPSG:4326", [west, 10.0, west + 72.3, 40.0], 723, 300);
        let mut sheet = crate::vector::sheet(723, 300);
        let (net, never) = (Graticule { step_deg: Some(5.0), ..GREY }, Stop::never());
        draw(&mut sheet, &net, &Projection::new(&map), 1.0, &Work::unlimited(&never)).unwrap();
        let row = |x: u32| sheet.pixel(x, 25).unwrap().alpha();
        (1..722).filter(|x| row(*x) > 200 && row(*x) >= row(x - 1) && row(*x) >= row(x + 1)).map(row).collect()
    }

    #[test]
    fn lines_have_the_same_weight_at_any_place_within_a_pixel() {
        for west in [0.0, 0.013, 0.05, 0.077] {
            let found = weights(west);
            assert!(found.len() >= 14 && found.iter().all(|alpha| *alpha == 255), "{west}: {found:?}");
        }
    }
}

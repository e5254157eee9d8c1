//! Meridians and parallels, with their degrees at the map's edges.

use super::projection::{Projection, paint};
use crate::layout::Layout;
use crate::text::{Span, Typesetter};
use crate::{Canvas, theme};
use mapreel_spec::geojson::Position;
use mapreel_spec::{Colour, Extent, Graticule};
use tiny_skia::{PathBuilder, Pixmap, Stroke, Transform};

/// Steps that people read easily, in degrees.
const STEPS_DEG: [f64; 13] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 90.0];
/// About so many lines across the longer side.
const LINES: f64 = 7.0;
/// Most meridians where they run together: a whole round has one every thirty degrees.
const MERIDIANS: f64 = 12.0;

/// The longitudes and latitudes of the lines.
fn degrees(graticule: &Graticule, projection: &Projection) -> (Vec<f64>, Vec<f64>) {
    let [west, south, east, north] = projection.degrees();
    let step_for = |wanted: f64| STEPS_DEG.into_iter().find(|step| *step >= wanted).unwrap_or(90.0);
    let chosen = if projection.is_parallel() {
        [step_for((east - west).max(north - south) / LINES); 2]
    } else {
        // A degree of longitude is much shorter than one of latitude, and differs from place to place.
        [step_for((east - west) / MERIDIANS), step_for((north - south) / LINES)]
    };
    let [east_step, north_step] = graticule.step_deg.map_or(chosen, |step| [step; 2]);
    let multiples = |from: f64, to: f64, step: f64| {
        let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
        // A step far too fine for the map would paint it black and help nobody.
        let last = last.min(first + 2000);
        (first..=last).map(|n| n as f64 * step).collect()
    };
    (multiples(west, east, east_step), multiples(south.max(-89.9), north.min(89.9), north_step))
}

/// A meridian or parallel as places, close enough that it bends as the projection does.
fn places(projection: &Projection, line: Line) -> Vec<Position> {
    let [west, south, east, north] = projection.degrees();
    match line {
        // Near a pole all meridians would run into one blot: only every ninetieth goes on to it.
        Line::Meridian(lon) => {
            let end = if (lon / 90.0).fract() == 0.0 { 90.0 } else { POLE_GAP_LAT };
            (0..=STEPS)
                .map(|i| [lon, south.max(-end) + (north.min(end) - south.max(-end)) * f64::from(i) / STEPS_F])
                .collect()
        }
        Line::Parallel(lat) => (0..=STEPS).map(|i| [west + (east - west) * f64::from(i) / STEPS_F, lat]).collect(),
    }
}

/// Where meridians end before a pole, in degrees.
const POLE_GAP_LAT: f64 = 85.0;
/// Places along a line.
const STEPS: u32 = 360;
const STEPS_F: f64 = 360.0;

#[derive(Clone, Copy)]
enum Line {
    Meridian(f64),
    Parallel(f64),
}

pub(crate) fn draw(sheet: &mut Pixmap, graticule: &Graticule, map: &Extent, scale: f32) {
    let projection = Projection::new(map);
    let (longitudes, latitudes) = degrees(graticule, &projection);
    let (width, height) = (map.width as f32, map.height as f32);
    let mut path = PathBuilder::new();
    if projection.is_parallel() {
        for [x, _] in longitudes.iter().filter_map(|lon| projection.pixel([*lon, 0.0])) {
            path.move_to(x as f32, 0.0);
            path.line_to(x as f32, height);
        }
        for [_, y] in latitudes.iter().filter_map(|lat| projection.pixel([0.0, *lat])) {
            path.move_to(0.0, y as f32);
            path.line_to(width, y as f32);
        }
    } else {
        for line in bent(&longitudes, &latitudes) {
            projection.add_line(&mut path, &places(&projection, line));
        }
    }
    if let Some(path) = path.finish() {
        let stroke = Stroke { width: scale.max(0.75), ..Stroke::default() };
        sheet.stroke_path(&path, &paint(graticule.stroke), &stroke, Transform::identity(), None);
    }
}

/// All lines; a meridian that is met again after the whole round is drawn once.
fn bent(longitudes: &[f64], latitudes: &[f64]) -> impl Iterator<Item = Line> {
    let round = longitudes.last().zip(longitudes.first()).is_some_and(|(last, first)| last - first >= 360.0);
    let once = &longitudes[..longitudes.len() - usize::from(round)];
    once.iter().map(|lon| Line::Meridian(*lon)).chain(latitudes.iter().map(|lat| Line::Parallel(*lat)))
}

/// Degrees inside the map's edges, over everything else of the map: at the left and lower edge where lines are straight, and
/// otherwise where each line leaves the map.
pub(crate) fn draw_degrees(
    page: &mut Canvas,
    graticule: &Graticule,
    map: &Extent,
    layout: &Layout,
    typesetter: &mut Typesetter,
) {
    let projection = Projection::new(map);
    let (longitudes, latitudes) = degrees(graticule, &projection);
    let ([left, top, width, height], size_px) = (layout.map, layout.scale.small_px());
    let gap = layout.scale.unit as f32 * 0.7;
    let ink = Colour { r: 64, g: 72, b: 84, a: 255 };
    let spans = |text: String| [Span { colour: ink, ..Span::ink(text) }];
    let mut write = |typesetter: &mut Typesetter, spans: &[Span], (x, y): (f32, f32)| {
        let place = (left as f32 + x, top as f32 + y);
        typesetter.draw_with_halo(page, spans, size_px, place, theme::GROUND.faded(0.8));
    };
    if !projection.is_parallel() {
        let mut taken: Vec<[f32; 4]> = Vec::new();
        for line in bent(&longitudes, &latitudes) {
            let Some((x, y)) = leaves(&projection, line, width as f32, height as f32) else { continue };
            let spans = spans(match line {
                Line::Meridian(lon) => label(lon, "E", "W"),
                Line::Parallel(lat) => label(lat, "N", "S"),
            });
            let (w, h) = typesetter.measure(&spans, size_px, f32::MAX);
            let (w, h) = (w as f32, h as f32);
            let x = (x - w / 2.0).clamp(gap, (width as f32 - w - gap).max(gap));
            let y = (y - h / 2.0).clamp(gap * 0.4, (height as f32 - h - gap * 0.4).max(gap));
            let place = [x - gap, y, x + w + gap, y + h];
            let free = taken.iter().all(|t| place[2] < t[0] || t[2] < place[0] || place[3] < t[1] || t[3] < place[1]);
            if free {
                taken.push(place);
                write(typesetter, &spans, (x, y));
            }
        }
        return;
    }
    let mut put = |text: String, centre: (f32, f32), at_left: bool| {
        let spans = spans(text);
        let (w, h) = typesetter.measure(&spans, size_px, f32::MAX);
        let (w, h) = (w as f32, h as f32);
        let (x, y) =
            if at_left { (gap, centre.1 - h / 2.0) } else { (centre.0 - w / 2.0, height as f32 - h - gap * 0.4) };
        // Only whole labels, and none in the corner where the two rows of them would meet.
        let in_row = if at_left { y > h * 0.3 && y + h < height as f32 - 1.6 * h } else { x > 3.2 * h && y > 0.0 };
        let clear = in_row && x + w < width as f32 - gap;
        if clear {
            write(typesetter, &spans, (x, y));
        }
    };
    for (lon, [x, _]) in longitudes.iter().filter_map(|lon| Some((lon, projection.pixel([*lon, 0.0])?))) {
        put(label(*lon, "E", "W"), (x as f32, 0.0), false);
    }
    for (lat, [_, y]) in latitudes.iter().filter_map(|lat| Some((lat, projection.pixel([0.0, *lat])?))) {
        put(label(*lat, "N", "S"), (0.0, y as f32), true);
    }
}

/// Where a line leaves the map: a meridian rather at the lower edge, a parallel rather at the left; the lowest point of a
/// parallel that does not leave it.
fn leaves(projection: &Projection, line: Line, width: f32, height: f32) -> Option<(f32, f32)> {
    let pixels: Vec<_> = places(projection, line).into_iter().map(|place| projection.pixel(place)).collect();
    let inside = |[x, y]: [f64; 2]| (0.0..=f64::from(width)).contains(&x) && (0.0..=f64::from(height)).contains(&y);
    let crossings = pixels.windows(2).filter_map(|pair| match pair[..] {
        [Some(a), Some(b)] if inside(a) != inside(b) => Some(if inside(a) { a } else { b }),
        _ => None,
    });
    let ends = [pixels.first(), pixels.last()].into_iter().flatten().flatten().copied().filter(|p| inside(*p));
    let from_edge = |[x, y]: [f64; 2]| match line {
        Line::Meridian(_) => f64::from(height) - y,
        Line::Parallel(_) => x,
    };
    let whole_circle = matches!(line, Line::Parallel(_)) && pixels.iter().flatten().all(|p| inside(*p));
    let best = if whole_circle {
        pixels.iter().flatten().copied().max_by(|a, b| a[1].total_cmp(&b[1]))
    } else {
        let at_edge = |[x, y]: &[f64; 2]| x.min(f64::from(width) - x).min(*y).min(f64::from(height) - y) < 60.0;
        crossings.chain(ends.filter(at_edge)).min_by(|a, b| from_edge(*a).total_cmp(&from_edge(*b)))
    };
    best.map(|[x, y]| (x as f32, y as f32))
}

/// Degrees with the letter of their side; longitudes past ±180 are named as on a globe.
fn label(degrees: f64, positive: &str, negative: &str) -> String {
    let around = (degrees + 180.0).rem_euclid(360.0) - 180.0;
    let degrees = if positive == "E" { around } else { degrees };
    let rounded = (degrees.abs() * 100.0).round() / 100.0;
    let letter = match () {
        () if rounded == 0.0 || rounded == 180.0 => "",
        () if degrees > 0.0 => positive,
        () => negative,
    };
    format!("{rounded}°{letter}")
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn degrees_are_named_as_on_a_globe() {
        assert_eq!(label(190.0, "E", "W"), "170°W");
        assert_eq!(label(180.0, "E", "W"), "180°");
        assert_eq!(label(-190.0, "E", "W"), "170°E");
        assert_eq!(label(0.0, "N", "S"), "0°");
        assert_eq!(label(-12.5, "N", "S"), "12.5°S");
    }
}

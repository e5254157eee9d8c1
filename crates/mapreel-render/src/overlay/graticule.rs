//! Meridians and parallels, with their degrees at the map's edges.

use super::projection::{Projection, paint};
use crate::layout::Layout;
use crate::text::{Span, Typesetter};
use crate::{Canvas, theme};
use mapreel_spec::{Colour, Extent, Graticule};
use tiny_skia::{PathBuilder, Pixmap, Stroke, Transform};

/// Steps that people read easily, in degrees.
const STEPS_DEG: [f64; 13] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 90.0];
/// About so many lines across the longer side.
const LINES: f64 = 7.0;

/// The longitudes and latitudes of the lines.
fn degrees(graticule: &Graticule, projection: &Projection) -> (Vec<f64>, Vec<f64>) {
    let [west, south, east, north] = projection.degrees();
    let wanted = (east - west).max(north - south) / LINES;
    let chosen = || STEPS_DEG.into_iter().find(|step| *step >= wanted).unwrap_or(90.0);
    let step = graticule.step_deg.unwrap_or_else(chosen);
    let multiples = |from: f64, to: f64| {
        let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
        // A step far too fine for the map would paint it black and help nobody.
        let last = last.min(first + 2000);
        (first..=last).map(|n| n as f64 * step).collect()
    };
    (multiples(west, east), multiples(south.max(-89.9), north.min(89.9)))
}

pub(crate) fn draw(sheet: &mut Pixmap, graticule: &Graticule, map: &Extent, scale: f32) {
    let projection = Projection::new(map);
    let (longitudes, latitudes) = degrees(graticule, &projection);
    let (width, height) = (map.width as f32, map.height as f32);
    let mut path = PathBuilder::new();
    for lon in longitudes {
        let x = projection.pixel([lon, 0.0])[0] as f32;
        path.move_to(x, 0.0);
        path.line_to(x, height);
    }
    for lat in latitudes {
        let y = projection.pixel([0.0, lat])[1] as f32;
        path.move_to(0.0, y);
        path.line_to(width, y);
    }
    if let Some(path) = path.finish() {
        let stroke = Stroke { width: scale.max(0.75), ..Stroke::default() };
        sheet.stroke_path(&path, &paint(graticule.stroke), &stroke, Transform::identity(), None);
    }
}

/// Degrees inside the map's left and lower edges, over everything else of the map.
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
    let mut put = |text: String, centre: (f32, f32), at_left: bool| {
        let spans = [Span { colour: ink, ..Span::ink(text) }];
        let (w, h) = typesetter.measure(&spans, size_px, f32::MAX);
        let (w, h) = (w as f32, h as f32);
        let (x, y) =
            if at_left { (gap, centre.1 - h / 2.0) } else { (centre.0 - w / 2.0, height as f32 - h - gap * 0.4) };
        // Only whole labels, and none in the corner where the two rows of them would meet.
        let in_row = if at_left { y > h * 0.3 && y + h < height as f32 - 1.6 * h } else { x > 3.2 * h && y > 0.0 };
        let clear = in_row && x + w < width as f32 - gap;
        if clear {
            typesetter.draw_with_halo(
                page,
                &spans,
                size_px,
                (left as f32 + x, top as f32 + y),
                theme::GROUND.faded(0.8),
            );
        }
    };
    for lon in longitudes {
        put(label(lon, "E", "W"), (projection.pixel([lon, 0.0])[0] as f32, 0.0), false);
    }
    for lat in latitudes {
        put(label(lat, "N", "S"), (0.0, projection.pixel([0.0, lat])[1] as f32), true);
    }
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

//! GeoJSON features with simplestyle.

use super::projection::{Projection, fill, span, stroke, unwrapped};
use crate::theme;
use mapreel_spec::Extent;
use mapreel_spec::geojson::{Geometry, Position, Style};
use tiny_skia::{PathBuilder, Pixmap};

/// Draws features in their order; `scale` multiplies the lengths of styles.
pub(crate) fn draw(sheet: &mut Pixmap, features: &[(Geometry, Style)], map: &Extent, scale: f32) {
    let projection = Projection::new(map);
    for (geometry, style) in features {
        match geometry {
            Geometry::Polygons(polygons) => {
                polygons.iter().for_each(|rings| polygon(sheet, rings, style, &projection, scale))
            }
            Geometry::Lines(lines) => outline(sheet, lines, style, &projection, scale),
            Geometry::Points(points) => {
                points.iter().for_each(|point| marker(sheet, *point, style, &projection, scale))
            }
        }
    }
}

fn polygon(sheet: &mut Pixmap, rings: &[Vec<Position>], style: &Style, projection: &Projection, scale: f32) {
    // Holes are unwrapped by their outer ring: all rings begin near its beginning.
    let rings: Vec<Vec<Position>> = rings.iter().map(|ring| unwrapped(ring)).collect();
    let Some(outer) = rings.first() else { return };
    let (west, east) = span(outer);
    let middle = (west + east) / 2.0;
    for shift in projection.worlds(west, east) {
        let mut path = PathBuilder::new();
        for ring in &rings {
            let (w, e) = span(ring);
            let to_outer = ((middle - (w + e) / 2.0) / 360.0).round() * 360.0;
            projection.add_ring(&mut path, ring, shift + to_outer);
        }
        if let Some(path) = path.finish() {
            fill(sheet, &path, style.fill);
        }
    }
    outline(sheet, &rings, style, projection, scale);
}

fn outline(sheet: &mut Pixmap, lines: &[Vec<Position>], style: &Style, projection: &Projection, scale: f32) {
    let mut path = PathBuilder::new();
    for line in lines {
        projection.add_line(&mut path, line);
    }
    if let Some(path) = path.finish()
        && style.stroke_width > 0.0
    {
        stroke(sheet, &path, style.stroke, style.stroke_width * scale);
    }
}

/// A disc with a thin light rim, so that neighbours can be told apart on any ground.
fn marker(sheet: &mut Pixmap, [lon, lat]: Position, style: &Style, projection: &Projection, scale: f32) {
    for shift in projection.worlds(lon, lon) {
        let Some([x, y]) = projection.pixel([lon + shift, lat]) else { continue };
        let radius = style.marker_diameter * scale / 2.0;
        for (radius, colour) in [
            (radius + scale.max(0.8), theme::GROUND.faded(0.85 * f32::from(style.marker.a) / 255.0)),
            (radius, style.marker),
        ] {
            if let Some(disc) = PathBuilder::from_circle(x as f32, y as f32, radius) {
                fill(sheet, &disc, colour);
            }
        }
    }
}

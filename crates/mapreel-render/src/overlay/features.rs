//! GeoJSON features with simplestyle.

use super::cuts::Cuts;
use super::paint::{fill, fill_together, stroke};
use super::projection::{Projection, span};
use crate::theme;
use mapreel_spec::geojson::{Geometry, Position, Style};
use tiny_skia::{Path, PathBuilder, Pixmap};

/// Draws features in their order; `scale` multiplies the lengths of styles.
pub(crate) fn draw(sheet: &mut Pixmap, features: &[(Geometry, Style)], projection: &Projection, scale: f32) {
    for (geometry, style) in features {
        match geometry {
            Geometry::Polygons(polygons) => area(sheet, polygons, style, projection, scale),
            Geometry::Lines(lines) => outline(sheet, lines, style, projection, scale),
            Geometry::Points(points) => points.iter().for_each(|point| marker(sheet, *point, style, projection, scale)),
        }
    }
}

/// The polygons of a feature: one area, cut at ±180 or not.
fn area(sheet: &mut Pixmap, polygons: &[Vec<Vec<Position>>], style: &Style, projection: &Projection, scale: f32) {
    if style.fill.a > 0 {
        let paths: Vec<Path> = polygons.iter().flat_map(|rings| paths(rings, projection)).collect();
        fill_together(sheet, &paths, style.fill);
    }
    let cuts = Cuts::of(polygons.iter().flatten());
    let lines: Vec<_> = polygons.iter().flatten().flat_map(|ring| cuts.outlines(ring)).collect();
    outline(sheet, &lines, style, projection, scale);
}

/// Every copy of a polygon that is seen.
fn paths(rings: &[Vec<Position>], projection: &Projection) -> Vec<Path> {
    let Some(outer) = rings.first() else { return Vec::new() };
    let (west, east) = span(outer);
    let path = |copy| {
        let mut path = PathBuilder::new();
        rings.iter().for_each(|ring| projection.add_ring(&mut path, ring, &copy));
        path.finish()
    };
    projection.copies(west, east).filter_map(path).collect()
}

fn outline(sheet: &mut Pixmap, lines: &[Vec<Position>], style: &Style, projection: &Projection, scale: f32) {
    if style.stroke_width <= 0.0 || style.stroke.a == 0 {
        return;
    }
    let mut path = PathBuilder::new();
    lines.iter().for_each(|line| projection.add_line(&mut path, line));
    if let Some(path) = path.finish() {
        stroke(sheet, &path, style.stroke, style.stroke_width * scale);
    }
}

/// A disc with a thin light rim, so that neighbours can be told apart on any ground.
fn marker(sheet: &mut Pixmap, place: Position, style: &Style, projection: &Projection, scale: f32) {
    for [x, y] in projection.pixels(place) {
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

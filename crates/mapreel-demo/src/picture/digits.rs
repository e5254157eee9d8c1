//! The few signs that a legend needs, drawn as strokes: there is no typesetter in this crate.

use std::ops::Range;

/// A stroke of a sign; the sign is one high, to the right and down from its upper left corner.
enum Stroke {
    /// From point to point.
    Line(&'static [(f32, f32)]),
    /// A part of an ellipse: its middle, its half axes, and from which angle to which, in degrees clockwise from the right.
    Arc((f32, f32), (f32, f32), (f32, f32)),
}
use Stroke::{Arc, Line};

/// The straight pieces of an arc.
const ARC_PIECES: u16 = 20;
/// Half of a stroke's width, in heights.
const HALF_STROKE: f32 = 0.065;
/// The gap between two signs, in heights.
const GAP: f32 = 0.2;

/// The width of a sign in heights, and its strokes. A character that no legend needs is a space.
fn glyph(sign: char) -> (f32, &'static [Stroke]) {
    match sign {
        '0' => (0.56, &[Arc((0.28, 0.5), (0.28, 0.5), (0.0, 360.0))]),
        '1' => (0.4, &[Line(&[(0.06, 0.22), (0.34, 0.0), (0.34, 1.0)])]),
        '2' => {
            (0.56, &[Arc((0.28, 0.28), (0.26, 0.28), (190.0, 390.0)), Line(&[(0.505, 0.42), (0.0, 1.0), (0.56, 1.0)])])
        }
        '3' => {
            (0.54, &[Arc((0.25, 0.25), (0.24, 0.25), (200.0, 450.0)), Arc((0.25, 0.74), (0.28, 0.26), (-90.0, 160.0))])
        }
        '4' => (0.58, &[Line(&[(0.44, 1.0), (0.44, 0.0), (0.0, 0.72), (0.58, 0.72)])]),
        '5' => {
            (0.54, &[Line(&[(0.5, 0.0), (0.09, 0.0), (0.05, 0.46)]), Arc((0.25, 0.68), (0.28, 0.32), (-137.0, 155.0))])
        }
        '6' => (
            0.56,
            &[
                Arc((0.28, 0.69), (0.27, 0.31), (0.0, 360.0)),
                Line(&[(0.42, 0.0), (0.2, 0.26), (0.06, 0.5), (0.01, 0.69)]),
            ],
        ),
        '7' => (0.52, &[Line(&[(0.0, 0.0), (0.52, 0.0), (0.16, 1.0)])]),
        '8' => (0.56, &[Arc((0.28, 0.25), (0.23, 0.25), (0.0, 360.0)), Arc((0.28, 0.74), (0.28, 0.26), (0.0, 360.0))]),
        '9' => (
            0.56,
            &[
                Arc((0.28, 0.31), (0.27, 0.31), (0.0, 360.0)),
                Line(&[(0.14, 1.0), (0.36, 0.74), (0.5, 0.5), (0.55, 0.31)]),
            ],
        ),
        '−' | '-' => (0.46, &[Line(&[(0.0, 0.56), (0.46, 0.56)])]),
        '°' => (0.26, &[Arc((0.13, 0.14), (0.13, 0.14), (0.0, 360.0))]),
        'C' => (0.6, &[Arc((0.34, 0.5), (0.33, 0.5), (48.0, 312.0))]),
        _ => (0.3, &[]),
    }
}

/// A straight piece of ink.
type Segment = ((f32, f32), (f32, f32));

/// A line of text, set at a place.
pub(crate) struct Ink {
    segments: Vec<Segment>,
    /// The rows that it may touch.
    rows: Range<f32>,
    half_stroke: f32,
}

impl Ink {
    /// Sets a text with its upper left corner at a place, its digits so many pixels high.
    pub(crate) fn of(text: &str, (left, top): (f32, f32), height: f32) -> Self {
        let (mut segments, mut x) = (Vec::new(), left);
        for sign in text.chars() {
            let (width, strokes) = glyph(sign);
            for points in strokes.iter().map(points) {
                let placed: Vec<_> =
                    points.iter().map(|point| (x + point.0 * height, top + point.1 * height)).collect();
                segments.extend(placed.windows(2).map(|pair| (pair[0], pair[1])));
            }
            x += (width + GAP) * height;
        }
        Self { segments, rows: top - 2.0..top + height + 2.0, half_stroke: HALF_STROKE * height }
    }

    /// How much of a pixel is ink, 0 to 1.
    pub(crate) fn at(&self, column: u32, row: u32) -> f32 {
        let pixel = (column as f32 + 0.5, row as f32 + 0.5);
        if !self.rows.contains(&pixel.1) {
            return 0.0;
        }
        let nearest = self.segments.iter().map(|segment| distance(pixel, *segment)).fold(f32::INFINITY, f32::min);
        (0.5 + self.half_stroke - nearest).clamp(0.0, 1.0)
    }
}

fn points(stroke: &Stroke) -> Vec<(f32, f32)> {
    match stroke {
        Line(points) => points.to_vec(),
        Arc(middle, half, angles) => (0..=ARC_PIECES)
            .map(|piece| {
                let part = f32::from(piece) / f32::from(ARC_PIECES);
                let angle = (angles.0 + (angles.1 - angles.0) * part).to_radians();
                (middle.0 + half.0 * angle.cos(), middle.1 + half.1 * angle.sin())
            })
            .collect(),
    }
}

/// The distance from a point to the nearest point of a segment.
fn distance(point: (f32, f32), (from, to): Segment) -> f32 {
    let (along, away) = ((to.0 - from.0, to.1 - from.1), (point.0 - from.0, point.1 - from.1));
    let length2 = along.0 * along.0 + along.1 * along.1;
    let part = ((along.0 * away.0 + along.1 * away.1) / length2.max(1e-9)).clamp(0.0, 1.0);
    (away.0 - along.0 * part).hypot(away.1 - along.1 * part)
}

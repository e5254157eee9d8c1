//! Follows an edge that is straight in degrees over the map. It is divided into chords until they cannot be told from the curve
//! (adaptive subdivision).

use super::plane::{Plane, distance};
use super::windows::{NEIGHBOURHOOD_PX, Window};
use super::work::{Halt, Work};
use mapreel_spec::geojson::Position;

/// How far a chord may lie from the edge, in pixels.
const OFF_PX: f64 = 0.1;
/// Edges longer than this, in degrees, are divided however straight they seem.
const LOOK_DEG: f64 = 15.0;
/// Edges as short as these, in degrees and in pixels, are straight.
const SHORT_DEG: f64 = 0.5;
const SHORT_PX: f64 = 1.5;
/// Edges are not divided below this: a metre.
const LEAST_DEG: f64 = 1e-5;
/// What projecting a place costs.
pub(crate) const PLACE_STEPS: u64 = 150;

/// A place and its pixel, if it has one.
#[derive(Clone, Copy)]
struct End {
    place: Position,
    pixel: Option<[f64; 2]>,
}

/// A pixel on the way; `None` where the projection is undefined, or leaps.
pub(crate) type Pixel = Option<[f64; 2]>;

/// Follows a line of places of a window. `pixel` takes each pixel on the way, and the index of the place to which it leads.
pub(crate) fn along(
    plane: &Plane,
    window: &Window,
    line: &[Position],
    work: &Work,
    mut pixel: impl FnMut(usize, Pixel),
) -> Result<(), Halt> {
    let mut before: Option<End> = None;
    for (i, place) in line.iter().enumerate() {
        work.spend(PLACE_STEPS)?;
        let here = End { place: *place, pixel: plane.pixel(window.inside(*place)) };
        if let Some(before) = before.filter(|_| plane.bends()) {
            between(plane, window, [before, here], work, &mut |between| pixel(i, between))?;
        }
        pixel(i, here.pixel);
        before = Some(here);
    }
    Ok(())
}

/// The pixels between two ends, by recursion: each half is at most half as long, so it is at most some 27 calls deep.
fn between(
    plane: &Plane,
    window: &Window,
    [a, b]: [End; 2],
    work: &Work,
    out: &mut dyn FnMut(Pixel),
) -> Result<(), Halt> {
    let span = (b.place[0] - a.place[0]).abs().max((b.place[1] - a.place[1]).abs());
    let apart = a.pixel.zip(b.pixel).map(|(p, q)| distance(p, q));
    if span < SHORT_DEG && apart.is_some_and(|apart| apart < SHORT_PX) {
        return Ok(());
    }
    if span < LEAST_DEG {
        let [width, height] = plane.size();
        if apart.is_none_or(|apart| apart > (width + height) / 16.0) {
            out(None);
        }
        return Ok(());
    }
    work.spend(PLACE_STEPS)?;
    let place = [(a.place[0] + b.place[0]) / 2.0, (a.place[1] + b.place[1]) / 2.0];
    let middle = End { place, pixel: plane.pixel(window.inside(place)) };
    let enough = span <= LOOK_DEG
        && match (a.pixel, middle.pixel, b.pixel) {
            (Some(p), Some(m), Some(q)) => is_straight(p, m, q) || is_beyond(plane, [p, m, q]),
            (None, None, None) => true,
            _ => false,
        };
    if !enough {
        between(plane, window, [a, middle], work, out)?;
        out(middle.pixel);
        between(plane, window, [middle, b], work, out)?;
    }
    Ok(())
}

/// Whether the middle of an edge lies on its chord, and about halfway along. Where it does not, the edge is no straight line.
fn is_straight(p: [f64; 2], m: [f64; 2], q: [f64; 2]) -> bool {
    let chord = [q[0] - p[0], q[1] - p[1]];
    let length = chord[0].hypot(chord[1]);
    if length < OFF_PX {
        return distance(p, m) < OFF_PX;
    }
    let way = [m[0] - p[0], m[1] - p[1]];
    let off = (way[0] * chord[1] - way[1] * chord[0]).abs() / length;
    let part = (way[0] * chord[0] + way[1] * chord[1]) / (length * length);
    off < OFF_PX && (0.2..0.8).contains(&part)
}

/// Whether all lie on one side of the map, farther from it than anything is drawn.
fn is_beyond(plane: &Plane, pixels: [[f64; 2]; 3]) -> bool {
    (0..2).any(|axis| {
        pixels.iter().all(|p| p[axis] < -NEIGHBOURHOOD_PX)
            || pixels.iter().all(|p| p[axis] > plane.size()[axis] + NEIGHBOURHOOD_PX)
    })
}

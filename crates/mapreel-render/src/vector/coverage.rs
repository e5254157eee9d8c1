//! How far a path covers each pixel, for paths of any number of edges.
//!
//! tiny-skia keeps the edges that a scanline crosses in order, so edges that cross each other cost their number squared.
//! Here every edge adds its signed area to the pixels that it passes, and a sum along each row gives the winding number: the
//! cost is the length of all edges in pixels, and the area. Where edges cross within a pixel, tiny-skia and this method
//! differ by a shade, too little to be seen among so many edges.

use super::work::{Halt, Work};
use tiny_skia::{FillRule, Path, PathSegment, Point};

/// Rows that are summed up at once: their sums stay in the processor's cache.
const BAND: usize = 64;
/// How far a chord may lie from its curve, in pixels.
const OFF_PX: f32 = 0.1;

/// The edges of a path in a box, cut at its sides: x0, y0, x1, y1 from the box's corner.
pub(crate) struct Edges {
    edges: Vec<[f32; 4]>,
    width: f32,
}

impl Edges {
    /// The edges in a box of left, top, right, bottom.
    pub(crate) fn of(path: &Path, [left, top, right, _]: [u32; 4]) -> Self {
        let mut edges = Self { edges: Vec::with_capacity(path.len()), width: (right - left) as f32 };
        let origin = Point::from_xy(left as f32, top as f32);
        let (mut first, mut last) = (Point::zero(), Point::zero());
        for segment in path.segments() {
            match segment {
                PathSegment::MoveTo(p) => {
                    edges.add(last, first);
                    first = p - origin;
                    last = first;
                }
                PathSegment::LineTo(p) => {
                    edges.add(last, p - origin);
                    last = p - origin;
                }
                PathSegment::QuadTo(a, p) => {
                    let (a, p) = (a - origin, p - origin);
                    let bend = bend(last, a, p);
                    let at = |t: f32| mix(mix(last, a, t), mix(a, p, t), t);
                    edges.curve(last, bend, at);
                    last = p;
                }
                PathSegment::CubicTo(a, b, p) => {
                    let (a, b, p) = (a - origin, b - origin, p - origin);
                    let bend = bend(last, a, b).max(bend(a, b, p)) * 3.0;
                    let at = |t: f32| {
                        let (ab, bc, cd) = (mix(last, a, t), mix(a, b, t), mix(b, p, t));
                        mix(mix(ab, bc, t), mix(bc, cd, t), t)
                    };
                    edges.curve(last, bend, at);
                    last = p;
                }
                PathSegment::Close => {
                    edges.add(last, first);
                    last = first;
                }
            }
        }
        edges.add(last, first);
        edges
    }

    fn curve(&mut self, from: Point, bend: f32, at: impl Fn(f32) -> Point) {
        let parts = (bend / OFF_PX).sqrt().ceil().clamp(1.0, 64.0) as usize;
        let mut last = from;
        for i in 1..=parts {
            let next = at(i as f32 / parts as f32);
            self.add(last, next);
            last = next;
        }
    }

    /// Adds an edge. The part of it left of the box is moved to the box's left side; the part right of the box covers nothing.
    fn add(&mut self, a: Point, b: Point) {
        if a.y == b.y {
            return;
        }
        let cut = |side: f32| {
            let part = (side - a.x) / (b.x - a.x);
            (part > 0.0 && part < 1.0).then(|| Point::from_xy(side, a.y + (b.y - a.y) * part))
        };
        let (mut cuts, width) = ([cut(0.0), cut(self.width)], self.width);
        if a.x > b.x {
            cuts.reverse();
        }
        let mut from = a;
        for to in cuts.into_iter().flatten().chain([b]) {
            if from.x < width || to.x < width {
                let x = [from.x, to.x].map(|x| x.clamp(0.0, width));
                self.edges.push([x[0], from.y, x[1], to.y]);
            }
            from = to;
        }
    }

    /// Raises the coverage of each pixel of the box, row by row, to what the path covers of it.
    pub(crate) fn cover(&self, rule: FillRule, covered: &mut [u8], work: &Work) -> Result<(), Halt> {
        let width = self.width as usize;
        let height = covered.len() / width.max(1);
        let reach = self
            .edges
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), [_, y0, _, y1]| (low.min(y0.min(*y1)), high.max(y0.max(*y1))));
        let (first, last) = (reach.0.max(0.0) as usize, (reach.1.max(0.0).ceil() as usize).min(height));
        let stride = width + 2;
        let mut sums = vec![0f32; stride * BAND];
        for top in (first..last).step_by(BAND) {
            let rows = BAND.min(last - top);
            let band = [top as f32, (top + rows) as f32];
            for edges in self.edges.chunks(1 << 16) {
                edges.iter().try_for_each(|edge| work.pass(add(&mut sums, stride, band, *edge)))?;
                work.pass(edges.len() as u64 / 2)?;
            }
            for row in 0..rows {
                let sums = &sums[row * stride..][..width];
                let covered = &mut covered[(top + row) * width..][..width];
                sum_up(rule, sums, covered);
            }
            sums.fill(0.0);
            work.pass((rows * width) as u64)?;
        }
        Ok(())
    }
}

/// How far the middle of a curve lies from its chord, about.
fn bend(a: Point, b: Point, c: Point) -> f32 {
    (a.x - 2.0 * b.x + c.x).hypot(a.y - 2.0 * b.y + c.y) / 4.0
}

fn mix(a: Point, b: Point, t: f32) -> Point {
    Point::from_xy(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
}

/// Adds an edge to the sums of a band of rows; returns the number of pixels that the edge passes.
fn add(sums: &mut [f32], stride: usize, [top, bottom]: [f32; 2], [x0, y0, x1, y1]: [f32; 4]) -> u64 {
    let (sign, [x0, y0, x1, y1]) = if y0 < y1 { (1.0, [x0, y0, x1, y1]) } else { (-1.0, [x1, y1, x0, y0]) };
    let (from, to) = (y0.max(top), y1.min(bottom));
    if from >= to {
        return 0;
    }
    let slope = (x1 - x0) / (y1 - y0);
    let (low, high) = (x0.min(x1), x0.max(x1));
    let at = |y: f32| (x0 + slope * (y - y0)).clamp(low, high);
    let mut passed = 0;
    let mut x = at(from);
    for row in from as usize..to.ceil() as usize {
        let (above, below) = ((row as f32).max(from), ((row + 1) as f32).min(to));
        let next = at(below);
        let row = &mut sums[(row - top as usize) * stride..][..stride];
        passed += add_to_row(row, sign * (below - above), x.min(next), x.max(next));
        x = next;
    }
    passed
}

/// Adds the part of an edge within a row: `height` is signed, and the part runs from `left` to `right`. It covers wholly the pixels
/// right of it, and in part those that it passes. Returns the number of pixels that it passes.
fn add_to_row(row: &mut [f32], height: f32, left: f32, right: f32) -> u64 {
    let (first, end) = (left.floor(), right.ceil());
    let (i, j) = (first as usize, end as usize);
    if j <= i + 1 {
        let beside = (left + right) / 2.0 - first;
        row[i] += height * (1.0 - beside);
        row[i + 1] += height * beside;
        return 1;
    }
    let per_pixel = 1.0 / (right - left);
    let (from, to) = (1.0 - (left - first), right - end + 1.0);
    let (begins, ends) = (0.5 * per_pixel * from * from, 0.5 * per_pixel * to * to);
    row[i] += height * begins;
    if j == i + 2 {
        row[i + 1] += height * (1.0 - begins - ends);
    } else {
        let second = per_pixel * (from + 0.5);
        row[i + 1] += height * (second - begins);
        row[i + 2..j - 1].iter_mut().for_each(|sum| *sum += height * per_pixel);
        let before_last = second + (j - i - 3) as f32 * per_pixel;
        row[j - 1] += height * (1.0 - before_last - ends);
    }
    row[j] += height * ends;
    (j - i) as u64
}

/// Turns the differences along a row into coverage: their running sum is the winding number.
fn sum_up(rule: FillRule, sums: &[f32], covered: &mut [u8]) {
    let mut winding = 0.0f32;
    for (sum, covered) in sums.iter().zip(covered) {
        winding += sum;
        let part = match rule {
            FillRule::Winding => winding.abs().min(1.0),
            FillRule::EvenOdd => (winding - 2.0 * (winding / 2.0).round()).abs(),
        };
        *covered = (*covered).max((part * 255.0 + 0.5) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use tiny_skia::{Mask, PathBuilder, Stroke, Transform};

    const SIDE: u32 = 80;

    /// A closed line through so many places, some of them off the box.
    fn ring(places: usize, seed: u64) -> Path {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32 * 120.0 - 20.0
        };
        let mut path = PathBuilder::new();
        path.move_to(next(), next());
        (1..places).for_each(|_| path.line_to(next(), next()));
        path.close();
        path.finish().unwrap()
    }

    /// How far ours and tiny-skia's are apart: on average, and at most.
    fn apart(path: &Path, rule: FillRule) -> (f64, u8) {
        let mut ours = vec![0; (SIDE * SIDE) as usize];
        Edges::of(path, [0, 0, SIDE, SIDE]).cover(rule, &mut ours, &Work::unlimited(&Stop::never())).unwrap();
        let mut mask = Mask::new(SIDE, SIDE).unwrap();
        mask.fill_path(path, rule, true, Transform::identity());
        let differences: Vec<u8> = ours.iter().zip(mask.data()).map(|(a, b)| a.abs_diff(*b)).collect();
        let sum: f64 = differences.iter().map(|d| f64::from(*d)).sum();
        (sum / f64::from(SIDE * SIDE), differences.into_iter().max().unwrap())
    }

    #[test]
    fn areas_and_strokes_are_covered_as_tiny_skia_covers_them() {
        for seed in 0..40 {
            let (mean, most) = apart(&ring(3, seed), FillRule::EvenOdd);
            assert!(mean < 1.0 && most < 64, "triangle {seed}: {mean} {most}");
            for rule in [FillRule::EvenOdd, FillRule::Winding] {
                let (mean, _) = apart(&ring(7, seed), rule);
                assert!(mean < 3.0, "star {seed}, {rule:?}: {mean}");
            }
            let stroke = Stroke { width: 6.0, ..Stroke::default() };
            let (mean, _) = apart(&ring(4, seed).stroke(&stroke, 1.0).unwrap(), FillRule::Winding);
            assert!(mean < 4.0, "stroke {seed}: {mean}");
        }
        let disc = PathBuilder::from_circle(40.0, 41.5, 33.3).unwrap();
        let (mean, most) = apart(&disc, FillRule::Winding);
        assert!(mean < 1.0 && most < 64, "disc: {mean} {most}");
    }
}

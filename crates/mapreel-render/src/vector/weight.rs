//! What it costs to draw a path.

use super::plane::distance;
use tiny_skia::{Path, PathSegment, Point};

/// Steps of tiny-skia that take about as long as drawing may between two looks at the stop token.
const LIGHT_STEPS: f64 = 1e7;
/// Edges for each point of a line that is stroked: both of its sides and a round join.
const EDGES_STROKED: f64 = 8.0;
/// Steps of tiny-skia for each pixel that an edge passes: measured, some 120 ns.
const LIGHT_PIXEL_STEPS: f64 = 24.0;
/// Steps for each edge, wherever it lies.
const EDGE_STEPS: f64 = 30.0;
/// The side of the tiles in which crossings are estimated, in pixels.
const TILE_PX: f32 = 4.0;

/// The edges of a path, and the pixels that they pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    edges: f64,
    pixels: f64,
    height: f64,
    /// Pixels of the box that is filled.
    area: f64,
    /// The width of the line that is stroked.
    width: Option<f32>,
}

impl Weight {
    /// Of a path that is filled.
    pub(crate) fn of(path: &Path) -> Self {
        let (mut edges, mut pixels) = (0.0, 0.0);
        each_edge(path, |a, b| {
            edges += 1.0;
            pixels += f64::from((a.x - b.x).abs() + (a.y - b.y).abs());
        });
        let [width, height] = [path.bounds().width(), path.bounds().height()].map(f64::from);
        Self { edges, pixels, height: height.max(1.0), area: width * height, width: None }
    }

    /// Of a run of pixels that is stroked.
    pub(crate) fn of_run(run: &[[f64; 2]], width: f32) -> Self {
        let pixels = run.windows(2).map(|edge| distance(edge[0], edge[1])).sum();
        Self { edges: run.len() as f64, pixels, height: 1.0, area: 0.0, width: None }.stroked(width)
    }

    /// Of the path's outline when it is stroked. An outline's inner joins run to its middle and back.
    pub(crate) fn stroked(self, width: f32) -> Self {
        let (outlined, edges) = (f64::from(width), self.edges * EDGES_STROKED);
        let pixels = 2.0 * self.pixels + 2.0 * self.edges * outlined;
        Self { edges, pixels, height: self.height + outlined, area: 0.0, width: Some(width) }
    }

    /// Whether tiny-skia draws it in time: it follows each edge through its scanlines, four to a pixel, and exchanges edges
    /// where they cross.
    pub(crate) fn is_light(self, path: &Path) -> bool {
        let left = LIGHT_STEPS - 4.0 * self.pixels;
        // An upper bound comes first: an edge is exchanged at most with all edges on its scanlines, `pixels / height` on average.
        // Where that is too many, as along a coast, the crossings are estimated.
        left >= 0.0 && (self.edges * self.pixels / self.height <= left || 2.0 * crossings(path, self.width) <= left)
    }

    /// Steps that drawing takes. tiny-skia draws a light path, and breaks up the spans of four scanlines in every pixel that an edge
    /// passes. `coverage.rs` draws the others.
    pub(crate) fn steps(self, is_light: bool) -> u64 {
        let pixel = if is_light { LIGHT_PIXEL_STEPS } else { 1.0 };
        (pixel * self.pixels + EDGE_STEPS * self.edges + self.area / 2.0) as u64
    }

    /// The most steps of a run. Its crossings are not known, since it becomes a path only when it is drawn.
    pub(crate) fn steps_of_run(self) -> u64 {
        self.steps(4.0 * self.pixels <= LIGHT_STEPS)
    }
}

/// How often the edges of a path, or of its outline, cross each other, about: lines of length l that lie at random in an area a
/// cross l²/πa times. Each tile is such an area.
fn crossings(path: &Path, stroked: Option<f32>) -> f64 {
    let bounds = path.bounds();
    let tile = |at: f32, from: f32| ((at - from) / TILE_PX).max(0.0) as usize;
    let columns = tile(bounds.right(), bounds.left()) + 1;
    let mut lengths = vec![0f32; columns * (tile(bounds.bottom(), bounds.top()) + 1)];
    each_edge(path, |a, b| {
        let length = (b.x - a.x).hypot(b.y - a.y);
        let parts = (length / TILE_PX).ceil().max(1.0);
        let part = (length + stroked.unwrap_or(0.0)) / parts;
        for i in 0..parts as usize {
            let along = (i as f32 + 0.5) / parts;
            let (x, y) = (a.x + (b.x - a.x) * along, a.y + (b.y - a.y) * along);
            lengths[tile(y, bounds.top()) * columns + tile(x, bounds.left())] += part;
        }
    });
    let sides = if stroked.is_some() { 2.0 } else { 1.0 };
    let squares: f64 = lengths.iter().map(|length| (sides * f64::from(*length)).powi(2)).sum();
    squares / (std::f64::consts::PI * f64::from(TILE_PX * TILE_PX))
}

/// Every edge of a path; curves are taken for their chords.
fn each_edge(path: &Path, mut edge: impl FnMut(Point, Point)) {
    let (mut first, mut last) = (Point::zero(), Point::zero());
    for segment in path.segments() {
        let to = match segment {
            PathSegment::MoveTo(p) => {
                (first, last) = (p, p);
                continue;
            }
            PathSegment::LineTo(p) | PathSegment::QuadTo(_, p) | PathSegment::CubicTo(_, _, p) => p,
            PathSegment::Close => first,
        };
        edge(last, to);
        last = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiny_skia::PathBuilder;

    /// A line through places by chance in a square.
    fn scribble(places: usize, side: f32) -> Path {
        let mut state = 7u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32 * side
        };
        let mut path = PathBuilder::new();
        path.move_to(next(), next());
        (1..places).for_each(|_| path.line_to(next(), next()));
        path.finish().unwrap()
    }

    #[test]
    fn crossings_are_estimated() {
        for (places, side) in [(200, 300.0), (500, 60.0)] {
            let path = scribble(places, side);
            let edges: Vec<(Point, Point)> = path.points().windows(2).map(|edge| (edge[0], edge[1])).collect();
            let turn = |a: Point, b: Point, c: Point| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
            let apart = |(a, b), (c, d)| turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0;
            let counted = (0..edges.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
            let counted = counted.filter(|(i, j)| apart(edges[*i], edges[*j])).count() as f64;
            let estimated = crossings(&path, None);
            assert!((0.5..2.0).contains(&(estimated / counted)), "{estimated} of {counted}");
        }
    }

    #[test]
    fn a_coast_is_light_and_a_scribble_is_not() {
        let mut coast = PathBuilder::new();
        coast.move_to(0.0, 500.0);
        // Bays of six pixels, with a fringe.
        (1..100_000)
            .for_each(|i| coast.line_to(i as f32 * 0.04, 500.0 + (i / 25 % 60) as f32 / 10.0 + (i % 3) as f32 * 0.2));
        let coast = coast.finish().unwrap();
        assert!(Weight::of(&coast).stroked(1.0).is_light(&coast));
        let scribble = scribble(50_000, 1000.0);
        assert!(!Weight::of(&scribble).is_light(&scribble));
    }
}

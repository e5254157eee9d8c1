//! Lines and rings of degrees as paths on the map.
//!
//! Coordinates mean what they say (RFC 7946, 3.1.1 and 3.1.9): an edge is straight in longitude and latitude, and from -100
//! to 100 it goes by way of 0. Longitudes past ±180 go on past it. A line that is seen in several copies of the
//! world, or on both sides of the meridian where a projection is cut, is drawn in each place.

use super::plane::{Plane, distance};
use super::windows::{self, NEIGHBOURHOOD_PX, Window};
use super::work::{Halt, Work};
use super::{clip, trace};
use mapreel_geo::Extent;
use mapreel_spec::geojson::Position;
use tiny_skia::PathBuilder;

/// Pieces of a line shorter than this are left out: they are too short to be seen.
const STEP_PX: f64 = 0.15;

/// What cutting an edge costs, before it is projected.
const EDGE_STEPS: u64 = 20;

/// Pixels of a line that follow each other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub pixels: Vec<[f64; 2]>,
    /// For each pixel, the index of the line's position to which it leads. The pixel is shown once that position is known.
    positions: Vec<u32>,
}

impl Run {
    fn push(&mut self, pixel: [f64; 2], position: usize) {
        self.pixels.push(pixel);
        self.positions.push(position as u32);
    }

    /// The pixels that are shown when so many of the line's positions are known.
    pub(crate) fn known(&self, positions: usize) -> &[[f64; 2]] {
        &self.pixels[..self.positions.partition_point(|position| (*position as usize) < positions)]
    }
}

/// Places of a line in one copy of the world.
struct Followed<'a> {
    copy: WorldCopy<'a>,
    /// The index of the first among the line's positions.
    first: usize,
    places: Vec<Position>,
}

/// The map's projection, ready for any number of lines and rings.
pub(crate) struct Projection {
    plane: Plane,
    windows: Vec<Window>,
    /// West, south, east, north of what the map shows.
    degrees: [f64; 4],
}

/// A window, and the multiple of 360 degrees by which longitudes are shifted to lie in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorldCopy<'a> {
    window: &'a Window,
    shift: f64,
}

impl WorldCopy<'_> {
    /// Whether something from west, south to east, north may be seen in this copy.
    pub(crate) fn may_show(&self, [west, south, east, north]: [f64; 4]) -> bool {
        let [window_west, window_south, window_east, window_north] = self.window.degrees;
        west + self.shift <= window_east
            && east + self.shift >= window_west
            && south <= window_north
            && north >= window_south
    }
}

impl Projection {
    pub(crate) fn new(map: &Extent) -> Self {
        let plane = Plane::new(map);
        let windows = windows::of(&plane);
        let seen = windows::seen(&plane, 0.0);
        Self { windows, degrees: seen.degrees, plane }
    }

    /// The map's plane.
    pub(crate) fn plane(&self) -> &Plane {
        &self.plane
    }

    /// West, south, east, north of what the map shows, in degrees; roughly, where meridians are curves.
    pub(crate) fn degrees(&self) -> [f64; 4] {
        self.degrees
    }

    /// Every copy of something from `west` to `east` that may be seen.
    pub(crate) fn copies(&self, west: f64, east: f64) -> impl Iterator<Item = WorldCopy<'_>> {
        self.windows.iter().flat_map(move |window| {
            let [window_west, _, window_east, _] = window.degrees;
            let first = ((window_west - east) / 360.0).ceil() as i32;
            let last = ((window_east - west) / 360.0).floor() as i32;
            (first..=last).map(move |k| WorldCopy { window, shift: f64::from(k) * 360.0 })
        })
    }

    /// Pixels of every copy of a place.
    pub(crate) fn pixels(&self, [lon, lat]: Position) -> Vec<[f64; 2]> {
        let shown = |copy: &WorldCopy| {
            let [_, south, _, north] = copy.window.degrees;
            (south..=north).contains(&lat)
        };
        let pixel = |copy: WorldCopy| self.plane.pixel([lon + copy.shift, lat]);
        let mut found: Vec<[f64; 2]> = self.copies(lon, lon).filter(shown).filter_map(pixel).collect();
        // A place on the edge between two windows is seen in both.
        found.dedup_by(|a, b| distance(*a, *b) < 0.5);
        found
    }

    /// The line on the map, as runs of pixels: one for each copy of the world and each time the line comes near
    /// the map.
    pub(crate) fn runs(&self, line: &[Position], work: &Work) -> Result<Vec<Run>, Halt> {
        let mut runs = Vec::new();
        // The run that is being followed in each copy: an edge that begins where the run ends belongs to it.
        let mut open: Vec<Followed> = Vec::new();
        for (i, edge) in line.windows(2).enumerate() {
            let (west, east) = (edge[0][0].min(edge[1][0]), edge[0][0].max(edge[1][0]));
            let mut now = Vec::with_capacity(open.len());
            for copy in self.copies(west, east) {
                work.spend(EDGE_STEPS + open.len() as u64)?;
                let [a, b] = [edge[0], edge[1]].map(|[lon, lat]| [lon + copy.shift, lat]);
                let Some([a, b]) = clip::segment(copy.window.degrees, a, b) else { continue };
                let followed = open.iter().position(|followed| {
                    let other = &followed.copy;
                    std::ptr::eq(other.window, copy.window)
                        && other.shift == copy.shift
                        && followed.places.last() == Some(&a)
                });
                match followed {
                    Some(at) => {
                        let mut followed = open.swap_remove(at);
                        followed.places.push(b);
                        now.push(followed);
                    }
                    None => now.push(Followed { copy, first: i, places: vec![a, b] }),
                }
            }
            open.drain(..).try_for_each(|followed| self.follow(&followed, &mut runs, work))?;
            open = now;
        }
        open.into_iter().try_for_each(|followed| self.follow(&followed, &mut runs, work))?;
        Ok(runs)
    }

    /// Adds the runs of a line within a window.
    fn follow(
        &self,
        Followed { copy, first, places }: &Followed,
        runs: &mut Vec<Run>,
        work: &Work,
    ) -> Result<(), Halt> {
        let bounds = self.bounds();
        let mut run = Run::default();
        let mut last = None;
        trace::along(&self.plane, copy.window, places, work, |place, pixel| {
            if let Some([a, b]) = last.zip(pixel).and_then(|(a, b)| clip::segment(bounds, a, b)) {
                if run.pixels.last() != Some(&a) {
                    runs.extend(Some(std::mem::take(&mut run)).filter(|run| run.pixels.len() > 1));
                    run.push(a, first + place);
                }
                run.push(b, first + place);
            }
            last = pixel;
        })?;
        runs.extend(Some(run).filter(|run| run.pixels.len() > 1));
        Ok(())
    }

    /// The line in all its copies, added to a path.
    pub(crate) fn add_line(&self, path: &mut PathBuilder, line: &[Position], work: &Work) -> Result<(), Halt> {
        self.runs(line, work)?.iter().for_each(|run| add(path, &run.pixels));
        Ok(())
    }

    /// One copy of a ring, added to a path.
    pub(crate) fn add_ring(
        &self,
        path: &mut PathBuilder,
        ring: &[Position],
        copy: &WorldCopy,
        work: &Work,
    ) -> Result<(), Halt> {
        work.spend(ring.len() as u64 * EDGE_STEPS)?;
        let moved = ring.iter().map(|[lon, lat]| [lon + copy.shift, *lat]).collect();
        let mut seen = clip::ring(copy.window.degrees, moved);
        seen.extend(seen.first().copied());
        let mut pixels = Vec::with_capacity(seen.len());
        trace::along(&self.plane, copy.window, &seen, work, |_, pixel| pixels.extend(pixel))?;
        work.spend(pixels.len() as u64 * EDGE_STEPS)?;
        let pixels = clip::ring(self.bounds(), pixels);
        if pixels.len() > 2 {
            add(path, &pixels);
            path.close();
        }
        Ok(())
    }

    fn bounds(&self) -> [f64; 4] {
        let [width, height] = self.plane.size();
        [-NEIGHBOURHOOD_PX, -NEIGHBOURHOOD_PX, width + NEIGHBOURHOOD_PX, height + NEIGHBOURHOOD_PX]
    }
}

/// Adds a run of pixels to a path, without pieces that are too short to be seen.
pub(crate) fn add(path: &mut PathBuilder, run: &[[f64; 2]]) {
    let Some((first, rest)) = run.split_first() else { return };
    path.move_to(first[0] as f32, first[1] as f32);
    let mut drawn = *first;
    for (i, pixel) in rest.iter().enumerate() {
        if i + 1 == rest.len() || distance(drawn, *pixel) >= STEP_PX {
            path.line_to(pixel[0] as f32, pixel[1] as f32);
            drawn = *pixel;
        }
    }
}

/// The least and the greatest longitude.
pub(crate) fn span(line: &[Position]) -> (f64, f64) {
    line.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), [lon, _]| (west.min(*lon), east.max(*lon)))
}

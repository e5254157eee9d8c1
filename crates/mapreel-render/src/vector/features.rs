//! GeoJSON features with simplestyle. They are projected once; a frame shows those of their positions that are known at
//! its time.

use super::cuts::Cuts;
use super::markers::Marker;
use super::paint::{fill_together, round, stroke};
use super::projection::{Projection, Run, add, span};
use super::trace::PLACE_STEPS;
use super::weight::Weight;
use super::work::{Halt, Work};
use crate::stop::Stop;
use mapreel_spec::geojson::{Feature, Features, Geometry, Position, Shown};
use mapreel_spec::vector::simplestyle::Style;
use mapreel_spec::{FEATURE_PIXELS_MIN, FEATURE_PIXELS_PER_POSITION};
use tiny_skia::{Path, PathBuilder, Pixmap};

/// Steps for a feature that a frame does not show: drawing visits it all the same.
const HIDDEN_STEPS: u64 = 4;

/// The features of a layer on a map, in drawing order.
pub(crate) struct Shapes {
    shapes: Vec<Shape>,
    /// Multiplies the lengths of styles.
    scale: f32,
}

struct Shape {
    style: Style,
    form: Form,
    /// Steps that drawing all of it takes, about.
    steps: u64,
}

enum Form {
    /// The areas of polygons, and their outlines.
    Area(Vec<Path>, Option<Path>),
    Line(Option<Path>),
    /// A line that grows.
    Track(Vec<Run>),
    /// Pixels of points, and for each the index of its position.
    Markers(Vec<(usize, [f64; 2])>),
}

impl Shapes {
    /// The features on a map, without those that `shown` leaves out; `scale` multiplies the lengths of styles.
    pub(crate) fn new(
        features: &Features,
        shown: impl Iterator<Item = Shown>,
        projection: &Projection,
        scale: f32,
        stop: &Stop,
    ) -> Result<Self, Halt> {
        // The projected lines stay in memory, so they may have no more pixels than memory was reserved for.
        let pixels = FEATURE_PIXELS_PER_POSITION * features.positions() as u64 + FEATURE_PIXELS_MIN;
        let work = &Work::limited(stop, pixels * PLACE_STEPS);
        let shape = |(feature, shown): (&Feature, Shown)| {
            let form = match shown {
                Shown::Nothing => Form::Line(None),
                _ => form(feature, projection, work)?,
            };
            let steps = form.steps(&feature.style, scale, usize::MAX);
            Ok(Shape { style: feature.style, form, steps })
        };
        Ok(Self { shapes: features.iter().zip(shown).map(shape).collect::<Result<_, Halt>>()?, scale })
    }

    /// Draws what is shown of each feature.
    pub(crate) fn draw(&self, sheet: &mut Pixmap, shown: impl Iterator<Item = Shown>, work: &Work) -> Result<(), Halt> {
        self.shapes.iter().zip(shown).try_for_each(|(shape, shown)| shape.draw(sheet, shown, self.scale, work))
    }

    /// Steps that drawing what is shown takes, about.
    pub(crate) fn steps(&self, shown: impl Iterator<Item = Shown>) -> u64 {
        let steps = |(shape, shown): (&Shape, Shown)| match shown {
            Shown::Nothing => HIDDEN_STEPS,
            Shown::First(known) => shape.form.steps(&shape.style, self.scale, known),
            Shown::Whole => shape.steps,
        };
        self.shapes.iter().zip(shown).map(steps).sum()
    }
}

fn form(feature: &Feature, projection: &Projection, work: &Work) -> Result<Form, Halt> {
    Ok(match feature.geometry() {
        Geometry::Polygons(polygons) => area(polygons, feature.style, projection, work)?,
        Geometry::Lines(lines) => match &lines[..] {
            [line] if feature.grows() && is_stroked(&feature.style) => Form::Track(projection.runs(line, work)?),
            lines => Form::Line(outline(lines, feature.style, projection, work)?),
        },
        Geometry::Points(points) => {
            let mut pixels = Vec::with_capacity(points.len());
            for (i, point) in points.iter().enumerate() {
                let copies = projection.pixels(*point);
                work.spend(PLACE_STEPS * (1 + copies.len() as u64))?;
                pixels.extend(copies.into_iter().map(|pixel| (i, pixel)));
            }
            Form::Markers(pixels)
        }
    })
}

/// The polygons of a feature: one area, cut at ±180 or not.
fn area(polygons: &[Vec<Vec<Position>>], style: Style, projection: &Projection, work: &Work) -> Result<Form, Halt> {
    let mut paths = Vec::new();
    if style.fill.a > 0 {
        for rings in polygons {
            add_copies(&mut paths, rings, projection, work)?;
        }
    }
    let cuts = Cuts::of(polygons.iter().flatten());
    let lines: Vec<_> = polygons.iter().flatten().flat_map(|ring| cuts.outlines(ring)).collect();
    Ok(Form::Area(paths, outline(&lines, style, projection, work)?))
}

/// Adds every copy of a polygon that is seen.
fn add_copies(
    paths: &mut Vec<Path>,
    rings: &[Vec<Position>],
    projection: &Projection,
    work: &Work,
) -> Result<(), Halt> {
    let Some(outer) = rings.first() else { return Ok(()) };
    let (west, east) = span(outer);
    for copy in projection.copies(west, east) {
        let mut path = PathBuilder::new();
        rings.iter().try_for_each(|ring| projection.add_ring(&mut path, ring, &copy, work))?;
        paths.extend(path.finish());
    }
    Ok(())
}

/// Lines as one path; `None` where the style draws none.
fn outline(lines: &[Vec<Position>], style: Style, projection: &Projection, work: &Work) -> Result<Option<Path>, Halt> {
    if !is_stroked(&style) {
        return Ok(None);
    }
    let mut path = PathBuilder::new();
    lines.iter().try_for_each(|line| projection.add_line(&mut path, line, work))?;
    Ok(path.finish())
}

fn is_stroked(style: &Style) -> bool {
    style.stroke_width > 0.0 && style.stroke.a > 0
}

impl Shape {
    fn draw(&self, sheet: &mut Pixmap, shown: Shown, scale: f32, work: &Work) -> Result<(), Halt> {
        let known = match shown {
            Shown::Nothing => return Ok(()),
            Shown::First(positions) => positions,
            Shown::Whole => usize::MAX,
        };
        match &self.form {
            Form::Area(paths, outline) => {
                fill_together(sheet, paths, self.style.fill, work)?;
                self.outline(sheet, outline.as_ref(), scale, work)
            }
            Form::Line(path) => self.outline(sheet, path.as_ref(), scale, work),
            Form::Track(runs) => {
                let mut path = PathBuilder::new();
                runs.iter().map(|run| run.known(known)).for_each(|pixels| add(&mut path, pixels));
                self.outline(sheet, path.finish().as_ref(), scale, work)
            }
            Form::Markers(pixels) => {
                let marker = marker(&self.style, scale);
                known_markers(pixels, known).iter().try_for_each(|(_, pixel)| marker.draw(sheet, *pixel, work))
            }
        }
    }

    fn outline(&self, sheet: &mut Pixmap, path: Option<&Path>, scale: f32, work: &Work) -> Result<(), Halt> {
        match path {
            Some(path) => stroke(sheet, path, self.style.stroke, &round(self.style.stroke_width * scale), work),
            None => Ok(()),
        }
    }
}

fn marker(style: &Style, scale: f32) -> Marker {
    Marker::new(style.marker_diameter * scale, style.marker, scale)
}

/// The markers of the first `known` positions.
fn known_markers(pixels: &[(usize, [f64; 2])], known: usize) -> &[(usize, [f64; 2])] {
    &pixels[..pixels.partition_point(|(position, _)| *position < known)]
}

impl Form {
    /// About how many steps drawing takes when the first `known` positions of a track or of markers are shown.
    fn steps(&self, style: &Style, scale: f32, known: usize) -> u64 {
        let width = style.stroke_width * scale;
        let drawn = |weight: Weight, path: &Path| weight.steps(weight.is_light(path));
        let outline =
            |path: &Option<Path>| path.as_ref().map_or(0, |path| drawn(Weight::of(path).stroked(width), path));
        match self {
            Self::Area(paths, path) => {
                paths.iter().map(|path| drawn(Weight::of(path), path)).sum::<u64>() + outline(path)
            }
            Self::Line(path) => outline(path),
            Self::Track(runs) => runs.iter().map(|run| Weight::of_run(run.known(known), width).steps_of_run()).sum(),
            Self::Markers(pixels) => known_markers(pixels, known).len() as u64 * marker(style, scale).steps(),
        }
    }
}

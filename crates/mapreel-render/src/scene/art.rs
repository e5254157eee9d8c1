//! What is drawn of a layer: a still picture, drawn once for all frames, or something to draw for each frame.

use crate::page::scale::Scale;
use crate::raster::placed::Placed;
use crate::stop::Stop;
use crate::vector;
use crate::vector::features::Shapes;
use crate::vector::projection::Projection;
use crate::vector::work::{Halt, Work};
use mapreel_spec::geojson::{Features, Shown};
use mapreel_spec::{LayerSource, Plan};

/// Something that is laid on the map of every frame.
pub(super) enum Art {
    /// The same pictures of a layer in every frame.
    Still { layer: usize, placed: Vec<Placed> },
    /// Other pictures of a layer in every frame.
    Pictures { layer: usize },
    /// A layer's features as of the frame's time.
    Features { layer: usize, shapes: Shapes },
    /// The ground of what is off the globe. It lies over all layers, since a server may colour that part of its picture like the sea.
    OffGlobe(Placed),
    /// Degrees at the edges, over everything else of the map.
    Degrees { layer: usize },
}

impl Art {
    /// Whether it is the picture of a layer.
    pub(super) fn is_of(&self, wanted: usize) -> bool {
        match self {
            Self::Still { layer, .. } | Self::Pictures { layer } | Self::Features { layer, .. } => *layer == wanted,
            Self::Degrees { .. } | Self::OffGlobe(_) => false,
        }
    }
}

/// What a layer is on the page: a still picture, or something to draw for each frame; `None`: nothing.
pub(super) fn art_of_layer(
    plan: &Plan,
    layer: usize,
    placed: Option<Vec<Placed>>,
    projection: &Projection,
    stop: &Stop,
) -> Result<Option<Art>, Halt> {
    let (planned, map) = (&plan.layers[layer], &plan.map);
    let length = Scale::of(plan.layout.text_px).length(1.0);
    let ours = Work::unlimited(stop);
    let still = |draw: &dyn Fn(&mut tiny_skia::Pixmap) -> Result<(), Halt>| {
        let mut sheet = vector::sheet(map.width, map.height);
        draw(&mut sheet)?;
        Ok(Some(Art::Still { layer, placed: vec![whole_map(sheet)] }))
    };
    match &planned.drawing {
        LayerSource::Pictures(_) => Ok(Some(match placed {
            Some(placed) => Art::Still { layer, placed },
            None => Art::Pictures { layer },
        })),
        LayerSource::Features(features) if planned.drawing.is_static(plan.frames.len()) => {
            let time = plan.frames[0].time.as_ref().map(|time| time.instant());
            let shapes = Shapes::new(features, features.shown_at(time), projection, length, stop)?;
            let work = Work::limited(stop, STEPS_MAX);
            still(&|sheet| shapes.draw(sheet, features.shown_at(time), &work))
        }
        LayerSource::Features(features) => {
            let shapes = changing(features, plan, projection, length, stop)?;
            Ok(Some(Art::Features { layer, shapes }))
        }
        LayerSource::NaturalEarth(geography) => {
            still(&|sheet| vector::natural_earth::draw(sheet, geography, projection, length, &ours))
        }
        LayerSource::Graticule(graticule) => {
            still(&|sheet| vector::graticule::draw(sheet, graticule, projection, length, &ours))
        }
        LayerSource::Missing(_) => Ok(None),
    }
}

/// Features that are drawn anew for every frame; `Halt::TooMuch` where that takes more steps than the limits allow.
fn changing(
    features: &Features,
    plan: &Plan,
    projection: &Projection,
    length: f32,
    stop: &Stop,
) -> Result<Shapes, Halt> {
    let all = std::iter::repeat(Shown::Whole);
    let shapes = Shapes::new(features, all, projection, length, stop)?;
    let film = Work::limited(stop, STEPS_OF_FILM_MAX);
    for frame in &plan.frames {
        let steps = shapes.steps(features.shown_at(frame.time.as_ref().map(|time| time.instant())));
        if steps > STEPS_MAX {
            return Err(Halt::TooMuch);
        }
        film.spend(steps)?;
    }
    Ok(shapes)
}

/// Steps that drawing a layer's features once may take: some ten seconds.
const STEPS_MAX: u64 = 2_000_000_000;
/// Steps that drawing a layer's features in all frames may take.
const STEPS_OF_FILM_MAX: u64 = 20_000_000_000;

/// The reason that is given for a missing layer whose features take more steps than the limits allow.
pub(super) fn too_much() -> String {
    format!(
        "its features take more than {} million steps to draw ({} million over all frames): simplify their geometries, or ask \
         for a smaller map or fewer frames",
        STEPS_MAX / 1_000_000,
        STEPS_OF_FILM_MAX / 1_000_000
    )
}

pub(super) fn whole_map(sheet: tiny_skia::Pixmap) -> Placed {
    Placed { raster: vector::into_raster(sheet), x: 0, y: 0 }
}

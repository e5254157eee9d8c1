//! Gather: fetches the plan's pictures and places their pixels on the map. Fetching is asynchronous; the drawing thread decodes the
//! answers, one after another.

use super::buffer_pool::BufferPool;
use super::draw_context::DrawContext;
use super::error;
use super::prefetch::{Prefetch, Request};
use mapreel_geo::Extent;
use mapreel_render::{FramePictures, Gathered, MosaicSheet, Placed, Raster, Stop, Stopped, place};
use mapreel_sources::{Absence, Error, Picture, Sizes, Wanted, decode_into};
use mapreel_spec::{Fit, Gap, LayerSource, MissingTiles, Mosaic, Piece, Plan, PlannedLayer, Series};
use std::sync::Arc;

/// Which mosaics of a plan: those that all frames share, or those of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MosaicSet {
    Shared,
    Frame(usize),
}

impl MosaicSet {
    /// The mosaic of a layer in this set; `None`: the layer has none in it.
    fn of(self, layer: &PlannedLayer) -> Option<&Mosaic> {
        match (&layer.drawing, self) {
            (LayerSource::Pictures(Series::Same(mosaic)), Self::Shared) => Some(mosaic),
            (LayerSource::Pictures(Series::PerFrame(mosaics)), Self::Frame(index)) => Some(&mosaics[index]),
            _ => None,
        }
    }
}

/// Begins to fetch the pieces of these mosaics, in the order in which [`place_mosaics`] takes them.
pub(crate) fn fetch(
    context: &DrawContext,
    plan: &Arc<Plan>,
    shares: impl Iterator<Item = MosaicSet> + Send + 'static,
) -> Prefetch {
    let ahead = plan.cost.ahead_bytes();
    let plan = plan.clone();
    let requests = shares.flat_map(move |share| {
        let of = |layer: &PlannedLayer| share.of(layer).map(|mosaic| requests(&plan, layer, mosaic));
        plan.layers.iter().filter_map(of).flatten().collect::<Vec<_>>()
    });
    Prefetch::start(context, ahead, requests)
}

/// Begins to fetch the pieces of one layer in one frame. Long answers are fetched one after another, since other pieces are fetched at the
/// same time.
pub(crate) fn fetch_layer(context: &DrawContext, plan: &Arc<Plan>, layer: usize, frame: usize) -> Prefetch {
    let of = MosaicSet::Frame(frame).of(&plan.layers[layer]);
    let requests = of.map(|mosaic| requests(plan, &plan.layers[layer], mosaic)).unwrap_or_default();
    let longest = requests.iter().map(|request| request.bytes_max).max().unwrap_or(0);
    Prefetch::start(context, longest, requests.into_iter())
}

fn requests(plan: &Plan, layer: &PlannedLayer, mosaic: &Mosaic) -> Vec<Request> {
    let request = |piece: &Piece| {
        let bytes_max = plan.cost.answer_bytes_max(piece);
        Request { url: piece.url.clone(), wanted: wanted(layer, piece, bytes_max), bytes_max }
    };
    mosaic.pieces.iter().map(request).collect()
}

/// Which answers mean that there are no data. Status 204 means so for maps and tiles (OGC 20-058); other answers only for the tiles of a
/// layer whose missing tiles are transparent.
fn wanted(layer: &PlannedLayer, piece: &Piece, bytes_max: usize) -> Wanted {
    let absence = match (piece.fit, layer.missing_tiles) {
        (Fit::Scale { .. }, MissingTiles::Transparent) => Some(Absence::Sparse),
        (Fit::Scale { .. }, MissingTiles::Report) | (Fit::Exact, _) => Some(Absence::NoContent),
        (Fit::Whole, _) => None,
    };
    Wanted::Piece { bytes_max, absence }
}

/// The pictures of one frame, or those that all frames share.
pub(crate) struct PlacedFrame {
    pub pictures: FramePictures,
    /// For each layer: whether its missing pieces may be available later.
    pub may_pass: Vec<bool>,
}

/// Takes the answers for a set of mosaics and places them on the map, layer by layer; reuses the buffers of `buffers`.
///
/// # Errors
/// The stop token was cancelled.
pub(crate) fn place_mosaics(
    plan: &Plan,
    share: MosaicSet,
    answers: &mut Prefetch,
    context: &DrawContext,
    buffers: &mut BufferPool,
) -> Result<PlacedFrame, error::Error> {
    let mut frame = PlacedFrame { pictures: Vec::new(), may_pass: Vec::new() };
    for layer in &plan.layers {
        let placed = match share.of(layer) {
            Some(mosaic) => Some(place_mosaic(layer, mosaic, answers, &plan.map, context, buffers)?),
            None => None,
        };
        frame.may_pass.push(placed.as_ref().is_some_and(|(_, may_pass)| *may_pass));
        frame.pictures.push(placed.map(|(gathered, _)| gathered));
    }
    Ok(frame)
}

/// Takes the answers for a mosaic, one after another, and places it on the map. Also returns whether missing pieces may be available later.
///
/// # Errors
/// The stop token was cancelled.
pub(crate) fn place_mosaic(
    layer: &PlannedLayer,
    mosaic: &Mosaic,
    answers: &mut Prefetch,
    map: &Extent,
    context: &DrawContext,
    buffers: &mut BufferPool,
) -> Result<(Gathered, bool), error::Error> {
    let stop = context.drawing();
    let mut sheet = MosaicSheet::new(mosaic, buffers.take());
    let mut tally = Tally { total: mosaic.pieces.len(), ..Tally::default() };
    for piece in &mosaic.pieces {
        let answer = answers.next(context)?;
        // Pieces are decoded one after another, so at most one picture is in memory beside the sheet.
        match answer.bytes.and_then(|bytes| picture(&bytes, piece, buffers)) {
            Ok(Some(picture)) => buffers.put_back(sheet.lay(piece, picture, &stop)?),
            Ok(None) => tally.absent += 1,
            Err(error) => tally.lose(&error),
        }
    }
    let gathered = match (tally.outcome(layer, mosaic), sheet.finish()) {
        (Ok(gap), Ok(raster)) => on_the_map(layer, mosaic, raster, gap, map, &stop)?,
        (Ok(gap) | Err(gap), unused) => {
            buffers.put_back(unused.map_or_else(|buffer| buffer, |raster| raster.pixels));
            Gathered { placed: Vec::new(), gap }
        }
    };
    Ok((gathered, tally.may_pass))
}

/// Counts of the pieces of a mosaic: all, lost and absent.
#[derive(Default)]
struct Tally {
    total: usize,
    lost: usize,
    absent: usize,
    /// The first error; an error of a picture with a wrong size has precedence.
    problem: Option<String>,
    /// A picture has a wrong size, so it is not known which area it shows.
    is_something_else: bool,
    may_pass: bool,
}

impl Tally {
    fn lose(&mut self, error: &Error) {
        self.lost += 1;
        self.may_pass |= error.is_transient();
        let is_something_else = matches!(error, Error::WrongSize { .. });
        if self.problem.is_none() || is_something_else && !self.is_something_else {
            self.problem = Some(error.to_string());
        }
        self.is_something_else |= is_something_else;
    }

    /// `Ok`: the mosaic is shown, with a gap if pieces are missing. `Err`: it is not shown, and the gap says why.
    fn outcome(&self, layer: &PlannedLayer, mosaic: &Mosaic) -> Result<Option<Gap>, Option<Gap>> {
        let problem = || self.problem.clone();
        match self {
            Self { total: 0, .. } => Err(mosaic.gap.clone()),
            Self { is_something_else: true, .. } => Err(problem().map(Gap::missing)),
            Self { lost, total, .. } if lost == total => Err(problem().map(Gap::missing)),
            Self { lost: 0, absent, total, .. } if absent == total => Err(nothing_there(layer)),
            Self { lost: 0, .. } => Ok(None),
            Self { lost, absent, total, .. } => {
                let why = format!("{lost} of {total} pictures are missing: {}", problem().unwrap_or_default());
                if lost + absent == *total { Err(Some(Gap::missing(why))) } else { Ok(Some(Gap::incomplete(why))) }
            }
        }
    }
}

/// Places a mosaic on the map and checks whether it shows something there.
fn on_the_map(
    layer: &PlannedLayer,
    mosaic: &Mosaic,
    raster: Raster,
    incomplete: Option<Gap>,
    map: &Extent,
    stop: &Stop,
) -> Result<Gathered, Stopped> {
    let is_reported = layer.may_be_empty_by_mistake() || layer.elsewhere.is_some();
    let is_empty = is_reported && layer.missing_tiles == MissingTiles::Report && raster.is_transparent();
    let placed = place(raster, mosaic.crs, &mosaic.bbox, map, layer.resampling, stop)?;
    let beside = || (!placed.iter().any(|placed| lies_on(placed, map))).then(beside_the_map);
    let gap = incomplete.or_else(|| is_empty.then(|| nothing_in_it(layer))).or_else(beside);
    Ok(Gathered { placed, gap })
}

/// The picture of a piece; `None`: the server has no tile.
fn picture(bytes: &[u8], piece: &Piece, buffers: &mut BufferPool) -> Result<Option<Raster>, Error> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let sizes = match piece.fit {
        Fit::Exact => Sizes::Exactly(piece.picture_px_max()),
        Fit::Scale { .. } => Sizes::UpTo(piece.picture_px_max()),
        Fit::Whole => Sizes::Any,
    };
    decode_into(bytes, sizes, buffers.take()).map(|picture| Some(raster(picture)))
}

/// The gap of a mosaic whose tiles are all absent; `None`: absent tiles are transparent.
fn nothing_there(layer: &PlannedLayer) -> Option<Gap> {
    match layer.missing_tiles {
        MissingTiles::Transparent => None,
        MissingTiles::Report if layer.caption.has_times() => {
            Some(Gap::empty("the server has nothing of this place and time"))
        }
        MissingTiles::Report => Some(Gap::outside("the server has nothing of this place")),
    }
}

/// Whether some of a picture lies on the map.
fn lies_on(placed: &Placed, map: &Extent) -> bool {
    let is_within = |from: i64, length: u32, side: u32| from < i64::from(side) && from + i64::from(length) > 0;
    is_within(placed.x, placed.raster.width, map.width) && is_within(placed.y, placed.raster.height, map.height)
}

/// The gap of a picture that lies outside of the map. The plan only compares bboxes; where the edges of a projected picture lie is known only
/// when its pixels are placed.
fn beside_the_map() -> Gap {
    Gap::outside("it lies outside the map: nothing of its picture falls on it")
}

/// The gap of a transparent picture: some servers answer so if they have no data for a time or place.
fn nothing_in_it(layer: &PlannedLayer) -> Gap {
    match &layer.elsewhere {
        Some(why) => Gap::outside(why),
        None => Gap::empty("there is nothing in the server's picture"),
    }
}

pub(super) fn raster(picture: Picture) -> Raster {
    Raster::straight(picture.width, picture.height, picture.rgba)
}

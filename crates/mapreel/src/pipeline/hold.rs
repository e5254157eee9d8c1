//! Holding: a layer that is missing in a frame shows its picture of the newest earlier frame that has one, and says so.
//!
//! Segments are drawn apart, perhaps on other machines. So a segment whose first frames lack a layer fetches that layer of the
//! frames before it, as far back as a picture may be held at all: what is held does not depend on how a film is cut into segments.

use super::buffer_pool::BufferPool;
use super::draw_context::DrawContext;
use super::error::Error;
use super::gather::{PlacedFrame, fetch_layer, place_mosaic};
use mapreel_render::{FramePictures, Gathered, Placed};
use mapreel_spec::{Gap, GapKind, LayerSource, OnError, Plan, Series};
use std::sync::Arc;

/// A picture is held for at most so many frames.
const FRAMES_MAX: usize = 12;

/// For each layer that holds: the pictures of the last frame in which it was not missing.
#[derive(Default)]
pub(crate) struct Holder {
    layers: Vec<Held>,
}

#[derive(Default, Clone)]
struct Held {
    good: Option<(usize, Vec<Placed>)>,
    looked_back: bool,
}

impl Holder {
    /// A holder for one segment.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self { layers: vec![Held::default(); plan.layers.len()] }
    }

    /// Fills the gaps of layers that hold.
    pub(crate) fn fill(
        &mut self,
        plan: &Arc<Plan>,
        index: usize,
        frame: &mut PlacedFrame,
        context: &DrawContext,
        buffers: &mut BufferPool,
    ) -> Result<(), Error> {
        for (layer, held) in self.layers.iter_mut().enumerate() {
            let Some(gathered) = frame.pictures[layer].as_mut() else { continue };
            if plan.layers[layer].on_error == OnError::Hold && is_missing(gathered) {
                held.look_back(plan, layer, index, context, buffers)?;
                if let Some((from, placed)) = held.good.as_ref().filter(|(from, _)| index - from <= FRAMES_MAX) {
                    let held_from = |gap| Gap { kind: GapKind::Held { from: *from }, ..gap };
                    *gathered = Gathered { placed: placed.clone(), gap: gathered.gap.take().map(held_from) };
                }
            }
        }
        Ok(())
    }

    /// Takes the pictures of a drawn frame: keeps those that later frames may show, and gives the buffers of the others back.
    pub(crate) fn keep(&mut self, plan: &Plan, index: usize, drawn: FramePictures, buffers: &mut BufferPool) {
        for (layer, gathered) in drawn.into_iter().enumerate() {
            let Some(gathered) = gathered else { continue };
            let holds = plan.layers[layer].on_error == OnError::Hold;
            let is_its_own = !matches!(&gathered.gap, Some(Gap { kind: GapKind::Missing | GapKind::Held { .. }, .. }));
            let used = if holds && is_its_own {
                self.layers[layer].good.replace((index, gathered.placed)).map(|(_, placed)| placed)
            } else {
                Some(gathered.placed)
            };
            used.into_iter().flatten().for_each(|placed| buffers.put_back(placed.raster.pixels));
        }
    }
}

fn is_missing(gathered: &Gathered) -> bool {
    matches!(&gathered.gap, Some(Gap { kind: GapKind::Missing, .. }))
}

impl Held {
    /// Looks once for the last frame before `index` in which the layer is not missing.
    fn look_back(
        &mut self,
        plan: &Arc<Plan>,
        layer: usize,
        index: usize,
        context: &DrawContext,
        buffers: &mut BufferPool,
    ) -> Result<(), Error> {
        let planned = &plan.layers[layer];
        let LayerSource::Pictures(series @ Series::PerFrame(_)) = &planned.drawing else { return Ok(()) };
        if self.good.is_some() || std::mem::replace(&mut self.looked_back, true) {
            return Ok(());
        }
        for before in (index.saturating_sub(FRAMES_MAX)..index).rev() {
            let mut answers = fetch_layer(context, plan, layer, before);
            let (gathered, _) = place_mosaic(planned, series.at(before), &mut answers, &plan.map, context, buffers)?;
            if !is_missing(&gathered) {
                self.good = Some((before, gathered.placed));
                break;
            }
        }
        Ok(())
    }
}

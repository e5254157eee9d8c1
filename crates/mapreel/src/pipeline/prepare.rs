//! Prepare: what all frames share. It is made once for an animation, so that all segments, on any machine, have the same basemap, legends
//! and colours.

use super::buffer_pool::BufferPool;
use super::draw_context::DrawContext;
use super::error::Error;
use super::gap_log::{GapLog, LayerGap};
use super::gather::{MosaicSet, fetch, place_mosaics};
use super::legends::fetch_legends;
use super::plan::plan;
use super::progress::Progress;
use super::recording::{Planned, Preparation, Recorder};
use super::stored_plan::StoredPlan;
use crate::operations::budget::MemoryPermit;
use anyhow::Context;
use jiff::Timestamp;
use mapreel_render::encode;
use mapreel_render::encode::palette::{Colours, Palette};
use mapreel_render::{LegendArt, LegendPicture, Painter, Scene};
use mapreel_spec::{Format, FrameCost, Limits, PageLayout, Plan, Request, View, legends_mib};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// The most frames that are drawn in advance to find the palette of a GIF.
const PALETTE_FRAMES: usize = 48;

/// An animation that is ready to be drawn, frame by frame.
pub(crate) struct Prepared {
    pub scene: Scene,
    pub legends: Vec<LegendPicture>,
    pub encoding: encode::Animation,
    /// The gaps that all frames share.
    pub missing: Vec<LayerGap>,
    /// The permit for the memory of drawing one frame; `None`: it was given back.
    memory: Mutex<Option<MemoryPermit>>,
}

impl Prepared {
    /// Asks the servers, plans, fetches what all frames share, and draws it.
    pub(crate) fn new(
        request: &Request,
        view: View,
        limits: &Limits,
        context: &DrawContext,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let (plan, legends) = plan(request, view, limits, context, context, Timestamp::now())?;
        Self::planned(plan, legends, context, |_| 0, |prepared| palette(prepared, context, threads, progress))
    }

    /// Prepares, and records everything that another worker needs to prepare the same again.
    pub(crate) fn recorded(
        request: &Request,
        view: View,
        limits: &Limits,
        context: &DrawContext,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<(Self, Preparation), Error> {
        let now = Timestamp::now();
        let recorder = Arc::new(Recorder::new(context.upstreams.clone()));
        let recording = DrawContext { upstreams: recorder.clone(), ..context.clone() };
        let (plan, legends) = plan(request, view, limits, context, &recording, now)?;
        let planned = Planned::By(StoredPlan::of(&plan)?);
        let palette = |prepared: &Self| palette(prepared, context, threads, progress);
        let prepared = Self::planned(plan, legends, &recording, |cost| cost.recorded_mib(recorder.bytes()), palette)?;
        let palette = prepared.encoding.palette.colours().to_vec();
        let answers = recorder.answers()?;
        Ok((prepared, Preparation { now_ms: now.as_millisecond(), planned, answers, palette }))
    }

    /// Prepares again from the recording of the first preparation. `request` gives request and view if the recording has no plan.
    pub(crate) fn again(
        request: impl FnOnce() -> Result<(Request, View), Error>,
        limits: &Limits,
        context: &DrawContext,
        recorded: Preparation,
    ) -> Result<Self, Error> {
        let palette = Palette::from(recorded.palette.clone());
        let mib = recorded.bytes().div_ceil(1 << 20) as u64;
        let (planned, now_ms) = (recorded.planned.clone(), recorded.now_ms);
        let context = context.replaying(recorded);
        let (plan, legends) = match planned {
            Planned::By(stored) => {
                let plan = {
                    let _reading = context.take_memory(stored.reading_mib())?;
                    stored.read().context("a plan cannot be read")?.within(limits)?
                };
                let captions = || plan.layers.iter().map(|layer| &layer.caption);
                let _legends = context.take_memory(legends_mib(captions()))?;
                let legends = fetch_legends(&context, captions())?;
                (plan, legends)
            }
            Planned::Again => {
                let now = Timestamp::from_millisecond(now_ms).context("the preparation has no time")?;
                let (request, view) = request()?;
                plan(&request, view, limits, &context, &context, now)?
            }
        };
        Self::planned(plan, legends, &context, |_| mib, |_| Ok(palette))
    }

    /// Fetches what all frames of a plan share, and draws it.
    fn planned(
        plan: Plan,
        legends: Vec<LegendPicture>,
        context: &DrawContext,
        recorded_mib: impl FnOnce(&FrameCost) -> u64,
        palette: impl FnOnce(&Self) -> Result<Palette, Error>,
    ) -> Result<Self, Error> {
        let plan = Arc::new(plan);
        let memory = Mutex::new(Some(context.take_memory(plan.cost.mib() + recorded_mib(&plan.cost))?));
        let gap_log = GapLog::default();
        let stop = context.drawing();
        let mut answers = fetch(context, &plan, std::iter::once(MosaicSet::Shared));
        let mut buffers = BufferPool::new(plan.cost.spare_bytes());
        let still = place_mosaics(&plan, MosaicSet::Shared, &mut answers, context, &mut buffers)?;
        let may_pass = still.may_pass.clone();
        let captions = plan.layers.iter().map(|layer| &layer.caption);
        let fonts = context.fonts.for_texts(&plan.texts, &plan.frames, captions);
        let scene = Scene::new(plan.clone(), still.pictures, &legends, &fonts, &stop)?;
        for (layer, gap) in scene.gaps().iter().enumerate() {
            if let Some(gap) = gap {
                gap_log.note(&plan, LayerGap { frame: None, layer, gap: gap.clone() }, may_pass[layer])?;
            }
        }
        let PageLayout { width, height, .. } = scene.plan().layout;
        let output = plan.output.clone();
        let encoding =
            encode::Animation { width, height, frames: plan.frames.len(), output, palette: Palette::default() };
        let mut prepared = Self { scene, legends, encoding, missing: gap_log.into_sorted(), memory };
        prepared.encoding.palette = palette(&prepared)?;
        Ok(prepared)
    }

    pub(crate) fn plan(&self) -> &Plan {
        self.scene.plan()
    }

    /// Gives back the memory for drawing, so that others may take it; the next drawing takes memory again.
    pub(crate) fn release_memory(&self) {
        *self.memory.lock().expect("no panic while held") = None;
    }

    /// How many threads the memory is enough for, at most `wanted`.
    pub(crate) fn threads(&self, wanted: usize, context: &DrawContext) -> usize {
        wanted.min(self.plan().cost.threads_within(context.memory.work_mib()) as usize)
    }
}

/// The palette of a GIF, from frames spread over the animation; other formats have none. The pictures are prefetched, as for a segment.
fn palette(
    prepared: &Prepared,
    context: &DrawContext,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Palette, Error> {
    if prepared.plan().output.format != Format::Gif {
        return Ok(Palette::default());
    }
    let (scene, plan) = (&prepared.scene, prepared.scene.shared_plan());
    let frames = plan.frames.len();
    let count = PALETTE_FRAMES.min(frames);
    let threads = prepared.threads(threads, context).min(count);
    progress.stage("colours");
    let done = AtomicUsize::new(0);
    let stop = context.drawing();
    let thread = |first: usize| {
        let sample = move |i: usize| if count > 1 { i * (frames - 1) / (count - 1) } else { 0 };
        let mine = move || (first..count).step_by(threads).map(sample);
        let mut answers = fetch(context, &plan, mine().map(MosaicSet::Frame));
        let (mut painter, mut colours) = (Painter::new(scene, stop.clone()), Colours::default());
        let mut buffers = BufferPool::new(plan.cost.spare_bytes());
        for index in mine() {
            let placed = place_mosaics(&plan, MosaicSet::Frame(index), &mut answers, context, &mut buffers)?;
            colours.add(painter.draw(index, &placed.pictures)?, &stop)?;
            let used = placed.pictures.into_iter().flatten().flat_map(|gathered| gathered.placed);
            used.for_each(|placed| buffers.put_back(placed.raster.pixels));
            progress.frames(done.fetch_add(1, Ordering::Relaxed) + 1, count);
        }
        Ok(colours)
    };
    let counted: Result<Vec<Colours>, Error> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|first| scope.spawn(move || thread(first))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut all = Colours::default();
    counted?.into_iter().for_each(|colours| all.merge(colours));
    let legends = prepared.scene.legends().iter().filter_map(|legend| legend.art.as_ref().ok());
    Ok(all.palette(legends.flat_map(LegendArt::pictures)))
}

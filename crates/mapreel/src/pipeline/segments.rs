//! Drawing and encoding segments: the pictures of a segment are prefetched, its frames are drawn and encoded in order. The memory grows
//! neither with the number of frames nor with the number of segments.

use super::buffer_pool::BufferPool;
use super::draw_context::DrawContext;
use super::error::Error;
use super::gap_log::{GapLog, LayerGap};
use super::gather::{MosaicSet, PlacedFrame, fetch, place_mosaics};
use super::hold::Holder;
use super::prepare::Prepared;
use super::progress::Progress;
use anyhow::Context;
use mapreel_queue::failpoint;
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::{Canvas, Painter, Stop};
use mapreel_spec::Plan;
use mapreel_spec::manifest::PixelBox;
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The renderer of one thread, with the state that it keeps from frame to frame.
pub(crate) struct SegmentRenderer<'a> {
    prepared: &'a Prepared,
    context: &'a DrawContext,
    stop: Stop,
    painter: Painter<'a>,
    holder: Holder,
    buffers: BufferPool,
}

impl<'a> SegmentRenderer<'a> {
    pub(crate) fn new(prepared: &'a Prepared, context: &'a DrawContext) -> Self {
        let (stop, buffers) = (context.drawing(), BufferPool::new(prepared.plan().cost.spare_bytes()));
        let painter = Painter::new(&prepared.scene, stop.clone());
        Self { prepared, context, stop, painter, holder: Holder::default(), buffers }
    }

    /// Draws and encodes segment `number`; calls `frame_done` with the index and the page of each frame.
    pub(crate) fn segment(
        &mut self,
        number: usize,
        gap_log: &GapLog,
        frame_done: &dyn Fn(usize, &Canvas),
    ) -> Result<Vec<u8>, Error> {
        let plan = &self.prepared.scene.shared_plan();
        let segment = &plan.segments[number];
        let mut encoder = SegmentEncoder::new(&self.prepared.encoding, segment).context("cannot encode")?;
        let mut answers = fetch(self.context, plan, segment.clone().map(MosaicSet::Frame));
        self.holder = Holder::new(plan);
        for index in segment.clone() {
            failpoint::hit("fetching", plan.texts.title.as_deref());
            let mut placed =
                place_mosaics(plan, MosaicSet::Frame(index), &mut answers, self.context, &mut self.buffers)?;
            self.holder.fill(plan, index, &mut placed, self.context, &mut self.buffers)?;
            note(gap_log, plan, index, &placed)?;
            failpoint::hit("drawing", plan.texts.title.as_deref());
            let page = self.painter.draw(index, &placed.pictures)?;
            encoder.add(page, &self.stop)?;
            frame_done(index, page);
            self.holder.keep(plan, index, placed.pictures, &mut self.buffers);
            failpoint::hit("encoding", plan.texts.title.as_deref());
        }
        Ok(encoder.finish())
    }

    /// Draws the only frame, and encodes it or a box of it.
    pub(crate) fn still(
        &mut self,
        gap_log: &GapLog,
        part: Option<PixelBox>,
        progress: &dyn Progress,
    ) -> Result<Vec<u8>, Error> {
        let plan = &self.prepared.scene.shared_plan();
        failpoint::hit("fetching", plan.texts.title.as_deref());
        let mut answers = fetch(self.context, plan, std::iter::once(MosaicSet::Frame(0)));
        let placed = place_mosaics(plan, MosaicSet::Frame(0), &mut answers, self.context, &mut self.buffers)?;
        note(gap_log, plan, 0, &placed)?;
        failpoint::hit("drawing", plan.texts.title.as_deref());
        let page = self.painter.draw(0, &placed.pictures)?;
        failpoint::hit("encoding", plan.texts.title.as_deref());
        progress.last_frame(page);
        match part {
            None => Ok(encode::still(page, plan.output.format, &self.stop)?),
            Some(part) => Ok(encode::still(&page.crop(part), plan.output.format, &self.stop)?),
        }
    }
}

/// Notes the gaps of a frame.
fn note(gap_log: &GapLog, plan: &Plan, index: usize, placed: &PlacedFrame) -> Result<(), Error> {
    for (layer, gathered) in placed.pictures.iter().enumerate() {
        if let Some(gap) = gathered.as_ref().and_then(|gathered| gathered.gap.clone()) {
            gap_log.note(plan, LayerGap { frame: Some(index), layer, gap }, placed.may_pass[layer])?;
        }
    }
    Ok(())
}

/// Draws and encodes all segments with `threads` threads; returns the encoded segments in order.
pub(crate) fn all(
    prepared: &Prepared,
    context: &DrawContext,
    threads: usize,
    gap_log: &GapLog,
    progress: &dyn Progress,
) -> Result<Vec<File>, Error> {
    let segments = prepared.plan().segments.len();
    let frames = prepared.plan().frames.len();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // A thread that fails stops the others.
    let context = &DrawContext { stop: context.stop.child_token(), ..context.clone() };
    let frame_done = |index: usize, page: &Canvas| {
        progress.frames(done.fetch_add(1, Ordering::Relaxed) + 1, frames);
        if index + 1 == frames {
            progress.last_frame(page);
        }
    };
    let thread = || -> Result<Vec<(usize, File)>, Error> {
        let stop_others = context.stop.clone().drop_guard();
        let mut renderer = SegmentRenderer::new(prepared, context);
        let mut files = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= segments {
                stop_others.disarm();
                return Ok(files);
            }
            let encoded = renderer.segment(number, gap_log, &frame_done)?;
            let mut file = tempfile::tempfile().context("cannot write a temporary file")?;
            file.write_all(&encoded).context("cannot write a temporary file")?;
            file.rewind().context("cannot read a temporary file")?;
            files.push((number, file));
        }
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads.min(segments)).map(|_| scope.spawn(thread)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut files = first_failure(results)?;
    files.sort_by_key(|(number, _)| *number);
    Ok(files.into_iter().map(|(_, file)| file).collect())
}

/// All files, or the failure that stopped the others.
fn first_failure(results: Vec<Result<Vec<(usize, File)>, Error>>) -> Result<Vec<(usize, File)>, Error> {
    let mut files = Vec::new();
    let mut stopped = None;
    for result in results {
        match result {
            Ok(some) => files.extend(some),
            Err(Error::Stopped) => stopped = Some(Error::Stopped),
            Err(error) => return Err(error),
        }
    }
    stopped.map_or(Ok(files), Err)
}

//! Drawing and encoding segments: the pictures of one fetched ahead, its frames drawn and encoded in order. Memory grows neither
//! with the frames nor with the segments.

use crate::pipeline::error::Error;
use crate::pipeline::gather::{PlacedFrame, Share, fetch, place_share};
use crate::pipeline::hands::Hands;
use crate::pipeline::hold::Holder;
use crate::pipeline::missing::{Ledger, Missing};
use crate::pipeline::prepare::Prepared;
use crate::pipeline::spare::Spare;
use crate::progress::Progress;
use anyhow::Context;
use mapreel_queue::failpoint;
use mapreel_render::encode::{self, SegmentEncoder};
use mapreel_render::{Painter, Stop};
use mapreel_spec::Plan;
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a thread keeps from frame to frame.
pub(crate) struct Desk<'a> {
    prepared: &'a Prepared,
    hands: &'a Hands,
    stop: Stop,
    painter: Painter<'a>,
    holder: Holder,
    spare: Spare,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(prepared: &'a Prepared, hands: &'a Hands) -> Self {
        let (stop, spare) = (hands.drawing(), Spare::new(prepared.plan().cost.spare_bytes()));
        let painter = Painter::new(&prepared.scene, stop.clone());
        Self { prepared, hands, stop, painter, holder: Holder::default(), spare }
    }

    /// Draws and encodes segment `number`; `frame_done` is told after each frame.
    pub(crate) fn segment(&mut self, number: usize, ledger: &Ledger, frame_done: &dyn Fn()) -> Result<Vec<u8>, Error> {
        let plan = &self.prepared.scene.shared_plan();
        let segment = &plan.segments[number];
        let mut encoder = SegmentEncoder::new(&self.prepared.encoding, segment).context("cannot encode")?;
        let mut answers = fetch(self.hands, plan, segment.clone().map(Share::Frame));
        self.holder = Holder::new(plan);
        for index in segment.clone() {
            failpoint::hit("fetching", plan.title.as_deref());
            let mut placed = place_share(plan, Share::Frame(index), &mut answers, self.hands, &mut self.spare)?;
            self.holder.fill(plan, index, &mut placed, self.hands, &mut self.spare)?;
            note(ledger, plan, index, &placed)?;
            failpoint::hit("drawing", plan.title.as_deref());
            encoder.add(self.painter.draw(index, &placed.pictures)?, &self.stop)?;
            self.holder.keep(plan, index, placed.pictures, &mut self.spare);
            frame_done();
            failpoint::hit("encoding", plan.title.as_deref());
        }
        Ok(encoder.finish())
    }

    /// Draws the only frame.
    pub(crate) fn still(&mut self, ledger: &Ledger) -> Result<Vec<u8>, Error> {
        let plan = &self.prepared.scene.shared_plan();
        failpoint::hit("fetching", plan.title.as_deref());
        let mut answers = fetch(self.hands, plan, std::iter::once(Share::Frame(0)));
        let placed = place_share(plan, Share::Frame(0), &mut answers, self.hands, &mut self.spare)?;
        note(ledger, plan, 0, &placed)?;
        failpoint::hit("drawing", plan.title.as_deref());
        let page = self.painter.draw(0, &placed.pictures)?;
        failpoint::hit("encoding", plan.title.as_deref());
        Ok(encode::still(page, plan.output.format, &self.stop)?)
    }
}

/// Notes what is missing in a frame.
fn note(ledger: &Ledger, plan: &Plan, index: usize, placed: &PlacedFrame) -> Result<(), Error> {
    for (layer, gathered) in placed.pictures.iter().enumerate() {
        if let Some(gap) = gathered.as_ref().and_then(|gathered| gathered.gap.clone()) {
            ledger.note(plan, Missing { frame: Some(index), layer, gap }, placed.may_pass[layer])?;
        }
    }
    Ok(())
}

/// Draws and encodes all segments with `threads` threads; the encoded segments in order.
pub(crate) fn all(
    prepared: &Prepared,
    hands: &Hands,
    threads: usize,
    ledger: &Ledger,
    progress: &dyn Progress,
) -> Result<Vec<File>, Error> {
    let segments = prepared.plan().segments.len();
    let frames = prepared.plan().frames.len();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // One that fails stops the others.
    let hands = &Hands { stop: hands.stop.child_token(), ..hands.clone() };
    let frame_done = || progress.frames(done.fetch_add(1, Ordering::Relaxed) + 1, frames);
    let thread = || -> Result<Vec<(usize, File)>, Error> {
        let stop_others = hands.stop.clone().drop_guard();
        let mut desk = Desk::new(prepared, hands);
        let mut files = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= segments {
                stop_others.disarm();
                return Ok(files);
            }
            let encoded = desk.segment(number, ledger, &frame_done)?;
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

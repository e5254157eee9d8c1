//! Drawing and encoding the segments of an animation on all cores.
//!
//! Each thread takes the next segment, has its frames fetched a few ahead, draws and encodes them in order, and leaves
//! the result in a file: memory grows neither with the frames nor with the segments.

use crate::gather::{Answers, fetch_frame, place_frame};
use crate::produce::Problems;
use crate::progress::Progress;
use anyhow::Context;
use mapreel_render::encode::{Animation, SegmentEncoder};
use mapreel_render::{Painter, Scene};
use mapreel_sources::Upstreams;
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Frames fetched ahead of the one that is drawn, for each thread.
const FRAMES_AHEAD: usize = 3;

/// Everything the threads share.
pub(crate) struct Work<'a> {
    pub scene: &'a Scene,
    pub animation: &'a Animation,
    pub upstreams: &'a Arc<dyn Upstreams>,
    pub runtime: &'a Handle,
    pub problems: &'a Problems,
    pub progress: &'a dyn Progress,
}

/// What a thread keeps from frame to frame.
struct Desk<'a> {
    painter: Painter<'a>,
    /// Buffers of pictures that have been drawn, for those to come.
    spare: Vec<Vec<u8>>,
}

impl Work<'_> {
    /// Draws and encodes all segments with `threads` threads; the encoded segments in order.
    pub(crate) fn run(&self, threads: usize) -> anyhow::Result<Vec<File>> {
        let segments = &self.scene.plan().segments;
        let (next, done, failed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
        let thread = || -> anyhow::Result<Vec<(usize, File)>> {
            let mut desk = Desk { painter: Painter::new(self.scene), spare: Vec::new() };
            let mut files = Vec::new();
            while !failed.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= segments.len() {
                    break;
                }
                let file = self
                    .segment(number, &mut desk, &done, &failed)
                    .inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
                files.extend(file.map(|file| (number, file)));
            }
            Ok(files)
        };
        let results: Vec<_> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads.min(segments.len())).map(|_| scope.spawn(thread)).collect();
            handles
                .into_iter()
                .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut files: Vec<_> =
            results.into_iter().collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect();
        files.sort_by_key(|(number, _)| *number);
        Ok(files.into_iter().map(|(_, file)| file).collect())
    }

    /// One segment; `None` when another thread has failed meanwhile.
    fn segment(
        &self,
        number: usize,
        desk: &mut Desk,
        done: &AtomicUsize,
        failed: &AtomicBool,
    ) -> anyhow::Result<Option<File>> {
        let plan = self.scene.plan();
        let segment = &plan.segments[number];
        let mut encoder = SegmentEncoder::new(self.animation, segment)?;
        let mut answers = self.fetch_ahead(segment.clone());
        for index in segment.clone() {
            if failed.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let answers = answers.blocking_recv().context("the fetching task ended early")?;
            let gathered = place_frame(plan, index, answers, &mut desk.spare);
            self.problems.note(plan, Some(index), &gathered)?;
            encoder.add(desk.painter.draw(index, &gathered))?;
            desk.spare.extend(gathered.into_iter().flatten().flat_map(|g| g.placed).map(|placed| placed.raster.pixels));
            self.progress.frames(done.fetch_add(1, Ordering::Relaxed) + 1, plan.frames.len());
        }
        let mut file = tempfile::tempfile().context("cannot write a temporary file")?;
        file.write_all(&encoder.finish()).context("cannot write a temporary file")?;
        file.rewind()?;
        Ok(Some(file))
    }

    /// Fetches the frames in order, a few ahead of who receives them.
    fn fetch_ahead(&self, frames: std::ops::Range<usize>) -> mpsc::Receiver<Vec<Option<Answers>>> {
        let (send, receive) = mpsc::channel(1);
        let (upstreams, plan) = (self.upstreams.clone(), self.scene.shared_plan());
        self.runtime.spawn(async move {
            use futures_util::StreamExt;
            let fetches = frames.map(|index| {
                let (upstreams, plan) = (upstreams.clone(), plan.clone());
                async move { fetch_frame(&*upstreams, &plan, index).await }
            });
            let mut fetched = futures_util::stream::iter(fetches).buffered(FRAMES_AHEAD);
            while let Some(answers) = fetched.next().await {
                // Nobody receives any more when the run has failed.
                if send.send(answers).await.is_err() {
                    break;
                }
            }
        });
        receive
    }
}

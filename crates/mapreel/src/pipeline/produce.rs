//! Produce: the whole way from a valid request to a file, step by step.

pub use super::artifact::Destination;
use super::artifact::{Draft, sha256};
use super::draw_context::DrawContext;
use super::drawing_permit::DrawingPermit;
pub use super::error::Error;
use super::gap_log::{GapLog, LayerGap};
use super::prepare::Prepared;
use super::progress::{NoProgress, Progress};
use super::segments::SegmentRenderer;
use super::{report, runs, segments};
use crate::config::fonts::FontSource;
use crate::operations::budget::MemoryBudget;
use anyhow::Context;
use mapreel_render::encode;
use mapreel_sources::Upstreams;
use mapreel_spec::manifest::{Manifest, PixelBox, Warning};
use mapreel_spec::{Limits, Request, View};
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The parameters of [`produce`].
pub struct Job<'a> {
    /// The valid request.
    pub request: Request,
    /// The bytes of the request, for the manifest.
    pub document: &'a [u8],
    /// The upstreams of the pictures.
    pub upstreams: Arc<dyn Upstreams>,
    /// Fonts for scripts that those in the binary do not cover.
    pub fonts: FontSource,
    /// Bounds on the plan.
    pub limits: Limits,
    /// The most threads that draw and encode; fewer are used if the memory is too small for them.
    pub threads: usize,
    /// The memory that the process may use, in MiB.
    pub memory_mib: u64,
}

/// Produces the file at `to` and returns the manifest.
///
/// # Errors
/// A layer that must not be missing is missing, the plan exceeds the limits, or the file cannot be written. Then no file is made at
/// `to`, and an old one is unchanged.
pub fn produce(job: Job, to: &Destination, progress: &dyn Progress) -> Result<Manifest, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.context("cannot start")?;
    let memory = MemoryBudget::new(job.memory_mib, Duration::MAX);
    let limits = Limits { frame_mib_max: memory.work_mib().min(job.limits.frame_mib_max), ..job.limits };
    let context = DrawContext {
        memory,
        upstreams: job.upstreams,
        fonts: job.fonts,
        runtime: runtime.handle().clone(),
        stop: CancellationToken::new(),
        permit: DrawingPermit::unlimited(),
        waited: Default::default(),
    };
    to.check()?;
    progress.stage("gather");
    let prepared = Prepared::new(&job.request, View::of(&job.request), &limits, &context, job.threads, progress)?;
    progress.stage("draw");
    let drawn = draw(&prepared, &context, prepared.threads(job.threads, &context), progress)?;
    progress.stage("assemble");
    // The draft is made only when there is something to write, so that a run that is interrupted earlier leaves no file beside `to`.
    let mut draft = Draft::new(to)?;
    drawn.encoded.write(&prepared, &mut draft)?;
    let (size_bytes, sha256_of_file) = draft.publish()?;
    let artifact = report::artifact(&prepared.scene, size_bytes, sha256_of_file);
    Ok(report::manifest(&prepared, &drawn.missing, drawn.afterwards, artifact, sha256(job.document)))
}

/// All frames of an animation.
pub(crate) struct Drawn {
    pub encoded: Encoded,
    /// The gaps of single frames, sorted.
    pub missing: Vec<LayerGap>,
    /// Warnings that are known only after all frames were drawn.
    pub afterwards: Vec<Warning>,
}

/// Encoded frames, to be written to one file.
pub(crate) enum Encoded {
    Still(Vec<u8>),
    Segments(Vec<File>),
}

impl Encoded {
    pub(crate) fn write(self, prepared: &Prepared, out: &mut impl Write) -> Result<(), Error> {
        match self {
            Self::Still(bytes) => out.write_all(&bytes).context("cannot write the file")?,
            Self::Segments(segments) => {
                encode::assemble(&prepared.encoding, segments, out).context("cannot write the file")?;
            }
        }
        Ok(())
    }
}

/// Draws and encodes every frame.
pub(crate) fn draw(
    prepared: &Prepared,
    context: &DrawContext,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Drawn, Error> {
    let gap_log = GapLog::default();
    let encoded = if prepared.plan().output.format.is_animation() {
        Encoded::Segments(segments::all(prepared, context, threads, &gap_log, progress)?)
    } else {
        let bytes = SegmentRenderer::new(prepared, context).still(&gap_log, None, progress)?;
        progress.frames(1, 1);
        Encoded::Still(bytes)
    };
    prepared.release_memory();
    Ok(Drawn { encoded, missing: gap_log.into_sorted(), afterwards: runs::gone(prepared.plan(), context)? })
}

/// The only frame of a prepared still picture, or a box of it, as an encoded picture; and its gaps.
pub(crate) fn still(
    prepared: &Prepared,
    context: &DrawContext,
    part: Option<PixelBox>,
) -> Result<(Vec<u8>, Vec<LayerGap>), Error> {
    let gap_log = GapLog::default();
    let bytes = SegmentRenderer::new(prepared, context).still(&gap_log, part, &NoProgress)?;
    prepared.release_memory();
    Ok((bytes, gap_log.into_sorted()))
}

//! Runs a part of a job: fetches its inputs, draws on a thread of its own, and stores the part's objects.

use super::job_preview::JobPreview;
use super::liveness::Liveness;
use super::prepared_cache::PreparedJob;
use super::product::{Failed, Product, internal};
use super::progress::{FrameProgress, PreparationProgress};
use super::steps::{StoredRequest, draw, draw_context, on_blocking_thread, read_object, timed_storing};
use super::worker::Worker;
use crate::pipeline::drawn_segment::DrawnSegment;
use crate::pipeline::gap_log::{GapLog, LayerGap};
use crate::pipeline::prepare::Prepared;
use crate::pipeline::produce::{self, Encoded};
use crate::pipeline::recording::Preparation;
use crate::pipeline::segments::SegmentRenderer;
use crate::pipeline::stored;
use crate::pipeline::{report, runs};
use anyhow::Context;
use mapreel_queue::failpoint;
use mapreel_queue::{Claim, Kind, Outcome};
use mapreel_spec::View;
use mapreel_spec::manifest::Warning;
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The most warnings that a job's status shows; the manifest has all of them.
const WARNINGS_MAX: usize = 100;

/// Runs a part; counts signs of life in `liveness`.
pub(super) async fn run(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    liveness: Arc<Liveness>,
) -> Result<Product, Failed> {
    match claim.kind {
        Kind::Whole => whole(worker, claim, stop, liveness).await,
        Kind::Prepare => prepare(worker, claim, stop, liveness).await,
        Kind::Segment(number) => segment(worker, claim, number, stop, liveness).await,
        Kind::Assemble => assemble(worker, claim, stop, liveness).await,
    }
}

async fn whole(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    liveness: Arc<Liveness>,
) -> Result<Product, Failed> {
    let stored = StoredRequest::load(worker, claim, &stop).await?;
    let context = draw_context(worker, Arc::new(worker.client.for_run(&claim.job.owner)), stop, &liveness);
    let (limits, view, newest) = (worker.limits.clone(), view(claim), JobPreview::default());
    let preview_made = newest.clone();
    let (prepared, findings, file) = draw(worker, &context.waited.clone(), move || {
        let prepared = Prepared::new(&stored.read()?, view, &limits, &context, 1, &PreparationProgress(&liveness))?;
        let drawn = produce::draw(&prepared, &context, 1, &FrameProgress(&liveness, &preview_made))?;
        let file = written(&prepared, drawn.encoded)?;
        Ok((prepared, (drawn.missing, drawn.afterwards), file))
    })
    .await?;
    let preview = newest.store(worker, claim).await;
    Ok(Product { preview, ..publish(worker, claim, Arc::new(prepared), findings, file).await? })
}

async fn prepare(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    liveness: Arc<Liveness>,
) -> Result<Product, Failed> {
    let stored = StoredRequest::load(worker, claim, &stop).await?;
    let client = Arc::new(worker.client.for_run(&claim.job.owner));
    let context = draw_context(worker, client.clone(), stop, &liveness);
    let (limits, view) = (worker.limits.clone(), view(claim));
    let (prepared, bytes) = draw(worker, &context.waited.clone(), move || {
        let (prepared, preparation) =
            Prepared::recorded(&stored.read()?, view, &limits, &context, 1, &PreparationProgress(&liveness))?;
        let bytes = stored::to_bytes(&preparation)?;
        prepared.release_memory();
        Ok((prepared, bytes))
    })
    .await?;
    let key = claim.key("shared").0;
    timed_storing(worker, worker.artifacts.put(&key, bytes.into())).await?;
    worker.prepared_cache.insert(&key, client, prepared);
    Ok(Product { key: Some(key), preview: None, outcome: None })
}

async fn segment(
    worker: &Arc<Worker>,
    claim: &Claim,
    number: u32,
    stop: CancellationToken,
    liveness: Arc<Liveness>,
) -> Result<Product, Failed> {
    let job = prepared(worker, claim, &stop, &liveness).await?;
    let context = draw_context(worker, job.client.clone(), stop, &liveness);
    let (number, newest) = (number as usize, JobPreview::default());
    let preview_made = newest.clone();
    let bytes = draw(worker, &context.waited.clone(), move || {
        let plan = job.prepared.plan();
        let _memory = context.take_memory(plan.cost.mib())?;
        let gap_log = GapLog::default();
        let encoded = SegmentRenderer::new(&job.prepared, &context).segment(number, &gap_log, &|index, page| {
            liveness.count_frame();
            if index + 1 == plan.segments[number].end {
                preview_made.take(page);
            }
        })?;
        let segment = DrawnSegment { missing: gap_log.into_sorted(), encoded: encoded.into() };
        Ok(stored::to_bytes(&segment).context("cannot write a segment")?)
    })
    .await?;
    let key = claim.key("frames").0;
    timed_storing(worker, worker.artifacts.put(&key, bytes.into())).await?;
    let preview = newest.store(worker, claim).await;
    failpoint::hit("uploading", None);
    Ok(Product { key: Some(key), preview, outcome: None })
}

async fn assemble(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    liveness: Arc<Liveness>,
) -> Result<Product, Failed> {
    let job = prepared(worker, claim, &stop, &liveness).await?;
    let (mut missing, mut segments) = (Vec::new(), Vec::new());
    for part in claim.job.parts.iter().filter(|part| matches!(part.kind, Kind::Segment(_))) {
        let bytes = read_object(worker, part.key.as_deref(), &stop).await?;
        let (of_segment, file) = on_blocking_thread(move || spool(&bytes)).await??;
        missing.extend(of_segment);
        segments.push(file);
    }
    failpoint::hit("assembling", None);
    missing.sort();
    let prepared = job.prepared.clone();
    let context = draw_context(worker, job.client.clone(), stop, &liveness);
    let (file, afterwards) = draw(worker, &context.waited.clone(), move || {
        Ok((written(&prepared, Encoded::Segments(segments))?, runs::gone(prepared.plan(), &context)?))
    })
    .await?;
    publish(worker, claim, job.prepared.clone(), (missing, afterwards), file).await
}

/// Reads the object of a segment: its gaps, and its encoded frames in a temporary file.
fn spool(segment: &[u8]) -> Result<(Vec<LayerGap>, File), Failed> {
    let segment: DrawnSegment = stored::from_bytes(segment)?;
    let write = || -> std::io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(&segment.encoded)?;
        file.rewind()?;
        Ok(file)
    };
    let file = write().map_err(|error| Failed::Storage(format!("cannot write a temporary file: {error}")))?;
    Ok((segment.missing, file))
}

/// An encoded file, before it is stored.
enum Written {
    Bytes(Vec<u8>),
    File(File),
}

fn written(prepared: &Prepared, encoded: Encoded) -> Result<Written, produce::Error> {
    if let Encoded::Still(bytes) = encoded {
        return Ok(Written::Bytes(bytes));
    }
    let mut file = BufWriter::new(tempfile::tempfile().context("cannot write a temporary file")?);
    encoded.write(prepared, &mut file)?;
    let mut file = file.into_inner().map_err(|error| error.into_error()).context("cannot write a temporary file")?;
    file.rewind().context("cannot read a temporary file")?;
    Ok(Written::File(file))
}

/// Stores the file and its manifest.
async fn publish(
    worker: &Worker,
    claim: &Claim,
    prepared: Arc<Prepared>,
    (missing, afterwards): (Vec<LayerGap>, Vec<Warning>),
    file: Written,
) -> Result<Product, Failed> {
    let (key, manifest_key) = (claim.key(prepared.encoding.output.format.name()).0, claim.key("manifest.json").0);
    let stored = match file {
        Written::Bytes(bytes) => timed_storing(worker, worker.artifacts.put(&key, bytes.into())).await?,
        Written::File(file) => timed_storing(worker, worker.artifacts.put_from(&key, file)).await?,
    };
    failpoint::hit("uploading", None);
    let request_sha256 = claim.job.request_sha256.clone();
    // A manifest of many frames and layers is long, so it is serialised on a blocking thread.
    let (artifact, warnings, json) = on_blocking_thread(move || {
        let artifact = report::artifact(&prepared.scene, stored.size_bytes, stored.sha256);
        let manifest = report::manifest(&prepared, &missing, afterwards, artifact.clone(), request_sha256);
        let json = serde_json::to_vec(&manifest).map_err(|error| Failed::Failure(internal(&error.to_string())))?;
        Ok::<_, Failed>((artifact, shortened(manifest.warnings), json))
    })
    .await??;
    timed_storing(worker, worker.artifacts.put(&manifest_key, json.into())).await?;
    Ok(Product { key: None, preview: None, outcome: Some(Outcome { artifact, key, manifest_key, warnings }) })
}

fn shortened(mut warnings: Vec<Warning>) -> Vec<Warning> {
    if warnings.len() > WARNINGS_MAX {
        let message = format!("{} further warnings are in the manifest", warnings.len() - WARNINGS_MAX);
        warnings.truncate(WARNINGS_MAX);
        warnings.push(Warning::of_map("more", message));
    }
    warnings
}

/// The view of the whole film, in the segments into which the job was split when it was accepted.
pub(super) fn view(claim: &Claim) -> View {
    let is_segment = |part: &&mapreel_queue::Part| matches!(part.kind, Kind::Segment(_));
    View::Film { segments: claim.job.parts.iter().filter(is_segment).count().max(1) }
}

/// A prepared job, from the cache or prepared again.
async fn prepared(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: &CancellationToken,
    liveness: &Arc<Liveness>,
) -> Result<Arc<PreparedJob>, Failed> {
    worker
        .prepared_cache
        .get_or_make(claim, stop, liveness, async || prepared_again(worker, claim, stop, liveness).await)
        .await
}

/// Prepares a job again, from the recording of its preparation.
async fn prepared_again(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: &CancellationToken,
    liveness: &Arc<Liveness>,
) -> Result<Arc<PreparedJob>, Failed> {
    let key = claim.job.parts.first().and_then(|part| part.key.as_deref());
    let recorded = read_object(worker, key, stop).await?;
    stored::check::<Preparation>(&recorded)?;
    let request = StoredRequest::load(worker, claim, stop).await?;
    let client = Arc::new(worker.client.for_run(&claim.job.owner));
    let context = draw_context(worker, client.clone(), stop.clone(), liveness);
    let (limits, view) = (worker.limits.clone(), view(claim));
    let prepared = draw(worker, &context.waited.clone(), move || {
        let recorded = stored::from_bytes::<Preparation>(&recorded).context("a preparation cannot be read")?;
        let prepared = Prepared::again(|| Ok((request.read()?, view)), &limits, &context, recorded)?;
        prepared.release_memory();
        Ok(prepared)
    })
    .await?;
    Ok(Arc::new(PreparedJob { prepared: Arc::new(prepared), client }))
}

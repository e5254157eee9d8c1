//! A part of a job: its inputs, the drawing on a thread of its own, and what it leaves in the artifacts.

use super::Worker;
use super::product::{Failed, Product, internal};
use super::pulse::{Counted, Pulse};
use crate::pipeline::drawn_segment::DrawnSegment;
use crate::pipeline::hands::{Hands, Waited};
use crate::pipeline::missing::{Ledger, Missing};
use crate::pipeline::prepare::Prepared;
use crate::pipeline::produce::{self, Encoded};
use crate::pipeline::segments::Desk;
use crate::pipeline::stored;
use crate::pipeline::{report, runs};
use crate::progress::Progress;
use crate::thread::{Panicked, on_thread};
use anyhow::Context;
use bytes::Bytes;
use mapreel_queue::failpoint;
use mapreel_queue::{Claim, Kind, Outcome};
use mapreel_spec::manifest::Warning;
use mapreel_spec::{Limits, Purpose, Request, View, parse_request_for};
use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::sync::Arc;
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// Warnings that a job's status shows; the manifest has all of them.
const WARNINGS_MAX: usize = 100;

/// Does a part; `pulse` hears of everything that goes on.
pub(super) async fn run(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
) -> Result<Product, Failed> {
    match claim.kind {
        Kind::Whole => whole(worker, claim, stop, pulse).await,
        Kind::Prepare => prepare(worker, claim, stop, pulse).await,
        Kind::Segment(number) => segment(worker, claim, number, stop, pulse).await,
        Kind::Assemble => assemble(worker, claim, stop, pulse).await,
    }
}

async fn whole(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
) -> Result<Product, Failed> {
    let stored = StoredRequest::load(worker, claim, &stop).await?;
    let hands = hands(worker, Arc::new(worker.client.fresh(&claim.job.owner)), stop, &pulse);
    let (limits, view) = (worker.limits.clone(), view(claim));
    let (prepared, findings, file) = draw(worker, &hands.waited.clone(), move || {
        let prepared = Prepared::new(&stored.read()?, view, &limits, &hands, 1, &Preparing(&pulse))?;
        let drawn = produce::draw(&prepared, &hands, 1, &Counter(&pulse))?;
        let file = written(&prepared, drawn.encoded)?;
        Ok((prepared, (drawn.missing, drawn.afterwards), file))
    })
    .await?;
    publish(worker, claim, Arc::new(prepared), findings, file).await
}

async fn prepare(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
) -> Result<Product, Failed> {
    let stored = StoredRequest::load(worker, claim, &stop).await?;
    let client = Arc::new(worker.client.fresh(&claim.job.owner));
    let hands = hands(worker, client.clone(), stop, &pulse);
    let (limits, view) = (worker.limits.clone(), view(claim));
    let (prepared, bytes) = draw(worker, &hands.waited.clone(), move || {
        let (prepared, preparation) =
            Prepared::recorded(&stored.read()?, view, &limits, &hands, 1, &Preparing(&pulse))?;
        let bytes = stored::to_bytes(&preparation)?;
        prepared.rest();
        Ok((prepared, bytes))
    })
    .await?;
    let key = claim.key("shared").0;
    storing(worker, worker.artifacts.put(&key, bytes.into())).await?;
    worker.shelf.put(&key, client, prepared);
    Ok(Product { key: Some(key), outcome: None })
}

async fn segment(
    worker: &Arc<Worker>,
    claim: &Claim,
    number: u32,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
) -> Result<Product, Failed> {
    let job = worker.shelf.take(worker, claim, &stop, &pulse).await?;
    let hands = hands(worker, job.client.clone(), stop, &pulse);
    let bytes = draw(worker, &hands.waited.clone(), move || {
        let _memory = hands.take_memory(job.prepared.plan().cost.mib())?;
        let ledger = Ledger::default();
        let encoded = Desk::new(&job.prepared, &hands).segment(number as usize, &ledger, &|| pulse.frame())?;
        let segment = DrawnSegment { missing: ledger.into_sorted(), encoded: encoded.into() };
        Ok(stored::to_bytes(&segment).context("cannot write a segment")?)
    })
    .await?;
    let key = claim.key("frames").0;
    storing(worker, worker.artifacts.put(&key, bytes.into())).await?;
    failpoint::hit("uploading", None);
    Ok(Product { key: Some(key), outcome: None })
}

async fn assemble(
    worker: &Arc<Worker>,
    claim: &Claim,
    stop: CancellationToken,
    pulse: Arc<Pulse>,
) -> Result<Product, Failed> {
    let job = worker.shelf.take(worker, claim, &stop, &pulse).await?;
    let (mut missing, mut segments) = (Vec::new(), Vec::new());
    for part in claim.job.parts.iter().filter(|part| matches!(part.kind, Kind::Segment(_))) {
        let bytes = read(worker, part.key.as_deref(), &stop).await?;
        let (of_segment, file) = beside(move || spool(&bytes)).await??;
        missing.extend(of_segment);
        segments.push(file);
    }
    failpoint::hit("assembling", None);
    missing.sort();
    let prepared = job.prepared.clone();
    let hands = hands(worker, job.client.clone(), stop, &pulse);
    let (file, afterwards) = draw(worker, &hands.waited.clone(), move || {
        Ok((written(&prepared, Encoded::Segments(segments))?, runs::gone(prepared.plan(), &hands)?))
    })
    .await?;
    publish(worker, claim, job.prepared.clone(), (missing, afterwards), file).await
}

/// What is missing in a segment, and its frames in a temporary file.
fn spool(segment: &[u8]) -> Result<(Vec<Missing>, File), Failed> {
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
    (missing, afterwards): (Vec<Missing>, Vec<Warning>),
    file: Written,
) -> Result<Product, Failed> {
    let (key, manifest_key) = (claim.key(prepared.encoding.output.format.name()).0, claim.key("manifest.json").0);
    let stored = match file {
        Written::Bytes(bytes) => storing(worker, worker.artifacts.put(&key, bytes.into())).await?,
        Written::File(file) => storing(worker, worker.artifacts.put_from(&key, file)).await?,
    };
    failpoint::hit("uploading", None);
    let request_sha256 = claim.job.request_sha256.clone();
    // One of many frames and layers is long.
    let (artifact, warnings, json) = beside(move || {
        let artifact = report::artifact(&prepared.scene, stored.size_bytes, stored.sha256);
        let manifest = report::manifest(&prepared, &missing, afterwards, artifact.clone(), request_sha256);
        let json = serde_json::to_vec(&manifest).map_err(|error| Failed::Failure(internal(&error.to_string())))?;
        Ok::<_, Failed>((artifact, shortened(manifest.warnings), json))
    })
    .await??;
    storing(worker, worker.artifacts.put(&manifest_key, json.into())).await?;
    Ok(Product { key: None, outcome: Some(Outcome { artifact, key, manifest_key, warnings }) })
}

fn shortened(mut warnings: Vec<Warning>) -> Vec<Warning> {
    if warnings.len() > WARNINGS_MAX {
        let message = format!("{} further warnings are in the manifest", warnings.len() - WARNINGS_MAX);
        warnings.truncate(WARNINGS_MAX);
        warnings.push(Warning::of_map("more", message));
    }
    warnings
}

/// The whole film, in the segments that the job was given when it was accepted.
pub(super) fn view(claim: &Claim) -> View {
    let is_segment = |part: &&mapreel_queue::Part| matches!(part.kind, Kind::Segment(_));
    View::Film { segments: claim.job.parts.iter().filter(is_segment).count().max(1) }
}

/// The request of a job, which was valid when it was accepted.
pub(super) struct StoredRequest {
    document: Bytes,
    purpose: Purpose,
    limits: Limits,
}

impl StoredRequest {
    pub(super) async fn load(worker: &Worker, claim: &Claim, stop: &CancellationToken) -> Result<Self, Failed> {
        let document = stop.run_until_cancelled(worker.queue.request(claim.lease.job)).await;
        let document = document.ok_or(Failed::Stopped)??;
        let document = document.ok_or_else(|| Failed::Failure(internal("the request is not in the store")))?;
        let purpose = claim.job.service.purpose();
        let limits = Limits { document_bytes_max: document.len(), ..worker.limits.clone() };
        Ok(Self { document, purpose, limits })
    }

    /// Reads it; a long one takes its time, which is the drawing thread's.
    pub(super) fn read(&self) -> Result<Request, produce::Error> {
        failpoint::hit("reading", None);
        Ok(parse_request_for(self.purpose, &self.document, &self.limits)?)
    }
}

/// An object that an earlier part has left.
pub(super) async fn read(worker: &Worker, key: Option<&str>, stop: &CancellationToken) -> Result<Bytes, Failed> {
    let lost = || Failed::Failure(internal("what an earlier part has made is not there any more"));
    let get = stop.run_until_cancelled(worker.artifacts.get(key.ok_or_else(lost)?));
    storing(worker, get).await.ok_or(Failed::Stopped)??.ok_or_else(lost)
}

pub(super) fn hands(
    worker: &Worker,
    client: Arc<mapreel_sources::Client>,
    stop: CancellationToken,
    pulse: &Arc<Pulse>,
) -> Hands {
    let upstreams = Arc::new(Counted { upstreams: client, pulse: pulse.clone() });
    Hands {
        upstreams,
        fonts: worker.fonts.clone(),
        runtime: worker.fetching.clone(),
        memory: worker.memory.clone(),
        stop,
        permit: pulse.permit.clone(),
        waited: Default::default(),
    }
}

/// Reads or writes objects, and counts the time.
async fn storing<T>(worker: &Worker, work: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let result = work.await;
    worker.metrics.spent("storing", began.elapsed());
    result
}

/// Draws on a thread of its own, until that has ended; a panic is a failure of this attempt, and of nothing else.
pub(super) async fn draw<T: Send + 'static>(
    worker: &Worker,
    waited: &Waited,
    work: impl FnOnce() -> Result<T, produce::Error> + Send + 'static,
) -> Result<T, Failed> {
    let span = tracing::Span::current();
    let began = Instant::now();
    let drawn = on_thread("draw", move || span.in_scope(work)).await;
    worker.metrics.spent("waiting", waited.total());
    worker.metrics.spent("drawing", began.elapsed().saturating_sub(waited.total()));
    match drawn.map_err(|error| Failed::Storage(format!("cannot start a thread: {error}")))? {
        Ok(result) => Ok(result?),
        Err(Panicked) => Err(Failed::Failure(internal("drawing ended in a panic"))),
    }
}

/// Does short work that is no drawing beside the control threads: one piece for each part, so slots bound it.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failed> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|panic| Failed::Failure(internal(&panic.to_string())))
}

/// Shows that a preparation goes on: its frames are none of the film's.
struct Preparing<'a>(&'a Pulse);

impl Progress for Preparing<'_> {
    fn stage(&self, _: &'static str) {}

    fn frames(&self, _: usize, _: usize) {
        self.0.alive();
    }
}

/// Counts frames for the heartbeat.
struct Counter<'a>(&'a Pulse);

impl Progress for Counter<'_> {
    fn stage(&self, _: &'static str) {}

    fn frames(&self, done: usize, _: usize) {
        self.0.frames_until_now(done as u32);
    }
}

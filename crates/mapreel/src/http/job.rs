//! A job as clients see it.

use crate::pipeline::report::WarningView;
use jiff::Timestamp;
use mapreel_queue::{Failure, Job, Outcome, State, Time};
use mapreel_spec::Format;
use serde::Serialize;
use utoipa::ToSchema;

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    /// Its id.
    id: String,
    /// The same, for clients of an earlier service.
    #[serde(rename = "_id")]
    id_again: String,
    /// The title of its map.
    title: Option<String>,
    /// `image` or `animation`.
    service: &'static str,
    /// `PENDING`, `RUNNING`, `SUCCESS`, `FAILED`, `CANCELLED` or `EXPIRED`.
    status: &'static str,
    /// The last change, RFC 3339 in UTC.
    date: String,
    /// When it was accepted.
    created: String,
    /// When work on it began.
    started: Option<String>,
    /// When it came to its end.
    finished: Option<String>,
    /// When the artifact is, or was, deleted.
    expires: Option<String>,
    /// Attempts so far, of the part that took the most.
    attempt: u32,
    /// How far it is.
    progress: ProgressView,
    /// What keeps it from going on, while something does.
    waiting_for: Option<WaitingView>,
    /// How many parts are handed out before one of this job, if nobody else comes, and this one; only while it is `PENDING`, and
    /// only where one job is asked for.
    queue_position: Option<u64>,
    /// Where the artifact is, once there is one.
    location: Option<String>,
    /// Where a small picture of its newest drawn frame is, once there is one.
    preview: Option<String>,
    /// What came out.
    artifact: Option<ArtifactView>,
    /// What could not be drawn.
    warnings: Vec<WarningView>,
    /// How many warnings there are.
    warnings_count: usize,
    /// Why nothing came out.
    failure: Option<FailureView>,
}

/// How far a job is.
#[derive(Debug, Serialize, ToSchema)]
struct ProgressView {
    /// Frames drawn; never falls.
    done: u32,
    /// All frames.
    total: u32,
    /// 0 to 100.
    percent: u32,
    /// `wait`, `gather`, `draw`, `assemble` or `done`.
    stage: &'static str,
    /// Seconds to the end at the speed so far, where that is known.
    eta_s: Option<f64>,
}

/// What a job waits for.
#[derive(Debug, Serialize, ToSchema)]
struct WaitingView {
    /// `slot`: its turn · `memory`: memory that others have · `artifacts`: the bucket or folder · `upstream`: a server that is asked again ·
    /// `retry`: another attempt.
    code: &'static str,
    /// What happened; empty where there is nothing to say.
    detail: String,
}

/// The file that came out.
#[derive(Debug, Serialize, ToSchema)]
struct ArtifactView {
    /// `png`, `jpeg`, `webp`, `mp4` or `gif`.
    format: String,
    /// Its media type.
    content_type: &'static str,
    /// Its length in bytes.
    size_bytes: u64,
    /// Width in pixels.
    width: u32,
    /// Height in pixels.
    height: u32,
    /// The number of frames.
    frames: usize,
    /// How long it plays, in seconds.
    duration_s: f64,
    /// SHA-256 in hexadecimal.
    sha256: String,
}

/// Why a job failed.
#[derive(Debug, Serialize, ToSchema)]
struct FailureView {
    /// A stable word: `layer_unavailable`, `invalid_request`, `worker_crashed`, `stalled`, `too_late`, `internal`.
    code: String,
    /// What happened.
    message: String,
    /// The layer that it concerns.
    layer: Option<String>,
    /// Whether the same request may succeed later.
    retryable: bool,
}

/// The media type of a stored file; that of bytes for a format that a newer version of the program has stored.
pub(crate) fn content_type(format: &str) -> &'static str {
    Format::parse(format).map_or("application/octet-stream", Format::media_type)
}

impl JobView {
    /// A job as it is at `now`.
    pub(crate) fn new(job: &Job, now: Time) -> Self {
        let location = (job.state == State::Success).then(|| format!("/api/download/{}", job.id));
        let outcome = job.outcome.as_ref();
        Self {
            id: job.id.to_string(),
            id_again: job.id.to_string(),
            title: job.title.clone(),
            service: job.service.name(),
            status: job.state.name(),
            date: time_text(job.changed),
            created: time_text(job.created),
            started: job.started.map(time_text),
            finished: job.finished.map(time_text),
            expires: job.expires.map(time_text),
            attempt: job.attempt(),
            progress: ProgressView::of(job, now),
            waiting_for: job.waits_for().map(|waiting| WaitingView { code: waiting.on.name(), detail: waiting.reason }),
            queue_position: None,
            location,
            preview: job.preview_key().map(|_| format!("/api/job-status/{}/preview", job.id)),
            artifact: outcome.map(ArtifactView::of),
            warnings: outcome.iter().flat_map(|outcome| &outcome.warnings).map(WarningView::from).collect(),
            warnings_count: outcome.map_or(0, |outcome| outcome.warnings.len()),
            failure: job.failure.as_ref().map(FailureView::of),
        }
    }

    /// The view of a waiting job, with its position in the queue.
    pub(crate) fn at(self, queue_position: Option<u64>) -> Self {
        Self { queue_position, ..self }
    }
}

impl ProgressView {
    fn of(job: &Job, now: Time) -> Self {
        let progress = job.progress(now);
        Self {
            done: progress.done,
            total: progress.total,
            percent: (u64::from(progress.done) * 100 / u64::from(progress.total.max(1))) as u32,
            stage: progress.stage,
            eta_s: progress.eta_s.map(|eta| (eta * 10.0).round() / 10.0),
        }
    }
}

impl ArtifactView {
    fn of(outcome: &Outcome) -> Self {
        let artifact = &outcome.artifact;
        Self {
            format: artifact.format.to_string(),
            content_type: content_type(&artifact.format),
            size_bytes: artifact.size_bytes,
            width: artifact.width,
            height: artifact.height,
            frames: artifact.frames,
            duration_s: artifact.duration_s,
            sha256: artifact.sha256.clone(),
        }
    }
}

impl FailureView {
    fn of(failure: &Failure) -> Self {
        let Failure { code, message, layer, retryable } = failure.clone();
        Self { code, message, layer, retryable }
    }
}

/// A time, RFC 3339 in UTC.
pub(super) fn time_text(time: Time) -> String {
    Timestamp::from_millisecond(time.0).map(|time| time.to_string()).unwrap_or_default()
}

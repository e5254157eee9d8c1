//! `/api/operations`: what workers do, and how upstreams answer, for the operators of the service.

use super::app::App;
use super::job::time_text;
use super::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use mapreel_queue::{Filter, Job, Part, PartState, State as JobState};
use mapreel_sources::HostRecord;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// The most running jobs that are read.
const JOBS_MAX: usize = 200;

/// What is being done, and how upstreams answer.
#[derive(Serialize, ToSchema)]
pub(super) struct Overview {
    /// Workers that hold parts of jobs, in all processes that share the store.
    workers: Vec<WorkerView>,
    /// Whether more jobs are running than the 200 newest, whose parts are told.
    more_jobs: bool,
    /// Upstreams that this process has asked, the most failing first; at most 200.
    upstreams: Vec<UpstreamView>,
}

/// A worker.
#[derive(Serialize, ToSchema)]
struct WorkerView {
    /// Its name in leases: another one with each start of its process.
    worker: String,
    /// The parts that it holds.
    parts: Vec<PartView>,
}

/// A part of a job that a worker holds.
#[derive(Serialize, ToSchema)]
struct PartView {
    /// The job.
    job: String,
    /// The job's title.
    title: Option<String>,
    /// `whole`, `prepare`, `segment-NUMBER` or `assemble`.
    part: String,
    /// Frames that are drawn, in this attempt.
    done: u32,
    /// Frames of the part.
    frames: u32,
    /// Which attempt this is.
    attempt: u32,
    /// When its lease ends, unless the worker renews it.
    lease_ends: String,
}

/// How an upstream answers.
#[derive(Serialize, ToSchema)]
struct UpstreamView {
    /// Its host and port.
    host: String,
    /// Requests that brought what was wanted.
    answered: u64,
    /// Requests that did not, each after its attempts.
    failed: u64,
    /// Mean time of a request in seconds, waiting and attempts included.
    mean_s: f64,
    /// When it was last asked.
    asked: String,
    /// What the newest failure was.
    failure: Option<String>,
}

/// What is being done, and how upstreams answer.
///
/// Workers of all processes that share the store; upstreams of this process alone.
#[utoipa::path(get, path = "/api/operations", tag = "operations",
    responses((status = 200, description = "Workers and upstreams.", body = Overview),
              (status = 503, description = "The store does not answer.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn overview(State(app): State<Arc<App>>) -> Result<Json<Overview>, Problem> {
    let running = Filter { state: Some(JobState::Running), limit: JOBS_MAX + 1, ..Filter::default() };
    let mut jobs = app.queue.jobs(running).await?;
    let more_jobs = jobs.len() > JOBS_MAX;
    jobs.truncate(JOBS_MAX);
    let hosts = app.client.hosts();
    let made = tokio::task::spawn_blocking(move || Overview {
        workers: workers(&jobs),
        more_jobs,
        upstreams: hosts.iter().map(upstream).collect(),
    });
    made.await.map(Json).map_err(|_| Problem::plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn workers(jobs: &[Job]) -> Vec<WorkerView> {
    let mut held: BTreeMap<&str, Vec<PartView>> = BTreeMap::new();
    for job in jobs {
        for part in job.parts.iter().filter(|part| part.state == PartState::Running) {
            held.entry(&part.owner).or_default().push(part_of(job, part));
        }
    }
    held.into_iter().map(|(worker, parts)| WorkerView { worker: worker.to_owned(), parts }).collect()
}

fn part_of(job: &Job, part: &Part) -> PartView {
    PartView {
        job: job.id.to_string(),
        title: job.title.clone(),
        part: part.kind.to_string(),
        done: part.done,
        frames: part.frames,
        attempt: part.attempt,
        lease_ends: time_text(part.at),
    }
}

fn upstream(record: &HostRecord) -> UpstreamView {
    let count = (record.answered + record.failed).max(1) as f64;
    UpstreamView {
        host: record.host.clone(),
        answered: record.answered,
        failed: record.failed,
        mean_s: (record.time_total.as_secs_f64() / count * 1000.0).round() / 1000.0,
        asked: Timestamp::try_from(record.asked_last).map(|time| time.to_string()).unwrap_or_default(),
        failure: record.failure.clone(),
    }
}

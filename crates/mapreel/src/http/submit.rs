//! `POST /api/service/image` and `POST /api/service/animation`.

use super::access::Caller;
use super::app::App;
use super::body::{Document, EmptyBody};
use super::job::JobView;
use super::problem::Problem;
use super::quota::Quotas;
use super::status::{JobPath, job_id, job_of, request_of};
use crate::explain::estimate::Estimate;
use crate::pipeline::artifact::sha256;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mapreel_queue::failpoint;
use mapreel_queue::{Bound, Job, NewJob, Service, Submitted};
use mapreel_spec::{Limits, Problems, View, parse_request_for};
use std::sync::Arc;

const KEY_BYTES_MAX: usize = 255;
/// The most characters of a title that a list of jobs shows.
const TITLE_MAX: usize = 200;

/// Draw one image.
///
/// The answer comes when the job is on the disk; follow it at `Location`.
#[utoipa::path(post, path = "/api/service/image", tag = "jobs", request_body = ref("#/components/schemas/Request"),
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own name for this request: equal names, one job.", min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")),
    responses((status = 202, description = "Accepted; the header `Location` has the job's status.", body = JobView),
              (status = "4XX", description = "The request is not valid, or too costly.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many jobs are open, or requests being read; `Retry-After` says when to try again.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn image(
    app: State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Document,
) -> Result<Response, Problem> {
    submit(app, caller, Service::Image, &headers, body.0).await
}

/// Draw an animation.
///
/// The answer comes when the job is on the disk; follow it at `Location`.
#[utoipa::path(post, path = "/api/service/animation", tag = "jobs", request_body = ref("#/components/schemas/Request"),
    params(("Idempotency-Key" = Option<String>, Header, description = "Your own name for this request: equal names, one job.", min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")),
    responses((status = 202, description = "Accepted; the header `Location` has the job's status.", body = JobView),
              (status = "4XX", description = "The request is not valid, or too costly.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many jobs are open, or requests being read; `Retry-After` says when to try again.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn animation(
    app: State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    body: Document,
) -> Result<Response, Problem> {
    submit(app, caller, Service::Animation, &headers, body.0).await
}

/// The same request as a new job.
///
/// As long as the request is kept: until the artifact expires, or as long after an end without one.
#[utoipa::path(post, path = "/api/jobs/{id}/again", tag = "jobs",
    params(("id" = String, Path, description = "The job.", format = "uuid"),
           ("Idempotency-Key" = Option<String>, Header, description = "Your own name for this request: equal names, one job.", min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")),
    responses((status = 202, description = "Accepted; the header `Location` has the new job's status.", body = JobView),
              (status = "4XX", description = "404: no such job. 410: its request is not kept any more. 422: there is a body that is not `{}`, or this service's limits refuse the request now.", body = Problem, content_type = "application/problem+json"),
              (status = 503, description = "Too many jobs are open, or requests being read; `Retry-After` says when to try again.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn again(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: JobPath,
    headers: HeaderMap,
    body: EmptyBody,
) -> Result<Response, Problem> {
    let EmptyBody = body;
    let job = job_of(&app, &caller, job_id(path)?).await?;
    let document = request_of(&app, &job).await?;
    submit(State(app), caller, job.service, &headers, document).await
}

async fn submit(
    State(app): State<Arc<App>>,
    caller: Caller,
    service: Service,
    headers: &HeaderMap,
    document: Bytes,
) -> Result<Response, Problem> {
    if app.draining.is_cancelled() {
        let detail = "this server is about to end; try again";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "draining", detail).retry_after(5));
    }
    // The owner's name is put in front of the key, since two clients may use the same key. An owner's name has no spaces.
    let idempotency_key = idempotency_key(headers)?.map(|key| format!("{} {key}", caller.owner));
    let (Work { title, segments, upstream_requests }, request_sha256) = read(&app, service, document.clone()).await?;
    let frames = app.quotas.frames(&caller, segments.iter().sum())?;
    let requests = app.quotas.upstream_requests(&caller, upstream_requests)?;
    let open_jobs_of_owner_max = Some(app.quotas.open_jobs_max(&caller));
    let owner = caller.owner;
    let new =
        NewJob { service, owner, title, document, request_sha256, segments, idempotency_key, open_jobs_of_owner_max };
    let submitted = app.queue.submit(new).await?;
    if let Submitted::Created(job) = &submitted {
        frames.keep();
        requests.keep();
        failpoint::hit("inserted", None);
        tracing::info!(job = %job.id, service = service.name(), frames = job.progress(job.created).total, "accepted");
    }
    let job = accepted(submitted)?;
    let location = format!("/api/job-status/{}", job.id);
    let headers = [(header::LOCATION, location), (header::RETRY_AFTER, "1".to_owned())];
    Ok((StatusCode::ACCEPTED, headers, Json(JobView::new(&job, app.queue.now()))).into_response())
}

/// Parses a request on a thread of the pool; returns its estimated work and its hash.
async fn read(app: &App, service: Service, document: Bytes) -> Result<(Work, String), Problem> {
    let limits = app.config.limits.clone();
    let read = app.readers.read(move || {
        failpoint::hit("reading", None);
        work(service, &document, &limits).map(|work| (work, sha256(&document)))
    });
    Ok(read.await??)
}

/// The job of a request, new or known.
fn accepted(submitted: Submitted) -> Result<Job, Problem> {
    match submitted {
        Submitted::Created(job) | Submitted::Known(job) => Ok(job),
        Submitted::KeyReused => {
            let detail = "this `Idempotency-Key` belongs to another request";
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", detail))
        }
        Submitted::Full { open, bound: Bound::Owner } => Err(Quotas::too_many_open_jobs(open)),
        Submitted::Full { open, bound: Bound::All } => {
            let detail = format!("{open} jobs are open, which is as many as this server takes; try again later");
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "queue_full", detail).retry_after(10))
        }
    }
}

/// The estimated work of a request.
struct Work {
    title: Option<String>,
    /// The frames of each segment.
    segments: Vec<u32>,
    upstream_requests: usize,
}

/// Validates a request and estimates its work.
fn work(service: Service, document: &[u8], limits: &Limits) -> Result<Work, Problems> {
    let request = parse_request_for(service.purpose(), document, limits)?;
    let estimate = Estimate::of(&request, View::of(&request), limits)?;
    let title = request.header.title.map(|title| title.chars().take(TITLE_MAX).collect());
    Ok(Work { title, segments: estimate.frames_of_segments(), upstream_requests: estimate.upstream_requests() })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim_matches('"');
    let is_printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if text.is_empty() || text.len() > KEY_BYTES_MAX || !is_printable {
        let expected = "1 to 255 printable ASCII characters";
        return Err(Problem::parameter("Idempotency-Key", expected));
    }
    Ok(Some(text.to_owned()))
}
